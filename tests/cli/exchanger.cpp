#include "cli/exchanger.hpp"

#include <fcntl.h>
#include <grp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <new>
#include <system_error>

namespace mailhaul::black_box {
namespace {

void check(bool good, const char* doing) {
  if (!good) throw std::system_error(errno, std::generic_category(), doing);
}

}  // namespace

Exchanger::Exchanger(std::vector<Pair> pairs, uid_t user, Pace pace) : pairs_(std::move(pairs)) {
  void* const memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  check(memory != MAP_FAILED, "mmap");
  shared_ = new (memory) Shared;
  pid_ = ::fork();
  check(pid_ >= 0, "fork");
  if (pid_ == 0) work(user, pace);
}

std::uint64_t Exchanger::stop() {
  if (pid_ > 0) {
    shared_->ended = true;
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return 0;
  }
  return shared_->exchanges;
}

/// Only calls that are safe after a fork.
void Exchanger::work(uid_t user, Pace pace) {
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::setgroups(0, nullptr) != 0 || ::setgid(user) != 0 ||
      ::setuid(user) != 0)
    ::_exit(1);
  std::uint64_t random = 0x9e3779b97f4a7c15ULL;
  const auto exchange = [](const Pair& pair) {
    return ::renameat2(AT_FDCWD, pair.first.c_str(), AT_FDCWD, pair.second.c_str(), RENAME_EXCHANGE) == 0;
  };
  const auto pause = [&] {
    random ^= random << 13U;
    random ^= random >> 7U;
    random ^= random << 17U;
    const timespec time{0, static_cast<long>(200'000 + random % 1'800'000)};
    if (pace == Pace::with_pauses) ::nanosleep(&time, nullptr);
  };
  // There and back again: when it ends, all stand where they stood, unless somebody else moved them.
  while (!shared_->ended)
    for (const Pair& pair : pairs_) {
      if (!exchange(pair)) continue;
      pause();
      while (!exchange(pair) && errno == EINTR) {
      }
      shared_->exchanges += 2;
      pause();
    }
  ::_exit(0);
}

}  // namespace mailhaul::black_box
