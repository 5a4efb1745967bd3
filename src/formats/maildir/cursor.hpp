#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "formats/maildir/body.hpp"
#include "formats/maildir/courier_keywords.hpp"
#include "formats/maildir/keyword_file.hpp"
#include "formats/maildir/listed_ids.hpp"
#include "formats/maildir/scan.hpp"
#include "formats/maildir/tree.hpp"
#include "mailhaul/fs/file.hpp"
#include "mailhaul/store/source.hpp"

namespace mailhaul::formats::maildir {

/// Walks folders of a tree: lists one by name, then shows its messages by UID, and behind them those that have none in
/// the order in which a server would number them. A file is opened only for content(). One thread.
class Cursor final : public store::MessageCursor {
 public:
  Cursor(std::shared_ptr<Tree> tree, std::vector<store::FolderRef> folders);
  /// Only these messages.
  Cursor(std::shared_ptr<Tree> tree, store::FolderRef folder, std::vector<store::Handle> handles);

  bool next() override;
  [[nodiscard]] const store::FolderRef& folder() const override { return folder_; }
  [[nodiscard]] const store::MessageInfo& info() const override { return info_; }
  [[nodiscard]] io::Source& content() override;
  [[nodiscard]] store::WalkEnd end(const store::FolderRef& folder) override;

 private:
  void open_folder();
  void scan(const std::string& display);
  void find_wanted(const std::string& display);
  void select_wanted();
  void close_folder();
  void read_keywords();
  void read_courier_keywords();
  void show(std::string_view name, bool in_new);
  void show_keywords(SlotBits slots);
  void show_courier_keywords();
  [[nodiscard]] fs::File open_current();
  /// Lists new/ and cur/ anew: what moved is found under its base name (D10).
  void list_again();
  [[nodiscard]] bool follow_move();
  [[nodiscard]] Error failure(Cause cause, std::string_view reason) const;

  std::shared_ptr<Tree> tree_;
  std::vector<store::FolderRef> folders_;
  std::size_t next_folder_ = 0;
  std::optional<std::vector<store::Handle>> wanted_;

  // the open folder
  store::FolderRef folder_;
  std::optional<FolderDirectories> directories_;
  std::shared_ptr<const Listing> listing_;
  store::WalkEnd end_{};  ///< of a walk over all of it
  ListedIds listed_;
  std::vector<bool> selected_;     ///< one an item, where only some are wanted
  std::optional<Listing> newest_;  ///< names since files were found to have moved
  KeywordSlots keywords_;
  std::optional<CourierKeywords> courier_keywords_;  ///< where the folder has no keyword file
  bool keywords_are_fresh_ = false;
  bool keywords_are_readable_ = true;
  SlotBits nameless_told_ = 0;
  std::size_t next_place_ = 0;  ///< in the order of `listed_`

  // the current message
  std::size_t index_ = 0;
  std::string name_;
  bool in_new_ = false;
  store::MessageInfo info_;
  Body::Buffers buffers_;
  std::optional<Body> content_;

  std::map<store::FolderRef, store::WalkEnd> ends_;
};

}  // namespace mailhaul::formats::maildir
