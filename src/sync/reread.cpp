#include "reread.hpp"

#include <vector>

namespace mailhaul::sync {
namespace {

/// What tells of the message itself: it went, or is not what it was.
bool is_about_the_message(Cause cause) {
  return cause == Cause::not_found || cause == Cause::source_changed || cause == Cause::refused ||
         cause == Cause::damaged;
}

}  // namespace

Reread read_again(store::MessageSource& store, const store::FolderRef& folder, const store::Handle& handle,
                  const mail::KeySecrets& secrets) {
  try {
    const std::vector<store::Handle> handles{handle};
    const auto cursor = store.fetch(folder, handles);
    if (!cursor->next()) return {};
    return {cursor->key(secrets), std::nullopt};
  } catch (const Error& error) {
    if (error.scope() != Scope::message && error.scope() != Scope::folder) throw;
    if (is_about_the_message(error.cause())) return {};
    return {std::nullopt, error};
  }
}

}  // namespace mailhaul::sync
