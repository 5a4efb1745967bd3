#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "formats/maildir/folder_directories.hpp"
#include "formats/maildir/tree.hpp"
#include "formats/maildir/uidlist.hpp"
#include "mailhaul/fs/control_file.hpp"
#include "mailhaul/store/store.hpp"

namespace mailhaul::formats::maildir {

/// Gives a folder that no server has numbered the UIDs of its source (maildir.md, "must do" 6 and 8).
///
/// Without a list one is written. A list that stands there is only added to, and only while no server has opened the
/// folder and both speak of the same UIDVALIDITY: a UID that is taken, or a message that has one, stays as it is. A
/// server has opened it where a `dovecot.index` stands beside the list, or the list is no longer octet for octet the
/// one that was last written here, as far as that is known. Everything else is left to the server, and told. Changes
/// are made under the list's lock, after the messages are durable; a list that already says it all is not touched. One
/// thread.
class TargetUidList {
 public:
  TargetUidList(Tree& tree, const FolderDirectories& directories, const fs::Birth& birth, std::string folder)
      : tree_(tree), home_(directories.home), birth_(birth), folder_(std::move(folder)) {}

  /// The digest of the list that this program last wrote here, now or as `info` knows it.
  [[nodiscard]] std::string settle(const store::FolderInfo& info, store::NumberedMessages& messages);

 private:
  /// A record of the list that is there, by where it stands in the text.
  struct Row {
    std::uint32_t uid = 0;
    std::uint32_t key_at = 0;
    std::uint16_t key_size = 0;
    std::uint16_t fields_size = 0;
  };
  struct Missing {
    store::Handle handle{};
    mail::ServerIds ids{};
  };

  void settle_list(const store::FolderInfo& info, store::NumberedMessages& messages);
  void write_first(const UidListHeader& wanted, store::NumberedMessages& messages);
  void add_to(const fs::ControlFile& found, const UidListHeader& wanted, store::NumberedMessages& messages);
  [[nodiscard]] bool read_rows(const std::string& text);
  [[nodiscard]] std::vector<Missing> missing(store::NumberedMessages& messages);
  [[nodiscard]] std::string merged(const std::vector<Missing>& missing) const;
  [[nodiscard]] bool is_listed(std::uint32_t uid, std::string_view key) const;
  [[nodiscard]] std::string_view key_of(const Row& row) const {
    return std::string_view(*text_).substr(row.key_at, row.key_size);
  }
  [[nodiscard]] const char* numbered_by() const;
  void write(const std::string& text, const std::optional<fs::Status>& replaced, std::uint64_t messages);
  void lost(std::string_view why);
  void leave_to_server(std::string_view why, std::uint64_t messages);

  Tree& tree_;
  const fs::Directory& home_;
  fs::Birth birth_;
  std::string folder_;

  std::string digest_;  ///< of the list that was last written here
  const std::string* text_ = nullptr;
  UidListHeader header_{};  ///< of the list that is there
  std::vector<Row> rows_;   ///< by UID
  std::vector<std::uint32_t> by_key_;
  std::uint64_t refused_ = 0;  ///< messages whose UID, or who, have another place in the list
};

/// `dovecot-uidvalidity`, from which a server takes the UIDVALIDITY of its next new folder: after those that came with
/// the mail. Only where there is none.
void write_last_validity(const fs::Directory& root, const fs::Birth& birth, mail::UidValidity largest);

}  // namespace mailhaul::formats::maildir
