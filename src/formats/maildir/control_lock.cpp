#include "formats/maildir/control_lock.hpp"

#include <utility>

#include "formats/maildir/uidlist.hpp"
#include "formats/waited_dotlock.hpp"

namespace mailhaul::formats::maildir {

fs::Dotlock take_control_lock(const Context& context, const fs::Directory& home, const fs::Birth& birth,
                              const std::string& folder, std::string_view doing) {
  if (auto lock = wait_for_dotlock(context, home, uid_list_name, birth)) return std::move(*lock);
  throw Error(Cause::locked, Scope::folder, doing)
      .in(folder)
      .at(home.place() + "/" + uid_list_name + ".lock")
      .because("another program holds the lock")
      .on(Side::target);
}

}  // namespace mailhaul::formats::maildir
