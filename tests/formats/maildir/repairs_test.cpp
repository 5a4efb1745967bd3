// What `fix` does to a Maildir, in memory: each repair, its preview, and that a second run finds nothing.

#include <fcntl.h>

#include <algorithm>
#include <cerrno>

#include "formats/maildir/server_files.hpp"
#include "formats/maildir/world.hpp"

namespace mailhaul::formats::maildir {
namespace {

using store::Preview;
using store::Repair;
using store::RepairKind;
using store::RepairOutcome;
using support::Call;

constexpr fs::Owner bob{1001, 1001};
constexpr fs::Owner old{900, 900};
constexpr fs::Owner stranger{1005, 1005};

struct Told {
  struct One {
    Repair repair;
    RepairOutcome outcome;
    std::string why;
  };
  [[nodiscard]] std::size_t count(RepairKind kind, RepairOutcome outcome) const {
    return static_cast<std::size_t>(std::count_if(
        all.begin(), all.end(), [&](const One& one) { return one.repair.kind == kind && one.outcome == outcome; }));
  }
  [[nodiscard]] std::size_t count(RepairOutcome outcome) const {
    return static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [&](const One& one) { return one.outcome == outcome; }));
  }
  [[nodiscard]] std::string text() const {
    std::string out;
    for (const One& one : all)
      out += std::string(to_string(one.repair.kind)) + " " + to_string(one.outcome) + " " + one.repair.where + ": " +
             one.repair.was + " -> " + one.repair.becomes + " " + one.why + "\n";
    return out;
  }
  std::vector<One> all{};
};

class Listener final : public store::RepairObserver {
 public:
  explicit Listener(Told& told) : told_(told) {}
  void repair(const Repair& repair, RepairOutcome outcome, const std::string& why) override {
    told_.all.push_back({repair, outcome, why});
  }

 private:
  Told& told_;
};

class MaildirRepairs : public testing::Test {
 protected:
  MaildirRepairs() {
    world.put_maildir();
    for (const char* part : {"", "/cur", "/new", "/tmp"}) give(part, bob, 0700);
    world.settle();
  }

  void give(const std::string& name, fs::Owner owner, mode_t mode) {
    const std::string path = std::string(World::root) + (name.empty() || name.front() == '/' ? "" : "/") + name;
    world.machine.give_to(path, owner);
    set_mode(path, mode);
  }
  void set_mode(const std::string& path, mode_t mode) {
    const fs::ParentAndName parts = fs::split_operator_path(path);
    const auto parent = fs::Directory::open_root(world.machine, world.entropy, parts.parent, fs::Rules{});
    const int fd = world.machine.open_at(parent.descriptor(), parts.name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0);
    ASSERT_GE(fd, 0) << path;
    ASSERT_EQ(world.machine.change_mode(fd, mode), 0);
    ASSERT_EQ(world.machine.close(fd), 0);
  }
  void put(const std::string& name, const std::string& octets, fs::Owner owner = bob, mode_t mode = 0600) {
    world.put(name, octets, owner);
    give(name, owner, mode);
  }
  void put_folder(const std::string& name, fs::Owner owner = bob) {
    const std::string path = std::string(World::root) + "/" + name;
    world.machine.put_directory(path, owner, 0700);
    for (const char* part : {"/cur", "/new", "/tmp"}) world.machine.put_directory(path + part, owner, 0700);
    put(name + "/maildirfolder", "", owner);
  }

  Told mend(Preview preview = Preview::no) {
    fs::Rules rules;
    rules.side = Side::target;
    rules.more_owners = options.adoption.from;
    rules.more_owners.push_back(options.adoption.owner.uid);
    Told told;
    Listener listener(told);
    open_repairs(world.context, World::root, rules, {}, options)->mend(preview, listener);
    return told;
  }
  /// A preview finds what a run does and changes nothing; the run after it finds nothing more.
  Told mend_and_settle() {
    const auto files = world.machine.files();
    const Told proposed = mend(Preview::yes);
    EXPECT_EQ(world.machine.files(), files);
    const Told told = mend();
    EXPECT_EQ(proposed.count(RepairOutcome::proposed), told.count(RepairOutcome::done)) << proposed.text() << "\n"
                                                                                        << told.text();
    EXPECT_EQ(proposed.count(RepairOutcome::refused), told.count(RepairOutcome::refused));
    const Told again = mend();
    EXPECT_EQ(again.count(RepairOutcome::done), 0U) << again.text();
    EXPECT_EQ(again.count(RepairOutcome::refused), told.count(RepairOutcome::refused)) << again.text();
    return told;
  }
  [[nodiscard]] fs::Dress dress(const std::string& name) {
    return fs::dress_of(world.machine.status_of(std::string(World::root) + (name.empty() ? "" : "/" + name)));
  }

  World world;
  RepairOptions options{{bob, {bob.uid}, {}, {}}, false};
};

TEST_F(MaildirRepairs, FindsNothingInATreeThatIsAsItShouldBe) {
  put("cur/1.a,S=5:2,S", "12345");
  put("dovecot-uidlist", "3 V7 N2\n1 :1.a,S=5\n");
  put_folder(".Sent");
  EXPECT_EQ(mend().all.size(), 0U);
}

TEST_F(MaildirRepairs, GivesEverythingOfTheMailItsOwnerAndMode) {
  options.adoption.from = {old.uid};
  put_folder(".Sent", old);
  put(".Sent/cur/2.a:2,S", "x", old, 0644);
  put("cur/1.a:2,S", "x", old, 04755);
  put("dovecot.index.log", "x", old, 0660);
  put("subscriptions", "Sent\n", old, 0400);
  for (const char* part : {"", "cur", "new", "tmp"}) give(part, old, 02755);
  const Told told = mend_and_settle();
  EXPECT_EQ(told.count(RepairOutcome::refused), 0U) << told.text();
  for (const char* name : {"", "cur", "new", "tmp", ".Sent", ".Sent/cur", ".Sent/tmp"})
    EXPECT_EQ(dress(name), (fs::Dress{bob, 0700})) << name;
  for (const char* name : {"cur/1.a:2,S", ".Sent/cur/2.a:2,S", "dovecot.index.log", ".Sent/maildirfolder"})
    EXPECT_EQ(dress(name), (fs::Dress{bob, 0600})) << name;
  EXPECT_EQ(dress("subscriptions"), (fs::Dress{bob, 0400}));
}

TEST_F(MaildirRepairs, TheRootIsTheLastOfAll) {
  options.adoption.from = {old.uid};
  give("", old, 0700);
  put("cur/1.a:2,S", "x", old);
  const Told told = mend();
  ASSERT_FALSE(told.all.empty());
  EXPECT_EQ(told.all.back().repair.where, "");
}

TEST_F(MaildirRepairs, TakesNothingFromAStranger) {
  put("cur/1.a:2,S", "x", stranger, 0666);
  put("cur/2.a:2,S", "x", {0, 0}, 0666);
  world.machine.put_directory(std::string(World::root) + "/.Theirs", stranger, 0777);
  world.machine.put_directory(std::string(World::root) + "/.Theirs/cur", stranger, 0777);
  const Told told = mend_and_settle();
  EXPECT_EQ(told.count(RepairKind::owner, RepairOutcome::refused), 3U) << told.text();
  EXPECT_EQ(dress("cur/1.a:2,S"), (fs::Dress{stranger, 0666}));
  EXPECT_EQ(dress("cur/2.a:2,S"), (fs::Dress{{0, 0}, 0666}));
  EXPECT_EQ(dress(".Theirs"), (fs::Dress{stranger, 0777}));
}

TEST_F(MaildirRepairs, TouchesNothingThatIsNoMail) {
  options.adoption.from = {old.uid};
  put(".bashrc", "x", old, 0755);
  put("notes.txt", "x", old, 0644);
  world.machine.put_directory(std::string(World::root) + "/public_html", old, 0755);
  put("public_html/index.html", "x", old, 0644);
  world.machine.put_symlink(std::string(World::root) + "/cur/link", "../notes.txt");
  world.machine.put_special(std::string(World::root) + "/new/fifo", fs::EntryKind::fifo, old);
  EXPECT_EQ(mend().all.size(), 0U);
  EXPECT_EQ(dress("notes.txt"), (fs::Dress{old, 0644}));
  EXPECT_EQ(dress(".bashrc"), (fs::Dress{old, 0755}));
  EXPECT_EQ(dress("public_html/index.html"), (fs::Dress{old, 0644}));
  EXPECT_EQ(world.findings.count(FindingKind::symlink, Weight::note), 1U);
  EXPECT_EQ(world.findings.count(FindingKind::special_file, Weight::note), 1U);
}

TEST_F(MaildirRepairs, MendsHardLinksThatAreAllInTheTree) {
  // Dovecot's COPY of IMAP makes hard links.
  options.adoption.from = {old.uid};
  put_folder(".Copies");
  put("cur/1.a:2,S", "x", old, 0644);
  const std::string root = World::root;
  world.machine.put_link(root + "/.Copies/cur/1.b:2,S", root + "/cur/1.a:2,S");
  put("cur/2.a:2,S", "x", old, 0644);
  world.machine.put_link("/mail/outside", root + "/cur/2.a:2,S");
  world.settle();
  const Told told = mend_and_settle();
  EXPECT_EQ(told.count(RepairKind::owner, RepairOutcome::done), 1U) << told.text();
  EXPECT_EQ(told.count(RepairKind::owner, RepairOutcome::refused), 1U) << told.text();
  EXPECT_EQ(dress("cur/1.a:2,S"), (fs::Dress{bob, 0600}));
  EXPECT_EQ(dress("cur/2.a:2,S"), (fs::Dress{old, 0644}));
}

TEST_F(MaildirRepairs, TellsAModeThatKeepsTheOwnerOut) {
  put("cur/1.a:2,S", "x", bob, 0000);
  EXPECT_EQ(mend_and_settle().count(RepairKind::mode, RepairOutcome::refused), 1U);
  options.adoption.file_mode = 0640;
  EXPECT_EQ(mend().count(RepairOutcome::refused), 0U);
  EXPECT_EQ(dress("cur/1.a:2,S"), (fs::Dress{bob, 0640}));
}

TEST_F(MaildirRepairs, MakesWhatAFolderMustHave) {
  put_folder(".Sent");
  world.machine.remove(std::string(World::root) + "/.Sent/maildirfolder");
  world.machine.remove(std::string(World::root) + "/.Sent/tmp");
  world.machine.remove(std::string(World::root) + "/new");
  world.machine.put_directory(std::string(World::root) + "/.Pruned", bob, 0700);  // rsync -m leaves empty ones out
  put(".Pruned/maildirfolder", "");
  const Told told = mend_and_settle();
  EXPECT_EQ(told.count(RepairKind::directory, RepairOutcome::done), 5U) << told.text();
  EXPECT_EQ(told.count(RepairKind::marker, RepairOutcome::done), 1U);
  for (const char* name : {"new", ".Sent/tmp", ".Pruned/cur", ".Pruned/new", ".Pruned/tmp"})
    EXPECT_EQ(dress(name), (fs::Dress{bob, 0700})) << name;
  EXPECT_EQ(dress(".Sent/maildirfolder"), (fs::Dress{bob, 0600}));
}

TEST_F(MaildirRepairs, PutsASizeInANameRightAndTheListFollows) {
  put("cur/1.a,S=99,W=7:2,S", "12345\n");
  put("new/2.a,S=6", "12345\n");
  put("dovecot-uidlist", "3 V7 N2\n4 :1.a,S=99,W=7\n6 :2.a,S=6\n");
  const Told told = mend_and_settle();
  EXPECT_EQ(told.count(RepairKind::size_in_name, RepairOutcome::done), 1U) << told.text();
  EXPECT_EQ(world.names("cur"), std::vector<std::string>{"1.a,S=6,W=7:2,S"});
  EXPECT_EQ(world.octets("dovecot-uidlist"), "3 V7 N7\n4 G1.a,S=99,W=7 :1.a,S=6,W=7\n6 :2.a,S=6\n");
  const Walked walked = world.read();
  EXPECT_EQ(walked.by_base("1.a,S=6,W=7").info.ids.uid->value, 4U);
}

TEST_F(MaildirRepairs, WithoutAListANameIsPutRightAsWell) {
  put("cur/1.a,S=99:2,S", "12345\n");
  EXPECT_EQ(mend_and_settle().count(RepairKind::size_in_name, RepairOutcome::done), 1U);
  EXPECT_EQ(world.names("cur"), std::vector<std::string>{"1.a,S=6:2,S"});
  EXPECT_FALSE(world.machine.exists(std::string(World::root) + "/dovecot-uidlist"));
}

TEST_F(MaildirRepairs, LeavesANameThatNoListCouldFollow) {
  put("cur/1.a,S=99:2,S", "12345\n");
  put("cur/2.a,S=99:2,S", "12345\n");
  put("cur/2.a,S=6:2,S", "other\n");
  put("cur/3.a,S=99:2,S", "12345\n");
  put("new/3.a,S=99", "12345\n");
  put("courierimapuiddb", "1 7 2\n1 1.a,S=99\n");
  EXPECT_EQ(mend_and_settle().count(RepairKind::size_in_name, RepairOutcome::refused), 4U);
  world.machine.remove(std::string(World::root) + "/courierimapuiddb");
  const Told told = mend_and_settle();
  EXPECT_EQ(told.count(RepairKind::size_in_name, RepairOutcome::done), 1U) << told.text();
  EXPECT_EQ(told.count(RepairKind::size_in_name, RepairOutcome::refused), 3U) << told.text();
}

TEST_F(MaildirRepairs, AFileStaysWhoseRecordCantFollow) {
  put("cur/1.a,S=99:2,S", "12345\n");
  put("dovecot-uidlist", "3 V7 N2\n4294967294 :1.a,S=99\n");
  EXPECT_EQ(mend_and_settle().count(RepairKind::size_in_name, RepairOutcome::refused), 1U);
  EXPECT_EQ(world.names("cur"), std::vector<std::string>{"1.a,S=99:2,S"});
}

TEST_F(MaildirRepairs, ANameIsNotPutRightUnderAHeldLock) {
  put("cur/1.a,S=99:2,S", "12345\n");
  put("dovecot-uidlist", "3 V7 N2\n4 :1.a,S=99\n");
  put("dovecot-uidlist.lock", "1:other");
  const Told told = mend();
  EXPECT_GE(told.count(RepairOutcome::refused), 1U) << told.text();
  EXPECT_EQ(world.names("cur"), std::vector<std::string>{"1.a,S=99:2,S"});
  EXPECT_EQ(world.octets("dovecot-uidlist"), "3 V7 N2\n4 :1.a,S=99\n");
}

TEST_F(MaildirRepairs, CutBetweenTheListAndTheNameTheNextRunKeepsTheUid) {
  put("cur/1.a,S=99:2,S", "12345\n");
  put("dovecot-uidlist", "3 V7 N2\n4 :1.a,S=99\n");
  // The first rename puts the list into place, the second one the file.
  world.kernel.count_anew();
  world.kernel.inject({.call = Call::rename, .nth = 2, .errno_value = EIO, .and_all_later = true});
  EXPECT_THROW((void)mend(), Error);
  world.kernel.heal();
  ASSERT_EQ(world.octets("dovecot-uidlist"), "3 V7 N5\n4 G1.a,S=99 :1.a,S=6\n");
  ASSERT_EQ(world.names("cur"), std::vector<std::string>{"1.a,S=99:2,S"});
  world.machine.advance(std::chrono::minutes{5});
  const Told told = mend();
  EXPECT_EQ(told.count(RepairKind::size_in_name, RepairOutcome::done), 1U) << told.text();
  EXPECT_EQ(world.read().by_base("1.a,S=6").info.ids.uid->value, 4U);
}

TEST_F(MaildirRepairs, AFailedCallLosesNoMessageAndNoUid) {
  std::uint64_t faults = 0;
  for (std::uint64_t nth = 1; nth < 2000; ++nth) {
    for (const std::string& name : world.names("cur")) world.machine.remove(std::string(World::root) + "/cur/" + name);
    put("cur/1.a,S=99:2,S", "12345\n", bob, 0644);
    put("cur/2.a,S=6:2,S", "12345\n");
    if (world.machine.exists(std::string(World::root) + "/dovecot-uidlist"))
      world.machine.remove(std::string(World::root) + "/dovecot-uidlist");
    put("dovecot-uidlist", "3 V7 N2\n4 :1.a,S=99\njunk\n6 :2.a,S=6\n");
    world.kernel.count_anew();
    world.kernel.inject({.nth = nth, .errno_value = EIO});
    try {
      (void)mend();
    } catch (const Error&) {
      // A fault that ends the run.
    }
    const bool was_hit = world.kernel.faults_hit() > 0;
    if (was_hit) ++faults;
    world.kernel.heal();
    world.machine.advance(std::chrono::minutes{5});  // a lock that was left goes stale
    const Told again = mend();
    ASSERT_EQ(again.count(RepairOutcome::refused), 0U) << nth << "\n" << again.text();
    const Walked walked = world.read();
    ASSERT_EQ(walked.messages.size(), 2U) << nth;
    ASSERT_EQ(walked.by_base("1.a,S=6").info.ids.uid->value, 4U) << nth;
    ASSERT_EQ(walked.by_base("2.a,S=6").info.ids.uid->value, 6U) << nth;
    if (!was_hit) break;
  }
  EXPECT_GT(faults, 50U);
}

TEST_F(MaildirRepairs, AListWithJunkKeepsItsUidsAndItsUidvalidity) {
  put("cur/1.a:2,S", "x");
  put("cur/2.a:2,S", "x");
  put("dovecot-uidlist", "3 V7 N2\n9 :1.a\n<<<<<<<\n4 :2.a\n", bob, 0640);
  const Told told = mend_and_settle();
  EXPECT_EQ(told.count(RepairKind::uid_list, RepairOutcome::done), 2U) << told.text();
  EXPECT_EQ(world.octets("dovecot-uidlist"), "3 V7 N10\n4 :2.a\n9 :1.a\n");
  EXPECT_EQ(dress("dovecot-uidlist"), (fs::Dress{bob, 0600}));
}

TEST_F(MaildirRepairs, AListWithoutAUidvalidityIsToldAndLeft) {
  put("dovecot-uidlist", "junk\n");
  EXPECT_EQ(mend_and_settle().count(RepairKind::uid_list, RepairOutcome::refused), 1U);
  EXPECT_EQ(world.octets("dovecot-uidlist"), "junk\n");
}

TEST_F(MaildirRepairs, AQuotaFileSaysWhatIsThereAndKeepsItsLimits) {
  put_folder(".Sent");
  put("cur/1.a:2,S", "12345");
  put(".Sent/cur/2.a,S=3:2,S", "123");
  put("maildirsize", "1000S,20C\n500 7\n");
  EXPECT_EQ(mend_and_settle().count(RepairKind::quota_file, RepairOutcome::done), 1U);
  EXPECT_EQ(world.octets("maildirsize"), "1000S,20C\n8 2\n");
}

TEST_F(MaildirRepairs, AQuotaFileThatIsRightInItsServersWayStays) {
  put_folder(".Trash");
  put("cur/1.a:2,S", "12345");
  put("cur/2.a:2,T", "12");
  put(".Trash/cur/3.a:2,S", "123");
  for (const char* text : {"1000S\n10 3\n", "1000S\n5 1\n", "1000S\n20 4\n-10 -1\n"}) {
    put("maildirsize", text);
    EXPECT_EQ(mend().all.size(), 0U) << text;
    world.machine.remove(std::string(World::root) + "/maildirsize");
  }
}

TEST_F(MaildirRepairs, AQuotaFileWithoutLimitsGoesAway) {
  put("maildirsize", "5 1\n");
  EXPECT_EQ(mend_and_settle().count(RepairKind::quota_file, RepairOutcome::done), 1U);
  EXPECT_FALSE(world.machine.exists(std::string(World::root) + "/maildirsize"));
}

TEST_F(MaildirRepairs, AQuotaFileStaysWhereNotAllCouldBeLookedAt) {
  put("cur/1.a:2,S", "12345", stranger);
  put("maildirsize", "1000S\n500 7\n");
  EXPECT_EQ(mend_and_settle().count(RepairKind::quota_file, RepairOutcome::refused), 1U);
  EXPECT_EQ(world.octets("maildirsize"), "1000S\n500 7\n");
}

/// The beginning of a `dovecot.index` (dbox.md section 5).
std::string index_of(std::uint32_t validity) {
  std::string index(120, '\0');
  index[0] = 7;
  index[12] = 1;
  for (std::size_t i = 0; i < 4; ++i) index[24 + i] = static_cast<char>(validity >> (8 * i) & 0xffU);
  return index;
}

TEST_F(MaildirRepairs, AnIndexOfAnotherUidvalidityGoesWithItsFamily) {
  put("dovecot-uidlist", "3 V7 N2\n");
  put("dovecot.index", index_of(8));
  put("dovecot.index.log", "log");
  put("dovecot.index.cache", "cache");
  put("dovecot.list.index", "list");
  EXPECT_EQ(mend_and_settle().count(RepairKind::index_file, RepairOutcome::done), 3U);
  EXPECT_FALSE(world.machine.exists(std::string(World::root) + "/dovecot.index"));
  EXPECT_TRUE(world.machine.exists(std::string(World::root) + "/dovecot.list.index"));
}

TEST_F(MaildirRepairs, AnIndexThatMayBeTrueStaysUnlessAskedFor) {
  put("dovecot-uidlist", "3 V7 N2\n");
  put("dovecot.index", index_of(7));
  put("dovecot.index.log", "log");
  put("dovecot.list.index", "list");
  EXPECT_EQ(mend().all.size(), 0U);
  options.drop_indexes = true;
  EXPECT_EQ(mend_and_settle().count(RepairKind::index_file, RepairOutcome::done), 3U);
}

TEST(ServerFiles, TheUidvalidityOfAnIndex) {
  EXPECT_EQ(validity_in_index(as_bytes(index_of(0x01020304))), 0x01020304U);
  EXPECT_EQ(validity_in_index(as_bytes(index_of(0))), std::nullopt);
  EXPECT_EQ(validity_in_index(as_bytes(index_of(5).substr(0, 27))), std::nullopt);
  std::string other = index_of(5);
  other[0] = 8;
  EXPECT_EQ(validity_in_index(as_bytes(other)), std::nullopt);
  other = index_of(5);
  other[12] = 0;
  EXPECT_EQ(validity_in_index(as_bytes(other)), std::nullopt) << "of a machine that counts from the other end";
}

TEST_F(MaildirRepairs, OldTemporaryFilesOfKilledRunsGo) {
  put("tmp/mailhaul-tmp-0123456789abcdef", "half");
  put("mailhaul-tmp-0123456789abcdef", "half");
  put("tmp/1.delivery", "half");
  EXPECT_EQ(mend().all.size(), 0U) << "they may be of a run that is at work";
  world.machine.advance(std::chrono::hours{37});
  put("tmp/mailhaul-tmp-fedcba9876543210", "half");
  EXPECT_EQ(mend_and_settle().count(RepairKind::left_over, RepairOutcome::done), 2U);
  EXPECT_EQ(world.names("tmp"), (std::vector<std::string>{"1.delivery", "mailhaul-tmp-fedcba9876543210"}));
}

TEST_F(MaildirRepairs, WithLayoutFsDirectoriesOnTheWayAreMendedToo) {
  options.adoption.from = {old.uid};
  const std::string root = World::root;
  for (const char* path : {"/Work", "/Work/2024", "/Work/2024/cur", "/Work/2024/new", "/Work/2024/tmp"})
    world.machine.put_directory(root + path, old, 0755);
  put("Work/2024/cur/1.a:2,S", "x", old);
  const Told told = mend_and_settle();
  EXPECT_EQ(told.count(RepairOutcome::refused), 0U) << told.text();
  for (const char* path : {"Work", "Work/2024", "Work/2024/tmp"})
    EXPECT_EQ(dress(path), (fs::Dress{bob, 0700})) << path;
  EXPECT_EQ(told.count(RepairKind::marker, RepairOutcome::done), 0U);
}

TEST_F(MaildirRepairs, TellsSecurityTypesThatAreNotThoseOfMail) {
  support::MemoryKernel::Abilities abilities;
  for (const char* label : {"", "system_u:object_r:mail_spool_t:s0", "u:r:mail_home_rw_t:s0", "odd", "a:b"}) {
    abilities.security_label = label;
    world.machine.set_abilities(abilities);
    EXPECT_EQ(mend().all.size(), 0U);
    EXPECT_EQ(world.findings.count(FindingKind::security_label, Weight::note), 0U) << label;
  }
  abilities.security_label = "system_u:object_r:user_tmp_t:s0";
  world.machine.set_abilities(abilities);
  EXPECT_EQ(mend().all.size(), 0U);
  ASSERT_EQ(world.findings.count(FindingKind::security_label, Weight::note), 1U);
  const std::string text = world.findings.all().back().text;
  EXPECT_NE(text.find("user_tmp_t"), std::string::npos);
  EXPECT_NE(text.find("restorecon -RF '/mail/box'"), std::string::npos);
}

TEST_F(MaildirRepairs, WhatIsNoMaildirIsRefused) {
  for (const char* part : {"cur", "new", "tmp"}) world.machine.remove(std::string(World::root) + "/" + part);
  EXPECT_THROW((void)mend(), Error);
}

}  // namespace
}  // namespace mailhaul::formats::maildir
