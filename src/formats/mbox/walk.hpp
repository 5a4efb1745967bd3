#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mailbox_file.hpp"
#include "mailhaul/formats/mbox/mbox.hpp"
#include "mailhaul/mail/from_quoting.hpp"
#include "mailhaul/mail/mozilla_status.hpp"
#include "mailhaul/mail/store_headers.hpp"
#include "mailhaul/store/source.hpp"
#include "opening.hpp"
#include "resume.hpp"
#include "splitter.hpp"
#include "uid_chain.hpp"

namespace mailhaul::formats::mbox {

/// Size, mtime, ctime, inode: equal means that nobody wrote to the file. Young: changed less than 2 s ago.
[[nodiscard]] store::Stamp stamp_of(const fs::Status& status, const Clock& clock);
/// The same of a source, where also the way in which it is read counts: what it gave in another may lack messages.
[[nodiscard]] store::Stamp stamp_of(const fs::Status& status, const Clock& clock, Side side,
                                    const SourceOptions& options);

/// Walks the messages of an mbox from front to back, or only those at given offsets (fetch).
///
/// The file is locked for as long as the walk lasts, yet not every program keeps to locks. So the file is looked at
/// again at the end of each message that was read and at the end of the walk: one that shrank, or was written to
/// without growing, ends the walk; one that only grew holds for what it had (mbox.md section 8), but for its last
/// message, which may have been cut. One that another file took the place of was read whole, and is not stable. The
/// pseudo message (section 5) and mail that Thunderbird expunged (section 6) are passed over. UIDs are known only to a
/// walk that saw every message before.
class Walk final : public store::MessageCursor {
 public:
  /// `file` is locked; `opening` says how it is read. `offsets`, ascending: only these messages; nothing: all.
  Walk(const MailboxFile& mailbox, fs::File file, const SourceOptions& options, const Opening& opening,
       std::optional<std::vector<std::uint64_t>> offsets, std::size_t block_octets);
  /// `known`, ascending: where the messages of a file that only grew begin; of them no body is searched for the next
  /// message. `trail`: theirs. Before the first next().
  void expect_known(std::vector<std::uint64_t> known, std::string trail) {
    known_ = std::move(known);
    known_trail_ = std::move(trail);
  }

  bool next() override;
  [[nodiscard]] const store::FolderRef& folder() const override { return mailbox_.folder(); }
  [[nodiscard]] bool is_known() const override { return is_known_; }
  [[nodiscard]] const store::MessageInfo& info() const override;
  [[nodiscard]] io::Source& content() override;
  [[nodiscard]] store::WalkEnd end(const store::FolderRef& folder) override;

 private:
  /// Header block, then the body as it stands.
  class Text final : public io::Source {
   public:
    explicit Text(Walk& walk) : walk_(walk) {}
    void begin(std::string header);
    [[nodiscard]] Bytes read() override;

   private:
    Walk& walk_;
    std::string header_{};
    bool header_given_ = false;
    bool ended_ = false;
  };
  /// The text with quoting undone; counts what was changed once it was read to its end.
  class Unquoted final : public io::Source {
   public:
    explicit Unquoted(Walk& walk) : walk_(walk) {}
    void begin(mail::FromQuoting quoting) {
      inner_.emplace(walk_.text_, quoting);
      counted_ = false;
    }
    [[nodiscard]] Bytes read() override;

   private:
    Walk& walk_;
    std::optional<mail::UnquotingSource> inner_{};
    bool counted_ = false;
  };

  [[nodiscard]] Bytes read_body();
  [[nodiscard]] bool go_to_next();
  [[nodiscard]] bool go_to_known();
  [[noreturn]] void did_more_than_grow();
  [[nodiscard]] bool stands_at_mail();
  [[nodiscard]] bool is_mail();
  void follow_uids();
  void look_up_info() const;
  void hear_doubts();
  [[nodiscard]] fs::Status settled_status() const;
  void check_file(bool at_last_message);
  void finish();
  void tell_findings();
  void tell_opening() const;
  void tell(FindingKind kind, std::uint64_t count, std::uint64_t first, const std::string& text,
            Weight weight = Weight::note) const;

  const MailboxFile& mailbox_;
  Context& context_;
  SourceOptions options_;
  fs::File file_;
  Opening opening_;
  fs::Status begun_;
  store::Stamp stamp_;
  std::optional<std::vector<std::uint64_t>> offsets_;
  std::size_t next_offset_ = 0;
  std::vector<std::uint64_t> known_{};
  std::size_t next_known_ = 0;
  bool is_known_ = false;
  bool begun_walking_ = false;
  HeaderTrail trail_;
  std::optional<std::string> known_trail_{};  ///< until it was compared
  Splitter splitter_;
  UidChain uids_{};
  std::optional<mail::Uid> uid_{};
  mutable store::MessageInfo info_{};
  mutable bool info_is_known_ = false;  ///< looked up on demand: a walk that only counts parses no headers
  Text text_{*this};
  Unquoted unquoted_{*this};
  std::optional<mail::MozillaStatus> mozilla_{};
  std::uint64_t expunged_ = 0;
  std::uint64_t first_expunged_ = 0;
  mutable std::uint64_t without_zone_ = 0;
  mutable std::uint64_t first_without_zone_ = 0;
  mutable std::uint64_t keywords_left_out_ = 0;
  mutable std::uint64_t first_keywords_left_out_ = 0;
  std::uint64_t base_names_left_out_ = 0;
  bool is_nearly_pseudo_ = false;  ///< the first message, by its subject alone
  bool pseudo_is_odd_ = false;     ///< it does not say of itself what it is
  mutable std::uint64_t without_date_ = 0;
  mutable std::uint64_t first_without_date_ = 0;
  std::uint64_t unquoted_lines_ = 0;
  std::uint64_t first_unquoted_ = 0;
  std::string resume_{};
  bool finished_ = false;
  bool stable_ = true;
};

/// A walk of a folder that is not there.
class NothingToWalk final : public store::MessageCursor {
 public:
  bool next() override { return false; }
  [[nodiscard]] const store::FolderRef& folder() const override { return folder_; }
  [[nodiscard]] const store::MessageInfo& info() const override { return info_; }
  [[nodiscard]] io::Source& content() override { return nothing_; }
  [[nodiscard]] store::WalkEnd end(const store::FolderRef& /*folder*/) override { return {}; }

 private:
  store::FolderRef folder_{};
  store::MessageInfo info_{};
  io::MemorySource nothing_{Bytes{}};
};

}  // namespace mailhaul::formats::mbox
