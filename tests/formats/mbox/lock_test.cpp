#include "formats/mbox/lock.hpp"

#include "world.hpp"

namespace mailhaul::formats::mbox {
namespace {

using Texts = std::vector<std::string>;

Got message() {
  Got got;
  got.octets = "h: new\n\nb\n";
  return got;
}

class MboxLock : public testing::Test {
 protected:
  MboxLock() { world.put(mark + "h: 1\n\nb\n"); }
  void put_dotlock() { world.memory.put_file(dotlock, "1:other", MboxWorld::bob); }
  static constexpr const char* dotlock = "/var/mail/bob.lock";
  MboxWorld world{};
};

TEST_F(MboxLock, ASourceWaitsForADotlockAndThenNamesIt) {
  put_dotlock();
  world.context.lock_wait = std::chrono::milliseconds{2500};
  const Error error = error_of([&] { static_cast<void>(world.source()); });
  EXPECT_EQ(error.cause(), Cause::locked);
  EXPECT_EQ(error.scope(), Scope::run);
  EXPECT_EQ(error.side(), Side::source);
  EXPECT_TRUE(contains(error.reason(), dotlock)) << error.what();
  EXPECT_EQ(world.clock.slept(), std::chrono::milliseconds{2500});
  EXPECT_EQ(world.memory.names_in("/var/mail"), (Texts{"bob", "bob.lock"}));
}

TEST_F(MboxLock, ASourceGoesOnWhenTheLockIsGivenBack) {
  put_dotlock();
  world.clock.when_sleeping = [&] {
    if (world.clock.slept() >= std::chrono::seconds{1} && world.memory.exists(dotlock)) world.memory.remove(dotlock);
  };
  EXPECT_EQ(world.read().size(), 1U);
  EXPECT_EQ(world.clock.slept(), std::chrono::seconds{1});
}

TEST_F(MboxLock, AStaleDotlockIsNobodys) {
  world.memory.set_time(fs::FileTime{std::chrono::seconds{1704067200 - 600}});
  world.put(mark + "h: 1\n\nb\n");
  put_dotlock();
  EXPECT_EQ(world.read().size(), 1U);
  EXPECT_EQ(world.clock.slept(), std::chrono::seconds{0});
  EXPECT_TRUE(world.memory.exists(dotlock));  // a source takes nothing away
}

TEST_F(MboxLock, ASourceWaitsForAWriterWithAnFcntlLock) {
  Intruder other(world);
  ASSERT_TRUE(other.lock(fs::LockKind::exclusive));
  world.context.lock_wait = std::chrono::milliseconds{300};
  const Error error = error_of([&] { static_cast<void>(world.source()); });
  EXPECT_EQ(error.cause(), Cause::locked);
  EXPECT_TRUE(contains(error.reason(), "fcntl lock on /var/mail/bob")) << error.what();
  other.unlock();
  ASSERT_TRUE(other.lock(fs::LockKind::shared));  // another reader
  EXPECT_EQ(world.read().size(), 1U);
}

TEST_F(MboxLock, TheFileThatIsLockedIsTheOneThatHasTheName) {
  world.memory.put_file("/var/mail/new", mark + "h: 2\n\nb\n\n" + mark + "h: 3\n\nb\n", MboxWorld::bob);
  const auto source = world.source();
  world.kernel.count_anew();
  world.kernel.before(support::Call::try_lock, 1, [&] { world.memory.exchange("/var/mail/new", MboxWorld::path); });
  const auto all = read_all(*source);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].octets, "h: 2\n\nb\n");
}

TEST_F(MboxLock, AWalkKeepsWritersOutUntilItsEnd) {
  Intruder other(world);
  const auto source = world.source();
  EXPECT_TRUE(other.lock(fs::LockKind::exclusive));  // an open source alone holds nothing
  other.unlock();
  {
    const auto cursor = walk_of(*source);
    ASSERT_TRUE(cursor->next());
    EXPECT_FALSE(other.lock(fs::LockKind::exclusive));
    EXPECT_FALSE(cursor->next());
    EXPECT_TRUE(other.lock(fs::LockKind::exclusive));
    other.unlock();
  }
  {
    const auto cursor = walk_of(*source);
    EXPECT_FALSE(other.lock(fs::LockKind::exclusive));
  }
  EXPECT_TRUE(other.lock(fs::LockKind::exclusive));
}

TEST_F(MboxLock, AnAppendHoldsBothLocksAndGivesThemBack) {
  bool seen = false;
  world.kernel.before(support::Call::sync, 1, [&] {
    seen = true;
    EXPECT_EQ(world.memory.octets_of(dotlock), "4711:host.example");
    EXPECT_EQ(world.memory.status_of(dotlock).owner, MboxWorld::bob);
    Intruder other(world);
    EXPECT_FALSE(other.lock(fs::LockKind::shared));
  });
  world.append({message()});
  EXPECT_TRUE(seen);
  EXPECT_EQ(world.memory.names_in("/var/mail"), Texts{"bob"});
  Intruder other(world);
  EXPECT_TRUE(other.lock(fs::LockKind::exclusive));
}

/// The Error of a flush, with the store opened before `hold` is called.
template <typename Hold>
Error error_of_flush(MboxWorld& world, const Hold& hold) {
  const auto store = world.target();
  const auto writer = store->open_folder({}, {});
  const auto one = writer->append({});
  one->write(as_bytes("h: new\n\nb\n"));
  one->commit();
  hold();
  return error_of([&] { static_cast<void>(writer->flush()); });
}

TEST_F(MboxLock, AnAppendThatMeetsADotlockWaitsAndNamesIt) {
  world.context.lock_wait = std::chrono::milliseconds{1000};
  const std::string before = world.octets();
  const Error error = error_of_flush(world, [&] { put_dotlock(); });
  EXPECT_EQ(error.cause(), Cause::locked);
  EXPECT_EQ(error.scope(), Scope::folder);
  EXPECT_EQ(error.side(), Side::target);
  EXPECT_TRUE(contains(error.reason(), dotlock)) << error.what();
  EXPECT_EQ(world.octets(), before);
  EXPECT_EQ(world.memory.octets_of(dotlock), "1:other");
}

TEST_F(MboxLock, AnAppendThatMeetsAnFcntlLockGivesItsDotlockBackWhileItWaits) {
  world.context.lock_wait = std::chrono::milliseconds{1000};
  const std::string before = world.octets();
  Intruder other(world);
  std::size_t sleeps = 0;
  const Error error = error_of_flush(world, [&] {
    ASSERT_TRUE(other.lock(fs::LockKind::shared));
    world.clock.when_sleeping = [&] {
      ++sleeps;
      EXPECT_FALSE(world.memory.exists(dotlock));
    };
  });
  EXPECT_EQ(error.cause(), Cause::locked);
  EXPECT_TRUE(contains(error.reason(), "fcntl lock on /var/mail/bob")) << error.what();
  EXPECT_EQ(sleeps, 10U);
  EXPECT_EQ(world.octets(), before);
  EXPECT_FALSE(world.memory.exists(dotlock));
}

TEST_F(MboxLock, AFlushThatFailedForALockCanBeDoneLater) {
  world.context.lock_wait = std::chrono::milliseconds{0};
  const auto store = world.target();
  const auto writer = store->open_folder({}, {});
  put_dotlock();
  for (const bool locked : {true, false}) {
    if (!locked) world.memory.remove(dotlock);
    {
      const auto one = writer->append({});
      one->write(as_bytes("h: new\n\nb\n"));
      one->commit();
    }
    if (locked) {
      EXPECT_EQ(error_of([&] { static_cast<void>(writer->flush()); }).cause(), Cause::locked);
    } else {
      EXPECT_EQ(writer->flush().size(), 1U);
    }
  }
  EXPECT_EQ(world.read().size(), 2U);
}

TEST_F(MboxLock, AFileExchangedBeforeItWasLockedIsNotTheOneWrittenTo) {
  // The intruder replaces the mbox between our open and our lock.
  world.memory.put_file("/var/mail/new", mark + "h: replaced\n\nb\n\n", MboxWorld::bob, 0600);
  const auto store = world.target();
  const auto writer = store->open_folder({}, {});
  {
    const auto one = writer->append({});
    one->write(as_bytes("h: new\n\nb\n"));
    one->commit();
  }
  const std::uint64_t tries = world.kernel.calls(support::Call::try_lock);
  world.kernel.before(support::Call::try_lock, tries + 1,
                      [&] { world.memory.exchange("/var/mail/new", MboxWorld::path); });
  EXPECT_EQ(writer->flush().size(), 1U);
  EXPECT_EQ(world.texts(), (Texts{"h: replaced\n\nb\n", "h: new\n\nb\n"}));
  EXPECT_EQ(world.memory.octets_of("/var/mail/new"), mark + "h: 1\n\nb\n");
}

}  // namespace
}  // namespace mailhaul::formats::mbox
