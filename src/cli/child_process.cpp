#include "child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include "mailhaul/base/error.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX wants it declared by its user

namespace mailhaul::cli {
namespace {

constexpr std::size_t piece = std::size_t{64} << 10U;
constexpr std::size_t longest_line = std::size_t{1} << 20U;
constexpr std::size_t kept_errors = std::size_t{64} << 10U;
constexpr int not_started = 127;

Error cannot_start(int reason) {
  return Error(Cause::io_error, Scope::run, "starting a process for a pair")
      .because(reason)
      .hint("run fewer at a time: -j");
}

struct Pipe {
  PipeEnd reading;
  PipeEnd writing;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw cannot_start(errno);
  return {PipeEnd(ends[0]), PipeEnd(ends[1])};
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers(texts.size() + 1, nullptr);
  std::transform(texts.begin(), texts.end(), pointers.begin(), [](std::string& text) { return text.data(); });
  return pointers;
}

/// In the child: only calls that are safe between fork and exec. Its standard input never says anything; that it ends
/// is a SIGTERM (pipes tell their readers as terminals do).
void end_with_us(int life) {
  ::fcntl(life, F_SETOWN, ::getpid());
  ::fcntl(life, F_SETSIG, SIGTERM);
  ::fcntl(life, F_SETFL, O_ASYNC);
}

[[noreturn]] void become(const char* program, char* const* argv, int life, int out, int err) {
  ::setpgid(0, 0);
  end_with_us(life);
  if (::dup2(life, STDIN_FILENO) < 0 || ::dup2(out, STDOUT_FILENO) < 0 || ::dup2(err, STDERR_FILENO) < 0)
    ::_exit(not_started);
  (void)::close_range(STDERR_FILENO + 1, ~0U, 0);  // ours go by themselves; what we inherited would not
  // Signals stay blocked, as they are in every thread of ours: one that comes early waits until the program looks.
  ::execve(program, argv, environ);
  ::_exit(not_started);
}

}  // namespace

PipeEnd::PipeEnd(PipeEnd&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

PipeEnd& PipeEnd::operator=(PipeEnd&& other) noexcept {
  close();
  descriptor_ = std::exchange(other.descriptor_, -1);
  return *this;
}

std::string PipeEnd::read() {
  std::string octets(piece, '\0');
  const ssize_t got = ::read(descriptor_, octets.data(), octets.size());
  if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) close();
  octets.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return octets;
}

void PipeEnd::close() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

ChildProcess::ChildProcess(const std::string& program, std::vector<std::string> arguments, TakeLine take_line)
    : take_line_(std::move(take_line)) {
  const std::vector<char*> argv = pointers_to(arguments);
  Pipe life = make_pipe();
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  for (const PipeEnd* end : {&out.reading, &err.reading}) ::fcntl(end->descriptor(), F_SETFL, O_NONBLOCK);
  // Not before: the child needs all of them.  NOLINTNEXTLINE(cppcoreguidelines-prefer-member-initializer)
  pid_ = ::fork();
  if (pid_ < 0) throw cannot_start(errno);
  if (pid_ == 0)
    become(program.c_str(), argv.data(), life.reading.descriptor(), out.writing.descriptor(), err.writing.descriptor());
  life_ = std::move(life.writing);
  out_ = std::move(out.reading);
  err_ = std::move(err.reading);
}

ChildProcess::~ChildProcess() {
  if (pid_ < 0) return;
  stop();
  out_.close();  // what it still says goes nowhere, and it never waits for us
  err_.close();
  static_cast<void>(wait());
}

void ChildProcess::stop() const { ::kill(pid_, SIGTERM); }

bool ChildProcess::read() {
  if (out_.is_open()) take(out_.read());
  if (err_.is_open()) errors_ += err_.read();
  if (errors_.size() > 2 * kept_errors) errors_.erase(0, errors_.size() - kept_errors);
  return !out_.is_open() && !err_.is_open();
}

void ChildProcess::take(std::string_view octets) {
  while (!octets.empty()) {
    const std::size_t end = octets.find('\n');
    const std::string_view part = octets.substr(0, end);
    is_too_long_ = is_too_long_ || line_.size() + part.size() > longest_line;
    if (is_too_long_)
      line_.clear();
    else
      line_ += part;
    if (end == std::string_view::npos) return;
    if (!is_too_long_) take_line_(line_);
    line_.clear();
    is_too_long_ = false;
    octets.remove_prefix(end + 1);
  }
}

ChildEnd ChildProcess::wait() {
  int status = 0;
  pid_t ended = 0;
  do ended = ::waitpid(pid_, &status, 0);
  while (ended < 0 && errno == EINTR);
  pid_ = -1;
  if (errors_.size() > kept_errors) errors_.erase(0, errors_.size() - kept_errors);
  ChildEnd end;
  if (ended < 0)
    end.status = 1;  // nobody knows how it ended: not well
  else if (WIFSIGNALED(status))
    end.signal = WTERMSIG(status);
  else
    end.status = WEXITSTATUS(status);
  end.errors = std::move(errors_);
  return end;
}

void ChildProcess::wait_for_any(const std::vector<ChildProcess*>& children, std::chrono::milliseconds time) {
  std::vector<pollfd> watched;
  for (const ChildProcess* child : children)
    for (const PipeEnd* end : {&child->out_, &child->err_})
      if (end->is_open()) watched.push_back({end->descriptor(), POLLIN, 0});
  (void)::poll(watched.data(), watched.size(), static_cast<int>(time.count()));
}

}  // namespace mailhaul::cli
