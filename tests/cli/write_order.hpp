#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace mailhaul::black_box {

/// Proves from a log of system calls (strace -f -y) that a run kept the order of D1 and D4:
///
/// 1. no file gets a name below the target while octets of it are not synced;
/// 2. when the ledger syncs anything (its log, its journal, itself), whatever has a name below the target by then is
///    durable: the octets, the names, and the directories that hold them.
///
/// The second is more than D4 asks, which only speaks of the messages that a commit speaks of; it holds for runs that
/// settle one folder at a time (-j 1), whose batches end before they are recorded. Locks, files that no reader takes
/// for mail and what is removed do not count: they may come back after a power cut.
class WriteOrder {
 public:
  /// What lies below `target`, is the file of that name, or lies beside it under that name with more behind a dot.
  explicit WriteOrder(std::string target) : target_(std::move(target)) {}

  void read(std::string_view log);

  [[nodiscard]] const std::vector<std::string>& violations() const { return violations_; }
  [[nodiscard]] std::size_t ledger_syncs() const { return ledger_syncs_; }
  [[nodiscard]] std::size_t names_given() const { return names_given_; }
  /// Writes into files that had their names already: an append to an mbox.
  [[nodiscard]] std::size_t writes_in_place() const { return writes_in_place_; }

 private:
  void read_call(std::string_view name, const std::vector<std::string>& arguments, std::size_t line);
  void wrote(const std::string& path);
  void synced(const std::string& path, std::size_t line);
  void named(const std::string& from, const std::string& to, std::size_t line);
  [[nodiscard]] std::string now(const std::string& path) const;
  void exchanged(const std::string& one, const std::string& other);
  void check(std::size_t line);
  [[nodiscard]] bool is_target(const std::string& path) const;
  [[nodiscard]] static bool counts(const std::string& path);

  std::string target_;
  std::map<std::string, std::size_t> unsynced_octets_{};  ///< path, and the line of the log that wrote there
  std::map<std::string, std::size_t> unsynced_names_{};   ///< path, its directory not yet synced
  std::map<std::string, std::string> named_{};            ///< files made without a name, by what strace calls them
  std::size_t line_ = 0;
  std::vector<std::string> violations_{};
  std::size_t ledger_syncs_ = 0;
  std::size_t names_given_ = 0;
  std::size_t writes_in_place_ = 0;
};

}  // namespace mailhaul::black_box
