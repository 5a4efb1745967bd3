#include "ledger/child.hpp"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <exception>
#include <system_error>

namespace mailhaul::ledger {

Child::Child(const std::function<void(const Say&)>& act) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe2");
  process_ = ::fork();
  if (process_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (process_ == 0) {
    const auto say = [&](const std::string& text) {
      if (::write(ends[1], text.data(), text.size()) < 0) ::_exit(1);
    };
    try {
      act(say);
    } catch (const std::exception& thrown) {
      say(std::string("thrown: ") + thrown.what());
    }
    ::_exit(0);
  }
  ::close(ends[1]);
  from_child_ = ends[0];
}

Child::~Child() {
  if (process_ > 0) kill();
  ::close(from_child_);
}

std::string Child::hear() {
  std::string text(4096, '\0');
  ssize_t got = -1;
  do {
    got = ::read(from_child_, text.data(), text.size());
  } while (got < 0 && errno == EINTR);
  text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return text;
}

void Child::kill() {
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
  process_ = -1;
}

std::string Child::wait() {
  std::string all;
  for (std::string text = hear(); !text.empty(); text = hear()) all += text;
  if (process_ > 0) ::waitpid(process_, nullptr, 0);
  process_ = -1;
  return all;
}

std::string in_child(const std::function<std::string()>& act) {
  return Child([&](const Child::Say& say) { say(act()); }).wait();
}

bool become_nobody() {
  constexpr unsigned nobody = 65534;
  return ::setgroups(0, nullptr) == 0 && ::setgid(nobody) == 0 && ::setuid(nobody) == 0;
}

bool mount_small_disk(const std::string& directory, const std::string& size) {
  if (::unshare(CLONE_NEWNS) != 0 && ::unshare(CLONE_NEWNS | CLONE_NEWUSER) != 0) return false;
  (void)::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
  return ::mount("none", directory.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
}

}  // namespace mailhaul::ledger
