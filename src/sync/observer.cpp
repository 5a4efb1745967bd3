#include "mailhaul/sync/observer.hpp"

namespace mailhaul::sync {

const char* to_string(Action action) {
  switch (action) {
  case Action::copied: return "copied";
  case Action::adopted: return "adopted";
  case Action::flags_changed: return "flags_changed";
  case Action::moved: return "moved";
  case Action::deleted: return "deleted";
  case Action::left_out: return "left_out";
  case Action::failed: return "failed";
  }
  return "";
}

FolderOutcome total(const std::vector<FolderOutcome>& folders) {
  FolderOutcome sum;
  for (const FolderOutcome& folder : folders) {
    sum.source_messages += folder.source_messages;
    sum.target_before += folder.target_before;
    sum.copied += folder.copied;
    sum.adopted += folder.adopted;
    sum.flags_changed += folder.flags_changed;
    sum.moved += folder.moved;
    sum.removed += folder.removed;
    sum.deleted += folder.deleted;
    sum.left_out += folder.left_out;
    sum.failed += folder.failed;
    sum.changed += folder.changed;
    sum.octets_copied += folder.octets_copied;
    sum.stable = sum.stable && folder.stable;
  }
  return sum;
}

}  // namespace mailhaul::sync
