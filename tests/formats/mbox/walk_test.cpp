#include "formats/mbox/walk.hpp"

#include "world.hpp"

namespace mailhaul::formats::mbox {
namespace {

std::string three_messages() { return mark + "h: 1\n\nb1\n\n" + mark + "h: 2\n\nb2\n\n" + mark + "h: 3\n\nb3\n\n"; }

TEST(MboxWalk, GrowthCostsOnlyTheLastMessage) {
  MboxWorld world;
  world.put(three_messages());
  const auto source = world.source();
  const auto cursor = walk_of(*source);
  ASSERT_TRUE(cursor->next());
  EXPECT_EQ(content_of(*cursor), "h: 1\n\nb1\n");
  Intruder(world).append("more\n\n" + mark + "h: 4\n\nb4\n\n");
  ASSERT_TRUE(cursor->next());
  EXPECT_EQ(content_of(*cursor), "h: 2\n\nb2\n");
  ASSERT_TRUE(cursor->next());
  const Error error = error_of([&] { static_cast<void>(content_of(*cursor)); });
  EXPECT_EQ(error.cause(), Cause::source_changed);
  EXPECT_EQ(error.scope(), Scope::message);
  EXPECT_FALSE(cursor->next());
  EXPECT_FALSE(cursor->end({}).stable);
  EXPECT_FALSE(cursor->end({}).stamp.has_value());
  EXPECT_EQ(world.read().size(), 4U);  // the next run
}

TEST(MboxWalk, AMessageThatItsLengthVouchesForIsNotLostToGrowth) {
  MboxWorld world;
  world.put(mark + "h: 1\nContent-Length: 3\n\nb1\n\n");
  const auto source = world.source();
  const auto cursor = walk_of(*source);
  ASSERT_TRUE(cursor->next());
  Intruder(world).append(mark + "h: 2\n\n");
  EXPECT_EQ(content_of(*cursor), "h: 1\n\nb1\n");
  EXPECT_FALSE(cursor->next());
  EXPECT_FALSE(cursor->end({}).stable);
}

TEST(MboxWalk, GrowthIsSeenByAWalkThatReadsNoBodies) {
  MboxWorld world;
  world.put(three_messages());
  const auto source = world.source();
  const auto cursor = walk_of(*source);
  ASSERT_TRUE(cursor->next());
  Intruder(world).append(mark + "h: 4\n\n");
  ASSERT_TRUE(cursor->next());
  ASSERT_TRUE(cursor->next());
  EXPECT_FALSE(cursor->next());
  EXPECT_FALSE(cursor->end({}).stable);
}

TEST(MboxWalk, AFileThatAnotherTookThePlaceOfIsWholeAndNotStable) {
  for (const bool is_there : {true, false}) {
    MboxWorld world;
    world.put(three_messages());
    world.memory.put_file("/var/mail/new", three_messages() + mark + "h: 4\n\nb4\n", MboxWorld::bob);
    const auto source = world.source();
    const auto cursor = walk_of(*source);
    ASSERT_TRUE(cursor->next());
    world.memory.exchange("/var/mail/new", MboxWorld::path);
    if (!is_there) world.memory.remove(MboxWorld::path);
    EXPECT_EQ(content_of(*cursor), "h: 1\n\nb1\n");
    ASSERT_TRUE(cursor->next());
    ASSERT_TRUE(cursor->next());
    EXPECT_FALSE(cursor->next());
    EXPECT_FALSE(cursor->end({}).stable);
    EXPECT_FALSE(cursor->end({}).stamp.has_value());
    EXPECT_EQ(world.findings.count(FindingKind::changed), 1U);
  }
}

TEST(MboxWalk, AFileThatShrankEndsTheWalk) {
  MboxWorld world;
  world.put(three_messages());
  const auto source = world.source();
  const auto cursor = walk_of(*source);
  ASSERT_TRUE(cursor->next());
  EXPECT_EQ(content_of(*cursor), "h: 1\n\nb1\n");
  Intruder(world).cut(60);
  ASSERT_TRUE(cursor->next());  // from the block that was read before
  const Error error = error_of([&] { static_cast<void>(content_of(*cursor)); });
  EXPECT_EQ(error.cause(), Cause::source_changed);
  EXPECT_EQ(error.scope(), Scope::folder);
  EXPECT_FALSE(cursor->next());
  EXPECT_FALSE(cursor->end({}).stable);
}

TEST(MboxWalk, ARewrittenFileEndsTheWalk) {
  MboxWorld world;
  world.put(three_messages());
  const auto source = world.source();
  const auto cursor = walk_of(*source);
  ASSERT_TRUE(cursor->next());
  Intruder(world).overwrite("H", 100);
  const Error error = error_of([&] { static_cast<void>(content_of(*cursor)); });
  EXPECT_EQ(error.cause(), Cause::source_changed);
  EXPECT_EQ(error.scope(), Scope::folder);
  EXPECT_FALSE(cursor->next());
}

TEST(MboxWalk, AnAppendWhoseTimeIsThereBeforeItsSizeIsGrowth) {
  MboxWorld world;
  world.put(three_messages());
  const auto source = world.source();
  const auto cursor = walk_of(*source);
  ASSERT_TRUE(cursor->next());
  Intruder program(world);
  program.overwrite("F", 0);
  world.clock.when_sleeping = [&] { program.append(mark + "h: 4\n\nb4\n\n"); };
  EXPECT_EQ(content_of(*cursor), "h: 1\n\nb1\n");
  world.clock.when_sleeping = nullptr;
  ASSERT_TRUE(cursor->next());
  EXPECT_EQ(content_of(*cursor), "h: 2\n\nb2\n");
  EXPECT_FALSE(cursor->end({}).stable);
}

TEST(MboxWalk, ARewriteIsSeenAtTheEndAtTheLatest) {
  MboxWorld world;
  world.put(three_messages());
  const auto source = world.source();
  const auto cursor = walk_of(*source);
  while (true) {
    Intruder(world).overwrite("h", 34);
    try {
      if (!cursor->next()) FAIL() << "nothing was said";
    } catch (const Error& error) {
      EXPECT_EQ(error.scope(), Scope::folder);
      break;
    }
  }
  EXPECT_FALSE(cursor->end({}).stable);
}

TEST(MboxWalk, TheStampOfAQuietWalkIsTheFolders) {
  MboxWorld world;
  world.put(three_messages());
  const auto source = world.source();
  const auto cursor = walk_of(*source);
  while (cursor->next()) {
  }
  const auto end = cursor->end({});
  EXPECT_TRUE(end.stable);
  EXPECT_EQ(end.stamp, source->stamp({}));
}

TEST(MboxWalk, AnUnreadableMessageIsPassedOver) {
  MboxWorld world;
  std::string octets;
  for (int i = 0; i < 2000; ++i) octets += mark + "h: " + std::to_string(i) + "\n\n" + std::string(1500, 'b') + "\n\n";
  world.put(octets);
  const auto source = world.source();
  world.kernel.count_anew();
  world.kernel.inject({.call = support::Call::read_at, .nth = 2});
  world.kernel.inject({.call = support::Call::read_at, .nth = 3});
  const auto cursor = walk_of(*source);
  std::size_t good = 0;
  std::size_t bad = 0;
  for (bool more = true; more;) {
    try {
      more = cursor->next();
      if (!more) break;
      static_cast<void>(content_of(*cursor));
      ++good;
    } catch (const Error& error) {
      EXPECT_EQ(error.scope(), Scope::message);
      EXPECT_EQ(error.cause(), Cause::io_error);
      EXPECT_EQ(error.side(), Side::source);
      ++bad;
    }
  }
  EXPECT_EQ(bad, 1U);
  EXPECT_GT(good, 1990U);
  EXPECT_LT(good, 2000U);
}

TEST(MboxWalk, InfoIsTheSameBeforeAndAfterTheContent) {
  MboxWorld world;
  world.put(mark + "Status: R\nh: 1\n\nb\n\n" + mark + "h: 2\nX-Status: F\n\nc\n");
  const auto source = world.source();
  const auto before = walk_of(*source);
  const auto after = walk_of(*source);
  while (before->next()) {
    ASSERT_TRUE(after->next());
    static_cast<void>(content_of(*after));
    EXPECT_EQ(before->info().flags, after->info().flags);
    EXPECT_EQ(before->info().handle, after->info().handle);
  }
  EXPECT_FALSE(after->next());
  EXPECT_FALSE(after->next());
}

TEST(MboxWalk, AContentReadInPartIsLeftBehind) {
  MboxWorld world;
  world.put(mark + "h: 1\n\n>From " + std::string(3'000'000, 'x') + "\n\n" + mark + "h: 2\n\nb2\n");
  const auto source = world.source();
  const auto cursor = walk_of(*source);
  ASSERT_TRUE(cursor->next());
  io::Source& content = cursor->content();
  EXPECT_FALSE(content.read().empty());
  EXPECT_FALSE(content.read().empty());
  ASSERT_TRUE(cursor->next());
  EXPECT_EQ(content_of(*cursor), "h: 2\n\nb2");
}

TEST(MboxWalk, OneThatIsLargerThanMemoryShouldHoldIsReadInBlocks) {
  MboxWorld world;
  world.put(mark + "h: 1\n\n" + std::string(20'000'000, 'x') + "\n");
  const auto source = world.source();
  const auto cursor = walk_of(*source);
  ASSERT_TRUE(cursor->next());
  std::size_t octets = 0;
  io::Source& content = cursor->content();
  for (Bytes piece = content.read(); !piece.empty(); piece = content.read()) {
    EXPECT_LE(piece.size(), 3U * 1024 * 1024);
    octets += piece.size();
  }
  EXPECT_EQ(octets, 20'000'006U);
}

}  // namespace
}  // namespace mailhaul::formats::mbox
