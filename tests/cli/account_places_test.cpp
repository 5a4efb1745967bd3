// Whole accounts that leave cPanel: `--settings` beside the mail, and alone.

#include <sys/stat.h>

#include <filesystem>
#include <set>

#include "cli/cli_test_case.hpp"
#include "support/cpanel_account.hpp"

namespace mailhaul::black_box {
namespace {

namespace stdfs = std::filesystem;

class AccountPlaces : public CliTest {
 protected:
  AccountPlaces() : CliTest(Place::memory) {}

  void make(bool is_hostile = false) {
    support::AccountPlan plan;
    plan.messages_a_folder = 1;
    plan.hostile = is_hostile;
    plan.uid = plan.gid = is_root() ? somebody : ::getuid();
    facts_ = support::make_cpanel_account(plan, at("old"));
  }
  [[nodiscard]] std::string account() const { return "cpanel:" + at("old") + facts_.plan.home; }
  [[nodiscard]] std::vector<std::string> words(std::vector<std::string> more = {}) const {
    std::vector<std::string> all{"sync",
                                 "--src-root",
                                 at("old"),
                                 account(),
                                 "vmail:" + at("v"),
                                 "--settings",
                                 "dovecot:" + at("d"),
                                 "--settings",
                                 "postfix:" + at("p"),
                                 "--settings",
                                 "modoboa:" + at("m.csv"),
                                 "--settings",
                                 "json:" + at("a.json")};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  /// Every file that settings went to, by path.
  [[nodiscard]] std::map<std::string, std::string> files() const {
    std::map<std::string, std::string> all;
    for (const char* const top : {"d", "p", "v"}) {
      if (!exists(at(top))) continue;
      for (const auto& entry : stdfs::recursive_directory_iterator(at(top)))
        if (entry.is_regular_file() &&
            (top[0] != 'v' || entry.path().extension() == ".sieve" || entry.path().filename() == "user_prefs"))
          all[entry.path()] = read_file(entry.path());
    }
    for (const char* const file : {"m.csv", "a.json"})
      if (exists(at(file))) all[at(file)] = read_file(at(file));
    return all;
  }
  void expect_no_hash(const std::string& out) const {
    for (const store::Setting& setting : facts_.settings) {
      const auto* const password = std::get_if<store::Password>(&setting.value);
      if (password == nullptr || password->hash.empty()) continue;
      EXPECT_EQ(out.find(password->hash), std::string::npos) << setting.id.owner;
    }
  }
  [[nodiscard]] static mode_t mode_of(const std::string& path) {
    struct stat status {};
    EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
    return status.st_mode & 0777U;
  }

  support::AccountFacts facts_{};
};

TEST_F(AccountPlaces, EachGetsWhatItCanHoldAndTheRestIsListed) {
  make();
  guard(at("old"));
  const Result first = run(words());
  EXPECT_EQ(first.status, status::settings_missing) << first.err;
  EXPECT_TRUE(holds(first.err, "All "));
  for (const char* const name :
       {"d/users", "p/virtual_mailbox_maps", "p/virtual_alias_maps", "p/virtual_mailbox_domains", "m.csv", "a.json"})
    EXPECT_TRUE(exists(at(name))) << name;
  EXPECT_EQ(mode_of(at("m.csv")), 0600U);
  EXPECT_EQ(mode_of(at("a.json")), 0600U);
  EXPECT_EQ(mode_of(at("d/users")) & 0007U, 0U);
  EXPECT_TRUE(holds(first.out, "left behind"));
  EXPECT_TRUE(holds(first.out, "Then, on the target:"));
  EXPECT_TRUE(holds(first.out, "postmap "));
  expect_no_hash(first.out);
  // Every mailbox with a login is a user, a row of a map and an account.
  for (const auto& [name, mailbox] : facts_.mailboxes) {
    if (name.find('@') == std::string::npos || !mailbox.has_login) continue;
    std::string user = name;
    for (char& c : user) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    EXPECT_NE(("\n" + read_file(at("d/users"))).find("\n" + user + ":"), std::string::npos) << user;
    EXPECT_NE(("\n" + read_file(at("p/virtual_mailbox_maps"))).find("\n" + user + " "), std::string::npos) << user;
    EXPECT_NE(read_file(at("m.csv")).find("account;" + user + ";"), std::string::npos) << user;
  }
  const auto before = files();
  const Result second = run(words());
  EXPECT_EQ(second.status, status::settings_missing) << "what can't be carried is told again";
  EXPECT_FALSE(holds(second.out, " written "));
  EXPECT_FALSE(holds(second.out, "Then, on the target:")) << "nothing changed";
  EXPECT_EQ(files(), before);
}

TEST_F(AccountPlaces, ADryRunShowsDifferencesAndWritesNothing) {
  make();
  guard(at("old"));
  const Result dry = run(words({"-n"}));
  EXPECT_TRUE(holds(dry.out, "+++ " + at("p") + "/virtual_alias_maps"));
  EXPECT_TRUE(holds(dry.out, "(it holds passwords: not shown)"));
  expect_no_hash(dry.out);
  for (const char* const name : {"v", "d", "p", "m.csv", "a.json"}) EXPECT_FALSE(exists(at(name))) << name;
}

TEST_F(AccountPlaces, ABundleIsReadAgainAsTheAccountItself) {
  make();
  const Result written = run({"settings", "--src-root", at("old"), account(), "--settings", "json:" + at("a.json")});
  EXPECT_EQ(written.status, status::settings_missing) << "files are not in a bundle: " << written.err;
  const auto settings_of = [&](const std::string& source) {
    std::set<std::string> lines;
    for (const std::string& line : lines_of(run({"settings", "--json", "--src-root", at("old"), source}).out))
      if (line.find("\"event\":\"setting\"") != std::string::npos &&
          line.find("\"kind\":\"file\"") == std::string::npos)
        lines.insert(line);
    return lines;
  };
  EXPECT_EQ(settings_of("json:" + at("a.json")), settings_of(account()));
  EXPECT_GT(settings_of(account()).size(), 100U);
}

TEST_F(AccountPlaces, WhatIsInAListThatAForwarderNamesStandsInItsPlaceAndFollowsItRunByRun) {
  make();
  const std::string list = at("old") + facts_.plan.home + "/list.txt";
  write_file(list, "# all of us\nx@other.example, bob@example.com\n");
  const std::vector<std::string> with_names = words({"--map-domain", "example.com=new.example", "-i"});
  const auto expect_members = [&](const std::vector<std::string>& members) {
    std::string row;
    std::string cells;
    for (const std::string& member : members) {
      row += (row.empty() ? "" : ", ") + member;
      cells += ';' + member;
    }
    EXPECT_TRUE(holds(read_file(at("p/virtual_alias_maps")), "\nincluded@new.example " + row + '\n')) << row;
    EXPECT_TRUE(holds(read_file(at("m.csv")), "alias;included@new.example;True" + cells + '\n')) << cells;
    for (const std::string& member : members) EXPECT_TRUE(holds(read_file(at("a.json")), '"' + member + '"'));
  };
  const Result first = run(with_names);
  expect_members({"x@other.example", "bob@new.example"});
  EXPECT_TRUE(
      holds(first.out, "approximated        forwarder new.example included@new.example: the addresses of the list " +
                           facts_.plan.home + "/list.txt stand here"));
  const auto before = files();
  EXPECT_FALSE(holds(run(with_names).out, "  forwarder new.example included@new.example"));
  EXPECT_EQ(files(), before);

  write_file(list, "y@other.example\n");
  EXPECT_TRUE(holds(run(with_names).out, "forwarder new.example included@new.example: the addresses of the list "));
  expect_members({"y@other.example"});

  // Not his to show, and none the less there from the last run.
  const auto as_they_were = files();
  write_file(at("secret"), "root@other.example\n");
  stdfs::remove(list);
  stdfs::create_symlink(at("secret"), list);
  const Result link = run(with_names);
  EXPECT_TRUE(holds(link.out, "it is a link, which is not followed"));
  for (const auto& [path, text] : files()) {
    EXPECT_FALSE(holds(text, "root@other.example")) << path;
    if (path.ends_with(".json")) continue;
    EXPECT_EQ(text, as_they_were.at(path)) << path;
  }
}

TEST_F(AccountPlaces, AListOfTheAccountIsShownWithWhoIsInIt) {
  make();
  EXPECT_TRUE(holds(run({"settings", "--src-root", at("old"), account()}).out,
                    "included@example.com  list " + facts_.plan.home + "/list.txt (included@other.example)\n"));
}

TEST_F(AccountPlaces, WhatTheAdminChangesThereStays) {
  make();
  run(words());
  std::string maps = read_file(at("p/virtual_mailbox_maps"));
  write_file(at("p/virtual_mailbox_maps"), "# mine\n" + maps + "zoe@other.example other.example/zoe/Maildir/\n");
  std::string users = read_file(at("d/users"));
  const std::size_t bob = users.find("bob@example.com:") + std::string("bob@example.com:").size();
  users.replace(bob, users.find(':', bob) - bob, "{PLAIN}new");
  write_file(at("d/users"), users);
  const Result second = run(words());
  EXPECT_TRUE(holds(second.out, "target's own stays  password bob@example.com"));
  EXPECT_EQ(read_file(at("d/users")), users);
  EXPECT_TRUE(read_file(at("p/virtual_mailbox_maps")).starts_with("# mine\n"));
}

TEST_F(AccountPlaces, AHostileAccountPutsNothingIntoAnyFileThatAServerReadsOtherwise) {
  make(true);
  guard(at("old"));
  const Result result = run(words());
  EXPECT_NE(result.status, status::ok);
  for (const auto& [path, text] : files()) {
    EXPECT_EQ(text.find(support::AccountFacts::poison), std::string::npos) << path;
    if (path.ends_with(".json") || path.ends_with(".sieve")) continue;
    for (const std::string& line : lines_of(text)) {
      EXPECT_EQ(line.find("../"), std::string::npos) << path << ": " << line;
      EXPECT_EQ(control_octets_in(line), "") << path;
    }
  }
}

TEST_F(AccountPlaces, MailThatIsSpamThereIsJunkHereUnlessToldOtherwise) {
  make();
  run(words({"--mail-only"}));
  EXPECT_TRUE(exists(at("v/example.com/bob/Maildir/.Junk")));
  EXPECT_FALSE(exists(at("v/example.com/bob/Maildir/.spam")));
  EXPECT_FALSE(exists(at("d/users"))) << "--mail-only";
  forget_runs();
  run({"sync", "--src-root", at("old"), account(), "vmail:" + at("w"), "--mail-only", "--special-use", "none"});
  EXPECT_TRUE(exists(at("w/example.com/bob/Maildir/.spam")));
}

TEST_F(AccountPlaces, ADomainThatOnlyADirectoryClaimsIsNobodysOfTheAccount) {
  make();
  const std::string home = at("old") + facts_.plan.home;
  stdfs::create_directories(home + "/etc/victim.example/bob");
  write_file(home + "/etc/victim.example/passwd", "bob:x:1:1::/home/x/mail/victim.example/bob:/bin/false\n");
  write_file(home + "/etc/victim.example/shadow", "bob:$6$thief$thief:19000::::::\n");
  write_file(home + "/etc/victim.example/bob/filter", "# Exim filter\nif true then deliver thief@evil.example endif\n");
  make_maildir(home + "/mail/victim.example/bob");
  write_file(home + "/mail/victim.example/bob/cur/1.a:2,", "Subject: planted\n\n");
  if (is_root()) give_tree(home, somebody);
  const Result result = run(words());
  EXPECT_EQ(result.status, status::some_failed);
  EXPECT_TRUE(holds(result.out, "bob@victim.example"));
  EXPECT_FALSE(exists(at("v/victim.example")));
  for (const auto& [path, text] : files()) EXPECT_EQ(text.find("victim.example"), std::string::npos) << path;
}

TEST_F(AccountPlaces, AScriptThatItsUserChangedIsHisAloneAndTheOthersKeepTheirs) {
  make();
  const std::vector<std::string> sync_words{"sync",       "--src-root",        at("old"), account(), "vmail:" + at("v"),
                                            "--settings", "dovecot:" + at("d")};
  run(sync_words);
  const auto script_of = [&](const std::string& user) { return at("v/example.com/" + user + "/sieve/mailhaul.sieve"); };
  const std::string others = read_file(script_of("sal"));
  ASSERT_NE(others.find("begin spam-box"), std::string::npos) << others;
  std::string own = read_file(script_of("bob"));
  own.insert(own.find("# mailhaul: end spam-box"), "redirect \"thief@evil.example\";\n");
  write_file(script_of("bob"), own);
  // Anything else that changes makes a run look at all scripts.
  write_file(at("old") + facts_.plan.home + "/etc/example.com/quota", "sal:777\n");
  run(sync_words);
  EXPECT_EQ(read_file(script_of("bob")), own);
  EXPECT_EQ(read_file(script_of("sal")), others);
}

/// sal is away, and answers each sender once in 8 hours.
class AccountWithResponder : public AccountPlaces {
 protected:
  void SetUp() override {
    make();
    const std::string home = at("old") + facts_.plan.home;
    write_file(home + "/.autorespond/sal@example.com", "From: sal@example.com\nSubject: Away\n\nAway.\n");
    write_file(home + "/.autorespond/sal@example.com.json", R"({"interval":8})");
    const std::string aliases = at("old/etc/valiases/example.com");
    write_file(aliases, "sal@example.com: \"|/usr/local/cpanel/bin/autorespond sal@example.com " + facts_.plan.home +
                            "/.autorespond\"\n" + read_file(aliases));
    if (is_root()) give_tree(home, somebody);
    guard(at("old"));
  }
  [[nodiscard]] std::string script() const { return read_file(at("v/example.com/sal/sieve/mailhaul.sieve")); }
};

TEST_F(AccountWithResponder, AnIntervalOfHoursIsWrittenForAServerThatCountsSecondsAlone) {
  const std::vector<std::string> sync_words{"sync",       "--src-root",        at("old"), account(), "vmail:" + at("v"),
                                            "--settings", "dovecot:" + at("d")};
  const Result usual = run(sync_words);
  EXPECT_NE(script().find("vacation :days 1 "), std::string::npos) << script();
  EXPECT_TRUE(holds(usual.out, "not in 8 hours"));
  EXPECT_FALSE(holds(usual.out, "+vacation-seconds"));
  forget_runs();
  stdfs::remove_all(at("v"));
  stdfs::remove_all(at("d"));
  std::vector<std::string> with_seconds = sync_words;
  with_seconds.emplace_back("--sieve-vacation-seconds");
  const Result exact = run(with_seconds);
  EXPECT_NE(script().find("vacation :seconds 28800 "), std::string::npos) << script();
  EXPECT_NE(script().find("\"vacation-seconds\"]; # mailhaul\n"), std::string::npos) << script();
  EXPECT_FALSE(holds(exact.out, "not in 8 hours"));
  EXPECT_TRUE(holds(exact.out, "sieve_extensions = +vacation-seconds")) << "without it no script is run";
}

TEST_F(AccountWithResponder, SettingsAloneAndALineOfABatchTakeTheSameOption) {
  run({"settings", "--src-root", at("old"), account(), "--settings", "dovecot:" + at("d"), "--sieve-vacation-seconds"});
  EXPECT_NE(read_file(at("d/homes/example.com/sal/sieve/mailhaul.sieve")).find(":seconds 28800 "), std::string::npos);
  write_file(at("list.csv"), account() + ";vmail:" + at("v") + ";--src-root " + at("old") +
                                 " --settings dovecot:" + at("e") + " --sieve-vacation-seconds\n");
  stdfs::permissions(at("list.csv"), stdfs::perms(0600));
  EXPECT_EQ(run({"batch", at("list.csv")}).status, status::settings_missing);
  EXPECT_NE(script().find(":seconds 28800 "), std::string::npos) << script();
}

TEST_F(AccountPlaces, EachMailboxGetsThePreferencesOfSpamAssassinAndWhatHeAddsStays) {
  make();
  const std::string account_prefs = at("old") + facts_.plan.home + "/.spamassassin/user_prefs";
  const std::string of_bob = at("v/example.com/bob/.spamassassin/user_prefs");
  const std::vector<std::string> sync_words{"sync",       "--src-root",        at("old"), account(), "vmail:" + at("v"),
                                            "--settings", "dovecot:" + at("d")};
  std::vector<std::string> dry_words = sync_words;
  dry_words.emplace_back("-n");
  const Result dry = run(dry_words);
  EXPECT_TRUE(holds(dry.out, "+++ " + of_bob)) << dry.out;
  EXPECT_TRUE(holds(dry.out, "\n+required_score 4.5\n"));
  EXPECT_FALSE(exists(of_bob));
  const Result first = run(sync_words);
  EXPECT_TRUE(holds(first.out, "--virtual-config-dir='" + at("v") + "/%d/%l/.spamassassin'")) << first.out;
  for (const char* const user : {"bob", "sal"}) {
    const std::string path = at("v/example.com/") + user + "/.spamassassin/user_prefs";
    EXPECT_NE(read_file(path).find("\nrequired_score 4.5\n"), std::string::npos) << user;
    EXPECT_EQ(mode_of(path), 0600U);
  }
  write_file(of_bob, read_file(of_bob) + "required_score 2\n");
  write_file(account_prefs, read_file(account_prefs) + "required_score 6\ninclude /etc/shadow\n");
  const Result second = run(sync_words);
  EXPECT_TRUE(holds(second.out, "left out: include")) << second.out;
  const std::string now = read_file(of_bob);
  EXPECT_NE(now.find("\nrequired_score 6\n"), std::string::npos);
  EXPECT_TRUE(now.ends_with("\nrequired_score 2\n"));
  EXPECT_EQ(now.find("\ninclude"), std::string::npos);
  const auto before = files();
  EXPECT_FALSE(holds(run(sync_words).out, " written "));
  EXPECT_EQ(files(), before);
}

TEST_F(AccountPlaces, InAHomeThatIsAMaildirPreferencesAreNoFolder) {
  make();
  run({"sync", "--src-root", at("old"), account(), "vmail:" + at("v") + ":LAYOUT=%d/%n", "--settings",
       "dovecot:" + at("d")});
  EXPECT_TRUE(exists(at("v/example.com/bob/cur")));
  EXPECT_TRUE(exists(at("v/example.com/bob/spamassassin/user_prefs")));
  EXPECT_FALSE(exists(at("v/example.com/bob/.spamassassin")));
}

TEST_F(AccountPlaces, AMailboxThatCanNotHaveWhatIsTheAccountsIsToldUntilItHasIt) {
  make();
  const auto bring = [&] {
    return run({"settings", "--src-root", at("old"), account(), "--settings", "dovecot:" + at("d")});
  };
  const std::string home = at("d/homes/example.com/zoe");
  bring();
  // A new mailbox, which no change to the account's own filters comes with.
  for (const char* const name : {"/etc/example.com/passwd", "/etc/example.com/shadow"}) {
    const std::string path = at("old") + facts_.plan.home + name;
    const std::string text = read_file(path);
    std::string line = ('\n' + text).substr(('\n' + text).find("\nbob:") + 4);
    line.resize(line.find('\n') + 1);
    write_file(path, text + "zoe" + line);
  }
  stdfs::create_directory(at("elsewhere"));
  stdfs::create_directory_symlink(at("elsewhere"), home);
  for (int nth = 1; nth <= 2; ++nth) {
    const Result result = bring();
    EXPECT_EQ(result.status, status::settings_missing) << result.out << result.err;
    EXPECT_TRUE(holds(result.out, "not carried         filters of the account: " + home + "/sieve")) << nth;
  }
  EXPECT_TRUE(stdfs::is_empty(at("elsewhere")));
  stdfs::remove(home);
  const Result mended = bring();
  EXPECT_FALSE(holds(mended.out, home));
  EXPECT_NE(read_file(home + "/sieve/mailhaul.sieve").find("begin spam-box"), std::string::npos);
  EXPECT_FALSE(holds(bring().out, " written "));
}

TEST_F(AccountPlaces, FilesThatAreGoneAreALossAndNoWish) {
  make();
  run(words());
  const auto before = files();
  stdfs::remove(at("d/users"));
  const Result asked = run(words());
  EXPECT_EQ(asked.status, status::guarded);
  EXPECT_TRUE(holds(asked.err, "--restore-missing"));
  EXPECT_FALSE(exists(at("d/users")));
  run(words({"--restore-missing"}));
  EXPECT_EQ(files(), before);
}

TEST_F(AccountPlaces, OneMailboxThatIsChosenTakesNoOtherAway) {
  make();
  run(words());
  const std::string users = read_file(at("d/users"));
  const std::string home = at("old") + facts_.plan.home;
  std::string passwd;
  for (const std::string& line : lines_of(read_file(home + "/etc/example.com/passwd")))
    if (!line.starts_with("bob:")) passwd += line + "\n";
  write_file(home + "/etc/example.com/passwd", passwd);
  run(words({"--mailbox", "sal@example.com", "--delete"}));
  EXPECT_EQ(read_file(at("d/users")), users);
}

TEST_F(AccountPlaces, PlacesThatMakeNoSenseAreRefusedInOneLine) {
  make();
  expect_one_line(run({"settings", account(), "--settings", "exim:/etc"}), "exim:/etc");
  expect_one_line(run({"settings", account(), "--settings", "json:"}), "json:");
  make_maildir(at("M"));
  expect_one_line(run({"sync", "maildir:" + at("M"), "maildir:" + at("N"), "--settings", "json:" + at("x.json")}),
                  "without settings");
  EXPECT_FALSE(exists(at("N")));
  write_file(at("bad.json"), "{}");
  expect_one_line(run({"settings", "json:" + at("bad.json")}), "no settings of this program");
}

}  // namespace
}  // namespace mailhaul::black_box
