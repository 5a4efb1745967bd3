#pragma once

#include <string>
#include <vector>

namespace mailhaul::black_box {

/// Reads a ledger as SQLite has it, by its documented columns and without the program's own code.
///
/// It looks at a copy, with its write-ahead log, so that what a killed run left is there for the next run as it was. No
/// run may have it open.
class LedgerFile {
 public:
  /// Where a row says that a message is at the target.
  struct AtTarget {
    std::string folder{};  ///< levels with '/' between them
    std::string handle{};
  };

  /// The only ledger in a state directory. Throws std::runtime_error when there are several.
  explicit LedgerFile(const std::string& state_directory);

  /// "ok", "none" where there is no ledger yet, else what SQLite says is wrong.
  [[nodiscard]] const std::string& quick_check() const { return quick_check_; }
  [[nodiscard]] const std::vector<AtTarget>& at_target() const { return at_target_; }

 private:
  std::string quick_check_ = "none";
  std::vector<AtTarget> at_target_{};
};

}  // namespace mailhaul::black_box
