#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mailhaul/run/finding_log.hpp"
#include "mailhaul/run/jobs.hpp"
#include "support/faulty_kernel.hpp"
#include "support/memory_kernel.hpp"

namespace mailhaul::run {

/// What a migration goes from or to.
enum class Kind { maildir, mbox, mboxdir };

/// A message where it stands, by its subject: "INBOX|message-3|RS". Octets that are not exactly those of a message of
/// the test are "foreign".
using Standing = std::map<std::string, std::size_t>;

/// What a run ended with.
struct Ended {
  std::optional<ExitStatus> status{};  ///< unset: an Error was thrown, before the first folder
  std::string text{};                  ///< verdict, or the Error
  std::string findings{};              ///< their texts
  [[nodiscard]] bool says_all_mail_is_there() const {
    return status == ExitStatus::ok || status == ExitStatus::settings_missing;
  }
};

/// Whole jobs between two stores of a machine in memory, whose system calls can fail. The ledger, which is a database
/// of its own, lies in a real directory: what it says is always durable, so a power cut of the machine shows each word
/// too many.
class Migration {
 public:
  static constexpr fs::Owner root{0, 0};
  static constexpr fs::Owner bob{1001, 1001};

  /// Fifty messages at the source, in two folders where it has folders. Nothing at the target. All of that owner.
  Migration(Kind source, Kind target, fs::Owner owner);
  ~Migration();
  Migration(const Migration&) = delete;
  Migration& operator=(const Migration&) = delete;

  support::MemoryKernel machine{};
  support::FaultyKernel kernel{machine};

  [[nodiscard]] Ended run();
  /// The user, the server and a delivery at both ends; later runs are with --delete.
  void go_on();
  /// Time passes: locks of the dead are stale.
  void wait() { machine.advance(std::chrono::minutes{3}); }

  /// What must be at the target after a whole run.
  [[nodiscard]] const Standing& wanted() const { return wanted_; }
  [[nodiscard]] Standing found() const;
  /// Whether a message that moved may be in two folders while a run is under way: the target can only copy and remove.
  [[nodiscard]] bool may_be_doubled(std::string_view standing) const;
  /// An append to an mbox that was cut and could not be taken back: its last message is a beginning of one of ours.
  [[nodiscard]] std::size_t cut_appends() const { return cut_appends_; }
  /// Files that no store has: temporary ones, and what lies in tmp/. A lock that could not be removed is stale by then.
  [[nodiscard]] std::vector<std::string> left_overs() const;

 private:
  [[nodiscard]] static std::string text_of(const std::string& subject);
  [[nodiscard]] static std::string flags_of(const std::string& subject);
  [[nodiscard]] static std::string mbox_text(const std::string& subject, const std::string& flags);
  [[nodiscard]] bool has_two_folders() const { return source_ != Kind::mbox && target_ != Kind::mbox; }
  [[nodiscard]] std::string path_of(const std::string& store, Kind kind, const std::string& folder) const;
  [[nodiscard]] static std::string location(const std::string& store, Kind kind);
  void make_directory(const std::string& path);
  void put(const std::string& store, Kind kind, const std::string& folder, const std::vector<std::string>& subjects);
  void fill_source();
  [[nodiscard]] std::string file_of(const std::string& folder, const std::string& subject) const;
  void rename(const std::string& from, const std::string& to);
  void flag_at_source(const std::string& subject, const std::string& flags);
  void target_goes_on();
  void stands(const std::string& folder, const std::string& subject, std::optional<std::string> flags = {});
  void find_in_maildir(const std::string& folder, Standing& found) const;
  void find_in_mbox(const std::string& folder, Standing& found) const;
  [[nodiscard]] std::string subject_of(const std::string& octets) const;

  Kind source_;
  Kind target_;
  fs::Owner owner_;
  bool deletes_ = false;
  std::string state_;
  std::map<std::string, std::vector<std::string>> at_source_{};  ///< subjects by folder
  std::map<std::string, std::string> flags_now_{};               ///< at the source, where they changed
  Standing wanted_{};
  mutable std::size_t cut_appends_ = 0;
  SystemEntropy entropy_{};
  std::int64_t process_ = 1000;
};

}  // namespace mailhaul::run
