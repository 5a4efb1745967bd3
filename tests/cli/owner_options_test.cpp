#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "cli/cli_test_case.hpp"

namespace mailhaul::black_box {
namespace {

class OwnerOptions : public CliTest {};

class OwnerOptionsAsRoot : public RootCliTest {
 protected:
  static constexpr uid_t new_owner = 54330;
  static std::string ids(uid_t from, uid_t to) { return std::to_string(from) + ":" + std::to_string(to); }
  void expect_all_owned(const std::string& path, uid_t uid, gid_t gid) const {
    for (const Entry& entry : snapshot(at(path)))
      EXPECT_TRUE(entry.uid == uid && entry.gid == gid)
          << path << "/" << entry.path << ": " << entry.uid << ":" << entry.gid;
  }
  void expect_modes(const std::string& path, mode_t directories, mode_t files) const {
    for (const Entry& entry : snapshot(at(path))) {
      struct stat found {};
      ASSERT_EQ(::lstat((at(path) + "/" + entry.path).c_str(), &found), 0);
      EXPECT_EQ(found.st_mode & 07777U, S_ISDIR(found.st_mode) ? directories : files) << entry.path;
    }
  }
};

TEST_F(OwnerOptions, WhatMakesNoSenseIsOneLineBeforeTheFirstWrite) {
  fill_maildir(at("M"), {simple_mail("one")});
  guard(at(""));
  using Row = std::vector<std::string>;
  for (const Row& row : {Row{"--usermap", "no-such-user-here:5"},
                         Row{"--usermap", "5:no-such-user-here"},
                         Row{"--usermap", "5:"},
                         Row{"--usermap", ":5"},
                         Row{"--usermap", "5"},
                         Row{"--usermap", "5:6,"},
                         Row{"--usermap", "5:0"},
                         Row{"--usermap", "*:root"},
                         Row{"--usermap", "5:4294967295"},
                         Row{"--usermap", "0-9:5"},
                         Row{"--groupmap", "no-such-group-here:5"},
                         Row{"--groupmap", "5:0"},
                         Row{"--groupmap", "9-5:6"},
                         Row{"--numeric-ids", "--usermap", "daemon:5"},
                         Row{"--numeric-ids", "--groupmap", "5:daemon"},
                         Row{"--numeric-ids", "--chown", "daemon:5"},
                         Row{"--numeric-ids", "--chown", "5"},
                         Row{"--numeric-ids", "--owner-profile", "vmail"},
                         Row{"--chown", "5:5", "--usermap", "1:2"},
                         Row{"--chown", "5:5", "--groupmap", "1:2"},
                         Row{"--numeric-ids", "--groupmap", "1:2", "--usermap", "0:5"},  // of which group?
                         Row{"--usermap", ""},
                         Row{"--owner-profile", ""},
                         Row{"--owner-profile", "plesk"}}) {
    if (row.back() == "0:5" && !is_root()) continue;  // goes by the owner of the source
    SCOPED_TRACE(row.front() + " " + row.back());
    std::vector<std::string> arguments{"sync"};
    arguments.insert(arguments.end(), row.begin(), row.end());
    arguments.insert(arguments.end(), {at("M"), "maildir:" + at("A")});
    const Result result = run(arguments);
    EXPECT_EQ(result.status, status::usage) << result.err;
    expect_one_line(result);
    EXPECT_FALSE(exists(at("A")));
  }
}

TEST_F(OwnerOptionsAsRoot, MapsGiveWhatIsMadeToItsNewOwner) {
  fill_maildir(at("M"), {simple_mail("one")});
  fill_maildir(at("M/.Sub"), {simple_mail("two")});
  give_tree(at("M"), somebody);
  guard(at("M"));
  const std::string any_group = "*:54331";
  const std::vector<std::string> mapped{"--numeric-ids", "--usermap=1:2," + ids(somebody, new_owner) + ",*:3",
                                        "--groupmap=" + any_group};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), mapped.begin(), mapped.end());
    return more;
  };
  sync(with({at("M"), "maildir:" + at("A")}));
  expect_all_owned("A", new_owner, 54331);
  expect_settled(at("M"), "maildir:" + at("A"), mapped);
  sync(with({"--include=INBOX", at("M"), "mbox:" + at("B")}));
  expect_all_owned("B", new_owner, 54331);
  // It goes before the owner of a target that is there, as --chown does.
  make_maildir(at("C"));
  give_tree(at("C"), somebody_else);
  sync(with({at("M"), "maildir:" + at("C")}));
  struct stat made {};
  ASSERT_EQ(::stat(at("C/.Sub/cur").c_str(), &made), 0);
  EXPECT_EQ(made.st_uid, new_owner);
  expect_settled(at("M"), "maildir:" + at("C"), mapped);
  // Nobody's rule: the usual owner. A name brings its login group.
  sync({"--usermap", "1:2", at("M"), "maildir:" + at("D")});
  expect_all_owned("D", somebody, somebody);
  const passwd* const daemon = ::getpwnam("daemon");
  ASSERT_NE(daemon, nullptr);
  sync({"--usermap", "54000-54999:daemon", at("M"), "maildir:" + at("E")});
  expect_all_owned("E", daemon->pw_uid, daemon->pw_gid);
}

TEST_F(OwnerOptionsAsRoot, AnMboxOfAnotherOwnerThanTheMappedOneIsNotWrittenTo) {
  fill_maildir(at("M"), {simple_mail("one")});
  give_tree(at("M"), somebody);
  write_file(at("box"), "");
  ASSERT_EQ(::chown(at("box").c_str(), somebody_else, somebody_else), 0);
  guard(at(""));
  const Result result =
      run({"sync", "--usermap", ids(somebody, new_owner), "--groupmap", "*:5", at("M"), "mbox:" + at("box")});
  EXPECT_EQ(result.status, status::cannot_create);
  EXPECT_TRUE(holds(result.err, "54330"));
}

TEST_F(OwnerOptionsAsRoot, ForeignFilesAreTakenOnlyWhereTheirOwnerIsNamedForTheSameTarget) {
  fill_maildir(at("M"), {simple_mail("one", 1), simple_mail("two", 2)});
  fill_maildir(at("M/.Sub"), {simple_mail("three", 3)});
  give_tree(at("M"), somebody);
  give_tree(at("M/.Sub"), somebody_else);
  ASSERT_EQ(::lchown(at("M/cur/2.M2P1.host:2,").c_str(), somebody_else, somebody_else), 0);
  guard(at("M"));
  const auto with = [&](const std::string& map, const std::string& target) {
    return run({"sync", "--usermap", map, "--groupmap", "*:54331", at("M"), "maildir:" + at(target)});
  };
  const std::string own = ids(somebody, new_owner);
  for (const std::string& map : {own, own + ",*:54330", own + ",54322-54322:54330", own + ",54322:54340"}) {
    SCOPED_TRACE(map);
    const Result refused = with(map, "A");
    EXPECT_EQ(refused.status, status::some_failed);
    EXPECT_EQ(read_maildir(at("A")).size(), 1U);
    std::filesystem::remove_all(at("A"));
    forget_runs();
  }
  const std::string both = own + "," + ids(somebody_else, new_owner);
  const Result taken = with(both, "B");
  EXPECT_EQ(taken.status, status::ok) << taken.err;
  EXPECT_EQ(read_maildir(at("B")).size(), 2U);
  EXPECT_EQ(read_maildir(at("B/.Sub")).size(), 1U);
  expect_all_owned("B", new_owner, 54331);
  const std::vector<std::string> options{"--usermap=" + both, "--groupmap=*:54331"};
  expect_settled(at("M"), "maildir:" + at("B"), options);
  // A rule before it that takes them all is the one that counts.
  EXPECT_EQ(with(own + ",1-60000:54330," + ids(somebody_else, new_owner), "C").status, status::some_failed);
}

TEST_F(OwnerOptionsAsRoot, AProfileSaysModesAndOwner) {
  fill_maildir(at("M"), {simple_mail("one")});
  fill_maildir(at("M/.Sub"), {simple_mail("two")});
  give_tree(at("M"), somebody);
  std::filesystem::create_directory(at("home"));
  ASSERT_EQ(::chown(at("home").c_str(), somebody_else, 54323), 0);
  guard(at("M"));
  sync({"--owner-profile=cpanel", at("M"), "maildir:" + at("home/cpanel")});
  expect_all_owned("home/cpanel", somebody_else, 54323);
  expect_modes("home/cpanel", 0751, 0640);
  sync({"--owner-profile=user", at("M"), "maildir:" + at("home/user")});
  expect_all_owned("home/user", somebody_else, 54323);
  expect_modes("home/user", 0700, 0600);
  sync({"--owner-profile=cpanel", "--chown=54330:54331", "--chmod=F600", at("M"), "maildir:" + at("home/said")});
  expect_all_owned("home/said", new_owner, 54331);
  expect_modes("home/said", 0751, 0600);
  sync({"--owner-profile=vmail", "--chown=54330:54331", at("M"), "maildir:" + at("home/virtual")});
  expect_all_owned("home/virtual", new_owner, 54331);
  expect_modes("home/virtual", 0700, 0600);

  const Result vmail = run({"sync", "--owner-profile=vmail", at("M"), "maildir:" + at("vmail")});
  const passwd* const user = ::getpwnam("vmail");
  const group* const users = ::getgrnam("vmail");
  if (user != nullptr && users != nullptr) {
    EXPECT_EQ(vmail.status, status::ok) << vmail.err;
    expect_all_owned("vmail", user->pw_uid, users->gr_gid);
  } else {
    EXPECT_EQ(vmail.status, status::usage);
    expect_one_line(vmail, "vmail");
    EXPECT_FALSE(exists(at("vmail")));
  }
}

TEST_F(OwnerOptionsAsRoot, WhoIsNotRootHearsWhoseMailItWillBe) {
  fill_maildir(at("M"), {simple_mail("one")});
  for (const char* part : {"M", "M/cur", "M/new", "M/tmp"})
    std::filesystem::permissions(at(part), std::filesystem::perms(0755));
  for (const Entry& entry : snapshot(at("M/cur")))
    std::filesystem::permissions(at("M/cur/" + entry.path), std::filesystem::perms(0755));
  give_tree(at("M"), somebody_else);
  std::filesystem::create_directory(at("home"));
  give_tree(at("home"), somebody);
  How how;
  how.user = somebody;
  const Result result = run({"sync", "-v", at("M"), "maildir:" + at("home/T")}, how);
  EXPECT_EQ(result.status, status::ok) << result.err;
  EXPECT_TRUE(holds(result.out, "note: owner"));
  EXPECT_TRUE(holds(result.out, "belongs to uid 54321, and not to uid 54322"));
  expect_all_owned("home/T", somebody, somebody);
  // His own mail, or root's run: nothing to say.
  EXPECT_FALSE(holds(run({"sync", "-v", at("home/T"), "maildir:" + at("home/U")}, how).out, "note: owner"));
  EXPECT_FALSE(holds(run({"sync", "-v", at("M"), "maildir:" + at("R")}).out, "note: owner"));
}

}  // namespace
}  // namespace mailhaul::black_box
