#include "formats/maildir/control_lock.hpp"

#include <chrono>
#include <utility>

#include "formats/maildir/uidlist.hpp"

namespace mailhaul::formats::maildir {

fs::Dotlock take_control_lock(const Context& context, const fs::Directory& home, const fs::Birth& birth,
                              const std::string& folder, std::string_view doing) {
  constexpr std::chrono::milliseconds pause{100};
  const std::string content = std::to_string(context.process) + ":" + context.host;
  for (auto waited = std::chrono::milliseconds{0};; waited += pause) {
    if (auto lock = fs::Dotlock::try_take(home, uid_list_name, content, birth, context.clock)) return std::move(*lock);
    if (waited >= context.lock_wait) break;
    context.clock.sleep(pause);
  }
  throw Error(Cause::locked, Scope::folder, doing)
      .in(folder)
      .at(home.place() + "/" + uid_list_name + ".lock")
      .because("another program holds the lock")
      .on(Side::target);
}

}  // namespace mailhaul::formats::maildir
