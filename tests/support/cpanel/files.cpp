#include <sqlite3.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>

#include "support/cpanel/account_writer.hpp"

namespace mailhaul::support::cpanel {
namespace {

constexpr mode_t private_mode = 0600;

std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

struct RoundcubeFiles {
  std::string database{};
  std::string log{};  ///< write-ahead
};

/// A database whose last contact is in the write-ahead log alone, as of a server that did not close it. It is made
/// aside: SQLite merges the log when the last connection goes.
RoundcubeFiles roundcube(const std::string& user, const std::string& first, const std::string& last) {
  std::string directory = std::filesystem::temp_directory_path() / "mailhaul-roundcube-XXXXXX";
  if (::mkdtemp(directory.data()) == nullptr) throw std::runtime_error("mkdtemp");
  const std::string path = directory + "/r.db";
  sqlite3* opened = nullptr;
  const int result = ::sqlite3_open(path.c_str(), &opened);
  const std::unique_ptr<sqlite3, decltype(&::sqlite3_close)> database(opened, &::sqlite3_close);
  const auto run = [&](const std::string& text) {
    if (::sqlite3_exec(database.get(), text.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
      throw std::runtime_error(::sqlite3_errmsg(database.get()));
  };
  if (result != SQLITE_OK) throw std::runtime_error("sqlite3_open");
  run("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0;"
      "CREATE TABLE users (user_id INTEGER PRIMARY KEY, username varchar(128), mail_host varchar(128), preferences "
      "text);"
      "CREATE TABLE identities (identity_id INTEGER PRIMARY KEY, user_id integer, name varchar(128), email "
      "varchar(128), signature text);"
      "CREATE TABLE contacts (contact_id INTEGER PRIMARY KEY, user_id integer, name varchar(128), email varchar(255));"
      "CREATE TABLE cache (user_id integer, cache_key varchar(128), data text);"
      "CREATE TABLE system (name varchar(64) PRIMARY KEY, value text);"
      "INSERT INTO system VALUES ('roundcube-version', '2022081200');"
      "INSERT INTO users VALUES (1, '" +
      user +
      "', 'localhost', 'a:0:{}');"
      "INSERT INTO identities VALUES (1, 1, 'Somebody', '" +
      user +
      "', '-- \nwith a signature');"
      "INSERT INTO contacts VALUES (1, 1, 'First', '" +
      first +
      "');"
      "PRAGMA wal_checkpoint(TRUNCATE);"
      "INSERT INTO contacts VALUES (2, 1, 'Last', '" +
      last + "');");
  RoundcubeFiles files{content_of(path), content_of(path + "-wal")};
  std::filesystem::remove_all(directory);
  return files;
}

void write_roundcube(AccountWriter& writer, const std::string& owner, const std::string& path) {
  const RoundcubeFiles files = roundcube(owner, "first@other.example", "last@other.example");
  writer.file(writer.in_home(path), files.database, private_mode);
  writer.file(writer.in_home(path + "-wal"), files.log, private_mode);
  writer.facts().roundcube.emplace(owner, ExpectedRoundcube{path, {"first@other.example", "last@other.example"}});
  // Snapshots, the link to the newest one, and what SQLite 2 left.
  writer.cache(path + ".1700000000", private_mode);
  writer.cache(path + ".20120101.sqlite2", private_mode);
  const std::size_t slash = path.rfind('/');
  writer.symlink(writer.in_home(path + ".latest"), writer.plan().home + '/' + path + ".1700000000");
  writer.facts().derived_links.insert(path.substr(0, slash) + path.substr(slash) + ".latest");
}

void write_spam(AccountWriter& writer) {
  store::Spam spam;
  spam.is_enabled = spam.has_box = true;
  spam.preferences = "# SpamAssassin user preferences file\nrequired_score 4.5\nrewrite_header subject ***SPAM***\n"
                     "score BAYES_99 5 5 5 5\nwhitelist_from *@friend.example\nblacklist_from spammer@foe.example\n";
  writer.file(writer.in_home(".spamassassinenable"), "", 0644);
  writer.file(writer.in_home(".spamassassinboxenable"), "", 0644);
  writer.directory(writer.in_home(".spamassassin"), 0700);
  writer.file(writer.in_home(".spamassassin/user_prefs"), spam.preferences, private_mode);
  writer.expect(store::SettingKind::spam, "", "", spam);
  std::string octets;
  for (int i = 0; i < 20'000; ++i) octets += static_cast<char>(writer.below(256));
  writer.opaque("", ".spamassassin/bayes_seen", octets, private_mode);
  writer.opaque("", ".spamassassin/bayes_toks", octets + '\0', private_mode);
}

void write_boxtrapper(AccountWriter& writer, const std::string& owner, const std::string& directory) {
  writer.opaque(owner, directory + "/.boxtrapperenable", "", 0640);
  const std::string inside = directory + "/.boxtrapper";
  writer.opaque(owner, inside + "/boxtrapper.conf", "email_addresses=" + owner + "\nstale-queue-time=15\n", 0640);
  writer.opaque(owner, inside + "/white-list.txt", "from .*@friend\\.example\n", 0640);
  writer.opaque(owner, inside + "/black-list.txt", "", 0640);
  writer.opaque(owner, inside + "/forward-list.txt", "copy@other.example\n", 0640);
  writer.opaque(owner, inside + "/forms/verify.txt", "Please answer.\n", 0640);
  writer.opaque(owner, inside + "/queue/1700000000.M1P1.msg", "From: waits@other.example\n\nstill waiting\n", 0640);
}

}  // namespace

void write_files(AccountWriter& writer) {
  const AccountPlan& plan = writer.plan();
  const std::string info = "info@" + plan.main_domain;
  const std::string bob = "bob@" + plan.main_domain;
  write_spam(writer);
  write_boxtrapper(writer, bob, "etc/" + plan.main_domain + "/bob");
  write_roundcube(writer, info, "etc/" + plan.main_domain + "/info.rcube.db");
  write_roundcube(writer, plan.user, "etc/" + plan.user + ".rcube.db");

  writer.opaque("", ".cphorde/meta/latest", "1700000000\n", private_mode);
  writer.opaque("", ".cphorde/horde.sqlite", "opaque\n", private_mode);
  writer.opaque(info, ".sqmaildata/" + info + ".pref", "full_name=Info\n", private_mode);
  writer.opaque(info, ".sqmaildata/" + info + ".abook", "f|First|Last|first@other.example|\n", private_mode);
  writer.opaque(info, ".caldav/" + info + "/calendar/1.ics", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", private_mode);
  writer.opaque("", ".forward", "copy@other.example\n", 0644);
  writer.opaque("", ".contactemail", "owner@other.example\n", 0644);
  writer.opaque(info, ".cpanel/nvdata/" + info + "_default_webmail_app", "roundcube", private_mode);

  writer.cache(".cpanel/email_accounts.json", private_mode);
  writer.cache(".cpanel/email_accounts_count", private_mode);
  // Not of the mail: web space, FTP, Web Disk. None of them is a domain or a mailbox.
  writer.file(writer.in_home("etc/" + plan.main_domain + "/_privs.json"), "{}", 0640, Whose::user_and_mail);
  writer.file(writer.in_home("public_html/index.html"), AccountFacts::poison, 0644);
  writer.file(writer.in_home("etc/ftpquota"), "", 0640, Whose::user_and_mail);
  writer.file(writer.in_home("etc/webdav/passwd"), "disk:x:0:0::" + plan.home + "/public_html:/bin/false\n", 0640,
              Whose::user_and_mail);
  writer.file(writer.in_home("etc/webdav/shadow"), "disk:" + writer.hash("6") + ":17073::::::\n", 0640,
              Whose::user_and_mail);
  // Where the forwarders of write_forwarders lead.
  writer.file(writer.in_home("list.txt"), "included@other.example\n", 0644);
  writer.file(writer.in_home("bin/hook"), "#!/bin/sh\ncat >/dev/null\n", 0700);
}

}  // namespace mailhaul::support::cpanel
