#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cli/mailboxes.hpp"

namespace mailhaul::black_box {

/// What a re-sync is between.
enum class Between { maildirs, mbox_and_maildir, maildir_and_mbox, maildir_and_mboxdir };
inline constexpr Between all_betweens[] = {Between::maildirs, Between::mbox_and_maildir, Between::maildir_and_mbox,
                                           Between::maildir_and_mboxdir};
[[nodiscard]] std::string_view name_of(Between between);

/// Where --delete puts what it removes from INBOX.
inline constexpr const char* quarantine = "Mailhaul-Removed/INBOX";

/// A message where it stands, with all that a re-sync decides about.
struct Standing {
  std::string folder{};
  std::string octets{};  ///< without what an mbox can't keep
  std::string flags{};
  auto operator<=>(const Standing&) const = default;
};
[[nodiscard]] std::string shown(const Standing& message);

/// A small migration: a source with mail, what its owner and the mail server do at both ends after the first copy, and
/// what must be at the target after the next one. Two folders, flags, a straggler that came twice, one message moved
/// and one removed at the source; at the target one read, one removed, one filed and one delivered.
class LateMail {
 public:
  /// Makes the source in `directory`.
  LateMail(std::string directory, Between between);

  [[nodiscard]] std::string source() const;  ///< as a location
  [[nodiscard]] std::string target() const;
  [[nodiscard]] std::string source_path() const { return directory_ + "/S"; }
  [[nodiscard]] std::string target_path() const { return directory_ + "/T"; }

  /// After the first copy: mail arrives, is read, filed and removed at both ends.
  void happens();

  /// What is gone at the source shall be set aside at the target: the next run is one with --delete.
  void is_deleted_too();

  /// What must be at the target after the next whole run.
  [[nodiscard]] const std::multiset<Standing>& wanted() const { return wanted_; }
  /// What is there now.
  [[nodiscard]] std::multiset<Standing> found() const;
  /// Whether a handle of the ledger may name nothing that is there, since it was removed by its user.
  [[nodiscard]] bool was_removed(const std::string& handle) const { return removed_.count(handle) > 0; }
  /// The file of a Maildir target that a handle of the ledger names is there.
  [[nodiscard]] bool has_file(const std::string& folder, const std::string& handle) const;
  [[nodiscard]] bool to_maildir() const;
  /// Whether a message is moved in one step; else it is copied, and then removed where it was.
  [[nodiscard]] bool moves() const { return to_maildir(); }
  /// It moved at the source; where the target can't move it may be in both folders while a run is under way.
  [[nodiscard]] bool is_carried(const std::string& octets) const;
  /// Lines of the target's UID lists that give a message its number, sorted.
  [[nodiscard]] std::vector<std::string> numbered() const;

 private:
  [[nodiscard]] std::string folder_path(const std::string& store, const std::string& folder) const;
  void source_happens();
  void maildir_target_happens();
  void mbox_target_happens();

  std::string directory_;
  Between between_;
  std::multiset<Standing> wanted_{};
  std::set<std::string> removed_{};
};

}  // namespace mailhaul::black_box
