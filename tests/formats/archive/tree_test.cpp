#include <malloc.h>

#include "formats/archive/world.hpp"

namespace mailhaul::formats::archive {
namespace {

using Lines = std::vector<std::string>;

class ArchiveTreeTest : public testing::Test {
 protected:
  ArchiveTreeTest() {
    TarText tar;
    tar.directory("u/").directory("u/etc/").file("u/etc/x.org/passwd", "bob:x:\n").file("u/etc/ftpquota", "f");
    tar.symlink("u/mail/.bob@x_org", "x.org/bob").file("u/mail/x.org/bob/cur/1", "one").directory("u/mail/empty/");
    tar.hard_link("u/mail/x.org/bob/cur/2", "u/mail/x.org/bob/cur/1").member("u/mail/pipe", "", {'6'});
    world_.put(tar.finish());
    archive_ = world_.open();
    tree_ = archive_->tree();
  }
  World world_;
  std::unique_ptr<Archive> archive_;
  std::unique_ptr<io::Tree> tree_;
};

TEST_F(ArchiveTreeTest, ListsDirectoriesWhetherTheyAreMembersOrNot) {
  EXPECT_EQ(listed(*tree_, ""), (Lines{"etc directory", "mail directory"}));
  EXPECT_EQ(listed(*tree_, "etc"), (Lines{"ftpquota file", "x.org directory"}));
  EXPECT_EQ(listed(*tree_, "mail"), (Lines{".bob@x_org symlink", "empty directory", "pipe other", "x.org directory"}));
  EXPECT_EQ(listed(*tree_, "mail/empty"), Lines{});
  EXPECT_EQ(listed(*tree_, "mail/none"), Lines{});
  EXPECT_EQ(listed(*tree_, "mail/.bob@x_org"), Lines{});  // not followed
  EXPECT_EQ(listed(*tree_, "etc/ftpquota"), Lines{});
}

TEST_F(ArchiveTreeTest, LooksAtNamesWithoutFollowingThem) {
  EXPECT_TRUE(tree_->look_at("").is_directory());
  EXPECT_TRUE(tree_->look_at("mail/x.org").is_directory());
  EXPECT_EQ(tree_->look_at("etc").mode, 0751U);
  const io::Node file = tree_->look_at("etc/x.org/passwd");
  EXPECT_TRUE(file.is_file());
  EXPECT_EQ(file.size_octets, 7U);
  EXPECT_EQ(file.mode, 0640U);
  EXPECT_EQ(file.modified_seconds, 1'700'000'000);
  EXPECT_EQ(tree_->look_at("mail/.bob@x_org").link_target, "x.org/bob");
  EXPECT_EQ(tree_->look_at("mail/.bob@x_org").kind, io::NodeKind::symlink);
  EXPECT_EQ(tree_->look_at("mail/.bob@x_org/cur").kind, io::NodeKind::missing);
  EXPECT_EQ(tree_->look_at("mail/x.org/bob/cur/2").size_octets, 3U);
  EXPECT_EQ(tree_->look_at("none").kind, io::NodeKind::missing);
}

TEST_F(ArchiveTreeTest, ReadsSmallFiles) {
  EXPECT_EQ(tree_->read("etc/x.org/passwd", 7), "bob:x:\n");
  EXPECT_EQ(tree_->read("mail/x.org/bob/cur/2", 7), "one");
  EXPECT_EQ(tree_->read("none", 7), std::nullopt);
  const Error limit = error_of([&] { static_cast<void>(tree_->read("etc/x.org/passwd", 6)); });
  EXPECT_EQ(limit.cause(), Cause::limit);
  EXPECT_EQ(limit.scope(), Scope::folder);
  for (const char* path : {"etc", "mail/.bob@x_org", "mail/pipe"})
    EXPECT_EQ(error_of([&] { static_cast<void>(tree_->read(path, 100)); }).cause(), Cause::refused) << path;
}

TEST_F(ArchiveTreeTest, VisitsManyAtOnceAndLinksToo) {
  std::map<std::string, std::string> seen;
  tree_->visit({"etc/ftpquota", "mail/x.org/bob/cur/1", "mail/x.org/bob/cur/2", "none", "mail", "mail/pipe"},
               [&](const std::string& path, io::Source& content) { seen[path] = content_of(content); });
  EXPECT_EQ(seen, (std::map<std::string, std::string>{
                      {"etc/ftpquota", "f"}, {"mail/x.org/bob/cur/1", "one"}, {"mail/x.org/bob/cur/2", "one"}}));
}

TEST(ArchiveIndex, TakesFewOctetsAMember) {
  constexpr std::size_t many = 20'000;
  TarText tar;
  for (std::size_t i = 0; i < many; ++i)
    tar.file("u/mail/x.org/bob/cur/16812749" + std::to_string(i) + ".M81483P118562.host,S=5277,W=5377:2,RS", "");
  World world;
  world.put(tar.finish());
  const std::size_t before = mallinfo2().uordblks;
  const auto archive = world.open();
  EXPECT_LT((mallinfo2().uordblks - before) / many, 200U);  // S13
  std::size_t count = 0;
  archive->members_in("mail/x.org/bob/cur", [&](const Member& /*member*/) { ++count; });
  EXPECT_EQ(count, many);
}

}  // namespace
}  // namespace mailhaul::formats::archive
