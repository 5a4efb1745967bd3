#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "mailhaul/store/account_settings.hpp"
#include "support/message_generator.hpp"

/// Whole cPanel accounts as cpanel.md describes them, written to a disk, and beside them what a reader must find. They
/// share no code with the program, but for the names of the values.
namespace mailhaul::support {

struct AccountPlan {
  std::string user = "alice";
  std::string home = "/home/alice";         ///< as the account's own files say it; on the disk it is below the root
  std::optional<uid_t> uid{};               ///< unset: who runs this
  std::optional<gid_t> gid{};               ///< the same
  gid_t mail_gid = 12;                      ///< of the group `mail`
  std::string main_domain = "example.com";  ///< its subdomains are made of it
  std::string addon_domain = "addon.example";
  std::string parked_domain = "parked.example";
  std::uint64_t seed = 1;

  std::size_t messages_a_folder = 6;
  bool gzip = true;          ///< some messages are compressed in place
  bool utf8_folders = true;  ///< one mailbox has folder names in UTF-8; false: all in modified UTF-7
  bool suspended = false;    ///< the whole account
  bool mdbox = false;        ///< one mailbox in a format that is not Maildir
  bool hostile = false;      ///< cpanel.md section 7: links out, names with `../`, smuggled keys, FIFOs, attack traces

  /// For measuring: so many mailboxes more, which share so many messages of everyday sizes. Their messages are counted
  /// in the facts and not kept there.
  std::size_t bulk_mailboxes = 0;
  std::size_t bulk_messages = 0;
};

struct ExpectedMessage {
  PlainMessage mail{};    ///< inflated
  std::uint32_t uid = 0;  ///< 0: it is in no uidlist
  bool is_gzipped = false;
  std::string path{};  ///< below the home
};

struct ExpectedFolder {
  std::string name{};                 ///< "INBOX", "Work/2024", in UTF-8
  std::string path{};                 ///< of its directory below the home
  std::set<std::string> spellings{};  ///< of that directory below the mailbox's: in modified UTF-7 and in UTF-8
  std::uint32_t uid_validity = 0;
  bool is_subscribed = false;
  std::vector<ExpectedMessage> messages{};
};

struct ExpectedMailbox {
  enum class Format : std::uint8_t { maildir, mdbox, archive };  ///< archive: cPanel's e-mail archive, a Maildir
  std::string name{};  ///< "bob@example.com"; of the account itself the user; "archive/example.com"
  std::string path{};  ///< below the home; whether it is there or not
  Format format = Format::maildir;
  bool has_directory = true;
  bool has_login = true;
  bool has_password = true;
  bool names_are_utf8 = false;
  std::vector<ExpectedFolder> folders{};
  std::set<std::string> dangling_subscriptions{};  ///< to folders that are not there
  std::size_t bulk_messages = 0;                   ///< that `folders` does not have
};

/// What a person must be told of.
struct ExpectedRemark {
  std::string about{};  ///< a text that is in the remark, a file or a key
  std::string what{};   ///< for the one who reads the test
  bool in_archive = true;
};

/// A Roundcube address book.
struct ExpectedRoundcube {
  std::string path{};                ///< below the home
  std::set<std::string> contacts{};  ///< addresses in `contacts`; one of them is in the write-ahead log alone
};

struct AccountFacts {
  AccountPlan plan{};
  std::map<std::string, ExpectedMailbox> mailboxes{};
  /// Everything well-formed but passwords of the account itself and files; filters as they lie there.
  std::vector<store::Setting> settings{};
  std::map<store::SettingId, std::string> files{};  ///< SettingKind::file and their content, SQLite aside
  std::map<std::string, ExpectedRoundcube> roundcube{};
  std::string account_hash{};  ///< of the user's own password
  std::vector<ExpectedRemark> remarks{};
  std::set<std::string> derived_links{};  ///< below the home: the two families of symlinks
  std::set<std::string> dropped{};        ///< below the home: caches

  /// Stands in every file that must not arrive anywhere: caches, stale files of another format, whatever lies outside
  /// the account.
  static constexpr const char* poison = "THIS-MUST-NOT-TRAVEL";
};

/// Writes the account below `root`, which must not be there or be empty: `root`/etc, `root`/var/cpanel, `root`+home,
/// and with `hostile` `root`/outside, which is not the account's. Run as root it sets owners as well.
[[nodiscard]] AccountFacts make_cpanel_account(const AccountPlan& plan, const std::string& root);

/// What an archive says of the settings: outgoing mail that is suspended or held is known to the server alone.
[[nodiscard]] std::vector<store::Setting> settings_in_archive(const AccountFacts& facts);

}  // namespace mailhaul::support
