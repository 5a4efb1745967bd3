// A whole account goes to another user, home, uid and domain: everything is there under its new name, dressed as the
// server wants it, and a run more changes nothing.
#include <sqlite3.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>

#include "cli/account_move.hpp"
#include "support/cpanel_facts.hpp"

namespace mailhaul::black_box {
namespace {

namespace stdfs = std::filesystem;
using store::SettingKind;

class AccountSettings : public AccountMove {
 protected:
  /// Hashes of passwords that were at either end.
  [[nodiscard]] std::set<std::string> hashes() const {
    std::set<std::string> all{facts_.account_hash};
    for (const store::Setting& setting : facts_.settings)
      if (const auto* password = std::get_if<store::Password>(&setting.value))
        if (!password->hash.empty()) all.insert(password->hash);
    return all;
  }
  void expect_no_hash(const std::string& text, const std::string& where) const {
    for (const std::string& hash : hashes()) {
      EXPECT_EQ(text.find(hash), std::string::npos) << where;
      EXPECT_EQ(text.find(hash.substr(hash.rfind('$'))), std::string::npos) << where;
    }
  }
};

std::set<std::string> column(const std::string& database, const std::string& query) {
  sqlite3* opened = nullptr;
  EXPECT_EQ(::sqlite3_open_v2(("file:" + database + "?immutable=1").c_str(), &opened,
                              SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nullptr),
            SQLITE_OK)
      << database;
  const std::unique_ptr<sqlite3, decltype(&::sqlite3_close)> owner(opened, &::sqlite3_close);
  std::set<std::string> values;
  const auto take = [](void* to, int, char** fields, char**) {
    static_cast<std::set<std::string>*>(to)->insert(fields[0] == nullptr ? "" : fields[0]);
    return 0;
  };
  EXPECT_EQ(::sqlite3_exec(opened, query.c_str(), take, &values, nullptr), SQLITE_OK) << ::sqlite3_errmsg(opened);
  return values;
}

TEST_F(AccountSettings, AllOfAnAccountIsThereUnderItsNewNames) {
  make_accounts();
  guard(source_root());
  const Result first = move();
  EXPECT_EQ(first.status, status::settings_missing) << first.out << first.err;
  EXPECT_EQ(unexpected_settings(), std::vector<std::string>());
  const support::AccountFacts wanted = facts_at_target();
  EXPECT_EQ(support::mail_differences(wanted, target_home()), std::vector<std::string>());
  EXPECT_EQ(support::poisoned_files(target_root()), std::vector<std::string>());
  for (const auto& [id, content] : wanted.files) {
    const std::string path = target_home() + '/' + id.name;
    if (exists(path))
      EXPECT_EQ(read_file(path), content) << id.name;
    else
      ADD_FAILURE() << id.name << " is not there";
  }
  for (const auto& [owner, database] : wanted.roundcube) {
    const std::string path = target_home() + '/' + database.path;
    ASSERT_TRUE(exists(path)) << path;
    EXPECT_EQ(column(path, "SELECT email FROM contacts"), database.contacts);
    EXPECT_EQ(column(path, "SELECT username FROM users"), (std::set<std::string>{owner}));
    // The generator calls the account's own identity by its user, which is no address.
    const bool is_address = owner.find('@') != std::string::npos;
    EXPECT_EQ(column(path, "SELECT email FROM identities"), (std::set<std::string>{is_address ? owner : "alice"}));
  }
}

TEST_F(AccountSettings, ARunMoreEndsAsTheFirstAndTouchesNothing) {
  make_accounts();
  const Result first = move();
  const Traces before = traces_of(target_root());
  const Result second = move();
  EXPECT_EQ(second.status, first.status) << second.out << second.err;
  EXPECT_EQ(touched(before, traces_of(target_root())), std::vector<std::string>());
  EXPECT_TRUE(holds(second.out, "\nCopied 0 "));
  EXPECT_FALSE(holds(second.out, " written"));
}

TEST_F(AccountSettings, AListThatAForwarderNamesStaysAFileOfWhichItsPathIsWritten) {
  make_accounts();
  move();
  const std::string aliases = read_file(target_root() + "/etc/valiases/" + domain_at_target_);
  EXPECT_TRUE(holds(aliases, "included@" + domain_at_target_ + ": :include:" + home_at_target_ + "/list.txt\n"))
      << aliases;
  const Traces before = traces_of(target_root());
  write_file(source_home() + "/list.txt", "somebody.else@other.example\n");
  const Result second = move();
  EXPECT_EQ(touched(before, traces_of(target_root())), std::vector<std::string>());
  EXPECT_FALSE(holds(second.out, "included@")) << second.out;
}

TEST_F(AccountSettings, ADryRunWritesNothingAndShowsWhatItWouldButNoPassword) {
  make_accounts();
  guard_but_for_atimes(target_root());
  const Traces before = traces_of(target_root());
  const Result dry = move({"-n"});
  EXPECT_EQ(touched(before, traces_of(target_root())), std::vector<std::string>());
  EXPECT_TRUE(holds(dry.out, "--- /etc/valiases/renamed.example"));
  EXPECT_TRUE(holds(dry.out, "+team@renamed.example: bob@renamed.example,al@renamed.example"));
  EXPECT_TRUE(holds(dry.out, "renamed.example/shadow\n(it holds passwords: not shown)"));
  const Result json = move({"-n", "--json"});
  EXPECT_TRUE(holds(json.out, "+team@renamed.example: bob@renamed.example,al@renamed.example"));
  for (const Result& result : {dry, json}) expect_no_hash(result.out + result.err, "a dry run");
}

TEST_F(AccountSettings, NoHashOfAPasswordLeavesTheAccount) {
  make_accounts();
  const std::string state = at("state");
  for (const std::vector<std::string>& options :
       {std::vector<std::string>{"-i", "-v"}, std::vector<std::string>{"--json"}}) {
    std::vector<std::string> all = options;
    all.insert(all.end(), {"--state", state});
    const Result result = move(all);
    expect_no_hash(result.out + result.err, "a run");
    replace(source_home() + "/etc/example.com/shadow", "bob:$6$", "bob:$6$other");
  }
  for (const Entry& entry : snapshot(state))
    if (entry.kind == 'f') expect_no_hash(read_file(state + '/' + entry.path), entry.path);
  for (const bool as_json : {false, true}) {
    std::vector<std::string> all{"settings", "--src-root", source_root(), "cpanel:" + source_home()};
    if (as_json) all.insert(all.begin() + 1, "--json");
    const Result listed = run(all);
    expect_no_hash(listed.out + listed.err, "mailhaul settings");
  }
}

TEST_F(AccountSettings, LinksToMailboxesAreMadeAnewAndRelative) {
  make_accounts();
  move();
  std::set<std::string> links;
  for (const auto& entry : stdfs::recursive_directory_iterator(target_home())) {
    if (!entry.is_symlink()) continue;
    const std::string way = stdfs::read_symlink(entry.path());
    EXPECT_NE(way.front(), '/') << entry.path();
    EXPECT_EQ(way.find(".."), std::string::npos) << entry.path();
    EXPECT_TRUE(stdfs::is_directory(entry.path())) << entry.path() << " leads nowhere";
    links.insert(entry.path().filename());
  }
  EXPECT_EQ(links.count(".info@renamed_example"), 1U);
  EXPECT_EQ(links.count(".a_b@renamed_example"), 1U);
  EXPECT_EQ(links.count(".orphan@renamed_example"), 0U) << "it has no login";
}

/// cpanel.md section 2: group and modes of one entry below a home, "" where it does not matter.
struct Dress {
  bool has_mail_group = false;
  std::set<unsigned> modes{};
};

Dress wanted_dress(const std::string& path, char kind) {
  const auto begins = [&](const std::string& head) { return path.compare(0, head.size(), head) == 0; };
  const std::string name = path.substr(path.rfind('/') + 1);
  const auto depth = std::count(path.begin(), path.end(), '/');
  const bool is_directory = kind == 'd';
  if (path.empty()) return {false, {0711}};
  if (path == "mail" || begins("mail/")) {
    if (is_directory) return {false, {0751}};
    if (name.compare(0, 20, "dovecot-uidvalidity.") == 0) return {false, {0444}};
    if (name == "maildirsize") return {false, {0600}};
    return {false, {0640}};
  }
  if (path == "etc" || (begins("etc/") && depth == 1 && is_directory)) return {true, {0750}};
  if (begins("etc/")) {
    if (name.find(".rcube.db") != std::string::npos) return {false, {0600}};
    if (depth == 2 && !is_directory) return {true, {0640, 0600}};  // 0600: what a list was before
    return {false, {is_directory ? 0750U : 0640U}};
  }
  if (depth == 0 && name.compare(0, 13, ".spamassassin") == 0 && !is_directory) return {false, {0644}};
  return {false, {is_directory ? 0700U : 0600U}};
}

TEST_F(AccountSettings, OwnersAndModesAreThoseOfTheServer) {
  make_accounts();
  move();
  for (const Entry& entry : snapshot(target_home())) {
    if (is_root()) {
      EXPECT_EQ(entry.uid, target_uid()) << entry.path;
    }
    if (entry.kind == 'l') continue;
    const Dress wanted = wanted_dress(entry.path, entry.kind);
    EXPECT_EQ(wanted.modes.count(entry.mode & 07777U), 1U) << entry.path << ' ' << std::oct << entry.mode;
    if (is_root()) {
      EXPECT_EQ(entry.gid, wanted.has_mail_group ? mail_gid_ : target_uid()) << entry.path;
    }
  }
  for (const char* directory : {"valiases", "vdomainaliases", "vfilters"})
    for (const Entry& entry : snapshot(target_root() + "/etc/" + directory)) {
      EXPECT_EQ(entry.mode & 07777U, entry.path.empty() ? 0711U : 0640U) << directory << '/' << entry.path;
      if (!is_root() || entry.path.empty()) continue;
      EXPECT_EQ(entry.uid, target_uid()) << directory << '/' << entry.path;
      EXPECT_EQ(entry.gid, mail_gid_) << directory << '/' << entry.path;
    }
  const std::string uid = std::to_string(target_uid());
  EXPECT_TRUE(holds(read_file(target_home() + "/etc/renamed.example/passwd"), "\nbob:x:" + uid + ':'));
  EXPECT_TRUE(
      holds(read_file(target_home() + "/etc/renamed.example/passwd"), "::/home2/bob/mail/renamed.example/bob:"));
}

}  // namespace
}  // namespace mailhaul::black_box
