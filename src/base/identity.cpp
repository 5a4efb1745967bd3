// By system calls and not by the C library, which would change the groups of every thread (nptl(7)).
#include "mailhaul/base/identity.hpp"

#include <sys/fsuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <optional>
#include <vector>

namespace mailhaul {
namespace {

/// What the program was started as.
struct Runner {
  Identity identity{::geteuid(), ::getegid()};
  std::vector<gid_t> groups{};

  Runner() {
    const int count = ::getgroups(0, nullptr);
    if (count <= 0) return;
    groups.resize(static_cast<std::size_t>(count));
    const int got = ::getgroups(count, groups.data());
    groups.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  }
};

/// Asked first while the thread that asks still is what the program was started as.
const Runner& runner() {
  static const Runner started_as;
  return started_as;
}

/// What the kernel knows of the calling thread, so that it is told only of changes. Nothing: it has to be told; a new
/// thread inherits what its maker acts as.
std::optional<Identity>& acting() {
  thread_local std::optional<Identity> identity;
  return identity;
}

int set_groups(const std::vector<gid_t>& groups) {
  return ::syscall(SYS_setgroups, groups.size(), groups.empty() ? nullptr : groups.data()) == 0 ? 0 : -errno;
}

// Neither call can fail visibly: an impossible id changes nothing and tells the present one.
bool set_group(gid_t gid) {
  ::setfsgid(gid);
  return static_cast<gid_t>(::setfsgid(static_cast<gid_t>(-1))) == gid;
}
bool set_user(uid_t uid) {
  ::setfsuid(uid);
  return static_cast<uid_t>(::setfsuid(static_cast<uid_t>(-1))) == uid;
}

void come_back() {
  const Runner& wanted = runner();
  acting().reset();
  if (!set_user(wanted.identity.uid) || !set_group(wanted.identity.gid) || set_groups(wanted.groups) < 0) std::abort();
  acting() = wanted.identity;
}

}  // namespace

bool can_act_as_others() { return runner().identity.uid == 0; }

int act_as(const Identity& identity) {
  if (!can_act_as_others()) return -EPERM;
  if (identity.uid == 0) {
    act_as_runner();
    return 0;
  }
  if (acting() == identity) return 0;
  // From one customer to the next: there are no groups to take away.
  const bool has_groups = !acting() || *acting() == runner().identity;
  acting().reset();
  const int result = has_groups ? set_groups({}) : 0;
  if (result == 0 && set_group(identity.gid) && set_user(identity.uid)) {
    acting() = identity;
    return 0;
  }
  come_back();
  return result < 0 ? result : -EINVAL;
}

void act_as_runner() {
  if (can_act_as_others() && acting() != runner().identity) come_back();
}

}  // namespace mailhaul
