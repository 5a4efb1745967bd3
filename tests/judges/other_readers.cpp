#include "judges/other_readers.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <regex>
#include <stdexcept>
#include <system_error>

#include "cli/program.hpp"

namespace mailhaul::judges {
namespace {

constexpr int patience_ms = 20'000;

const char* program_of(Reader reader) {
  switch (reader) {
  case Reader::mutt: return "/usr/bin/mutt";
  case Reader::mailutils: return "/usr/bin/messages";
  case Reader::python: return "/usr/bin/python3";
  }
  return "";
}

void check(bool good, const char* doing) {
  if (!good) throw std::system_error(errno, std::generic_category(), doing);
}

/// A program on a terminal of its own.
class Terminal {
 public:
  explicit Terminal(std::vector<std::string> words) {
    master_ = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    check(master_ >= 0 && ::grantpt(master_) == 0 && ::unlockpt(master_) == 0, "a terminal");
    std::array<char, 128> name{};
    check(::ptsname_r(master_, name.data(), name.size()) == 0, "ptsname");
    std::vector<std::string> variables{"PATH=/usr/bin:/bin", "TERM=vt100", "HOME=/nonexistent", "LANG=C"};
    std::vector<char*> argv;
    std::vector<char*> envp;
    for (std::string& word : words) argv.push_back(word.data());
    for (std::string& variable : variables) envp.push_back(variable.data());
    argv.push_back(nullptr);
    envp.push_back(nullptr);
    pid_ = ::fork();
    check(pid_ >= 0, "fork");
    if (pid_ != 0) return;
    ::setsid();
    const int terminal = ::open(name.data(), O_RDWR);  // becomes the controlling one
    const winsize size{24, 80, 0, 0};
    ::ioctl(terminal, TIOCSWINSZ, &size);
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(terminal, fd);
    ::execve(argv.front(), argv.data(), envp.data());
    ::_exit(127);
  }
  ~Terminal() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    ::close(master_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  /// Waits until `wanted` stands on the screen; returns its first group.
  std::string wait_for(const std::regex& wanted) {
    std::string screen;
    std::smatch found;
    while (!std::regex_search(screen, found, wanted)) {
      pollfd waiting{master_, POLLIN, 0};
      std::array<char, 65536> buffer{};
      const ssize_t got = ::poll(&waiting, 1, patience_ms) == 1 ? ::read(master_, buffer.data(), buffer.size()) : -1;
      if (got <= 0) throw std::runtime_error("never seen on the screen:\n" + screen);
      screen.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return found[1];
  }

 private:
  int master_ = -1;
  pid_t pid_ = -1;
};

std::string output_of(Reader reader, std::vector<std::string> arguments) {
  black_box::How how;
  how.program = program_of(reader);
  const black_box::Result result = black_box::run(arguments, how);
  if (result.status != 0) throw std::runtime_error(name_of(reader) + ": " + result.out + result.err);
  return result.out;
}

}  // namespace

std::string name_of(Reader reader) {
  switch (reader) {
  case Reader::mutt: return "mutt";
  case Reader::mailutils: return "mailutils";
  case Reader::python: return "python";
  }
  return "";
}

std::string why_not(Reader reader) {
  const char* const program = program_of(reader);
  return ::access(program, X_OK) == 0 ? "" : std::string("there is no ") + program + " (scripts/bootstrap installs it)";
}

int count_by(Reader reader, const std::string& path) {
  switch (reader) {
  case Reader::mutt: {
    // Only its screen tells: the status line, "---Mutt: PATH [Msgs:95 New:95 37K]---".
    static const std::regex status_line(R"(\[Msgs:(\d+))");
    return std::stoi(Terminal({program_of(reader), "-n", "-F", "/dev/null", "-e", "set folder=/", "-R", "-f", path})
                         .wait_for(status_line));
  }
  case Reader::mailutils: return std::stoi(output_of(reader, {"--no-config", "-q", path}));
  case Reader::python: {
    const std::string script = "import mailbox, os, sys\n"
                               "path = sys.argv[1]\n"
                               "kind = mailbox.Maildir if os.path.isdir(path) else mailbox.mbox\n"
                               "print(len(kind(path, create=False)))\n";
    return std::stoi(output_of(reader, {"-I", "-c", script, path}));
  }
  }
  return -1;
}

}  // namespace mailhaul::judges
