#include "process.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <csignal>
#include <cstdlib>

namespace mailhaul::cli {

void prepare_process() {
  for (int fd = 0; fd <= 2; ++fd)
    if (::fcntl(fd, F_GETFD) < 0) (void)::open("/dev/null", O_RDWR);
  ::umask(077);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGCHLD, SIG_DFL);  // inherited as ignored it would take the ends of children from us
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = std::min<rlim_t>(files.rlim_max, 65'536);
    ::setrlimit(RLIMIT_NOFILE, &files);
  }
}

std::string host_name() {
  std::array<char, 256> raw{};
  if (::gethostname(raw.data(), raw.size() - 1) != 0) return "localhost";
  std::string name;
  for (const char c : std::string(raw.data())) {
    if (c == '/')
      name += "\\057";
    else if (c == ':')
      name += "\\072";
    else if (c > ' ' && c < 0x7f)
      name += c;
  }
  return name.empty() ? "localhost" : name;
}

std::int64_t process_id() { return ::getpid(); }

fs::Owner effective_owner() { return {::geteuid(), ::getegid()}; }

std::string run_directory() {
  if (::geteuid() == 0) return "/run/mailhaul";
  const char* const own = std::getenv("XDG_RUNTIME_DIR");
  return own == nullptr || *own != '/' ? "" : std::string(own) + "/mailhaul";
}

std::string state_directory() {
  const auto variable = [](const char* name) -> std::string {
    const char* const value = std::getenv(name);
    return value == nullptr || *value != '/' ? "" : value;
  };
  if (std::string own = variable("MAILHAUL_STATE"); !own.empty()) return own;
  if (::geteuid() == 0) return "/var/lib/mailhaul";
  if (const std::string state = variable("XDG_STATE_HOME"); !state.empty()) return state + "/mailhaul";
  const std::string home = variable("HOME");
  return home.empty() ? "" : home + "/.local/state/mailhaul";
}

std::string working_directory() {
  std::array<char, PATH_MAX> path{};
  return ::getcwd(path.data(), path.size()) == nullptr ? "/" : path.data();
}

std::string own_program() {
  constexpr const char* link = "/proc/self/exe";
  std::array<char, PATH_MAX> path{};
  const ssize_t length = ::readlink(link, path.data(), path.size());
  return length > 0 ? std::string(path.data(), static_cast<std::size_t>(length)) : link;
}

std::string boot_id() {
  std::array<char, 64> text{};
  const int file = ::open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
  if (file < 0) return "";
  const ssize_t got = ::read(file, text.data(), text.size());
  ::close(file);
  return got <= 0 ? "" : std::string(text.data(), static_cast<std::size_t>(got) - 1);
}

std::uint64_t peak_memory_octets() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

SignalWatch::SignalWatch(StopRequest& stop) {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1}) sigaddset(&signals, signal);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  thread_ = std::jthread([&stop, signals](const std::stop_token& ended) {
    for (;;) {
      int signal = 0;
      if (::sigwait(&signals, &signal) != 0 || ended.stop_requested()) return;
      if (signal == SIGUSR1) continue;  // only wakes us, to see that the program is ending
      if (stop.asked()) ::_exit(20);
      stop.ask();
    }
  });
}

SignalWatch::~SignalWatch() {
  thread_.request_stop();
  ::pthread_kill(thread_.native_handle(), SIGUSR1);
}

}  // namespace mailhaul::cli
