#include <algorithm>
#include <cerrno>

#include "rewrite_world.hpp"

namespace mailhaul::formats::mbox {
namespace {

/// What stands in the mailbox after a run that met a fault, and after the next.
class MboxRewriteFaults : public testing::TestWithParam<bool> {
 protected:
  struct Run {
    bool flushed = false;
    bool done = false;
    std::optional<Error> error{};
  };
  /// Seen to the first, flagged to the third, and the second away, as far as they are not so.
  static Run run(MboxWorld& world) {
    Run result;
    try {
      const auto store = world.target(Variant::dovecot);
      const auto cursor = walk_of(*store);
      std::vector<store::MessageInfo> seen;
      while (cursor->next()) seen.push_back(cursor->info());
      const auto writer = store->open_folder({}, {});
      writer->as_of(*cursor->end({}).stamp);
      result.done = true;
      for (const store::MessageInfo& info : seen) {
        if (info.keywords.has("goes"))
          writer->expunge({info.handle, info.flags, info.keywords});
        else if (info.keywords.has("flags"))
          writer->change_flags(info.handle, adding({Flag::flagged}, {"new"}));
      }
      for (const store::Receipt& receipt : writer->flush())
        result.done = result.done && receipt.outcome != Outcome::gone_or_changed;
      result.flushed = true;
      store::NoNumberedMessages none;
      writer->finish({}, none);
    } catch (const Error& error) {
      result.error = error;
    }
    return result;
  }
  static void be_healthy(MboxWorld& world) {
    world.kernel.heal();
    world.clock.sleep(std::chrono::minutes{10});
  }
  static std::string large() { return std::string(1'500'000, 'x'); }
  static std::string old_octets() {
    return mark + "Subject: a\nX-IMAPbase: 77 0000000003 goes flags\nX-UID: 1\nX-Keywords: goes\n\nba\n\n" + mark +
           "Subject: b\nX-UID: 2\nX-Keywords: flags\n\n" + large() + "\n\n" + mark + "Subject: c\nX-UID: 3\n\nbc\n\n";
  }
  static std::string new_octets() {
    return mark + "Subject: b\nX-IMAPbase: 77 0000000003 goes flags new\nX-UID: 2\nX-Keywords: flags new\n" +
           "X-Status: F\n\n" + large() + "\n\n" + mark + "Subject: c\nX-UID: 3\n\nbc\n\n";
  }
};

TEST_P(MboxRewriteFaults, TheMailboxIsTheOldOrTheNewOneWhateverFails) {
  const bool delivers = GetParam();
  for (const support::Fault& kind : {support::Fault{.errno_value = EIO}, support::Fault{.errno_value = ENOSPC},
                                     support::Fault{.errno_value = EIO, .after_it_was_done = true},
                                     support::Fault{.errno_value = EIO, .and_all_later = true}}) {
    std::size_t failures = 0;
    for (std::uint64_t n = 1;; ++n) {
      SCOPED_TRACE(n);
      MboxWorld world;
      world.put(old_octets());
      std::optional<Intruder> agent(std::in_place, world);
      support::Fault fault = kind;
      fault.nth = n;
      world.kernel.inject(fault);
      const Run first = run(world);
      if (world.kernel.faults_hit() == 0) {
        EXPECT_TRUE(first.done && first.flushed);
        break;
      }
      EXPECT_EQ(world.kernel.repeated_syncs(), 0U) << "D3";
      if (!first.flushed) ++failures;
      const std::string now = world.octets();
      ASSERT_TRUE(now == old_octets() || now == new_octets()) << now.size();
      ASSERT_TRUE(!first.flushed || !first.done || now == new_octets()) << "a lie";
      // An agent that had it open all the time; where our name for the old file is gone, it lost that race.
      const auto names = world.memory.names_in("/var/mail");
      const bool has_name = std::any_of(names.begin(), names.end(), [](const std::string& name) {
        return name.starts_with(fs::NewFile::temporary_prefix);
      });
      be_healthy(world);
      if (delivers) agent->overwrite(late, old_octets().size());
      const Run second = run(world);
      ASSERT_FALSE(second.error) << second.error->what();
      const Run third = run(world);
      ASSERT_TRUE(third.done && third.flushed);
      const bool is_late_lost = !has_name && now == new_octets();
      ASSERT_TRUE(world.octets() == new_octets() + (delivers && !is_late_lost ? late : "")) << world.octets().size();
      EXPECT_EQ(world.memory.names_in("/var/mail"), std::vector<std::string>{"bob"});
    }
    EXPECT_GT(failures, 20U);
  }
}

TEST_P(MboxRewriteFaults, APowerCutLeavesTheOldOrTheNewOne) {
  std::size_t old_ones = 0;
  for (std::uint64_t n = 1;; ++n) {
    SCOPED_TRACE(n);
    MboxWorld world;
    world.put(old_octets());
    world.kernel.inject({.nth = n, .and_all_later = true});
    const Run first = run(world);
    const bool was_cut = world.kernel.faults_hit() != 0;
    world.memory.lose_power();
    const std::string now = world.octets();
    ASSERT_TRUE(now == old_octets() || now == new_octets()) << now.size();
    ASSERT_TRUE(!first.flushed || !first.done || now == new_octets()) << "a lie";
    if (now == old_octets()) ++old_ones;
    if (!was_cut) break;
    be_healthy(world);
    ASSERT_FALSE(run(world).error);
    ASSERT_TRUE(world.octets() == new_octets());
    EXPECT_EQ(world.memory.names_in("/var/mail"), std::vector<std::string>{"bob"});
  }
  EXPECT_GT(old_ones, 20U);
}

TEST_P(MboxRewriteFaults, ShortCallsAndInterruptionsAreNoErrors) {
  for (std::uint64_t seed = 1; seed < 10; ++seed) {
    MboxWorld world;
    world.put(old_octets());
    world.kernel.make_short(seed);
    world.kernel.interrupt(seed);
    const Run only = run(world);
    ASSERT_FALSE(only.error) << only.error->what();
    EXPECT_TRUE(world.octets() == new_octets());
  }
}

INSTANTIATE_TEST_SUITE_P(Agents, MboxRewriteFaults, testing::Bool(),
                         [](const auto& param) { return std::string(param.param ? "Delivering" : "Silent"); });

}  // namespace
}  // namespace mailhaul::formats::mbox
