#include <cerrno>

#include "world.hpp"

namespace mailhaul::formats::mbox {
namespace {

using support::Call;
using support::Fault;
using Texts = std::vector<std::string>;

const std::string old_octets = mark + "h: old\n\nno line end";

struct Outcome {
  std::optional<Error> error{};
  bool flushed = false;
};

/// Stages some messages, one of them large, flushes and finishes.
Outcome append_some(MboxWorld& world, Variant variant = Variant::rd) {
  Outcome outcome;
  try {
    const auto store = world.target(variant);
    const auto writer = store->open_folder({}, {});
    for (int i = 0; i < 3; ++i) {
      store::MessageInfo info;
      info.internal_date = mail::InternalDate{std::chrono::seconds{1'000'000'000}};
      const auto one = writer->append(info);
      one->write(as_bytes("h: new\n\nFrom " + std::string(i == 1 ? 2'500'000 : 10, 'x') + "\n"));
      one->commit();
    }
    EXPECT_EQ(writer->flush().size(), 3U);
    outcome.flushed = true;
    store::NoNumberedMessages none;
    writer->finish({}, none);
  } catch (const Error& error) {
    outcome.error = error;
  }
  return outcome;
}

/// Much later, when a lock that could not be removed has gone stale.
std::size_t messages_in(MboxWorld& world) {
  world.kernel.heal();
  world.clock.sleep(std::chrono::minutes{10});
  return world.read().size();
}

TEST(MboxWriterFaults, AnErrorAnywhereInAnAppendRestoresTheOldLength) {
  for (const int number : {EIO, ENOSPC}) {
    std::size_t failures = 0;
    for (std::uint64_t n = 1;; ++n) {
      MboxWorld world;
      world.put(old_octets);
      world.kernel.inject({.nth = n, .errno_value = number});
      const auto [error, flushed] = append_some(world);
      if (world.kernel.faults_hit() == 0) break;  // stepped over every call
      EXPECT_EQ(world.kernel.repeated_syncs(), 0U) << "D3, call " << n;
      if (flushed) {
        ASSERT_EQ(messages_in(world), 4U) << "call " << n;
      } else {
        ++failures;
        ASSERT_TRUE(error.has_value());
        ASSERT_TRUE(world.octets() == old_octets) << "call " << n << ": " << error->what();
      }
      // Afterwards the same again succeeds, whatever was left: no lock, no torn tail.
      world.kernel.heal();
      world.clock.sleep(std::chrono::minutes{10});
      const auto again = append_some(world);
      ASSERT_FALSE(again.error.has_value()) << "call " << n << ": " << again.error->what();
      ASSERT_EQ(messages_in(world), flushed ? 7U : 4U);
    }
    EXPECT_GT(failures, 30U);
  }
}

TEST(MboxWriterFaults, ANewFileIsWholeOrNotThereWhateverFails) {
  for (const bool after : {false, true}) {
    std::size_t failures = 0;
    for (std::uint64_t n = 1;; ++n) {
      MboxWorld world;
      world.kernel.inject({.nth = n, .errno_value = EIO, .after_it_was_done = after});
      const auto error = append_some(world).error;
      if (world.kernel.faults_hit() == 0) break;
      EXPECT_EQ(world.kernel.repeated_syncs(), 0U) << "D3, call " << n;
      if (error) ++failures;
      if (world.memory.exists(MboxWorld::path))
        ASSERT_EQ(messages_in(world), 3U) << "call " << n;
      else
        ASSERT_TRUE(error.has_value()) << "call " << n << " was a lie";
      for (const std::string& name : world.memory.names_in("/var/mail"))
        EXPECT_TRUE(name == "bob" || name == "bob.lock") << name;
    }
    EXPECT_GT(failures, 10U);
  }
}

TEST(MboxWriterFaults, WhatFailedToBePublishedIsNotThere) {
  // Else it is written once more, behind itself (D3).
  for (std::uint64_t n = 1;; ++n) {
    MboxWorld world;
    world.kernel.inject({.nth = n, .errno_value = EIO});
    const Outcome outcome = append_some(world, Variant::dovecot);
    if (world.kernel.faults_hit() == 0) break;
    EXPECT_EQ(world.memory.exists(MboxWorld::path), outcome.flushed) << "call " << n;
  }
}

TEST(MboxWriterFaults, AFailedDirectorySyncTakesTheNewNameBack) {
  MboxWorld world;
  world.kernel.inject({.call = Call::sync, .nth = 2});  // the file's was the first
  const auto error = append_some(world).error;
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->cause(), Cause::io_error);
  EXPECT_FALSE(world.memory.exists(MboxWorld::path));
}

TEST(MboxWriterFaults, EachFailedWriteSyncAndCutIsUndone) {
  for (const Call call : {Call::write_at, Call::sync, Call::read_at, Call::status, Call::try_lock}) {
    for (std::uint64_t n = 1;; ++n) {
      MboxWorld world;
      world.put(old_octets);
      world.kernel.inject({.call = call, .nth = n, .errno_value = EIO, .after_it_was_done = call == Call::write_at});
      const auto error = append_some(world).error;
      if (world.kernel.faults_hit() == 0) break;
      if (error) {
        ASSERT_TRUE(world.octets() == old_octets) << static_cast<int>(call) << ", call " << n << ": " << error->what();
      }
    }
  }
}

TEST(MboxWriterFaults, ShortWritesAndInterruptionsAreNoErrors) {
  for (std::uint64_t seed = 1; seed < 30; ++seed) {
    MboxWorld world;
    world.put(old_octets);
    world.kernel.make_short(seed);
    world.kernel.interrupt(seed);
    const auto error = append_some(world).error;
    ASSERT_FALSE(error.has_value()) << error->what();
    ASSERT_EQ(world.read().size(), 4U);
  }
}

/// Of an append: the stage's and that of its name in the directory come before it.
constexpr std::uint64_t sync_of_mailbox = 3;

TEST(MboxWriterFaults, WhenEvenCuttingFailsTheOperatorIsTold) {
  MboxWorld world;
  world.put(old_octets);
  world.kernel.inject({.call = Call::sync, .nth = sync_of_mailbox});
  world.kernel.inject({.call = Call::truncate, .nth = 1, .and_all_later = true});
  const auto error = append_some(world).error;
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->scope(), Scope::run);
  EXPECT_TRUE(contains(error->reason(), "could not be taken away again")) << error->what();
  EXPECT_TRUE(contains(error->what_to_do(), std::to_string(old_octets.size()))) << error->what();
}

TEST(MboxWriterFaults, WhatAnotherProgramAppendedMeanwhileIsNotCutOff) {
  MboxWorld world;
  world.put(old_octets);
  const std::string theirs = mark + "h: theirs\n\nb\n" + std::string(4'000'000, 'y') + "\n";
  world.kernel.inject({.call = Call::sync, .nth = sync_of_mailbox});
  world.kernel.before(Call::sync, sync_of_mailbox, [&] { Intruder(world).append(theirs); });
  const auto error = append_some(world).error;
  ASSERT_TRUE(error.has_value());
  EXPECT_TRUE(contains(world.octets(), theirs));
  EXPECT_TRUE(contains(error->reason(), "another program")) << error->what();
}

TEST(MboxWriterFaults, AFullDiskKeepsWhatWasCommitted) {
  // The third message does not fit. What came before can still be made visible.
  MboxWorld world;
  const auto store = world.target();
  const auto writer = store->open_folder({}, {});
  for (int i = 0; i < 2; ++i) {
    const auto one = writer->append({});
    one->write(as_bytes("h: 1\n\nb\n"));
    one->commit();
  }
  world.kernel.count_anew();
  world.kernel.inject({.call = Call::write_at, .nth = 1, .errno_value = ENOSPC, .and_all_later = true});
  const Error error = error_of([&] {
    const auto one = writer->append({});
    one->write(as_bytes("h: 3\n\n" + std::string(1'000'000, 'x')));
    one->commit();
  });
  EXPECT_EQ(error.cause(), Cause::no_space);
  EXPECT_EQ(error.scope(), Scope::run);
  EXPECT_EQ(writer->flush().size(), 2U);
  EXPECT_EQ(messages_in(world), 2U);
}

TEST(MboxWriterFaults, ATornWriteIsNotFollowedByItsRest) {
  // A write stops half-way, the writer is dropped, a shorter message follows: nothing of the first may stay behind it.
  MboxWorld world;
  const auto store = world.target();
  const auto writer = store->open_folder({}, {});
  world.kernel.count_anew();
  world.kernel.inject({.call = Call::write_at, .nth = 2, .errno_value = EIO, .after_it_was_done = true});
  static_cast<void>(error_of([&] {
    const auto one = writer->append({});
    one->write(as_bytes("h: dropped\n\n"));
    one->write(as_bytes(std::string(1'000'000, 'x')));
    one->commit();
  }));
  const auto one = writer->append({});
  one->write(as_bytes("h: 1\n\nb\n"));
  one->commit();
  EXPECT_EQ(writer->flush().size(), 1U);
  EXPECT_EQ(world.texts(), Texts{"h: 1\n\nb\n"});
}

}  // namespace
}  // namespace mailhaul::formats::mbox
