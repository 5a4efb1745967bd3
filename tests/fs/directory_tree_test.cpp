#include "mailhaul/fs/directory_tree.hpp"

#include <cerrno>
#include <map>
#include <utility>

#include "fs/world.hpp"

namespace mailhaul::fs {
namespace {

using io::NodeKind;
using support::Call;

std::string all_of(io::Source& source) {
  std::string text;
  for (Bytes piece = source.read(); !piece.empty(); piece = source.read()) text += as_text(piece);
  return text;
}

using Listed = std::vector<std::pair<std::string, NodeKind>>;
Listed listed(io::Tree& tree, const std::string& path) {
  Listed entries;
  tree.list(path, [&](const std::string& name, NodeKind kind) { entries.emplace_back(name, kind); });
  return entries;
}

using Visited = std::map<std::string, std::string>;
std::optional<Error> visit(io::Tree& tree, const std::set<std::string>& paths, Visited& visited) {
  try {
    tree.visit(paths, [&](const std::string& path, io::Source& content) { visited[path] = all_of(content); });
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

class TreeOfDirectories : public InEachWorld {
 protected:
  TreeOfDirectories() {
    world().put_directory("etc");
    world().put_directory("etc/example.com");
    world().put_file("etc/example.com/passwd", "bob:x:1\n");
    world().put_file("etc/example.com/quota", "");
    world().put_symlink("etc/link", "example.com");
    world().put_fifo("etc/fifo");
  }
  [[nodiscard]] DirectoryTree tree() { return DirectoryTree(open()); }
};
INSTANTIATE_TEST_SUITE_P(EachWorld, TreeOfDirectories, testing::ValuesIn(all_worlds), name_of);

TEST_P(TreeOfDirectories, TellsWhatIsThere) {
  DirectoryTree tree = this->tree();
  EXPECT_TRUE(tree.look_at("").is_directory());
  const io::Node file = tree.look_at("etc/example.com/passwd");
  EXPECT_TRUE(file.is_file());
  EXPECT_EQ(file.size_octets, 8U);
  EXPECT_EQ(file.mode, world().status_of("etc/example.com/passwd").permissions);
  EXPECT_EQ(file.modified_seconds, std::chrono::floor<std::chrono::seconds>(
                                       world().status_of("etc/example.com/passwd").modified.time_since_epoch())
                                       .count());
  EXPECT_EQ(tree.look_at("etc/fifo").kind, NodeKind::other);
  EXPECT_EQ(tree.look_at("etc/shadow").kind, NodeKind::missing);
  EXPECT_EQ(tree.look_at("no/such/place").kind, NodeKind::missing);
  EXPECT_EQ(tree.look_at("etc/example.com/passwd/below").kind, NodeKind::missing);
  EXPECT_EQ(tree.place(), world().root());
}

TEST_P(TreeOfDirectories, ListsSortedByNameWithKinds) {
  DirectoryTree tree = this->tree();
  EXPECT_EQ(listed(tree, "etc"),
            (Listed{{"example.com", NodeKind::directory}, {"fifo", NodeKind::other}, {"link", NodeKind::symlink}}));
  EXPECT_EQ(listed(tree, ""), (Listed{{"etc", NodeKind::directory}}));
  EXPECT_EQ(listed(tree, "missing"), Listed{});
  EXPECT_EQ(listed(tree, "etc/example.com/passwd"), Listed{});
}

TEST_P(TreeOfDirectories, TellsALinkAndDoesNotFollowIt) {
  DirectoryTree tree = this->tree();
  EXPECT_EQ(tree.look_at("etc/link").kind, NodeKind::symlink);
  EXPECT_EQ(tree.look_at("etc/link").link_target, "example.com");
  EXPECT_EQ(tree.look_at("etc/link/passwd").kind, NodeKind::missing);
  EXPECT_EQ(listed(tree, "etc/link"), Listed{});
  EXPECT_EQ(tree.read("etc/link/passwd", 100), std::nullopt);
  EXPECT_EQ(error_of([&] { (void)tree.read("etc/link", 100); }).cause(), Cause::refused);
}

TEST_P(TreeOfDirectories, ReadsASmallFileWhole) {
  DirectoryTree tree = this->tree();
  EXPECT_EQ(tree.read("etc/example.com/passwd", 8), "bob:x:1\n");
  EXPECT_EQ(tree.read("etc/example.com/quota", 8), "");
  EXPECT_EQ(tree.read("etc/example.com/shadow", 8), std::nullopt);
  EXPECT_EQ(tree.read("etc/missing/shadow", 8), std::nullopt);
  EXPECT_EQ(error_of([&] { (void)tree.read("etc/example.com/passwd", 7); }).cause(), Cause::limit);
  EXPECT_EQ(error_of([&] { (void)tree.read("etc/fifo", 7); }).cause(), Cause::refused);
  EXPECT_EQ(error_of([&] { (void)tree.read("../etc/passwd", 7); }).cause(), Cause::refused);
}

TEST_P(TreeOfDirectories, VisitsWhatIsThereAndTellsOfWhatItMayNotOpenAtTheEnd) {
  DirectoryTree tree = this->tree();
  Visited visited;
  const std::set<std::string> paths{"etc/example.com/passwd", "etc/example.com/quota", "etc/example.com/shadow"};
  EXPECT_FALSE(visit(tree, paths, visited));
  EXPECT_EQ(visited, (Visited{{"etc/example.com/passwd", "bob:x:1\n"}, {"etc/example.com/quota", ""}}));

  visited.clear();
  world().put_symlink("etc/a", "example.com/passwd");
  const auto error = visit(tree, {"etc/a", "etc/example.com/quota"}, visited);
  EXPECT_EQ(visited, (Visited{{"etc/example.com/quota", ""}}));
  ASSERT_TRUE(error);
  EXPECT_EQ(error->cause(), Cause::refused);
  EXPECT_EQ(error->scope(), Scope::message);
  EXPECT_EQ(error->place(), world().root() + "/etc/a");
}

TEST_P(TreeOfDirectories, RefusesWhatBelongsToSomebodyElse) {
  if (!world().has_users()) GTEST_SKIP() << "files can't be given away here";
  world().put_directory("mail");
  world().give_to("etc/example.com/passwd", 4711);
  world().give_to("mail", 4711);
  DirectoryTree tree = this->tree();
  EXPECT_EQ(error_of([&] { (void)tree.read("etc/example.com/passwd", 100); }).cause(), Cause::refused);
  const Error error = error_of([&] { (void)listed(tree, "mail"); });
  EXPECT_EQ(error.cause(), Cause::refused);
  EXPECT_EQ(error.scope(), Scope::folder);
  Visited visited;
  const auto of_visit = visit(tree, {"etc/example.com/passwd", "etc/example.com/quota", "mail/x"}, visited);
  EXPECT_EQ(visited.size(), 1U);
  ASSERT_TRUE(of_visit);
  EXPECT_EQ(of_visit->scope(), Scope::message);
}

class TreeInMemory : public InMemory {};

TEST_F(TreeInMemory, DoesNotCrossToAnotherFileSystem) {
  memory().put_mount("/m/disk", bob);
  memory().put_file("/m/disk/passwd", "x", bob);
  DirectoryTree tree(open(Side::source));
  EXPECT_EQ(error_of([&] { (void)listed(tree, "disk"); }).cause(), Cause::refused);
  EXPECT_EQ(error_of([&] { (void)tree.read("disk/passwd", 10); }).cause(), Cause::refused);
}

TEST_F(TreeInMemory, GivesTheErrorOfTheSystemWhereADirectoryCannotBeRead) {
  memory().put_directory("/m/etc", bob);
  DirectoryTree tree(open(Side::source));
  kernel().inject({Call::read_directory, 1, EIO});
  const Error error = error_of([&] { (void)listed(tree, "etc"); });
  EXPECT_EQ(error.system_error(), EIO);
  EXPECT_EQ(error.scope(), Scope::folder);
}

}  // namespace
}  // namespace mailhaul::fs
