#include "formats/maildir/known_listings.hpp"

#include <utility>

namespace mailhaul::formats::maildir {

void KnownListings::put(const store::FolderRef& folder, std::shared_ptr<const Listing> listing) {
  forget(folder);
  const std::lock_guard guard(mutex_);
  if (entries_ + listing->size() > most_entries) return;
  entries_ += listing->size();
  listings_.emplace(folder, std::move(listing));
}

std::shared_ptr<const Listing> KnownListings::find(const store::FolderRef& folder) {
  const std::lock_guard guard(mutex_);
  const auto it = listings_.find(folder);
  return it == listings_.end() ? nullptr : it->second;
}

void KnownListings::forget(const store::FolderRef& folder) {
  const std::lock_guard guard(mutex_);
  const auto it = listings_.find(folder);
  if (it == listings_.end()) return;
  entries_ -= it->second->size();
  listings_.erase(it);
}

}  // namespace mailhaul::formats::maildir
