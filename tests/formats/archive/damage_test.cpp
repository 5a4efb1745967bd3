#include "formats/archive/world.hpp"

namespace mailhaul::formats::archive {
namespace {

using Contents = std::map<std::string, std::string>;

/// Text that does not compress.
std::string noise(std::size_t octets, std::uint64_t seed) {
  std::string out;
  for (std::size_t i = 0; i < octets; ++i) {
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    out += static_cast<char>(seed >> 56U);
  }
  return out;
}

TarText three() {
  TarText tar;
  tar.file("cp/1", noise(200'000, 1)).file("cp/2", noise(200'000, 2)).file("cp/3", noise(200'000, 3));
  return tar;
}

struct Cut {
  std::optional<Error> damage{};
  Contents found{};
};

Cut read_cut(const std::string& octets) {
  World world;
  world.put(octets);
  const auto archive = world.open();
  return {archive->damage(), contents(*archive)};
}

TEST(DamagedArchive, KeepsWhatWasWholeAndNamesTheMember) {
  const std::string tar = three().finish();
  const Cut cut = read_cut(tar.substr(0, 500'000));
  ASSERT_TRUE(cut.damage);
  EXPECT_EQ(cut.damage->cause(), Cause::damaged);
  EXPECT_EQ(cut.damage->scope(), Scope::mailbox);
  EXPECT_NE(cut.damage->reason().find("the last member that could be seen is cp/3, which is not whole"),
            std::string::npos)
      << cut.damage->reason();
  EXPECT_EQ(cut.found.size(), 2U);
  EXPECT_EQ(cut.found.at("2"), noise(200'000, 2));
}

TEST(DamagedArchive, IsSeenWhereverItIsCut) {
  const std::string tar = TarText().file("cp/1", "one").file("cp/2", std::string(700, 'x')).finish();
  const std::size_t end_mark = 512 * 5;
  for (std::size_t octets = 512; octets < end_mark; octets += 64) {
    World world;
    world.put(tar.substr(0, octets));
    const auto archive = world.open();
    EXPECT_TRUE(archive->damage()) << octets;
    const std::size_t whole = octets < 1024 ? 0 : octets < end_mark ? 1 : 2;
    EXPECT_GE(contents(*archive).size(), whole) << octets;
  }
  EXPECT_FALSE(read_cut(tar.substr(0, end_mark + 512)).damage);
}

TEST(DamagedArchive, IsReadAsFarAsACompressedStreamGoes) {
  const std::string stream = packed(three().finish());
  const Cut cut = read_cut(stream.substr(0, 500'000));
  ASSERT_TRUE(cut.damage);
  EXPECT_EQ(cut.damage->cause(), Cause::damaged);
  EXPECT_EQ(cut.found.size(), 2U);

  std::string flipped = stream;
  flipped[flipped.size() - 6] = static_cast<char>(flipped[flipped.size() - 6] ^ 1);  // the check at its end
  const Cut wrong = read_cut(flipped);
  ASSERT_TRUE(wrong.damage);
  EXPECT_EQ(wrong.found.size(), 3U);
}

TEST(DamagedArchive, GoesOnBehindADamagedHomeDirectory) {
  const std::string home = TarText().file("mail/1", "one").file("mail/2", std::string(5000, '2')).finish();
  for (const bool is_packed : {false, true}) {
    World world;
    const std::string tar = TarText().file("u/homedir.tar", home.substr(0, 3000)).file("u/cp/a", "USER=a\n").finish();
    world.put(is_packed ? packed(tar) : tar);
    const auto archive = world.open();
    ASSERT_TRUE(archive->damage());
    EXPECT_NE(archive->damage()->reason().find("which is not whole"), std::string::npos);
    EXPECT_EQ(contents(*archive), (Contents{{"homedir/mail/1", "one"}, {"cp/a", "USER=a\n"}}));
  }
}

TEST(DamagedArchive, EndsAtAHeaderThatIsNone) {
  std::string tar = three().finish();
  const std::size_t second = 512 + 200'192;
  tar[second + 3] = 'X';
  const Cut cut = read_cut(tar);
  ASSERT_TRUE(cut.damage);
  EXPECT_EQ(cut.found.size(), 1U);
}

TEST(DamagedArchive, IsNotOneWhereNothingCanBeRead) {
  for (const std::string& octets : {std::string(), std::string("hello\n"), std::string(5000, 'x')}) {
    World world;
    world.put(octets);
    const Error error = error_of([&] { static_cast<void>(world.open()); });
    EXPECT_EQ(error.cause(), Cause::not_a_store);
    EXPECT_EQ(error.scope(), Scope::run);
  }
  World world;
  world.put(packed("x", io::Compression::bzip2));
  EXPECT_EQ(error_of([&] { static_cast<void>(world.open()); }).cause(), Cause::unsupported);
}

TEST(DamagedArchive, TellsWhatStandsBehindTheEndMark) {
  World world;
  const std::string tar = TarText().file("a", "1").finish();
  world.put(tar + TarText().file("b", "2").finish());
  static_cast<void>(world.open());
  EXPECT_EQ(world.findings.count(FindingKind::ignored_file), 1U);
}

}  // namespace
}  // namespace mailhaul::formats::archive
