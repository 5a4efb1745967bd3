// `mailhaul fix` on real files: trees that another program copied, or that a hostile owner prepared.

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <map>
#include <thread>

#include <nlohmann/json.hpp>

#include "cli/cli_test_case.hpp"

namespace mailhaul::black_box {
namespace {

constexpr uid_t bob = somebody;
constexpr uid_t old_bob = somebody_else;

class Fix : public RootCliTest {
 protected:
  /// A Maildir as `rsync -rt` or `tar --no-same-owner` leaves it: all of it has the owner of the other machine, modes
  /// of a umask, and the empty directories may be missing.
  void put_copy(const std::string& path, uid_t owner) {
    fill_maildir(path, {simple_mail("one"), simple_mail("two")});
    fill_maildir(path + "/.Sent", {simple_mail("three")});
    make_maildir(path + "/.Empty");
    write_file(path + "/.Sent/maildirfolder", "");
    write_file(path + "/.Empty/maildirfolder", "");
    write_file(path + "/subscriptions", "Sent\n");
    write_file(path + "/dovecot-keywords", "");
    give_all(path, owner, 0755, 0644);
  }
  static void give_all(const std::string& path, uid_t owner, mode_t directories, mode_t files) {
    give_tree(path, owner);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path))
      if (!entry.is_symlink() && (entry.is_directory() || entry.is_regular_file())) {
        ASSERT_EQ(::chmod(entry.path().c_str(), entry.is_directory() ? directories : files), 0);
      }
    ASSERT_EQ(::chmod(path.c_str(), directories), 0);
  }
  static void expect_all(const std::string& path, uid_t owner, unsigned directories, unsigned files) {
    for (const Entry& entry : snapshot(path)) {
      if (entry.kind != 'd' && entry.kind != 'f') continue;
      EXPECT_EQ(entry.uid, owner) << entry.path;
      EXPECT_EQ(entry.gid, owner) << entry.path;
      EXPECT_EQ(entry.mode & 07777U, entry.kind == 'd' ? directories : files) << entry.path;
    }
  }
  [[nodiscard]] static std::string owner(uid_t uid) { return std::to_string(uid) + ":" + std::to_string(uid); }
};

TEST_F(Fix, ATreeCopiedByAnotherProgramGetsItsOwnerAndModes) {
  put_copy(at("box"), old_bob);
  ASSERT_EQ(::chmod(at("box/new").c_str(), 02777), 0);
  const auto before = snapshot(at("box"));
  guard_but_for_atimes(at("box"));
  const Result preview = run({"fix", "-n", "maildir:" + at("box"), "--chown", owner(bob)});
  EXPECT_EQ(preview.status, status::ok) << preview.err;
  EXPECT_TRUE(holds(preview.out, "Would mend"));
  EXPECT_TRUE(holds(preview.out, ".Sent/maildirfolder"));
  guard_no_more();

  const Result result = run({"fix", "maildir:" + at("box"), "--chown", owner(bob)});
  EXPECT_EQ(result.status, status::ok) << result.err;
  expect_all(at("box"), bob, 0700, 0600);
  // Only that: names, octets and times are those of before.
  const auto after = snapshot(at("box"));
  ASSERT_EQ(after.size(), before.size());
  for (std::size_t i = 0; i < after.size(); ++i) {
    EXPECT_EQ(after[i].path, before[i].path);
    EXPECT_EQ(after[i].content, before[i].content);
    EXPECT_EQ(after[i].modified_ns, before[i].modified_ns) << after[i].path;
    EXPECT_EQ(after[i].inode, before[i].inode);
  }
  guard_but_for_atimes(at("box"));
  const Result again = run({"fix", "maildir:" + at("box"), "--chown", owner(bob)});
  EXPECT_EQ(again.status, status::ok);
  EXPECT_TRUE(holds(again.out, "Nothing to mend."));
}

TEST_F(Fix, APanelThatLeftItHalfRight) {
  put_copy(at("box"), bob);
  for (const char* name : {"box/.Sent/cur", "box/subscriptions"})
    ASSERT_EQ(::lchown(at(name).c_str(), 0, 0), 0) << name;
  const Result refused = run({"fix", "maildir:" + at("box")});
  EXPECT_EQ(refused.status, status::some_failed) << refused.out;
  EXPECT_TRUE(holds(refused.err, ".Sent"));
  EXPECT_TRUE(holds(refused.err, "subscriptions"));
  EXPECT_TRUE(holds(refused.err, "somebody else"));
  const Result result = run({"fix", "maildir:" + at("box"), "--from-owner", "root"});
  EXPECT_EQ(result.status, status::ok) << result.err;
  expect_all(at("box"), bob, 0700, 0600);
}

TEST_F(Fix, ModesAreThoseAskedFor) {
  put_copy(at("box"), bob);
  EXPECT_EQ(run({"fix", "maildir:" + at("box"), "--chmod", "D2770,F660"}).status, status::usage);
  EXPECT_EQ(run({"fix", "maildir:" + at("box"), "--chmod", "D770,F660"}).status, status::ok);
  expect_all(at("box"), bob, 0770, 0660);
}

TEST_F(Fix, AnInterruptedRunIsEndedByTheNextOne) {
  // The owner of the root tells whom the rest may be taken from, so it is the last to change.
  put_copy(at("box"), old_bob);
  for (int i = 0; i < 400; ++i) write_file(at("box/cur/9" + std::to_string(i) + ".a:2,S"), "x");
  give_all(at("box"), old_bob, 0755, 0644);
  for (int delay = 1; delay < 40; delay += 3) {
    Program program({"fix", "maildir:" + at("box"), "--chown", owner(bob)});
    std::this_thread::sleep_for(std::chrono::milliseconds{delay});
    program.signal(SIGKILL);
    (void)program.wait();
  }
  const Result result = run({"fix", "maildir:" + at("box"), "--chown", owner(bob)});
  EXPECT_EQ(result.status, status::ok) << result.err;
  expect_all(at("box"), bob, 0700, 0600);
}

TEST_F(Fix, AHostileTreeCostsNobodyElseAnything) {
  put_copy(at("box"), bob);
  // What must not change: files and directories of root, of a third user, and of bob outside of the tree.
  std::filesystem::create_directories(at("canary/cur"));
  write_file(at("canary/secret"), "secret");
  write_file(at("canary/cur/1.a:2,S"), "secret");
  write_file(at("canary/bobs"), "bob's own");
  ASSERT_EQ(::lchown(at("canary/bobs").c_str(), bob, bob), 0);
  const std::string box = at("box/");
  for (const auto& [link, target] : std::map<std::string, std::string>{{"cur/s1:2,S", at("canary/secret")},
                                                                       {"new/s2", "../../canary/secret"},
                                                                       {".Evil", at("canary")},
                                                                       {"dovecot-uidlist", at("canary/secret")},
                                                                       {"maildirsize", at("canary/secret")},
                                                                       {"sieve", at("canary")}})
    ASSERT_EQ(::symlink(target.c_str(), (box + link).c_str()), 0);
  ASSERT_EQ(::link(at("canary/secret").c_str(), (box + "cur/h1:2,S").c_str()), 0);
  ASSERT_EQ(::link(at("canary/bobs").c_str(), (box + "cur/h2:2,S").c_str()), 0);
  make_fifo(box + "cur/fifo");
  make_fifo(box + "dovecot.index");
  make_socket(box + "new/socket");
  // A directory of somebody else that was moved in.
  make_maildir(box + ".Foreign");
  write_file(box + ".Foreign/cur/1.a:2,S", "theirs");
  give_tree(box + ".Foreign", 0);
  // Renamed from cur/ so that a folder's part is a link.
  make_maildir(box + ".Part");
  std::filesystem::remove_all(box + ".Part/cur");
  ASSERT_EQ(::symlink(at("canary/cur").c_str(), (box + ".Part/cur").c_str()), 0);
  give_tree(box + ".Part", bob);

  const auto canary = snapshot(at("canary"));
  const auto foreign = snapshot(box + ".Foreign");
  const Result result = run({"fix", "maildir:" + at("box"), "--chown", owner(old_bob)});
  EXPECT_EQ(result.status, status::some_failed);
  EXPECT_EQ(difference(canary, snapshot(at("canary"))), "");
  EXPECT_EQ(difference(foreign, snapshot(box + ".Foreign")), "");
  for (const char* name : {"cur/h1:2,S", "cur/h2:2,S", ".Foreign", ".Part/cur", "maildirsize", "dovecot-uidlist"})
    EXPECT_TRUE(holds(result.err, name));
  // All else is mended.
  for (const Entry& entry : snapshot(at("box")))
    if (entry.kind == 'f' && entry.path.rfind("cur/", 0) == 0 && entry.links == 1) {
      EXPECT_EQ(entry.uid, old_bob) << entry.path;
    }
}

TEST_F(Fix, RacedByItsOwnerItTouchesNothingOutside) {
  // The owner of the tree, at work while root mends it: directories and files trade places with links to what is
  // root's and with the owner's own files elsewhere. Nothing outside may change its owner or mode, and no run may hang.
  put_copy(at("box"), bob);
  std::filesystem::create_directories(at("canary/cur"));
  for (int i = 0; i < 20; ++i) write_file(at("canary/cur/" + std::to_string(i) + ".a:2,S"), "secret");
  const auto canary = snapshot(at("canary"));
  for (int i = 0; i < 20; ++i) write_file(at("box/cur/" + std::to_string(i) + ".a:2,S"), "mail");
  ASSERT_EQ(::symlink(at("canary/cur").c_str(), at("box/evil-cur").c_str()), 0);
  ASSERT_EQ(::symlink(at("canary/cur/1.a:2,S").c_str(), at("box/tmp/evil-file").c_str()), 0);
  make_fifo(at("box/tmp/fifo"));
  const int rounds = is_long() ? 2000 : 25;
  std::atomic<bool> stop = false;
  std::uint64_t swaps = 0;
  std::thread owner_at_work([&] {
    const auto exchange = [&](const char* a, const char* b) {
      if (::renameat2(AT_FDCWD, at(a).c_str(), AT_FDCWD, at(b).c_str(), RENAME_EXCHANGE) == 0) ++swaps;
    };
    while (!stop) {
      exchange("box/cur", "box/evil-cur");
      exchange("box/cur", "box/evil-cur");
      exchange("box/cur/1.a:2,S", "box/tmp/evil-file");
      exchange("box/cur/2.a:2,S", "box/tmp/fifo");
      exchange("box/cur/1.a:2,S", "box/tmp/evil-file");
      exchange("box/cur/2.a:2,S", "box/tmp/fifo");
    }
  });
  std::uint64_t hung = 0;
  for (int i = 0; i < rounds; ++i) {
    const uid_t to = i % 2 == 0 ? old_bob : bob;
    const Result result = run({"fix", "-q", "maildir:" + at("box"), "--chown", owner(to), "--from-owner",
                               std::to_string(bob), "--from-owner", std::to_string(old_bob)});
    if (result.hung) ++hung;
  }
  stop = true;
  owner_at_work.join();
  EXPECT_EQ(difference(canary, snapshot(at("canary"))), "");
  EXPECT_EQ(hung, 0U);
  EXPECT_GT(swaps, 100U) << "the harness is blind";
  std::cout << "fix, raced: " << rounds << " runs, " << swaps << " exchanges, changes outside 0, hangs 0\n";
}

TEST_F(Fix, AFileOfRootsInACustomersDirectoryIsNotGivenAway) {
  std::filesystem::create_directory(at("home"));
  write_file(at("home/inbox"), "a key that only root may read\n");
  ASSERT_EQ(::chown(at("home").c_str(), bob, bob), 0);
  ASSERT_EQ(::chmod(at("home").c_str(), 0700), 0);
  guard(at("home"));
  for (const std::string& store :
       {"mbox:" + at("home/inbox"), "mboxdir:" + at("home") + ":INBOX=" + at("home/inbox")}) {
    const Result result = run({"fix", store, "--chown", owner(bob)});
    EXPECT_EQ(result.status, status::some_failed) << result.err;
  }
}

TEST_F(Fix, AnMboxThatAnybodyCanHaveMadeIsNotGivenAway) {
  std::filesystem::create_directory(at("spool"));
  write_file(at("spool/bob"), mbox_of({simple_mail("planted")}));
  ASSERT_EQ(::chown(at("spool/bob").c_str(), old_bob, old_bob), 0);
  ASSERT_EQ(::chmod(at("spool").c_str(), 01777), 0);
  guard(at("spool"));
  EXPECT_EQ(run({"fix", "mbox:" + at("spool/bob"), "--chown", owner(bob)}).status, status::some_failed);
  guard_no_more();
  EXPECT_EQ(
      run({"fix", "mbox:" + at("spool/bob"), "--chown", owner(bob), "--from-owner", std::to_string(old_bob)}).status,
      status::ok);
}

TEST_F(Fix, WhatItsOwnerLockedHimselfOutOfIsMended) {
  put_copy(at("box"), bob);
  // As `chmod -R 600` leaves it: nobody but root can look into a directory.
  give_all(at("box"), bob, 0600, 0400);
  const Result result = run({"fix", "maildir:" + at("box"), "--owner-profile", "cpanel"});
  EXPECT_EQ(result.status, status::ok) << result.err;
  expect_all(at("box"), bob, 0751, 0640);
  EXPECT_EQ(run({"scan", at("box")}).status, status::ok);
}

TEST_F(Fix, WhatItsModesLetNobodyIntoIsFoundAndMended) {
  // Its owner himself could not look for cur and new: which format it is only root can see.
  using Modes = std::pair<mode_t, mode_t>;
  for (const auto& [directories, files] : {Modes{0, 0}, Modes{0600, 0600}, Modes{0300, 0200}}) {
    const std::string box = at("box" + std::to_string(directories));
    put_copy(box, bob);
    give_all(box, bob, directories, files);
    // None is widened unasked, and each that would have to be is told.
    const Result shut = run({"fix", box});
    EXPECT_EQ(shut.status, status::some_failed) << shut.out;
    for (const char* name : {".Sent/cur", ".Empty/tmp", "new"}) EXPECT_TRUE(holds(shut.err, name)) << shut.err;
    EXPECT_TRUE(holds(shut.err, "--chmod=D700")) << shut.err;
    EXPECT_FALSE(holds(shut.err, "Permission denied")) << shut.err;
    const Result result = run({"fix", box, "--chmod", "D700,F600"});
    EXPECT_EQ(result.status, status::ok) << result.err;
    expect_all(box, bob, 0700, 0600);
    EXPECT_TRUE(holds(run({"fix", box}).out, "Nothing to mend."));
    EXPECT_EQ(read_maildir(box).size(), 2U);
  }
}

TEST_F(Fix, WhoIsNotRootIsToldWhatHeCanNotEnterAndTheRestIsMended) {
  put_copy(at("box"), bob);
  ASSERT_EQ(::chmod(at("").c_str(), 0755), 0);
  ASSERT_EQ(::chmod(at("box/.Sent").c_str(), 0), 0);
  ASSERT_EQ(::chmod(at("box/.Empty/cur").c_str(), 0), 0);
  std::filesystem::remove(at("box/.Empty/maildirfolder"));
  std::filesystem::create_directory(at("state"));
  ASSERT_EQ(::chown(at("state").c_str(), bob, bob), 0);
  ASSERT_EQ(::chmod(at("state").c_str(), 0700), 0);
  const Result result = run({"fix", "-i", "--state", at("state"), at("box")}, {.user = bob});
  EXPECT_EQ(result.status, status::some_failed) << result.out;
  for (const char* name : {".Sent", ".Empty/cur"}) EXPECT_TRUE(holds(result.err, name)) << result.err;
  EXPECT_TRUE(holds(result.err, "Permission denied")) << result.err;
  EXPECT_TRUE(holds(result.out, ".Empty/maildirfolder  made")) << result.out;
  EXPECT_EQ(::access(at("box/.Empty/maildirfolder").c_str(), F_OK), 0);
}

TEST_F(Fix, AnMboxThatNobodyMayReadIsFoundAndMended) {
  write_file(at("mbox"), mbox_of({simple_mail("one")}));
  ASSERT_EQ(::lchown(at("mbox").c_str(), bob, bob), 0);
  ASSERT_EQ(::chmod(at("mbox").c_str(), 0), 0);
  const Result shut = run({"fix", at("mbox")});
  EXPECT_EQ(shut.status, status::some_failed) << shut.out;
  EXPECT_TRUE(holds(shut.err, "--chmod=F600")) << shut.err;
  EXPECT_EQ(run({"fix", at("mbox"), "--chmod", "F600"}).status, status::ok);
  EXPECT_EQ(snapshot(at("mbox"))[0].mode & 07777U, 0600U);
}

TEST_F(Fix, AGroupHasWhatTheProfileGivesItAndNoMore) {
  constexpr gid_t mail = 8;
  const auto put_shared = [&](const std::string& box) {
    put_copy(box, bob);
    give_all(box, bob, 02770, 0664);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(box)) {
      ASSERT_EQ(::lchown(entry.path().c_str(), bob, mail), 0);
      if (entry.is_directory()) {
        ASSERT_EQ(::chmod(entry.path().c_str(), 02770), 0);
      }
    }
  };
  struct Row {
    std::vector<std::string> said;
    gid_t group;
    unsigned directories;
    unsigned files;
  };
  const std::string with_mail = std::to_string(bob) + ":" + std::to_string(mail);
  for (const Row& row : {Row{{}, bob, 0700, 0600}, Row{{"--owner-profile", "cpanel"}, bob, 0751, 0640},
                         Row{{"--owner-profile", "user"}, bob, 0700, 0600},
                         Row{{"--chown", with_mail, "--chmod", "D770,F660"}, mail, 0770, 0660}}) {
    const std::string box = at("box" + std::to_string(row.directories) + std::to_string(row.said.size()));
    put_shared(box);
    std::vector<std::string> words{"fix", "-v", "maildir:" + box};
    words.insert(words.end(), row.said.begin(), row.said.end());
    const Result result = run(words);
    EXPECT_EQ(result.status, status::ok) << result.err;
    for (const Entry& entry : snapshot(box)) {
      EXPECT_EQ(entry.gid, row.group) << entry.path;
      EXPECT_EQ(entry.mode & 07777U, entry.kind == 'd' ? row.directories : row.files) << entry.path;
    }
    // Who meant it to be shared is told how to say so; who said it is not.
    const bool loses_all = row.directories == 0700;
    EXPECT_EQ(holds(result.out + result.err, "access for group 8"), loses_all || row.directories == 0751)
        << result.out << result.err;
    EXPECT_TRUE(holds(run(words).out, "Nothing to mend."));
  }
}

TEST_F(Fix, AMaildirThatLostDirectoriesGetsThemBack) {
  const std::vector<std::vector<std::string>> losses{
      {"cur"}, {"new"}, {"tmp"}, {"cur", "new"}, {"cur", "tmp"}, {"new", "tmp"}, {"cur", "new", "tmp"}};
  int number = 0;
  for (const auto& lost : losses)
    for (const std::string folder : {"", ".Sent/"}) {
      const std::string box = at("box" + std::to_string(++number));
      put_copy(box, bob);
      for (const std::string& name : lost) std::filesystem::remove_all(box + "/" + folder + name);
      give_all(box, bob, 0700, 0600);
      const auto files = [&box] {
        const auto all = snapshot(box);
        return std::count_if(all.begin(), all.end(), [](const Entry& entry) { return entry.kind == 'f'; });
      };
      const auto left = files();
      const Result result = run({"fix", "-i", box});
      EXPECT_EQ(result.status, status::ok) << result.err;
      for (const std::string& name : lost) {
        EXPECT_TRUE(holds(result.out, "directory     " + folder + name + "  made")) << result.out;
        EXPECT_TRUE(exists(box + "/" + folder + name));
      }
      expect_all(box, bob, 0700, 0600);
      EXPECT_EQ(files(), left);
      EXPECT_TRUE(holds(run({"fix", box}).out, "Nothing to mend."));
    }
  // Nothing says of these that they are mail: a home with a Maildir in a hidden directory, say.
  make_maildir(at("home/.Maildir"));
  give_all(at("home"), bob, 0700, 0600);
  EXPECT_EQ(run({"fix", "maildir:" + at("home")}).status, status::no_such_store);
  EXPECT_FALSE(exists(at("home/cur")));
}

TEST_F(Fix, MessagesAreReadWithTheirUidsAsBefore) {
  fill_maildir(at("box"), {simple_mail("one"), simple_mail("two")});
  const auto names = names_in(at("box/cur"));
  ASSERT_EQ(names.size(), 2U);
  const std::string wrong = "1.M9P9.host,S=5,W=9";
  std::filesystem::rename(at("box/cur/" + names[0]), at("box/cur/" + wrong + ":2,S"));
  write_file(at("box/dovecot-uidlist"),
             "3 V77 N1\n12 :" + names[1].substr(0, names[1].find(':')) + "\nrubbish\n5 :" + wrong + "\n");
  give_all(at("box"), bob, 0700, 0600);
  const auto messages = read_maildir(at("box"));
  const Result result = run({"fix", "-i", "maildir:" + at("box")});
  EXPECT_EQ(result.status, status::ok) << result.err;
  EXPECT_TRUE(holds(result.out, "size_in_name"));
  EXPECT_EQ(read_maildir(at("box")).size(), messages.size());
  const std::string list = read_file(at("box/dovecot-uidlist"));
  EXPECT_EQ(list.rfind("3 V77 N13\n5 G" + wrong + " :1.M9P9.host,S=", 0), 0U) << list;
  EXPECT_TRUE(holds(list, "\n12 :"));
  EXPECT_FALSE(exists(at("box/dovecot-uidlist.lock")));
  EXPECT_TRUE(holds(run({"fix", "maildir:" + at("box")}).out, "Nothing to mend."));
}

TEST_F(Fix, AnMboxKeepsItsGroupAndLosesTheRest) {
  write_file(at("mbox"), mbox_of({simple_mail("one")}));
  ASSERT_EQ(::lchown(at("mbox").c_str(), bob, 8), 0);
  ASSERT_EQ(::chmod(at("mbox").c_str(), 04666), 0);
  EXPECT_EQ(run({"fix", "mbox:" + at("mbox")}).status, status::ok);
  EXPECT_EQ(snapshot(at("mbox"))[0].mode & 07777U, 0660U);
  EXPECT_EQ(snapshot(at("mbox"))[0].uid, bob);
  EXPECT_EQ(run({"fix", "mbox:" + at("mbox"), "--chown", owner(old_bob), "--chmod", "F600"}).status, status::ok);
  EXPECT_EQ(snapshot(at("mbox"))[0].uid, old_bob);
  EXPECT_EQ(snapshot(at("mbox"))[0].mode & 07777U, 0600U);
  ASSERT_EQ(::link(at("mbox").c_str(), at("another").c_str()), 0);
  const Result linked = run({"fix", "mbox:" + at("mbox"), "--chown", owner(bob)});
  EXPECT_EQ(linked.status, status::some_failed);
  EXPECT_TRUE(holds(linked.err, "other names"));
}

TEST_F(Fix, ATreeOfMboxesIsMendedAndTheHomeAroundItIsNot) {
  std::filesystem::create_directories(at("home/Work"));
  std::filesystem::create_directories(at("home/.ssh"));
  write_file(at("home/Sent"), mbox_of({simple_mail("one")}));
  write_file(at("home/Work/2024"), mbox_of({simple_mail("two")}));
  write_file(at("home/.subscriptions"), "Sent\n");
  write_file(at("home/.ssh/authorized_keys"), "key");
  write_file(at("home/script.sh"), "#!/bin/sh\n");
  give_all(at("home"), old_bob, 0755, 0755);
  const Result result = run({"fix", "mboxdir:" + at("home"), "--chown", owner(bob)});
  EXPECT_EQ(result.status, status::ok) << result.err;
  std::map<std::string, Entry> entries;
  for (const Entry& entry : snapshot(at("home"))) entries[entry.path] = entry;
  for (const char* name : {"Sent", "Work/2024", ".subscriptions"}) {
    EXPECT_EQ(entries[name].uid, bob) << name;
    EXPECT_EQ(entries[name].mode & 07777U, 0600U) << name;
  }
  EXPECT_EQ(entries["Work"].uid, bob);
  for (const char* name : {".ssh/authorized_keys", "script.sh"}) {
    EXPECT_EQ(entries[name].uid, old_bob) << name;
    EXPECT_EQ(entries[name].mode & 07777U, 0755U) << name;
  }
  const Result again = run({"fix", "mboxdir:" + at("home"), "--from-owner", std::to_string(old_bob)});
  EXPECT_TRUE(holds(again.out, "Nothing to mend.")) << again.err;
  // Whether what is somebody else's is mail can't be seen without reading it.
  const Result refused = run({"fix", "mboxdir:" + at("home")});
  EXPECT_EQ(refused.status, status::some_failed);
  EXPECT_TRUE(holds(refused.err, "script.sh"));
}

TEST_F(Fix, TellsTheCommandsForSecurityTypes) {
  make_maildir(at("box"));
  give_all(at("box"), bob, 0700, 0600);
  const std::string label = "system_u:object_r:user_tmp_t:s0";
  if (::setxattr(at("box/tmp").c_str(), "security.selinux", label.c_str(), label.size() + 1, 0) != 0)
    GTEST_SKIP() << "this file system, or this system, lets nobody set a label";
  const Result result = run({"fix", "-v", "maildir:" + at("box")});
  EXPECT_EQ(result.status, status::ok) << result.err;
  EXPECT_TRUE(holds(result.out, "user_tmp_t"));
  EXPECT_TRUE(holds(result.out, "semanage fcontext -a -t mail_spool_t"));
}

TEST_F(Fix, WhoIsNotRootMendsHisOwn) {
  put_copy(at("box"), bob);
  ASSERT_EQ(::chmod(at("").c_str(), 0755), 0);
  const How as_bob{.user = bob};
  const Result others = run({"fix", "maildir:" + at("box"), "--chown", owner(old_bob), "--state", at("box")}, as_bob);
  EXPECT_EQ(others.status, status::permission);
  const Result result = run({"fix", "-n", "maildir:" + at("box")}, as_bob);
  EXPECT_EQ(result.status, status::ok) << result.err;
  EXPECT_TRUE(holds(result.out, "Would mend"));
}

class FixUsage : public CliTest {};

TEST_F(FixUsage, SaysInOneLineWhatIsWrong) {
  make_maildir(at("box"));
  write_file(at("mbox"), mbox_of({simple_mail("one")}));
  const std::string box = "maildir:" + at("box");
  for (const auto& arguments : std::vector<std::vector<std::string>>{{"fix"},
                                                                     {"fix", box, box},
                                                                     {"fix", box, "--chown", "root:root"},
                                                                     {"fix", box, "--chown", "no-such-user"},
                                                                     {"fix", box, "--from-owner", "no-such-user"},
                                                                     {"fix", box, "--from-owner", ""},
                                                                     {"fix", box, "--from-owner", "4294967295"},
                                                                     {"fix", box, "--from-owner", "99999999999"},
                                                                     {"fix", box, "--chmod", "D1700"},
                                                                     {"fix", "mbox:" + at("mbox"), "--drop-indexes"}}) {
    const Result result = run(arguments);
    EXPECT_EQ(result.status, status::usage) << arguments.back();
    expect_one_line(result);
  }
  EXPECT_EQ(run({"fix", "maildir:" + at("nothing")}).status, status::no_such_store);
  std::filesystem::create_directories(at("empty"));
  EXPECT_EQ(run({"fix", "maildir:" + at("empty")}).status, status::no_such_store);
}

TEST_F(FixUsage, SpeaksJson) {
  make_maildir(at("box"));
  std::filesystem::remove_all(at("box/tmp"));
  write_file(at("box/cur/1.\x1b[31m\xff,S=9:2,S"), "12345");
  for (const char* name : {"box", "box/cur", "box/new"}) ASSERT_EQ(::chmod(at(name).c_str(), 0700), 0);
  ASSERT_EQ(::chmod(at("box/cur/1.\x1b[31m\xff,S=9:2,S").c_str(), 0644), 0);
  std::map<std::string, int> kinds;
  const Result result = run({"fix", "-n", "--json", "maildir:" + at("box")});
  EXPECT_EQ(result.status, status::ok) << result.err;
  nlohmann::json last;
  for (const std::string& line : lines_of(result.out)) {
    last = nlohmann::json::parse(line);
    if (last["event"] == "repair") ++kinds[last["kind"]];
  }
  EXPECT_EQ(kinds, (std::map<std::string, int>{{"directory", 1}, {"mode", 1}, {"size_in_name", 1}}));
  EXPECT_EQ(last["event"], "summary");
  EXPECT_EQ(last["command"], "fix");
  EXPECT_EQ(last["mended"], 3);
  EXPECT_EQ(last["kinds"]["mode"]["mended"], 1);
  EXPECT_FALSE(exists(at("box/tmp")));
}

}  // namespace
}  // namespace mailhaul::black_box
