// What an owner can put among messages, on a real file system (safety.md A1-A4, A13, A15).
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include "formats/maildir/real_tree.hpp"

namespace mailhaul::formats::maildir {

namespace {

class HostileMaildir : public testing::Test {
 protected:
  void SetUp() override {
    tree.make_maildir("box");
    tree.write("secret", "not for the owner");
    tree.write("box/cur/1.good:2,S", "good");
    ASSERT_EQ(symlink("../../secret", tree.path("box/cur/2.link:2,S").c_str()), 0);
    ASSERT_EQ(mkfifo(tree.path("box/cur/3.fifo:2,S").c_str(), 0600), 0);
    ASSERT_EQ(mkdir(tree.path("box/cur/4.directory:2,S").c_str(), 0700), 0);
    tree.write("box/cur/5." + std::string(250, 'n') + ":2,", "long name");
    tree.write("box/cur/6.\x1b[31mred\x07:2,S", "escapes");
    tree.write("box/cur/7.line\nend:2,S", "line end");
    tree.write("box/new/8.\xff\xfe", "no UTF-8");
    ASSERT_EQ(symlink("/", tree.path("box/.Link").c_str()), 0);
  }
  RealTree tree;
};

}  // namespace

TEST_F(HostileMaildir, NeitherLeaksNorHangsNorStopsTheRest) {
  const Walked walked = read_folder(*tree.source("box"));
  EXPECT_EQ(walked.bodies(), (std::multiset<std::string>{"good", "long name", "escapes", "no UTF-8"}));
  ASSERT_EQ(walked.failed.size(), 1U);
  EXPECT_EQ(walked.failed[0].cause(), Cause::refused);
  EXPECT_EQ(tree.findings.count(FindingKind::special_file, Weight::note), 1U);
  EXPECT_EQ(tree.findings.count(FindingKind::directory_in_cur, Weight::note), 1U);
  EXPECT_EQ(tree.findings.count(FindingKind::odd_name, Weight::failed), 1U);
  EXPECT_EQ(tree.source("box")->mailboxes()[0].folders.size(), 1U);
  EXPECT_EQ(tree.findings.count(FindingKind::symlink, Weight::failed), 1U);
}

TEST_F(HostileMaildir, NamesComeBackFromACopyAsTheyWere) {
  const auto source = tree.source("box");
  const auto target = tree.target("copy");
  const auto writer = target->open_folder(inbox, {});
  const Walked walked = read_folder(*source);
  for (const Seen& seen : walked.messages) append(*writer, seen.octets, seen.info);
  static_cast<void>(writer->flush());
  const Walked back = read_folder(*tree.source("copy"));
  EXPECT_EQ(back.bodies(), walked.bodies());
  EXPECT_EQ(back.by_base("6.\x1b[31mred\x07").octets, "escapes");
  EXPECT_EQ(back.by_base("8.\xff\xfe").octets, "no UTF-8");
  EXPECT_EQ(tree.findings.count(FindingKind::duplicate_name, Weight::note), 1U) << "the long one has a new name";
}

TEST_F(HostileMaildir, AHardLinkToAForeignFileIsRefused) {
  if (geteuid() != 0) GTEST_SKIP() << "ONLY ROOT can make a foreign file: nothing is proven";
  ASSERT_EQ(link(tree.path("secret").c_str(), tree.path("box/cur/9.hardlink:2,S").c_str()), 0);
  ASSERT_EQ(chown(tree.path("secret").c_str(), 12345, 12345), 0);
  const Walked walked = read_folder(*tree.source("box"));
  EXPECT_EQ(walked.bodies().count("not for the owner"), 0U);
  EXPECT_EQ(walked.failed.size(), 2U);
}

TEST_F(HostileMaildir, AnUnreadableMessageIsReportedAndTheRestGoesOn) {
  if (geteuid() == 0) GTEST_SKIP() << "ROOT reads everything: nothing is proven";
  ASSERT_EQ(chmod(tree.path("box/cur/1.good:2,S").c_str(), 0), 0);
  const Walked walked = read_folder(*tree.source("box"));
  EXPECT_EQ(walked.messages.size(), 3U);
  ASSERT_EQ(walked.failed.size(), 2U);
  EXPECT_EQ(walked.failed[0].cause(), Cause::permission);
}

}  // namespace mailhaul::formats::maildir
