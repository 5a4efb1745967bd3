// By system calls and not by the C library, which would change the groups of every thread (nptl(7)).
#include "mailhaul/base/identity.hpp"

#include <sys/fsuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <optional>
#include <thread>
#include <vector>

namespace mailhaul {
namespace {

/// What the program was started as.
struct Runner {
  Identity identity{::geteuid(), ::getegid()};
  std::vector<gid_t> groups{};
  std::thread::id asked_by = std::this_thread::get_id();
};

std::vector<gid_t> groups_now() {
  const int count = ::getgroups(0, nullptr);
  if (count <= 0) return {};
  std::vector<gid_t> groups(static_cast<std::size_t>(count));
  const int got = ::getgroups(count, groups.data());
  groups.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return groups;
}

int set_groups(const std::vector<gid_t>& groups) {
  return ::syscall(SYS_setgroups, groups.size(), groups.empty() ? nullptr : groups.data()) == 0 ? 0 : -errno;
}

/// Asked first while the thread that asks still is what the program was started as.
const Runner& runner() {
  static const Runner started_as = [] {
    Runner found;
    found.groups = groups_now();
    // In a user namespace there may be some that can't be had again once they were given up: root does without them.
    if (found.identity.uid == 0 && !found.groups.empty() && set_groups(found.groups) < 0) found.groups.clear();
    return found;
  }();
  return started_as;
}

// An impossible id changes nothing and tells the present one.
uid_t user_now() { return static_cast<uid_t>(::setfsuid(static_cast<uid_t>(-1))); }
gid_t group_now() { return static_cast<gid_t>(::setfsgid(static_cast<gid_t>(-1))); }

/// A new thread inherits what its maker acts as: the runner, or somebody that has to be told anew.
std::optional<Identity> inherited() {
  const Runner& started_as = runner();
  if (started_as.asked_by == std::this_thread::get_id()) return started_as.identity;
  const bool is_runner = started_as.identity == Identity{user_now(), group_now()} && started_as.groups == groups_now();
  return is_runner ? std::optional(started_as.identity) : std::nullopt;
}

/// What the kernel knows of the calling thread, so that it is told only of changes. Nothing: it has to be told.
std::optional<Identity>& acting() {
  thread_local std::optional<Identity> identity = inherited();
  return identity;
}

// Neither call fails visibly.
bool set_group(gid_t gid) {
  ::setfsgid(gid);
  return group_now() == gid;
}
bool set_user(uid_t uid) {
  ::setfsuid(uid);
  return user_now() == uid;
}

void come_back() {
  const Runner& wanted = runner();
  acting().reset();
  if (!set_user(wanted.identity.uid) || !set_group(wanted.identity.gid) || set_groups(wanted.groups) < 0) std::abort();
  acting() = wanted.identity;
}

}  // namespace

uid_t runner_uid() { return runner().identity.uid; }

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
  // First, and what it refuses changes nothing: root may be without CAP_SETGID.
  if (const int result = has_groups ? set_groups({}) : 0; result < 0) return result;
  acting().reset();
  if (set_group(identity.gid) && set_user(identity.uid)) {
    acting() = identity;
    return 0;
  }
  come_back();
  return -EINVAL;
}

void act_as_runner() {
  if (can_act_as_others() && acting() != runner().identity) come_back();
}

}  // namespace mailhaul
