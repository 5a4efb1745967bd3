#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "mailhaul/base/finding.hpp"
#include "mailhaul/io/tree.hpp"

namespace mailhaul::account::cpanel {

/// In which of the files of etc/DOMAIN a mailbox has a line.
struct MailboxLines {
  bool passwd = false;
  bool shadow = false;
  bool quota = false;
};
/// By address, the local part octet for octet.
using LinesByAddress = std::map<std::string, MailboxLines>;

/// Reads etc/DOMAIN/{passwd,shadow,quota} below a home for the names in them. A file that can't be read is a finding;
/// what is odd in one is told by those who read its values.
[[nodiscard]] LinesByAddress read_mailbox_lines(io::Tree& home, Findings& findings);

/// One mailbox of an account (cpanel.md 1.1).
struct MailboxPlace {
  enum class Kind : std::uint8_t {
    account,  ///< of the account itself: `mail`
    user,     ///< `mail/DOMAIN/LOCAL_PART`
    archive,  ///< what the e-mail archive keeps: `mail/archive`, `mail/archive/DOMAIN`
  };
  enum class State : std::uint8_t {
    full,          ///< a directory, and a line in passwd
    no_directory,  ///< a line in passwd; nobody ever logged in, so it is empty
    no_login,      ///< a directory, and lines in shadow or quota alone
    orphan,        ///< a directory alone: deleted, with its mail kept
  };
  enum class Format : std::uint8_t {
    maildir,
    mdbox,       ///< not read by this version
    converting,  ///< on its way from one to the other
    unknown,     ///< the marker says a word that nobody here knows
  };

  std::string name{};  ///< "bob@example.com"; "USER"; "archive", "archive/example.com"
  Kind kind = Kind::user;
  State state = State::full;
  Format format = Format::maildir;
  std::string path{};  ///< below the home
  bool has_utf8_names = false;
  [[nodiscard]] bool has_directory() const { return state != State::no_directory; }
};
[[nodiscard]] const char* to_string(MailboxPlace::State state);

/// What mail there is in an account's home.
struct Layout {
  std::vector<MailboxPlace> mailboxes{};  ///< that of the account first, then by name
  std::set<std::string> domains{};        ///< those with a directory in `mail` or `etc`, as spelled there
  std::uint64_t derived_links = 0;        ///< through which the account's owner sees the mailboxes; never followed
};

/// Looks at names only, and at the marker of each mailbox's format. No link is followed. `user` names the mailbox of
/// the account itself, `domains` are known to be the account's, beside those that have a directory.
///
/// What is not read (another format, a link where a mailbox could be, a name that could leave its directory) is a
/// finding of weight failed. Error where `mail` itself may not be read.
[[nodiscard]] Layout read_layout(io::Tree& home, const std::string& user, const LinesByAddress& lines,
                                 const std::set<std::string>& domains, Findings& findings);

/// The directory below a home that a mailbox of that name has, or shall have; "" where there can be none: its name
/// could leave its directory.
[[nodiscard]] std::string mailbox_path(const std::string& name, const std::string& user);

}  // namespace mailhaul::account::cpanel
