#pragma once

#include <string>

namespace mailhaul::ledger {

/// What the name of a ledger stands for, before SQLite opens it.
struct DatabaseFile {
  std::string path{};  ///< free of symlinks, for SQLite
  bool exists = false;
  bool ended_uncleanly = false;  ///< the log of a run that was killed lies beside it
};

/// Looks at it without opening it: closing a second descriptor of a file would drop the locks that SQLite holds on it
/// in this process (D8). In a directory that only its runner may write to (S16), so what is seen stays. Links above the
/// file are followed, the file itself must be none.
[[nodiscard]] DatabaseFile look_at_database(const std::string& path);

/// Makes an empty one of mode 0600, durably named.
void create_database_file(const std::string& path);

/// What SQLite made beside it keeps its name through a power cut. SQLite does the same when it first syncs, but from
/// the thread that happens to commit, which may act as a customer by then (S9).
void sync_directory_of(const std::string& path);

/// No octet or no inode is left where it lies.
[[nodiscard]] bool lies_on_full_disk(const std::string& path);

}  // namespace mailhaul::ledger
