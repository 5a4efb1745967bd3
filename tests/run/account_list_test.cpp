#include "mailhaul/run/account_list.hpp"

#include <gtest/gtest.h>

#include "support/machine_clock.hpp"
#include "support/memory_kernel.hpp"

namespace mailhaul::run {
namespace {

using Texts = std::vector<std::string>;

TEST(ArchiveName, SaysWhoseItIs) {
  const std::vector<std::pair<const char*, const char*>> rows{
      {"cpmove-bob.tar.gz", "bob"},
      {"cpmove-bob.tar", "bob"},
      {"cpmove-bob.tar.zst", "bob"},
      {"cpmove-bob", "bob"},
      {"bob.tar.gz", "bob"},
      {"b2-new.tar.gz", "b2-new"},
      {"backup-1.31.2025_04-05-06_bob.tar.gz", "bob"},
      {"cpmove-bob.tar.gz.part00001", "bob"},
      {"cpmove-bob.tar.gz.part1", "bob"},
      {"cpmove-bob.tar.gz.part00002", ""},
      {"cpmove-bob.tar.gz.part", ""},
      {"cpmove-bob.tar.gz.partx", ""},
      {"cpmove-.tar.gz", ""},
      {"cpmove-Bob.tar.gz", ""},
      {"cpmove-1bob.tar.gz", ""},
      {"cpmove-abcdefghijklmnopq.tar.gz", ""},
      {"cpmove-bo b.tar.gz", ""},
      {"cpmove-b\x1b.tar.gz", ""},
      {"backup-x_bob.tar.gz", ""},
      {"notes.txt", ""},
      {".tar.gz", ""},
      {"", ""},
  };
  for (const auto& [name, user] : rows) EXPECT_EQ(user_of_archive_name(name), user) << name;
}

/// Servers and directories of archives, in memory.
class AccountLists : public testing::Test {
 protected:
  AccountLists() {
    for (const char* path : {"/old", "/old/etc", "/old/var", "/old/var/cpanel", "/old/var/cpanel/users", "/backup"})
      kernel.put_directory(path);
    kernel.put_file(
        "/old/etc/passwd",
        "root:x:0:0::/root:/bin/sh\nbob:x:1001:1001::/home/bob:/bin/sh\nal:x:1002:1002::/home/al:/bin/sh\n");
    put_user("bob", "DNS=one.example\nDNS1=more.example\n");
    put_user("al", "DNS=two.example\nSUSPENDED=1\n");
  }
  void put_user(const std::string& user, const std::string& text) {
    kernel.put_file("/old/var/cpanel/users/" + user, text);
  }
  [[nodiscard]] Machine machine() { return {kernel, entropy, clock, stop, "host", 1, {}}; }
  [[nodiscard]] AccountList server() { return list_server_accounts(machine(), {}, "/old", findings); }
  void pack(const std::string& name) {
    kernel.put_file("/backup/" + name, "x");
    kernel.advance(std::chrono::minutes{1});
  }
  [[nodiscard]] Texts packed() {
    Texts texts;
    for (const ListedAccount& account : list_packed_accounts(machine(), "/backup").accounts)
      texts.push_back(account.user + " " + account.source + (account.is_older ? " older" : ""));
    return texts;
  }

  support::MemoryKernel kernel{};
  SystemEntropy entropy;
  support::MachineClock clock{kernel};
  StopRequest stop;
  FindingLog findings{nullptr};
};

TEST_F(AccountLists, OfAServerAreItsUsersWithAFileInVarCpanel) {
  const AccountList list = server();
  ASSERT_EQ(list.accounts.size(), 2U);
  EXPECT_EQ(list.accounts[0].user, "al");
  EXPECT_EQ(list.accounts[0].note, "suspended");
  EXPECT_EQ(list.accounts[1].source, "cpanel:bob");
  EXPECT_EQ(list.accounts[1].domain, "one.example");
  EXPECT_EQ(findings.count(Weight::note), 0U);
}

TEST_F(AccountLists, FilesOfNoUserAreTold) {
  put_user("system", "");
  put_user("gone", "DNS=x.example\n");
  put_user(".bob.tmp", "");
  put_user("a\x1b[2Jb", "");
  EXPECT_EQ(server().accounts.size(), 2U);
  EXPECT_EQ(findings.count(Weight::note, FindingKind::mailbox), 2U);
}

TEST_F(AccountLists, AFileThatCantBeReadOrSaysNonsenseIsAnAccountWithoutADomain) {
  kernel.remove("/old/var/cpanel/users/bob");
  kernel.put_symlink("/old/var/cpanel/users/bob", "/etc/shadow");
  put_user("al", "DNS=two example;x\n");
  const AccountList list = server();
  ASSERT_EQ(list.accounts.size(), 2U);
  EXPECT_EQ(list.accounts[0].domain, "");
  EXPECT_EQ(list.accounts[1].domain, "");
  EXPECT_EQ(findings.count(Weight::note), 1U);
}

TEST_F(AccountLists, AMachineWithoutCpanelIsNotFound) {
  try {
    (void)list_server_accounts(machine(), {}, "/backup", findings);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.cause(), Cause::not_found);
  }
}

TEST_F(AccountLists, OfADirectoryAreTheArchivesInIt) {
  pack("cpmove-bob.tar.gz");
  pack("al.tar");
  pack("cpmove-sal.tar.gz.part00001");
  pack("cpmove-sal.tar.gz.part00002");
  pack("list.csv");
  kernel.put_directory("/backup/tom");
  kernel.put_directory("/backup/tom/cp");
  kernel.put_directory("/backup/logs");
  kernel.put_directory("/backup/cpmove-dir.tar.gz");
  kernel.put_symlink("/backup/cpmove-link.tar.gz", "/backup/al.tar");
  EXPECT_EQ(packed(), (Texts{"al cpmove:/backup/al.tar", "bob cpmove:/backup/cpmove-bob.tar.gz",
                             "sal cpmove:/backup/cpmove-sal.tar.gz.part00001", "tom cpmove:/backup/tom"}));
}

TEST_F(AccountLists, OfSeveralArchivesOfAUserTheNewestCounts) {
  pack("cpmove-bob.tar.gz");
  pack("backup-1.31.2025_04-05-06_bob.tar.gz");
  pack("bob.tar");
  EXPECT_EQ(packed(),
            (Texts{"bob cpmove:/backup/cpmove-bob.tar.gz older",
                   "bob cpmove:/backup/backup-1.31.2025_04-05-06_bob.tar.gz older", "bob cpmove:/backup/bob.tar"}));
  EXPECT_EQ(to_csv(list_packed_accounts(machine(), "/backup"), TargetPattern("cpanel:%u")),
            "source;target;options\n"
            "# an older one: cpmove:/backup/cpmove-bob.tar.gz;cpanel:bob;\n"
            "# an older one: cpmove:/backup/backup-1.31.2025_04-05-06_bob.tar.gz;cpanel:bob;\n"
            "cpmove:/backup/bob.tar;cpanel:bob;\n");
}

TEST_F(AccountLists, AColonInTheDirectoryIsWrittenAsLocationsHaveIt) {
  kernel.put_directory("/a:b;c");
  kernel.put_file("/a:b;c/bob.tar", "x");
  const AccountList list = list_packed_accounts(machine(), "/a:b;c");
  ASSERT_EQ(list.accounts.size(), 1U);
  EXPECT_EQ(list.accounts[0].source, "cpmove:/a::b;c/bob.tar");
  EXPECT_EQ(parse_location(list.accounts[0].source).path, "/a:b;c/bob.tar");
  EXPECT_EQ(to_csv(list, TargetPattern("")), "source;target;options\n\"cpmove:/a::b;c/bob.tar\";;\n");
}

TEST_F(AccountLists, AServersLinesSayItsRoot) {
  EXPECT_EQ(to_csv(server(), TargetPattern("vmail:/srv/vmail")),
            "source;target;options\ncpanel:al;vmail:/srv/vmail;--src-root /old\n"
            "cpanel:bob;vmail:/srv/vmail;--src-root /old\n");
  EXPECT_EQ(TargetPattern("maildir:/x/%d/%u%%").of(server().accounts[1]), "maildir:/x/one.example/bob%");
}

TEST_F(AccountLists, ATargetForAllMustHoldAll) {
  for (const char* bad : {"maildir:/x", "cpanel:bob", "cpanel:%x", "cpanel:%", "nonsense:%u", "vmail:%"})
    EXPECT_THROW(TargetPattern{bad}, Error) << bad;
  pack("bob.tar");
  EXPECT_THROW((void)to_csv(list_packed_accounts(machine(), "/backup"), TargetPattern("maildir:/x/%d")), Error);
}

}  // namespace
}  // namespace mailhaul::run
