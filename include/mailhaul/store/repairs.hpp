#pragma once

#include <string>

namespace mailhaul::store {

/// What a repair is about; the word that `--json` and the counts group by.
enum class RepairKind {
  owner,         ///< owner or group, and with it the mode
  mode,          ///< permissions, set-id bits
  directory,     ///< one that a folder must have is missing
  marker,        ///< maildirfolder is missing
  size_in_name,  ///< S= that is not the size of the message
  uid_list,      ///< lines for which a server would number the folder anew
  quota_file,    ///< maildirsize that does not say what is there
  index_file,    ///< an index of a server that is not of this folder
  left_over,     ///< a temporary file of a run that was killed
};
[[nodiscard]] const char* to_string(RepairKind kind);

/// One thing that is not as it should be, and what it becomes. Texts may hold customers' bytes (S14).
struct Repair {
  RepairKind kind{};
  std::string folder{};   ///< display name; empty: about the whole store
  std::string where{};    ///< path below the root of the store; empty: the root
  std::string was{};      ///< "1001:1001 0644"; empty: nothing was there
  std::string becomes{};  ///< empty: it goes away
  std::string reason{};   ///< one sentence; empty where the kind says it
};

enum class RepairOutcome {
  proposed,  ///< of a preview
  done,
  refused,  ///< it stays as it is
};
[[nodiscard]] const char* to_string(RepairOutcome outcome);

/// Hears of each repair. One thread.
class RepairObserver {
 public:
  RepairObserver() = default;
  RepairObserver(const RepairObserver&) = delete;
  RepairObserver& operator=(const RepairObserver&) = delete;
  virtual ~RepairObserver() = default;
  /// `why` it was refused; else empty.
  virtual void repair(const Repair& repair, RepairOutcome outcome, const std::string& why) = 0;
  /// Between any two files: may throw to end the walk (Cause::stopped).
  virtual void looked_at_one() {}
};

enum class Preview { no, yes };

/// What `fix` does to a store that is there. Each repair is told as it is found, and made at once unless it is only
/// asked what there is to do, so that a tree of any size costs no memory. Done twice, the second time finds nothing.
class Repairs {
 public:
  Repairs() = default;
  Repairs(const Repairs&) = delete;
  Repairs& operator=(const Repairs&) = delete;
  virtual ~Repairs() = default;
  /// Error of scope mailbox or run where it can't go on; what is smaller is a refused repair.
  virtual void mend(Preview preview, RepairObserver& observer) = 0;
};

}  // namespace mailhaul::store
