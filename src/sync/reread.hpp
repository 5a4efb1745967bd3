#pragma once

#include <optional>

#include "mailhaul/mail/content_key.hpp"
#include "mailhaul/store/source.hpp"

namespace mailhaul::sync {

/// The key of the message that has that handle now, read for it. Nothing: there is none, or it can't be read; Errors
/// wider than a folder are thrown.
[[nodiscard]] std::optional<mail::ContentKey> read_key(store::MessageSource& store, const store::FolderRef& folder,
                                                       const store::Handle& handle, const mail::KeySecrets& secrets);

}  // namespace mailhaul::sync
