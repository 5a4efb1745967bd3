#pragma once

#include <optional>

#include "mailhaul/base/error.hpp"
#include "mailhaul/mail/content_key.hpp"
#include "mailhaul/store/source.hpp"

namespace mailhaul::sync {

/// What a message is now, that was read for it.
struct Reread {
  std::optional<mail::ContentKey> key{};  ///< nothing: there is none with that handle, or it can't be read
  std::optional<Error> error{};           ///< why what is there is not known: a failing disk, no permission
};
/// Errors wider than a folder are thrown.
[[nodiscard]] Reread read_again(store::MessageSource& store, const store::FolderRef& folder,
                                const store::Handle& handle, const mail::KeySecrets& secrets);

}  // namespace mailhaul::sync
