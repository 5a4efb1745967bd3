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

}  // namespace mailhaul::sync
