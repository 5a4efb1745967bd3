#include "cli/program.hpp"

#include <fcntl.h>
#include <grp.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <thread>

#include "cli/tree.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX wants it declared by its user

namespace mailhaul::black_box {
namespace {

constexpr std::chrono::milliseconds between_looks{2};

void check(bool good, const char* doing) {
  if (!good) throw std::system_error(errno, std::generic_category(), doing);
}

/// One end of a pipe, read to its end by a thread.
class Drain {
 public:
  Drain() {
    std::array<int, 2> ends{};
    check(::pipe2(ends.data(), O_CLOEXEC) == 0, "pipe2");
    reading_ = ends[0];
    writing_ = ends[1];
  }
  ~Drain() {
    close_writing();
    if (thread_.joinable()) thread_.join();
    ::close(reading_);
  }
  Drain(const Drain&) = delete;
  Drain& operator=(const Drain&) = delete;

  [[nodiscard]] int writing() const { return writing_; }
  void close_writing() {
    if (writing_ >= 0) ::close(writing_);
    writing_ = -1;
  }
  void start() {
    close_writing();
    thread_ = std::thread([this] {
      std::array<char, 65536> buffer{};
      for (;;) {
        const ssize_t got = ::read(reading_, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return;
        text_.append(buffer.data(), static_cast<std::size_t>(got));
      }
    });
  }
  [[nodiscard]] std::string all() {
    thread_.join();
    return std::move(text_);
  }

 private:
  int reading_ = -1;
  int writing_ = -1;
  std::thread thread_;
  std::string text_;
};

/// Ledgers last as long as the test: never those of the machine, and each test knows nothing of the others.
const std::string& states_of_this_test() {
  static const TempDir home;
  return home.path();
}

std::string state_of_this_test(const std::optional<uid_t>& user) {
  const std::string& home = states_of_this_test();
  if (!user) return home + "/own";
  const std::string theirs = home + "/" + std::to_string(*user);
  ::chmod(home.c_str(), 0711);
  ::mkdir(theirs.c_str(), 0700);
  (void)::chown(theirs.c_str(), *user, *user);
  return theirs;
}

std::vector<std::string> environment_of(const How& how) {
  std::map<std::string, std::string> variables{{"TZ", "UTC"}, {"MAILHAUL_STATE", state_of_this_test(how.user)}};
  for (char** entry = environ; !how.whole_environment && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  for (const auto& [name, value] : how.environment) variables[name] = value;
  std::vector<std::string> entries;
  for (const auto& [name, value] : variables) entries.push_back(name + "=" + value);
  return entries;
}

/// Length of the UTF-8 sequence that `text` begins with (RFC 3629); 0: none. By the book, not by the program's own
/// code.
std::size_t utf8_length(std::string_view text) {
  const auto octet = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto tail = [&](std::size_t i) { return octet(i) >= 0x80 && octet(i) <= 0xbf; };
  const unsigned lead = octet(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return tail(1) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    const bool good = tail(1) && tail(2) && !(lead == 0xe0 && octet(1) < 0xa0) && !(lead == 0xed && octet(1) > 0x9f);
    return good ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    const bool in_range = !(lead == 0xf0 && octet(1) < 0x90) && !(lead == 0xf4 && octet(1) > 0x8f);
    return in_range && tail(1) && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

struct Program::Pipes {
  Drain out;
  Drain err;
};

Program::Program(const std::vector<std::string>& arguments, const How& how)
    : how_(how), started_(std::chrono::steady_clock::now()), pipes_(new Pipes) {
  std::vector<std::string> words = how.under;
  words.push_back(how.program);
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables = environment_of(how);
  const std::vector<char*> argv = pointers_to(words);
  const std::vector<char*> envp = pointers_to(variables);
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  check(nothing >= 0, "open /dev/null");
  pid_ = ::fork();
  check(pid_ >= 0, "fork");
  if (pid_ == 0) {
    // Only calls that are safe between fork and exec. A group of its own, so that what ran under another program goes
    // with it: a traced one would live on, and hold our pipes.
    ::setpgid(0, 0);
    ::dup2(nothing, STDIN_FILENO);
    ::dup2(pipes_->out.writing(), STDOUT_FILENO);
    ::dup2(pipes_->err.writing(), STDERR_FILENO);
    if (how.user && (::setgroups(0, nullptr) != 0 || ::setgid(*how.user) != 0 || ::setuid(*how.user) != 0))
      ::_exit(126);
    ::execve(words.front().c_str(), argv.data(), envp.data());
    ::_exit(127);
  }
  ::close(nothing);
  pipes_->out.start();
  pipes_->err.start();
}

Program::~Program() {
  if (pid_ > 0) static_cast<void>(wait());
  delete pipes_;
}

void Program::signal(int number) const { ::kill(pid_, number); }

Result Program::wait() {
  Result result;
  int status = 0;
  rusage usage{};
  for (;;) {
    const pid_t ended = ::wait4(pid_, &status, WNOHANG, &usage);
    if (ended == pid_) break;
    check(ended == 0 || errno == EINTR, "wait4");
    if (std::chrono::steady_clock::now() - started_ > how_.limit && !result.hung) {
      result.hung = true;
      ::kill(-pid_, SIGKILL);
      ::kill(pid_, SIGKILL);
    }
    std::this_thread::sleep_for(between_looks);
  }
  pid_ = -1;
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  result.peak_octets = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
  result.out = pipes_->out.all();
  result.err = pipes_->err.all();
  return result;
}

void forget_runs() {
  for (const std::string& name : names_in(states_of_this_test()))
    std::filesystem::remove_all(states_of_this_test() + "/" + name);
}

Result run(const std::vector<std::string>& arguments, const How& how) { return Program(arguments, how).wait(); }

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

std::string control_octets_in(std::string_view text) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string found;
  const auto tell = [&](std::string_view octets) {
    for (const char c : octets) {
      found += digits[static_cast<unsigned char>(c) >> 4U];
      found += digits[static_cast<unsigned char>(c) & 15U];
    }
    found += ' ';
  };
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const std::string_view piece = text.substr(0, length == 0 ? 1 : length);
    text.remove_prefix(piece.size());
    const auto lead = static_cast<unsigned char>(piece.front());
    const bool c0 = length == 1 && (lead < 0x20 || lead == 0x7f) && lead != '\n';
    const bool c1 = length == 2 && lead == 0xc2 && static_cast<unsigned char>(piece[1]) < 0xa0;
    // U+200E, U+200F, U+2028-U+202E; U+2066-U+2069
    const bool bidi =
        length == 3 && lead == 0xe2 &&
        ((piece[1] == '\x80' &&
          (piece[2] == '\x8e' || piece[2] == '\x8f' ||
           (static_cast<unsigned char>(piece[2]) >= 0xa8 && static_cast<unsigned char>(piece[2]) <= 0xae))) ||
         (piece[1] == '\x81' && static_cast<unsigned char>(piece[2]) >= 0xa6 &&
          static_cast<unsigned char>(piece[2]) <= 0xa9));
    if (length == 0 || c0 || c1 || bidi) tell(piece);
  }
  return found;
}

bool is_sanitized() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
  return true;
#else
  return false;
#endif
#else
  return false;
#endif
}

}  // namespace mailhaul::black_box
