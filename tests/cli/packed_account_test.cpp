#include <malloc.h>
#include <unistd.h>

#include <filesystem>

#include "cli/cli_test_case.hpp"
#include "support/cpanel_archive.hpp"
#include "support/cpanel_facts.hpp"

namespace mailhaul::black_box {
namespace {

namespace stdfs = std::filesystem;
using support::AccountFacts;
using support::ArchiveForm;
using Lines = std::vector<std::string>;

/// What cPanel's e-mail archive keeps has no address of its own.
constexpr const char* archive_as = "archive/example.com=kept@example.com";

/// A whole account, packed, which goes to where accounts and mailboxes live.
class PackedAccount : public CliTest {
 protected:
  PackedAccount() : CliTest(Place::memory) {}

  AccountFacts make(support::AccountPlan plan = {}) {
    if (plan.bulk_messages == 0) plan.messages_a_folder = 2;
    plan.uid = owner();
    plan.gid = owner();
    return support::make_cpanel_account(plan, at("old"));
  }
  [[nodiscard]] std::string pack(const AccountFacts& facts, ArchiveForm form) {
    return support::pack_cpanel_account(facts, at("old"), at("packed-" + std::string(support::to_string(form))), form);
  }
  /// An account like any that was just made on another machine.
  std::string make_home(const std::string& root) {
    const std::string home = at(root + "/home/alice");
    stdfs::create_directories(home + "/etc");
    stdfs::create_directories(home + "/mail");
    stdfs::create_directories(at(root + "/etc/valiases"));
    stdfs::create_directories(at(root + "/etc/vfilters"));
    stdfs::create_directories(at(root + "/etc/vdomainaliases"));
    write_account_files(root, "alice");
    if (is_root()) give_tree(home, owner());
    return home;
  }
  /// As the panel does: the user, and the domains that are his.
  void write_account_files(const std::string& root, const std::string& user) {
    const std::string id = std::to_string(owner());
    write_file(at(root + "/etc/passwd"), user + ":x:" + id + ":" + id + "::/home/" + user + ":/bin/bash\n");
    stdfs::create_directories(at(root + "/var/cpanel/users"));
    write_file(at(root + "/var/cpanel/users/" + user),
               "DNS=example.com\nDNS1=addon.example\nDNS2=parked.example\nDNS3=shop.example.com\n"
               "DNS4=addon.example.com\n");
  }
  /// Settings are nobody's who is root.
  static uid_t owner() { return is_root() ? somebody : ::getuid(); }
  static std::uint64_t messages_of(const AccountFacts& facts) {
    std::uint64_t all = 0;
    for (const auto& [name, mailbox] : facts.mailboxes) {
      all += mailbox.bulk_messages;
      for (const auto& folder : mailbox.folders) all += folder.messages.size();
    }
    return all;
  }
  /// A line for each message of a mailbox that is not in the Maildir++ at `directory`, or too much there.
  static Lines differences(const support::ExpectedMailbox& mailbox, const std::string& directory) {
    Lines lines;
    for (const auto& folder : mailbox.folders) {
      std::vector<Mail> wanted;
      for (const auto& message : folder.messages) wanted.push_back(message.mail);
      std::string at;
      if (folder.name == "INBOX") at = directory;
      for (const std::string& spelling : folder.spellings)
        if (at.empty() && exists(directory + "/" + spelling + "/cur")) at = directory + "/" + spelling;
      if (at.empty()) {
        lines.push_back(folder.name + ": missing");
        continue;
      }
      std::vector<Mail> found;
      for (auto& message : support::read_cpanel_folder(at)) found.push_back(std::move(message.mail));
      if (std::string text = difference(wanted, found, As::exact); !text.empty())
        lines.push_back(folder.name + ": " + text);
    }
    return lines;
  }
};

TEST_F(PackedAccount, OfEachFormArrivesInAHomeAndARunMoreFindsNothing) {
  const AccountFacts facts = make();
  for (const ArchiveForm form : support::all_archive_forms()) {
    SCOPED_TRACE(support::to_string(form));
    const std::string root = "new-" + std::string(support::to_string(form));
    const std::string home = make_home(root);
    const std::string packed = pack(facts, form);
    guard(packed);
    const Lines words{"--dst-root", at(root), packed, "cpanel:alice"};  // the source is detected
    Lines first{"sync"};
    first.insert(first.end(), words.begin(), words.end());
    const Result result = run(first);
    EXPECT_EQ(result.status, status::ok) << result.out << result.err;
    EXPECT_TRUE(holds(result.out, "cpmove"));
    EXPECT_EQ(support::mail_differences(facts, home), Lines());
    EXPECT_EQ(support::poisoned_files(at(root)), Lines());
    const Result second = run(first);
    EXPECT_TRUE(holds(second.out, "Nothing to copy")) << second.out << second.err;
    EXPECT_EQ(second.status, result.status);
    EXPECT_EQ(support::mail_differences(facts, home), Lines());
    EXPECT_EQ(run({"verify", "--dst-root", at(root), packed, "cpanel:alice"}).status, status::ok);
  }
}

TEST_F(PackedAccount, BringsItsSettingsToAHomeWithAnotherPath) {
  const AccountFacts facts = make();
  for (const ArchiveForm form : {ArchiveForm::tar_gz, ArchiveForm::directory}) {
    SCOPED_TRACE(support::to_string(form));
    const std::string root = "new-" + std::string(support::to_string(form));
    stdfs::rename(make_home(root), at(root + "/home/alice2"));
    write_account_files(root, "alice2");
    const Result result = run({"sync", "--dst-root", at(root), "cpmove:" + pack(facts, form), "cpanel:alice2"});
    EXPECT_TRUE(holds(read_file(at(root + "/home/alice2/etc/example.com/passwd")), ":/home/alice2/mail/example.com/"))
        << result.out << result.err;
    EXPECT_TRUE(exists(at(root + "/home/alice2/etc/example.com/shadow")));
    EXPECT_FALSE(tree_holds(at(root + "/etc/valiases"), "/home/alice/"));
    EXPECT_TRUE(tree_holds(at(root + "/etc/valiases"), "/home/alice2/"));
  }
}

TEST_F(PackedAccount, TellsItsSettings) {
  const AccountFacts facts = make();
  for (const ArchiveForm form : support::all_archive_forms()) {
    SCOPED_TRACE(support::to_string(form));
    const std::string packed = pack(facts, form);
    guard(packed);
    const Result result = run({"settings", "cpmove:" + packed});
    EXPECT_TRUE(result.status == status::ok || result.status == status::settings_missing) << result.err;
    EXPECT_TRUE(holds(result.out, "bob@example.com"));
  }
}

TEST_F(PackedAccount, BecomesUsersBelowOneRoot) {
  const AccountFacts facts = make();
  for (const ArchiveForm form : {ArchiveForm::tar_gz, ArchiveForm::homedir_tar, ArchiveForm::directory}) {
    SCOPED_TRACE(support::to_string(form));
    const std::string vmail = at("v-" + std::string(support::to_string(form)));
    const std::string packed = "cpmove:" + pack(facts, form);
    const Result first = sync({"--special-use", "none", packed, "vmail:" + vmail + ":LAYOUT=%d/%n"});
    EXPECT_TRUE(holds(first.out, "All "));
    for (const auto& [name, mailbox] : facts.mailboxes) {
      const std::size_t sign = name.find('@');
      if (name.starts_with("archive/")) {
        EXPECT_EQ(differences(mailbox, vmail + "/" + name), Lines()) << name;
      }
      if (sign == std::string::npos) continue;
      EXPECT_EQ(differences(mailbox, vmail + "/" + name.substr(sign + 1) + "/" + name.substr(0, sign)), Lines())
          << name;
    }
    expect_settled(packed, "vmail:" + vmail + ":LAYOUT=%d/%n", {"--special-use", "none"});
  }
}

TEST_F(PackedAccount, OneMailboxGoesToAMaildir) {
  const AccountFacts facts = make();
  const Lines bob{"--mailbox", "bob@example.com"};
  ASSERT_EQ(facts.mailboxes.count("bob@example.com"), 1U);
  for (const ArchiveForm form : {ArchiveForm::tar, ArchiveForm::parts, ArchiveForm::directory}) {
    SCOPED_TRACE(support::to_string(form));
    const std::string packed = "cpmove:" + pack(facts, form);
    const std::string maildir = at("M-" + std::string(support::to_string(form)));
    EXPECT_EQ(run({"sync", packed, "maildir:" + maildir}).status, status::usage);
    sync({"--mailbox", "bob@example.com", packed, "maildir:" + maildir});
    EXPECT_EQ(differences(facts.mailboxes.at("bob@example.com"), maildir), Lines());
    expect_settled(packed, "maildir:" + maildir, bob);
  }
}

TEST_F(PackedAccount, CutShortGivesWhatIsThereAndSaysWhereItEnds) {
  const AccountFacts facts = make();
  for (const ArchiveForm form : {ArchiveForm::tar, ArchiveForm::tar_gz, ArchiveForm::homedir_tar}) {
    SCOPED_TRACE(support::to_string(form));
    const std::string path = pack(facts, form);
    const std::string whole = read_file(path);
    const std::string cut = whole.substr(0, whole.size() * 9 / 10);
    // Where `cp` comes behind the home, nothing but the operator says whose it is.
    const std::string packed = "cpmove:" + path + ":USER=alice";
    const std::string directory = at("v-" + std::string(support::to_string(form)));
    const auto run_to_vmail = [&](Lines words) {
      words.insert(words.end(), {"--map-user", archive_as, packed, "vmail:" + directory});
      return run(words);
    };
    write_file(path, cut);
    const Result first = run_to_vmail({"sync"});
    EXPECT_EQ(first.status, status::run_again) << first.out << first.err;
    EXPECT_TRUE(holds(first.out, "the last member that could be seen is "));
    EXPECT_TRUE(holds(first.err, "could not be read to its end"));
    EXPECT_EQ(run({"settings", packed}).status, status::settings_missing);
    write_file(path, whole);
    const Result again = run_to_vmail({"sync"});
    EXPECT_EQ(again.status, status::ok) << again.err;
    EXPECT_TRUE(holds(again.out, "ll " + std::to_string(messages_of(facts)) + " source messages"));
    // Nothing of what was there is taken away because it is missing now.
    write_file(path, cut);
    guard_but_for_atimes(directory);
    EXPECT_EQ(run_to_vmail({"sync", "--delete"}).status, status::run_again);
    guard_no_more();
  }
}

TEST_F(PackedAccount, CutShortBeforeAnyMailIsNoAccountWithoutMail) {
  const AccountFacts facts = make();
  const std::string packed = pack(facts, ArchiveForm::tar);
  const std::string whole = read_file(packed);
  const std::size_t begin = whole.find("/homedir/");
  ASSERT_NE(begin, std::string::npos);
  write_file(packed, whole.substr(0, begin));
  const Result cut = run({"sync", packed, "vmail:" + at("v")});
  EXPECT_NE(cut.status, status::ok);
  EXPECT_FALSE(exists(at("v")));
}

TEST_F(PackedAccount, ThatIsHostileDoesNoHarm) {
  support::AccountPlan plan;
  plan.hostile = true;
  const AccountFacts facts = make(plan);
  for (const ArchiveForm form : support::all_archive_forms()) {
    SCOPED_TRACE(support::to_string(form));
    const std::string root = "new-" + std::string(support::to_string(form));
    const std::string home = make_home(root);
    const std::string packed = "cpmove:" + pack(facts, form);
    const Result result = run({"sync", "--dst-root", at(root), packed, "cpanel:alice"});
    EXPECT_TRUE(result.status == status::some_failed || result.status == status::settings_missing) << result.status;
    EXPECT_EQ(support::poisoned_files(at(root)), Lines());
    EXPECT_EQ(names_in(at(root)), (Lines{"etc", "home", "var"}));
    EXPECT_EQ(names_in(at(root + "/home")), Lines{"alice"});
    Lines differ = support::mail_differences(facts, home);
    // Its cur is a link: an empty mailbox.
    std::erase_if(differ, [](const std::string& line) { return line.ends_with("/evil: nobody expects this mailbox"); });
    EXPECT_EQ(differ, Lines());
  }
}

TEST_F(PackedAccount, IsOnlyRead) {
  const AccountFacts facts = make();
  for (const ArchiveForm form : {ArchiveForm::tar, ArchiveForm::directory}) {
    const std::string packed = pack(facts, form);
    guard(packed);
    for (const std::string& target : {packed, "cpmove:" + packed}) {
      const Result refused = run({"sync", "cpanel:" + at("old/home/alice"), target});
      EXPECT_EQ(refused.status, status::usage) << target;
      expect_one_line(refused, "only read");
    }
    EXPECT_EQ(run({"fix", "cpmove:" + packed}).status, status::usage);
  }
}

TEST_F(PackedAccount, WhatIsNoAccountIsRefused) {
  stdfs::create_directories(at("d/cp"));
  write_file(at("f"), "no tar");
  for (const char* const name : {"d", "f", "missing"}) {
    const Result refused = run({"sync", "cpmove:" + at(name), "vmail:" + at("v")});
    EXPECT_EQ(refused.status, status::no_such_store) << name << refused.err;
    EXPECT_FALSE(exists(at("v")));
  }
}

TEST_F(PackedAccount, WithTwoUsersInItNeedsToBeToldWhoseItIs) {
  const AccountFacts facts = make();
  const std::string packed = pack(facts, ArchiveForm::directory);
  write_file(packed + "/cp/eve", "DNS=eve.example\n");
  expect_one_line(run({"sync", packed, "vmail:" + at("v")}), "USER=NAME");
  sync({"--map-user", archive_as, "cpmove:" + packed + ":USER=alice", "vmail:" + at("v")});
}

TEST_F(PackedAccount, TakesNoMoreMemoryForMoreMail) {
  support::AccountPlan plan;
  plan.bulk_mailboxes = 4;
  plan.bulk_messages = is_sanitized() ? 400 : 4000;
  const AccountFacts facts = make(plan);
  const std::string packed = pack(facts, ArchiveForm::tar_gz);
  ::malloc_trim(0);
  How how;
  how.limit = std::chrono::seconds{300};
  const Result result =
      run({"sync", "--fsync=none", "--map-user", archive_as, "cpmove:" + packed, "vmail:" + at("v")}, how);
  EXPECT_EQ(result.status, status::ok) << result.err;
  constexpr std::uint64_t mebibyte = 1ULL << 20U;
  if (is_sanitized()) GTEST_SKIP() << "a sanitizer's own memory is in the figure";
  EXPECT_LT(result.peak_octets, 64 * mebibyte);
}

}  // namespace
}  // namespace mailhaul::black_box
