#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "formats/maildir/folder_directories.hpp"
#include "formats/maildir/listing.hpp"
#include "mailhaul/store/store.hpp"

namespace mailhaul::formats::maildir {

/// Finds messages of a live folder by their handles, to do something to each: only while it still is the file that was
/// looked at (safety.md section 4, S11). A message that moved meanwhile is looked for again, up to ten times (D10).
/// One thread.
class LiveMessages {
 public:
  /// `known`: a listing of the folder to begin with, or null.
  LiveMessages(const FolderDirectories& directories, std::string folder, std::shared_ptr<const Listing> known)
      : directories_(directories), folder_(std::move(folder)), known_(std::move(known)) {}

  /// A file as it was looked at just now; of a kind and an owner that may be touched.
  struct Found {
    const fs::Directory& directory;
    std::string name;
    fs::FileId id;
    bool in_new;
    std::size_t listed_at;
  };
  enum class Result {
    done,
    unchanged,
    impossible,
    moved,  ///< no longer there by that name
  };
  /// `which`: the place of its handle in what was asked for.
  using Act = std::function<Result(std::size_t which, const Found& found)>;

  /// One receipt a handle, in order.
  [[nodiscard]] std::vector<store::Receipt> each(const std::vector<store::Handle>& handles, const Act& act);

  /// For `act`: the file has that name now.
  void renamed(const Found& found, bool in_new, const std::string& name) {
    listing_->rename(found.listed_at, in_new, name);
    is_sorted_ = false;
  }

 private:
  [[nodiscard]] Result try_one(const store::Handle& handle, std::size_t which, std::size_t listed_at, const Act& act);
  /// Of several listed names with one base: false when they are distinct files. Which one was meant can't be told then,
  /// and guessing could remove the wrong one. A message on its way from new/ to cur/ looks like this for one listing.
  [[nodiscard]] bool holds_one_file(std::size_t first, std::size_t end) const;

  const FolderDirectories& directories_;
  std::string folder_;
  std::shared_ptr<const Listing> known_;
  std::optional<Listing> listing_;
  bool is_sorted_ = true;
};

}  // namespace mailhaul::formats::maildir
