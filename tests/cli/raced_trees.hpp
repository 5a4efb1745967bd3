#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cli/exchanger.hpp"
#include "cli/tree.hpp"

/// Trees whose owner exchanges their entries while a run goes through them (T6), and what may be found afterwards.
namespace mailhaul::black_box {

/// What their owner has in the place of a directory or file half of the time.
enum class Swap { directory_symlink, file_symlink, file_fifo, file_directory, file_hard_link };
inline constexpr Swap all_swaps[] = {Swap::directory_symlink, Swap::file_symlink, Swap::file_fifo, Swap::file_directory,
                                     Swap::file_hard_link};
[[nodiscard]] std::string_view to_string(Swap swap);

/// Of the owner: as "nobody" has it, needs no entry in /etc/passwd.
inline constexpr uid_t racing_owner = 65534;

/// What must never turn up at a target; in each file of what only root, or somebody else, may read.
inline constexpr std::string_view raced_secret = "S3cretOfSomebodyElse7f1c";

/// One job: what is synced, what is exchanged meanwhile, and the messages that nobody touches.
struct RacedJob {
  std::string source{};  ///< locations
  std::string target{};
  bool target_is_raced = false;
  std::vector<Exchanger::Pair> pairs{};
  std::set<std::string> untouched{};  ///< "message-7": at the target when a run says that all are
};

/// All below one directory: outside/ (of root and of somebody else), home/ (of the racing owner), quiet/ and
/// quiet-inbox/ (sources that nobody exchanges).
class RacedTrees {
 public:
  RacedTrees(std::string base, Swap swap);

  /// Jobs that read what is exchanged, and that write into it. `fresh` names a target that is not there yet.
  [[nodiscard]] std::vector<RacedJob> source_jobs(const std::string& fresh) const;
  [[nodiscard]] std::vector<RacedJob> target_jobs() const;

  /// Makes the owner's trees anew, whatever a run has done to them.
  void rebuild();

  /// What has changed outside/ since it was made; atimes aside.
  [[nodiscard]] std::string changes_outside() const;
  /// Puts outside/ back, after a program that changed it.
  void rebuild_outside();

  struct Found {
    bool secret = false;
    std::set<std::string> messages{};
    std::vector<std::string> cut{};  ///< that are there without their end
  };
  /// In all regular files below `root`, links of what is outside aside; not in tmp/, whose files nobody sees.
  [[nodiscard]] Found look(const std::string& root) const;

  [[nodiscard]] const std::set<std::string>& messages() const { return messages_; }

 private:
  [[nodiscard]] std::string at(const std::string& below) const { return base_ + "/" + below; }
  [[nodiscard]] bool takes_directories() const { return swap_ == Swap::directory_symlink; }
  /// What `place` is exchanged with, made in home/stash; `beyond` is what it leads to.
  Exchanger::Pair swapped(const std::string& place, const std::string& beyond);
  void make_sources();
  void make_targets();

  std::string base_;
  Swap swap_;
  std::set<std::string> messages_{};
  std::set<std::string> swapped_messages_{};
  std::vector<Exchanger::Pair> maildir_pairs_{}, mboxdir_pairs_{}, root_pair_{}, target_maildir_pairs_{},
      target_mboxdir_pairs_{};
  std::vector<Entry> outside_{};
};

}  // namespace mailhaul::black_box
