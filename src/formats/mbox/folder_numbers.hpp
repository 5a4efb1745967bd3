#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base_line.hpp"
#include "mailhaul/fs/file.hpp"
#include "mailhaul/store/store.hpp"
#include "stage.hpp"

namespace mailhaul::formats::mbox {

/// UIDs and keywords of an mbox as Dovecot wants them (mbox.md section 5): X-IMAPbase in the first message, X-UID in
/// each, every keyword of a message in the base too.
///
/// A message keeps the UID of its source where that is of the same UIDVALIDITY and above all before it; else it gets
/// the next one. Numbers are written while a message is staged, from what the file was then, and put right under its
/// lock: "0", which is no UID, where the file has no base or a message without a UID, so that a server must number it
/// all the same. The base's last UID is raised before the messages are there: at no instant is one above it. One
/// thread.
class FolderNumbers {
 public:
  /// So many blanks are left in a new base, for keywords that come later.
  static constexpr std::size_t spare_octets = 512;

  /// `now`: the UIDVALIDITY of a file that begins here, where the source has none.
  FolderNumbers(store::FolderInfo info, mail::UidValidity now, Side side)
      : info_(std::move(info)), now_(now), side_(side) {}

  /// What is staged from now on goes behind `file`, or begins one.
  void begin_batch(const std::optional<fs::File>& file);

  /// Base and UID for the next message. Its keywords that the base has no room for are taken out; false when some were.
  bool prepare(const store::MessageInfo& info, mail::StoreHeaders& headers);
  /// Its store lines as they stand in the stage.
  void written(std::string_view lines, std::uint64_t offset);
  void committed();

  /// The stage becomes the file.
  void settle_new(Stage& stage);
  /// The stage goes behind `file`, which is locked; raises its base, durably.
  void settle_existing(const fs::File& file, Stage& stage, bool durable);
  /// The batch stands there, and nothing else was changed since it was settled.
  void published(const fs::Status& now);
  /// Of the batch that was settled: those whose UID of the source is no longer theirs.
  [[nodiscard]] std::uint64_t lost_uids() const;

 private:
  struct Row {
    std::uint32_t wanted = 0;   ///< UID at the source; 0: none
    std::uint32_t written = 0;  ///< 0: none
    std::uint64_t at = 0;       ///< of its ten digits in the stage; 0: there is no place
  };
  /// What a file says, with what is staged for it.
  struct State {
    std::optional<BaseLine> line{};
    bool holds = false;  ///< every message has its UID
    std::uint32_t last = 0;
    mail::KeywordSet names{};  ///< of the base
    mail::BaseRoom room{};     ///< that they take of what is ever read
    std::size_t names_octets = 0;
    std::size_t names_room = 0;
    bool add_name(const std::string& name);  ///< false: there is no room
  };
  [[nodiscard]] State scan(const fs::File& file) const;
  [[nodiscard]] State nothing_yet() const;
  [[nodiscard]] bool begins_file() const { return is_new_ && rows_.empty(); }
  [[nodiscard]] mail::UidValidity validity() const;
  [[nodiscard]] std::uint32_t next_uid(std::uint32_t wanted) const;
  [[nodiscard]] bool take_keyword(std::string_view name);
  void assign(Stage& stage);

  store::FolderInfo info_;
  mail::UidValidity now_;
  Side side_;

  State file_{};                          ///< as it stood when it was looked at last
  std::optional<fs::Status> known_as_{};  ///< when that was
  State state_{};                         ///< with the batch
  bool is_new_ = true;
  std::vector<Row> rows_{};

  // of the message that is written
  Row next_{};
  std::optional<BaseLine> next_line_{};
  std::vector<std::string> next_names_{};
};

/// Octets of a file that get others of the same length.
struct Replacement {
  std::string text{};
  std::uint64_t at = 0;
};
/// The last UID of the base where it is below what the source has given out: mail that came and went there had UIDs
/// that no other may get. After the last batch, whose own UIDs may be lower.
[[nodiscard]] std::optional<Replacement> raised_base(const fs::File& file, Side side, const store::FolderInfo& info);

}  // namespace mailhaul::formats::mbox
