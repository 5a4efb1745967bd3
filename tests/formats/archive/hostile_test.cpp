#include "formats/archive/world.hpp"

namespace mailhaul::formats::archive {
namespace {

using Contents = std::map<std::string, std::string>;

TEST(HostileArchive, NamesThatLeadOutAreFoundNowhere) {
  TarText tar;
  tar.file("/etc/shadow", "1").file("../x", "2").file("u/../../x", "3").file("u//x", "4").file("u/cp/a", "good");
  tar.file("u/" + std::string(300, 'n'), "5").hard_link("u/cp/l", "/etc/shadow").hard_link("u/cp/m", "u/../../x");
  World world;
  world.put(tar.finish());
  const auto archive = world.open();
  EXPECT_FALSE(archive->damage());
  EXPECT_EQ(contents(*archive).at("cp/a"), "good");
  EXPECT_EQ(world.findings.count(FindingKind::odd_name), 7U);
  for (const char* path : {"/etc/shadow", "etc/shadow", "x", "../x"}) EXPECT_FALSE(archive->find(path)) << path;
  EXPECT_FALSE(archive->find("cp/l")->content);
  EXPECT_FALSE(archive->find("cp/m")->content);
}

TEST(HostileArchive, MembersAreNotWrittenThroughLinks) {
  TarText tar;
  tar.symlink("u/cp", "/etc").file("u/cp/shadow", "1").directory("u/d").symlink("u/d", "/root").file("u/d/x", "2");
  World world;
  world.put(tar.finish());
  const auto tree = world.open()->tree();
  // What is there is the archive's own, whatever a link of that name says.
  const auto archive = world.open();
  const auto own = archive->tree();
  EXPECT_EQ(listed(*own, ""), (std::vector<std::string>{"cp directory", "d directory"}));
  EXPECT_EQ(own->read("cp/shadow", 100), "1");
  EXPECT_TRUE(own->look_at("d").is_directory());
}

TEST(HostileArchive, DevicesAreRecorded) {
  TarText tar;
  tar.member("u/pipe", "", {'6'}).member("u/disk", "", {'3'}).member("u/tty", "", {'4'}).file("u/x", "1");
  World world;
  world.put(tar.finish());
  const auto archive = world.open();
  EXPECT_EQ(world.findings.count(FindingKind::special_file), 3U);
  EXPECT_EQ(archive->tree()->look_at("pipe").kind, io::NodeKind::other);
  EXPECT_EQ(contents(*archive).size(), 1U);
}

TEST(HostileArchive, LinksToNothingAndToThemselvesHaveNoContent) {
  TarText tar;
  tar.hard_link("u/a", "u/a").hard_link("u/b", "u/later").file("u/later", "1").hard_link("u/c", "u/later");
  tar.hard_link("u/d", "u/c").symlink("u/s", "later").hard_link("u/e", "u/s");
  World world;
  world.put(tar.finish());
  const auto archive = world.open();
  for (const char* path : {"a", "b", "e", "s"}) EXPECT_FALSE(archive->find(path)->content) << path;
  const std::uint32_t later = archive->find("later")->number;
  EXPECT_EQ(archive->find("c")->content, later);
  EXPECT_EQ(archive->find("d")->content, later);
  EXPECT_EQ(archive->find("d")->size_octets, 1U);
}

TEST(HostileArchive, MillionsOfOddMembersAreToldInAFewLines) {
  TarText tar;
  for (int i = 0; i < 1000; ++i) tar.file("../" + std::to_string(i), "");
  World world;
  world.put(tar.file("x", "").finish());
  static_cast<void>(world.open());
  EXPECT_EQ(world.findings.count(FindingKind::odd_name), 1000U);
  EXPECT_LE(world.findings.all.size(), 21U);
}

TEST(HostileArchive, ABombIsStopped) {
  const std::string tar = TarText().file("cp/a", "good").file("cp/bomb", std::string(64 << 20, '\0')).finish();
  World world;
  world.put(packed(tar));
  const auto archive = world.open();
  ASSERT_TRUE(archive->damage());
  EXPECT_EQ(archive->damage()->cause(), Cause::limit);
  EXPECT_EQ(contents(*archive), (Contents{{"a", "good"}}));
}

TEST(HostileArchive, HasBounds) {
  TarText tar;
  for (int i = 0; i < 20; ++i) tar.file("cp/" + std::to_string(i), "12345");
  World world;
  world.put(tar.finish());
  Options options;
  options.limits.most_members = 19;
  EXPECT_EQ(error_of([&] { static_cast<void>(world.open(options)); }).cause(), Cause::limit);
  options.limits.most_members = 20;
  options.limits.largest_member = 4;
  const auto archive = world.open(options);
  const Error error = error_of([&] { static_cast<void>(archive->contents()->open(0)); });
  EXPECT_EQ(error.cause(), Cause::limit);
  EXPECT_EQ(error.scope(), Scope::message);
}

TEST(HostileArchive, HasABoundForDirectoriesThatOnlyNamesMake) {
  TarText tar;
  for (int i = 0; i < 20; ++i) tar.file("cp/" + std::to_string(i) + "/a/b/f", "12345");
  World world;
  world.put(tar.finish());
  Options options;
  options.limits.most_directories = 61;
  static_cast<void>(world.open(options));
  options.limits.most_directories = 60;
  const Error error = error_of([&] { static_cast<void>(world.open(options)); });
  EXPECT_EQ(error.cause(), Cause::limit);
  EXPECT_EQ(error.reason(), "it has more than 60 directories");
}

TEST(HostileArchive, KeepsNoMoreThanItMay) {
  TarText tar;
  tar.file("u/k1", std::string(100, '1')).file("u/large", std::string(101, '2')).file("u/k2", std::string(100, '3'));
  tar.file("u/k3", std::string(100, '4')).file("u/other", "5");
  World world;
  world.put(tar.finish());
  Options options;
  options.limits.largest_kept = 100;
  options.limits.most_kept = 250;
  options.keep = [](std::string_view path) { return path != "other" && path != "u/other"; };
  const auto archive = world.open(options);
  std::string kept;
  for (std::uint32_t i = 0; i < archive->member_count(); ++i)
    if (archive->kept(i)) kept += archive->path_of(i) + " ";
  EXPECT_EQ(kept, "k1 k2 ");
  // The others cost a pass, and are read all the same.
  EXPECT_EQ(archive->tree()->read("large", 1000), std::string(101, '2'));
  EXPECT_EQ(archive->tree()->read("k3", 1000), std::string(100, '4'));
}

/// GNU's old form: a piece of 512 octets at the beginning of a file that says to have so many.
std::string with_hole(std::uint64_t octets) {
  std::string header = TarText().member("u/hole", std::string(512, 'd'), {'S'}).without_end();
  const auto octal = [&](std::size_t at, std::uint64_t number) {
    std::string text(11, '0');
    for (std::size_t i = text.size(); i-- > 0; number /= 8) text[i] = static_cast<char>('0' + number % 8);
    header.replace(at, text.size(), text);
  };
  octal(386, 0);
  octal(398, 512);
  octal(410, octets);
  octal(422, 0);
  octal(483, octets);
  unsigned sum = 0;
  for (std::size_t i = 0; i < 512; ++i) sum += i >= 148 && i < 156 ? 32U : static_cast<unsigned char>(header[i]);
  std::string text(6, '0');
  for (std::size_t i = text.size(); i-- > 0; sum /= 8) text[i] = static_cast<char>('0' + sum % 8);
  header.replace(148, text.size(), text);
  return header;
}

TEST(HostileArchive, AFileOfHolesIsNotUnrolled) {
  World world;
  world.put(TarText().raw(with_hole(1ULL << 32U)).file("u/x", "1").finish());
  const auto archive = world.open();
  ASSERT_EQ(archive->member_count(), 2U);
  EXPECT_TRUE(archive->find("hole")->is_hollow);
  EXPECT_EQ(archive->find("hole")->size_octets, 1ULL << 32U);
  const auto opened = archive->contents();
  EXPECT_EQ(error_of([&] { static_cast<void>(opened->open(0)); }).cause(), Cause::refused);
  EXPECT_EQ(content_of(opened->open(1)), "1");
  // Of many what can be read is.
  std::map<std::string, std::string> seen;
  const Error refused = error_of([&] {
    archive->tree()->visit({"hole", "x"},
                           [&](const std::string& path, io::Source& content) { seen[path] = content_of(content); });
  });
  EXPECT_EQ(refused.cause(), Cause::refused);
  EXPECT_EQ(seen, (std::map<std::string, std::string>{{"x", "1"}}));
}

TEST(HostileArchive, AFileWithAHoleIsReadWithItsZeros) {
  World world;
  world.put(TarText().raw(with_hole(2048)).file("u/x", "1").finish());
  const auto archive = world.open();
  std::string wanted(2048, '\0');
  wanted.replace(0, 512, std::string(512, 'd'));
  EXPECT_EQ(contents(*archive), (Contents{{"hole", wanted}, {"x", "1"}}));
}

}  // namespace
}  // namespace mailhaul::formats::archive
