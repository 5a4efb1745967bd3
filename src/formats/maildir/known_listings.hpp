#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>

#include "formats/maildir/listing.hpp"
#include "mailhaul/store/message.hpp"

namespace mailhaul::formats::maildir {

/// What the last walk over each folder saw, for who goes on with it in the same run: a listing costs more than most of
/// what is done by it. Of folders whose messages all have base names of their own. It may be out of date: who finds a
/// file by it looks at the file, and lists anew when it is not there. Any number of threads.
class KnownListings {
 public:
  /// Kept while all of them hold at most `most_entries`: about 90 octets each.
  void put(const store::FolderRef& folder, std::shared_ptr<const Listing> listing);
  /// Null: none is kept.
  [[nodiscard]] std::shared_ptr<const Listing> find(const store::FolderRef& folder);
  /// The folder got messages that it does not have.
  void forget(const store::FolderRef& folder);

 private:
  static constexpr std::size_t most_entries = 100'000;
  std::mutex mutex_;
  std::map<store::FolderRef, std::shared_ptr<const Listing>> listings_;
  std::size_t entries_ = 0;
};

}  // namespace mailhaul::formats::maildir
