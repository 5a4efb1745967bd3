#pragma once

#include "formats/maildir/listing.hpp"
#include "mailhaul/store/message.hpp"

namespace mailhaul::formats::maildir {

/// A message's address: its base name. Where another message owns that (or it is empty): base name, ':', whole name.
[[nodiscard]] store::Handle handle_of(const Listing& listing, std::size_t index);

/// The message a handle means; `listing.size()` when it is not there. Of several with one base name the first.
/// Only in a listing as it was sorted: after Listing::rename, sort again.
[[nodiscard]] std::size_t find_message(const Listing& listing, const store::Handle& handle);

}  // namespace mailhaul::formats::maildir
