// What a customer, a failing disk or a kill may do to the writing of settings (S2, S7, S8, S11).

#include <cerrno>

#include "account/cpanel/settings_target.hpp"
#include "account/cpanel/target_machine.hpp"

namespace mailhaul::account::cpanel {
namespace {

using store::SettingChange;
using store::SettingId;
using store::SettingKind;
using support::Call;
using Outcome = store::SettingResult::Outcome;

/// One more of them within a test.
class Machine final : public TargetMachine {
 public:
  using TargetMachine::apply;
  using TargetMachine::exists;
  using TargetMachine::kernel_;
  using TargetMachine::memory_;
  using TargetMachine::one_of_each;
  using TargetMachine::open;
  using TargetMachine::target;
  void TestBody() override {}

  /// Without what a killed run leaves under names of its own.
  [[nodiscard]] std::map<std::string, std::string> files() const {
    std::map<std::string, std::string> out = memory_.files();
    for (auto at = out.begin(); at != out.end();)
      at = at->first.find("/mailhaul-tmp-") == std::string::npos ? std::next(at) : out.erase(at);
    return out;
  }
};

class CpanelTargetSafety : public TargetMachine {
 protected:
  [[nodiscard]] std::string born(const std::string& path) const {
    const fs::Status status = memory_.status_of(path);
    std::string mode;
    for (const unsigned shift : {6U, 3U, 0U}) mode += static_cast<char>('0' + (status.permissions >> shift & 7U));
    const std::string group = status.owner.gid == mail_group ? "mail" : std::to_string(status.owner.gid);
    return std::to_string(status.owner.uid) + ':' + group + ' ' + mode;
  }
};

TEST_F(CpanelTargetSafety, WhatAKilledRunLeftIsTakenAwayWhereSomethingIsWritten) {
  put("/home/b/etc/example.com/mailhaul-tmp-0123456789abcdef", "bob:$6$hash:1:2\n");
  memory_.put_directory("/home/b/.spamassassin", user, 0700);
  put("/home/b/.spamassassin/mailhaul-tmp-0123456789abcdef", "half");
  put("/etc/valiases/mailhaul-tmp-0123456789abcdef", "half");
  memory_.advance(std::chrono::hours{2});
  put("/etc/valiases/mailhaul-tmp-fedcba9876543210", "another run's");
  (void)apply(one_of_each());
  EXPECT_FALSE(exists("/home/b/etc/example.com/mailhaul-tmp-0123456789abcdef"));
  EXPECT_FALSE(exists("/home/b/.spamassassin/mailhaul-tmp-0123456789abcdef"));
  EXPECT_FALSE(exists("/etc/valiases/mailhaul-tmp-0123456789abcdef"));
  EXPECT_TRUE(exists("/etc/valiases/mailhaul-tmp-fedcba9876543210"));
}

TEST_F(CpanelTargetSafety, NewFilesAreBornWithTheOwnersAndModesOfTheServer) {
  memory_.remove("/home/b/etc/example.com/quota");
  memory_.remove("/etc/vfilters/example.com");
  (void)apply(one_of_each());
  EXPECT_EQ(born("/home/b/etc/example.com/quota"), "1001:mail 640");
  EXPECT_EQ(born("/home/b/etc/example.com/new"), "1001:1002 750");
  EXPECT_EQ(born("/home/b/etc/example.com/new/filter"), "1001:1002 640");
  EXPECT_EQ(born("/home/b/etc/example.com/new.rcube.db"), "1001:1002 600");
  EXPECT_EQ(born("/home/b/.autorespond"), "1001:1002 700");
  EXPECT_EQ(born("/home/b/.autorespond/new@example.com"), "1001:1002 600");
  EXPECT_EQ(born("/home/b/.spamassassin"), "1001:1002 700");
  EXPECT_EQ(born("/home/b/.spamassassin/user_prefs"), "1001:1002 600");
  EXPECT_EQ(born("/home/b/.spamassassinenable"), "1001:1002 644");
  EXPECT_EQ(born("/home/b/.cpanel/filter.yaml"), "1001:1002 600");
  EXPECT_EQ(born("/etc/vfilters/example.com"), "1001:mail 640");
}

TEST_F(CpanelTargetSafety, DirectoriesOfAHomeAreMadeWhereTheyAreMissing) {
  for (const char* const path :
       {"etc/example.com/passwd", "etc/example.com/shadow", "etc/example.com/quota", "etc/example.com", "etc"})
    memory_.remove(std::string("/home/b/") + path);
  EXPECT_EQ(apply(of(SettingKind::quota, "new@example.com"), store::Quota{7}).outcome, Outcome::written);
  EXPECT_EQ(born("/home/b/etc"), "1001:mail 750");
  EXPECT_EQ(born("/home/b/etc/example.com"), "1001:mail 750");
}

TEST_F(CpanelTargetSafety, FilesThatAreThereKeepOwnerAndModeButPasswordsAreShownToNoMore) {
  put("/home/b/etc/example.com/passwd", "", 0644);
  put("/home/b/etc/example.com/shadow", "", 0644);
  memory_.put_file("/home/b/etc/example.com/quota", "", user, 0600);
  memory_.put_file("/etc/valiases/example.com", "", {user.uid, 0}, 0600);
  (void)apply(one_of_each());
  EXPECT_EQ(born("/home/b/etc/example.com/passwd"), "1001:mail 644");
  EXPECT_EQ(born("/home/b/etc/example.com/shadow"), "1001:mail 640");
  EXPECT_EQ(born("/home/b/etc/example.com/quota"), "1001:1002 600");
  EXPECT_EQ(born("/etc/valiases/example.com"), "1001:0 600");
}

TEST_F(CpanelTargetSafety, WhatAFileWasBeforeTheFirstChangeStaysBesideIt) {
  const std::map<std::string, std::string> before = memory_.files();
  for (const std::uint64_t octets : {7U, 8U})
    EXPECT_EQ(apply(of(SettingKind::quota, "new@example.com"), store::Quota{octets}).outcome, Outcome::written);
  (void)apply(one_of_each());
  for (const char* const path : {"/home/b/etc/example.com/passwd", "/home/b/etc/example.com/shadow",
                                 "/home/b/etc/example.com/quota", "/etc/valiases/example.com"})
    EXPECT_EQ(memory_.octets_of(std::string(path) + ".mailhaul-backup"), before.at(path)) << path;
  EXPECT_EQ(born("/home/b/etc/example.com/shadow.mailhaul-backup"), "1001:mail 600");
  EXPECT_EQ(born("/etc/valiases/example.com.mailhaul-backup"), "1001:mail 640");
  // A reader finds nothing to say of them.
  findings_.texts.clear();
  open();
  (void)target().read();
  for (const std::string& text : findings_.texts) EXPECT_EQ(text.find("backup"), std::string::npos) << text;
}

TEST_F(CpanelTargetSafety, ManyChangesOfAFileAreOneWrite) {
  std::vector<SettingChange> changes;
  for (int i = 0; i < 50; ++i)
    changes.push_back({of(SettingKind::quota, "box" + std::to_string(i) + "@example.com"), store::Quota{7}, {}});
  kernel_.count_anew();
  (void)apply(changes);
  EXPECT_EQ(kernel_.calls(Call::rename), 1U);
}

TEST_F(CpanelTargetSafety, DryRunWritesNothingAndShowsTheSame) {
  const std::vector<SettingChange> changes = one_of_each();
  const auto before = memory_.files();
  open(true);
  for (const auto& result : apply(changes)) EXPECT_EQ(result.outcome, Outcome::written) << result.text;
  EXPECT_EQ(memory_.files(), before);
  const std::vector<store::FileChange> planned = target().file_changes();
  // What was not written is read all the same, and edited further.
  for (const SettingChange& change : changes) {
    if (change.id.kind == SettingKind::file) continue;
    const auto there = now(change.id);
    ASSERT_TRUE(there) << change.id.owner << ' ' << store::to_string(change.id.kind);
    EXPECT_EQ(store::comparable(*there), store::comparable(*change.value)) << store::to_string(change.id.kind);
  }
  open();
  (void)apply(changes);
  const std::vector<store::FileChange> done = target().file_changes();
  ASSERT_EQ(planned.size(), done.size());
  for (std::size_t i = 0; i < done.size(); ++i) {
    EXPECT_EQ(planned[i].path, done[i].path);
    EXPECT_EQ(planned[i].before, done[i].before) << done[i].path;
    EXPECT_EQ(planned[i].after, done[i].after) << done[i].path;
    EXPECT_EQ(done[i].is_secret, done[i].path == "/home/b/etc/example.com/shadow") << done[i].path;
    EXPECT_EQ(memory_.octets_of(done[i].path), done[i].after) << done[i].path;
  }
}

TEST_F(CpanelTargetSafety, HashInAnOldPasswdFileIsShownToNobody) {
  put("/home/b/etc/example.com/passwd", "old:$1$a$b:1001:1002::/home/b/mail/example.com/old:/bin/bash\n");
  (void)apply(of(SettingKind::mailbox, "new@example.com"), store::MailboxState{true, true, true});
  ASSERT_EQ(target().file_changes().size(), 1U);
  EXPECT_TRUE(target().file_changes().front().is_secret);
}

TEST_F(CpanelTargetSafety, HashWithoutANameInAPasswdFileIsShownToNobody) {
  for (const char* const line : {"$1$salt$hash", "$1$salt$hash:1001:1002:::"}) {
    put("/home/b/etc/example.com/passwd", std::string(line) + "\n");
    open();
    (void)apply(of(SettingKind::mailbox, "new@example.com"), store::MailboxState{true, true, true});
    ASSERT_EQ(target().file_changes().size(), 1U);
    EXPECT_TRUE(target().file_changes().front().is_secret) << line;
    for (const std::string& text : findings_.texts) EXPECT_EQ(text.find("salt"), std::string::npos) << text;
    EXPECT_FALSE(findings_.texts.empty());
  }
}

TEST_F(CpanelTargetSafety, SettingThatIsNotWhatWasDecidedOnAnyMoreIsLeftAlone) {
  const SettingId contact = of(SettingKind::file, "", ".contactemail");
  files_.contents[contact] = "root@example.net\n";
  put("/home/b/.contactemail", "old@example.net\n");
  const std::vector<SettingChange> changes{
      {of(SettingKind::quota, "old@example.com"), store::Quota{7}, {}},
      {of(SettingKind::quota, "sad@example.com"), store::Quota{8}, {}},
      {of(SettingKind::password, "old@example.com"), std::nullopt, {}},
      {of(SettingKind::forwarder, "example.com", "old@example.com"), std::nullopt, {}},
      {of(SettingKind::forwarder, "example.com", "new@example.com"), to({address("y@example.org")}), {}},
      {contact, store::OpaqueFile{17, {}, 0644}, contact}};
  (void)target().read();
  put("/home/b/etc/example.com/quota", "old:2097152\n");
  put("/home/b/etc/example.com/shadow", "old:$6$salt$other:17002::::::\nsad:!!$6$salt$sad:17001::::::\n");
  put("/etc/valiases/example.com", "old@example.com: z@example.org\nnew@example.com: z@example.org\n");
  put("/home/b/.contactemail", "new@example.net\n");
  const auto results = apply(changes);
  for (std::size_t i = 0; i < changes.size(); ++i) {
    EXPECT_EQ(results[i].outcome, i == 1 ? Outcome::written : Outcome::not_carried) << i;
    EXPECT_EQ(results[i].what_to_do, i == 1 ? "" : "run the same command again") << i;
  }
  EXPECT_EQ(home("etc/example.com/quota"), "old:2097152\nsad:8\n");
  EXPECT_EQ(home("etc/example.com/shadow").find("other"), 12U);
  EXPECT_EQ(aliases(), "old@example.com: z@example.org\nnew@example.com: z@example.org\n");
  EXPECT_EQ(home(".contactemail"), "new@example.net\n");
  // Decided anew.
  (void)target().read();
  for (const auto& result : apply(changes)) EXPECT_EQ(result.outcome, Outcome::written) << result.text;
  EXPECT_EQ(home("etc/example.com/quota"), "old:7\nsad:8\n");
  EXPECT_EQ(home(".contactemail"), "root@example.net\n");
}

TEST_F(CpanelTargetSafety, FileThatChangesMeanwhileIsNotOverwritten) {
  const std::string path = "/home/b/etc/example.com/quota";
  kernel_.count_anew();
  kernel_.before(Call::rename, 1, [&] { put(path, "old:1\n"); });
  std::vector<SettingChange> changes{{of(SettingKind::quota, "new@example.com"), store::Quota{7}, {}},
                                     {of(SettingKind::spam, ""), store::Spam{true, false, false, false, ""}, {}}};
  const auto results = apply(changes);
  EXPECT_EQ(results[0].outcome, Outcome::not_carried);
  EXPECT_NE(results[0].text.find("changed meanwhile"), std::string::npos) << results[0].text;
  EXPECT_NE(results[0].what_to_do.find("again"), std::string::npos);
  EXPECT_EQ(memory_.octets_of(path), "old:1\n");
  EXPECT_EQ(results[1].outcome, Outcome::written);
  for (const store::FileChange& change : target().file_changes()) EXPECT_NE(change.path, path);
  kernel_.heal();
  EXPECT_EQ(apply(changes)[0].outcome, Outcome::written);
  EXPECT_EQ(memory_.octets_of(path), "old:1\nnew:7\n");
}

TEST_F(CpanelTargetSafety, LinksLeadNowhereWhereverACustomerPutsThem) {
  const std::vector<std::string> places{"etc",
                                        "etc/example.com",
                                        "etc/example.com/passwd",
                                        "etc/example.com/shadow",
                                        "etc/example.com/quota",
                                        "etc/example.com/new",
                                        "etc/example.com/new/filter",
                                        "etc/example.com/new/filter.yaml",
                                        "etc/example.com/new.rcube.db",
                                        "etc/example.com/passwd.mailhaul-backup",
                                        "etc/example.com/@pwcache",
                                        ".autorespond",
                                        ".autorespond/new@example.com",
                                        ".spamassassin",
                                        ".spamassassin/user_prefs",
                                        ".spamassassinenable",
                                        ".cpanel",
                                        ".cpanel/filter.yaml",
                                        ".contactemail",
                                        "mail"};
  for (const bool to_directory : {true, false}) {
    for (const std::string& place : places) {
      Machine machine;
      support::MemoryKernel& memory = machine.memory_;
      memory.put_directory("/secret", {}, 0700);
      memory.put_file("/secret/file", "secret", {}, 0600);
      memory.put_directory("/secret/example.com", {}, 0700);
      for (const char* const parent : {"etc/example.com/new", ".autorespond", ".spamassassin", ".cpanel"})
        if (place.rfind(std::string(parent) + '/', 0) == 0)
          memory.put_directory(std::string("/home/b/") + parent, {1001, 1002}, 0700);
      // What is there is put aside.
      const std::string path = "/home/b/" + place;
      memory.put_symlink("/home/b/aside", to_directory ? "/secret" : "/secret/file", {1001, 1002});
      if (memory.exists(path))
        memory.exchange("/home/b/aside", path);
      else
        memory.put_symlink(path, to_directory ? "/secret" : "/secret/file", {1001, 1002});
      machine.open();
      std::size_t carried = 0;
      for (const auto& result : machine.apply(machine.one_of_each()))
        if (result.outcome != Outcome::not_carried) ++carried;
      EXPECT_GE(carried, 4U) << place << ": the others go on";
      EXPECT_EQ(memory.octets_of("/secret/file"), "secret") << place;
      EXPECT_EQ(memory.names_in("/secret"), (std::vector<std::string>{"example.com", "file"})) << place;
      EXPECT_TRUE(memory.names_in("/secret/example.com").empty()) << place;
      EXPECT_EQ(memory.status_of("/secret").owner.uid, 0U);
      EXPECT_EQ(memory.status_of(path).kind, fs::EntryKind::symlink) << place << " stays";
      for (const store::FileChange& change : machine.target().file_changes())
        EXPECT_EQ(change.before.find("secret"), std::string::npos) << place;
    }
  }
}

TEST_F(CpanelTargetSafety, ForeignFilesInTheHomeAreLeftAlone) {
  memory_.put_file("/home/b/etc/example.com/quota", "root's", {}, 0600);
  EXPECT_EQ(apply(of(SettingKind::quota, "new@example.com"), store::Quota{7}).outcome, Outcome::not_carried);
  EXPECT_EQ(home("etc/example.com/quota"), "root's");
}

TEST_F(CpanelTargetSafety, ServerWithoutItsDirectoriesIsAskedAbout) {
  memory_.remove("/etc/vdomainaliases/example.com");
  memory_.remove("/etc/vdomainaliases");
  const auto result = apply(of(SettingKind::domain_forwarder, "example.com"), store::DomainForwarder{"example.net"});
  EXPECT_EQ(result.outcome, Outcome::not_carried);
  EXPECT_NE(result.what_to_do.find("--dst-root"), std::string::npos) << result.what_to_do;
  EXPECT_FALSE(exists("/etc/vdomainaliases"));
}

TEST_F(CpanelTargetSafety, CachesOfWhatChangedGoAndNoOthers) {
  memory_.put_directory("/home/b/etc/example.com/@pwcache", user, 0700);
  memory_.put_directory("/home/b/etc/example.com/old", user, 0750);
  for (const char* const name : {"old", "sad"})
    memory_.put_file(std::string("/home/b/etc/example.com/@pwcache/") + name, "$6$", user, 0600);
  memory_.put_file("/home/b/etc/example.com/old/filter.cache", "x", user, 0600);
  (void)apply(of(SettingKind::password, "old@example.com"), store::Password{"$6$salt$new", {}});
  (void)apply(of(SettingKind::filters, "old@example.com"), store::Filters{{}, true, "", "# Exim filter\nfinish\n"});
  EXPECT_EQ(memory_.names_in("/home/b/etc/example.com/@pwcache"), std::vector<std::string>{"sad"});
  EXPECT_FALSE(exists("/home/b/etc/example.com/old/filter.cache"));
}

TEST_F(CpanelTargetSafety, NewMailboxGetsItsShortcutWhereItIsAMaildir) {
  memory_.put_directory("/home/b/mail/example.com", user, 0751);
  for (const char* const name : {"new", "a.b", "boxes"})
    memory_.put_directory(std::string("/home/b/mail/example.com/") + name, user, 0751);
  for (const char* const name : {"new", "a.b"})
    memory_.put_directory(std::string("/home/b/mail/example.com/") + name + "/cur", user, 0751);
  for (const char* const owner : {"new@example.com", "a.b@example.com", "boxes@example.com", "none@example.com"})
    (void)apply(of(SettingKind::mailbox, owner), store::MailboxState{true, true, true});
  EXPECT_EQ(memory_.names_in("/home/b/mail"),
            (std::vector<std::string>{".a_b@example_com", ".new@example_com", "example.com"}));
  EXPECT_EQ(memory_.octets_of("/home/b/mail/.a_b@example_com"), "example.com/a.b");
}

/// There is no room for what it has.
class TooLarge final : public store::AccountSource {
 public:
  [[nodiscard]] std::vector<store::Setting> read() override { return {}; }
  void visit_files(const std::set<SettingId>& /*files*/,
                   const std::function<void(const SettingId&, io::Source&)>& /*take*/) override {
    throw Error(Cause::io_error, Scope::run, "writing a file").because(ENOSPC);
  }
};

TEST_F(CpanelTargetSafety, WhereTheDiskIsTooSmallForFilesTheTextsAreThere) {
  const auto changes = one_of_each();
  TooLarge source;
  EXPECT_THROW((void)target().apply(changes, source), Error);
  EXPECT_NE(home("etc/example.com/shadow").find("$6$salt$new"), std::string::npos);
  EXPECT_NE(aliases().find("new@example.com: "), std::string::npos);
}

/// A fault at every call there is leaves each file as it was or as it is to be, and the next run does the rest.
TEST(CpanelTargetFaults, LeaveTheOldFileOrTheNewOne) {
  std::map<std::string, std::string> before;
  std::map<std::string, std::string> after;
  {
    Machine machine;
    before = machine.files();
    (void)machine.apply(machine.one_of_each());
    after = machine.files();
  }
  std::uint64_t nth = 0;
  std::size_t ended = 0;
  std::size_t some_not_carried = 0;
  for (bool was_hit = true; was_hit;) {
    ++nth;
    Machine machine;
    const std::vector<SettingChange> changes = machine.one_of_each();
    (void)machine.target().read();
    machine.kernel_.count_anew();
    support::Fault fault;
    fault.nth = nth;
    fault.errno_value = EIO;
    machine.kernel_.inject(fault);
    try {
      for (const auto& result : machine.apply(changes)) {
        if (result.outcome == Outcome::written) continue;
        ++some_not_carried;
        break;
      }
    } catch (const Error& error) {
      EXPECT_EQ(error.scope(), Scope::run) << nth << ' ' << error.what();
      ++ended;
    }
    was_hit = machine.kernel_.faults_hit() > 0;
    for (const auto& [path, octets] : machine.files()) {
      const auto old = before.find(path);
      const auto fresh = after.find(path);
      const bool is_old = old != before.end() && old->second == octets;
      const bool is_new = fresh != after.end() && fresh->second == octets;
      EXPECT_TRUE(is_old || is_new) << nth << ' ' << path << ": " << octets;
    }
    for (const auto& [path, octets] : before) EXPECT_TRUE(machine.exists(path)) << nth << ' ' << path;
    machine.kernel_.heal();
    machine.open();
    for (const auto& result : machine.apply(changes)) EXPECT_EQ(result.outcome, Outcome::written) << nth << result.text;
    EXPECT_EQ(machine.files(), after) << nth;
  }
  EXPECT_GT(nth, 100U);
  EXPECT_GT(ended, 0U);
  EXPECT_GT(some_not_carried, 0U);
}

}  // namespace
}  // namespace mailhaul::account::cpanel
