#include "reread.hpp"

#include <vector>

namespace mailhaul::sync {

std::optional<mail::ContentKey> read_key(store::MessageSource& store, const store::FolderRef& folder,
                                         const store::Handle& handle, const mail::KeySecrets& secrets) {
  try {
    const std::vector<store::Handle> handles{handle};
    const auto cursor = store.fetch(folder, handles);
    if (!cursor->next()) return std::nullopt;
    return cursor->key(secrets);
  } catch (const Error& error) {
    if (error.scope() != Scope::message && error.scope() != Scope::folder) throw;
    return std::nullopt;
  }
}

}  // namespace mailhaul::sync
