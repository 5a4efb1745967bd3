#include "judges/imap_session.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <system_error>

namespace mailhaul::judges {
namespace {

constexpr int patience_ms = 30'000;

void check(bool good, const char* doing) {
  if (!good) throw std::system_error(errno, std::generic_category(), doing);
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

ImapSession::ImapSession(std::vector<std::string> words, std::vector<std::string> environment, const std::string& log) {
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  check(::pipe2(in.data(), O_CLOEXEC) == 0 && ::pipe2(out.data(), O_CLOEXEC) == 0, "pipe2");
  const int errors = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  check(errors >= 0, "open the log");
  const std::vector<char*> argv = pointers_to(words);
  const std::vector<char*> envp = pointers_to(environment);
  pid_ = ::fork();
  check(pid_ >= 0, "fork");
  if (pid_ == 0) {
    ::dup2(in[0], STDIN_FILENO);
    ::dup2(out[1], STDOUT_FILENO);
    ::dup2(errors, STDERR_FILENO);
    ::execve(argv.front(), argv.data(), envp.data());
    ::_exit(127);
  }
  ::close(in[0]);
  ::close(out[1]);
  ::close(errors);
  to_ = in[1];
  from_ = out[0];
  answer_up_to("*");  // the greeting
}

ImapSession::~ImapSession() {
  try {
    command("LOGOUT");
  } catch (const std::exception&) {
    ::kill(pid_, SIGKILL);
  }
  ::close(to_);
  ::close(from_);
  ::waitpid(pid_, nullptr, 0);
}

std::string ImapSession::command(std::string_view text) {
  const std::string tag = "t" + std::to_string(++count_);
  send(tag + " " + std::string(text) + "\r\n");
  return answer_up_to(tag);
}

void ImapSession::append(const std::string& folder, const std::string& flags, const std::string& when,
                         std::string_view octets) {
  std::string text = "APPEND \"" + folder + "\" (" + flags + ") \"" + when + "\" {" + std::to_string(octets.size());
  text += "+}\r\n";
  text += octets;
  command(text);
}

std::string ImapSession::answer_up_to(const std::string& tag) {
  std::string before;
  for (;;) {
    for (std::size_t end = 0; (end = unread_.find("\r\n")) != std::string::npos;) {
      const std::string line = unread_.substr(0, end + 2);
      unread_.erase(0, end + 2);
      before += line;
      if (line.compare(0, tag.size() + 1, tag + " ") != 0) continue;
      if (tag != "*" && line.compare(tag.size() + 1, 3, "OK ") != 0) throw std::runtime_error("imap: " + line);
      return before;
    }
    pollfd waiting{from_, POLLIN, 0};
    if (::poll(&waiting, 1, patience_ms) != 1) throw std::runtime_error("imap: no answer");
    std::array<char, 65536> buffer{};
    const ssize_t got = ::read(from_, buffer.data(), buffer.size());
    if (got <= 0) throw std::runtime_error("imap ended after: " + before);
    unread_.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

void ImapSession::send(std::string_view octets) const {
  while (!octets.empty()) {
    const ssize_t done = ::write(to_, octets.data(), octets.size());
    check(done > 0, "write to imap");
    octets.remove_prefix(static_cast<std::size_t>(done));
  }
}

}  // namespace mailhaul::judges
