#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "formats/archive/maildir_listing.hpp"
#include "formats/archive/maildir_tree.hpp"
#include "formats/maildir/keyword_file.hpp"
#include "formats/maildir/listed_ids.hpp"
#include "formats/maildir/message_octets.hpp"
#include "mailhaul/store/source.hpp"

namespace mailhaul::formats::archive {

/// Walks folders of a Maildir in an archive, each in storage order. One thread.
class MaildirCursor final : public store::MessageCursor {
 public:
  MaildirCursor(std::shared_ptr<MaildirTree> tree, std::vector<store::FolderRef> folders);
  /// Only these messages.
  MaildirCursor(std::shared_ptr<MaildirTree> tree, store::FolderRef folder, std::set<store::Handle> wanted);

  bool next() override;
  [[nodiscard]] const store::FolderRef& folder() const override { return folder_; }
  [[nodiscard]] const store::MessageInfo& info() const override { return info_; }
  [[nodiscard]] io::Source& content() override;
  [[nodiscard]] store::WalkEnd end(const store::FolderRef& folder) override;

 private:
  void open_folder();
  void close_folder();
  void show();
  void show_keywords(maildir::SlotBits slots);
  [[nodiscard]] Error failure(Cause cause, std::string_view reason) const;

  std::shared_ptr<MaildirTree> tree_;
  std::vector<store::FolderRef> folders_;
  std::size_t next_folder_ = 0;
  std::optional<std::set<store::Handle>> wanted_{};
  std::unique_ptr<Contents> contents_;

  // the open folder
  bool is_open_ = false;
  store::FolderRef folder_{};
  std::string home_{};
  MaildirListing listing_{};
  std::vector<std::uint32_t> order_{};
  std::size_t next_place_ = 0;
  maildir::ListedIds ids_{};
  std::optional<maildir::KeywordSlots> keywords_{};

  // the current message
  std::size_t item_ = 0;
  Member member_{};
  store::MessageInfo info_{};
  std::optional<maildir::MessageOctets> content_{};
  std::vector<std::byte> plain_buffer_{};

  std::map<store::FolderRef, store::WalkEnd> ends_{};
};

}  // namespace mailhaul::formats::archive
