#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/program.hpp"
#include "cli/tree.hpp"
#include "judges/imap_session.hpp"
#include "judges/view.hpp"

namespace mailhaul::judges {

/// A form that mail can have on disk. '@' stands for the directory that holds all of it.
struct Form {
  std::string_view name;
  std::string_view dovecot;    ///< as Dovecot's mail_location
  std::string_view mailhaul;   ///< as our location
  std::string_view save = "";  ///< a setting with which Dovecot writes it
  bool only_inbox = false;     ///< one folder
  bool needs_parent = false;   ///< its files are below '@', which must be there
};
inline constexpr Form maildir{"maildir", "maildir:@", "maildir:@"};
inline constexpr Form maildir_fs{"maildir_fs", "maildir:@:LAYOUT=fs", "maildir:@:LAYOUT=fs"};
inline constexpr Form maildir_utf8{"maildir_utf8", "maildir:@:UTF-8", "maildir:@:UTF-8"};
inline constexpr Form maildir_gz{"maildir_gz", "maildir:@", "maildir:@", "plugin/zlib_save=gz"};
inline constexpr Form mbox_tree{"mbox_tree", "mbox:@/mail:INBOX=@/inbox", "mboxdir:@/mail:INBOX=@/inbox", "", false,
                                true};
inline constexpr Form mbox_file{"mbox_file", "mbox:@/mail:INBOX=@/inbox", "mbox:@/inbox", "", true, true};

/// `text` with `directory` for '@'.
[[nodiscard]] std::string placed(std::string_view text, const std::string& directory);

/// A real Dovecot without listener or daemon (dovecot-oracle.md): doveadm and imap open the files themselves.
///
/// It works as a user of its own, since root may own no mail there, and only ever looks at a copy: it moves, renames
/// and writes in whatever it opens.
class Dovecot {
 public:
  static constexpr uid_t user = 10001;

  Dovecot();

  /// Why it cannot judge here; empty when it can.
  [[nodiscard]] static std::string why_not();

  /// What it shows of the store in `directory`.
  [[nodiscard]] View view(const Form& form, const std::string& directory);
  /// A client's session on the store itself.
  [[nodiscard]] ImapSession imap(const Form& form, const std::string& directory) const;
  /// What imap sessions complained about; the mere notes left out.
  [[nodiscard]] std::string imap_complaints() const;

 private:
  [[nodiscard]] std::vector<std::string> words_for(const Form& form, const std::string& directory) const;
  std::string doveadm(const Form& form, const std::string& directory, std::vector<std::string> words,
                      std::string& complaints) const;
  [[nodiscard]] std::string in(const std::string& name) const { return dir_.path() + "/" + name; }

  black_box::TempDir dir_{black_box::Place::memory};
  int views_ = 0;
};

}  // namespace mailhaul::judges
