#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace mailhaul::judges {

/// Dovecot's imap program on a pair of pipes, as a client sees it: commands one by one, each waited for.
class ImapSession {
 public:
  /// `log` is where its standard error goes.
  ImapSession(std::vector<std::string> words, std::vector<std::string> environment, const std::string& log);
  /// Logs out and waits for the program's end.
  ~ImapSession();
  ImapSession(const ImapSession&) = delete;
  ImapSession& operator=(const ImapSession&) = delete;

  /// Sends a command without its tag and line end; returns what was answered before the tagged line. Throws
  /// std::runtime_error when the answer is not OK, or none comes.
  std::string command(std::string_view text);
  /// `folder` in modified UTF-7; `when` as in "05-Jan-2002 10:00:00 +0300".
  void append(const std::string& folder, const std::string& flags, const std::string& when, std::string_view octets);

 private:
  std::string answer_up_to(const std::string& tag);
  void send(std::string_view octets) const;

  pid_t pid_ = -1;
  int to_ = -1;
  int from_ = -1;
  int count_ = 0;
  std::string unread_;
};

}  // namespace mailhaul::judges
