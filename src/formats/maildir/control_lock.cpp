#include "formats/maildir/control_lock.hpp"

#include <utility>

#include "formats/maildir/uidlist.hpp"

namespace mailhaul::formats::maildir {

fs::Dotlock take_control_lock(const Context& context, const fs::Directory& home, const fs::Birth& birth,
                              const std::string& folder, std::string_view doing) {
  const std::string content = std::to_string(context.process) + ":" + context.host;
  do {
    if (auto lock = fs::Dotlock::try_take(home, uid_list_name, content, birth, context.clock)) return std::move(*lock);
  } while (context.lock_wait.pause(context.clock));
  throw Error(Cause::locked, Scope::folder, doing)
      .in(folder)
      .at(home.place() + "/" + uid_list_name + ".lock")
      .because("another program holds the lock")
      .on(Side::target);
}

}  // namespace mailhaul::formats::maildir
