// Every commit path under each fault (T1, T2, T4 in memory): the n-th system call fails, for all n; then the power may
// go. What must hold at any moment: a name in new/ or cur/ is a whole message of the source; nothing that was there
// before is changed; after success all is on the disk; and the same run again converges, with nothing lost and nothing
// twice.
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>

#include "formats/maildir/world.hpp"

namespace mailhaul::formats::maildir {

using support::Fault;

namespace {

constexpr const char* target_root = "/mail/target";

/// What is asked of bodies here: is it a whole message of the source, and which one. Long ones are not printed.
std::string label(const std::string& octets) {
  return octets.size() < 100 ? octets : octets.substr(0, 20) + "... " + std::to_string(octets.size()) + " octets";
}

struct Expected {
  std::multiset<std::string> inbox_bodies;
  std::multiset<std::string> sent_bodies;
};

/// Copies what the target lacks, by content (safety.md R7), and gives each message its keywords. Throws Error.
void bring_up_to_date(World& world) {
  // The source is on another disk, which works.
  CollectedFindings findings;
  Context context{world.machine, world.entropy, world.clock, findings, world.instants, "h", 1};
  const auto source = open_source(context, World::root, fs::Rules{});
  const auto target = world.target(target_root);
  for (const auto& ref : {inbox, folder_ref({"Sent"})}) {
    std::multiset<std::string> there;
    if (target->stamp(ref)) there = read_folder(*target, ref).bodies();
    const auto writer = target->open_folder(ref, {});
    for (const Seen& seen : read_folder(*source, ref).messages) {
      if (const auto it = there.find(seen.octets); it != there.end()) {
        there.erase(it);
        continue;
      }
      append(*writer, seen.octets, seen.info);
      if (seen.info.hints.base_name.front() == '3') static_cast<void>(writer->flush());
    }
    static_cast<void>(writer->flush());
    store::NoNumberedMessages none;
    writer->finish({}, none);
  }
}

class MaildirFaults : public testing::TestWithParam<bool> {
 protected:
  void prepare(World& world) const {
    support::MemoryKernel::Abilities abilities;
    abilities.sound_syncfs = GetParam();
    if (!GetParam()) abilities.unnamed_files = -EOPNOTSUPP;
    world.machine.set_abilities(abilities);
    world.put_maildir();
    world.put("dovecot-keywords", "0 Work\n");
    world.put("new/1.a", "Subject: one\n\n1\n");
    world.put("cur/2.a:2,FSa", "Subject: two\n\n2\n");
    world.put("cur/3.a:2,S", "Subject: three\n\n" + std::string(70'000, '3'));
    world.put("cur/4.a:2,S", "Subject: four\n\n4\n");
    world.put("cur/4.b:2,S", "Subject: four\n\n4\n");
    world.put_maildir("/mail/box/.Sent");
    world.put(".Sent/cur/5.a:2,S", "Subject: five\n\n5\n");
    world.put_maildir(target_root);
    world.machine.put_file(std::string(target_root) + "/cur/1.a:2,S", "was there before");
    world.kernel.when_sync_fails([&world](support::Call call, int fd) {
      if (call == support::Call::sync_file_system) {
        world.machine.lose_dirty_files(fd);
      } else {
        world.machine.lose_dirty_file(fd);
      }
    });
  }

  static std::multiset<std::string> visible(const World& world, const std::string& folder) {
    std::multiset<std::string> out;
    for (const char* part : {"/cur", "/new"}) {
      const std::string directory = target_root + folder + part;
      if (!world.machine.exists(directory)) continue;
      for (const std::string& name : world.machine.names_in(directory))
        out.insert(label(world.machine.octets_of(directory + "/" + name)));
    }
    return out;
  }

  static const Expected& expected() {
    static const Expected all{{"Subject: one\n\n1\n", "Subject: two\n\n2\n",
                               label("Subject: three\n\n" + std::string(70'000, '3')), "Subject: four\n\n4\n",
                               "Subject: four\n\n4\n", "was there before"},
                              {"Subject: five\n\n5\n"}};
    return all;
  }

  /// Nothing but whole messages, none oftener than it should be, and what was there is there.
  static void expect_sound(const World& world, const std::string& when) {
    const auto inbox_now = visible(world, "");
    const auto sent_now = visible(world, "/.Sent");
    EXPECT_TRUE(std::includes(expected().inbox_bodies.begin(), expected().inbox_bodies.end(), inbox_now.begin(),
                              inbox_now.end()))
        << when;
    EXPECT_TRUE(
        std::includes(expected().sent_bodies.begin(), expected().sent_bodies.end(), sent_now.begin(), sent_now.end()))
        << when;
    EXPECT_EQ(inbox_now.count("was there before"), 1U) << when;
    expect_letters_named(world, when);
  }

  static void expect_letters_named(const World& world, const std::string& when) {
    for (const std::string& name : world.machine.names_in(std::string(target_root) + "/cur")) {
      if (name.rfind("2.a:", 0) != 0 || name.back() != 'a') continue;
      const std::string file = std::string(target_root) + "/dovecot-keywords";
      EXPECT_TRUE(world.machine.exists(file) && world.machine.octets_of(file) == "0 Work\n") << when;
    }
  }

  static void expect_complete(World& world, const std::string& when) {
    EXPECT_EQ(visible(world, ""), expected().inbox_bodies) << when;
    EXPECT_EQ(visible(world, "/.Sent"), expected().sent_bodies) << when;
    const auto target = world.source(target_root);
    const Walked back = read_folder(*target);
    for (const Seen& seen : back.messages)
      if (seen.octets == "Subject: two\n\n2\n") {
        EXPECT_TRUE(seen.info.keywords == (mail::KeywordSet{"Work"})) << when;
        EXPECT_EQ(seen.info.flags, (mail::FlagSet{mail::Flag::flagged, mail::Flag::seen})) << when;
      }
  }

  void run_series(const Fault& pattern, bool power_fails) const {
    std::uint64_t failures = 0;
    std::uint64_t nth = 0;
    for (bool hit = true; hit;) {
      Fault fault = pattern;
      fault.nth = ++nth;
      World world;
      prepare(world);
      world.kernel.count_anew();
      world.kernel.inject(fault);
      bool succeeded = true;
      try {
        bring_up_to_date(world);
      } catch (const Error&) {
        succeeded = false;
        ++failures;
      }
      hit = world.kernel.faults_hit() > 0;
      const std::string when = "fault at call " + std::to_string(nth) + (succeeded ? ", said to be done" : "");
      EXPECT_EQ(world.kernel.repeated_syncs(), 0U) << when;
      world.kernel.heal();
      expect_sound(world, when);
      if (succeeded) expect_complete(world, when);
      if (power_fails) {
        world.machine.lose_power();
        expect_sound(world, when + ", then the power went");
        if (succeeded) expect_complete(world, when + ", then the power went");
      }
      world.machine.advance(std::chrono::minutes{3});  // a lock that could not be removed is stale by then
      try {
        bring_up_to_date(world);
      } catch (const Error& error) {
        ADD_FAILURE() << when << ": the run after it: " << error.what();
      }
      expect_complete(world, when + ", and once more");
      if (nth % 10 == 0) {
        bring_up_to_date(world);
        expect_complete(world, when + ", and nothing to do");
      }
      if (testing::Test::HasFailure()) FAIL() << "stopped after the first fault that did harm";
    }
    EXPECT_GT(failures, 60U) << "the faults reach the paths meant";
  }
};

}  // namespace

TEST_P(MaildirFaults, AnyCallMayFail) { run_series({{}, 1, EIO}, false); }
TEST_P(MaildirFaults, AnyCallMayFailAndThenThePower) { run_series({{}, 1, EIO}, true); }
TEST_P(MaildirFaults, TheDiskMayBeFullFromAnyCallOn) { run_series({{}, 1, ENOSPC, true}, true); }
TEST_P(MaildirFaults, TheAnswerToAnyCallMayBeLost) { run_series({{}, 1, EIO, false, true}, false); }

TEST_P(MaildirFaults, ShortWritesAndInterruptionsDoNoHarm) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    World world;
    prepare(world);
    world.kernel.make_short(seed);
    world.kernel.interrupt(seed + 1000);
    bring_up_to_date(world);
    world.machine.lose_power();
    expect_complete(world, "seed " + std::to_string(seed));
  }
}

TEST_P(MaildirFaults, WithoutSyncsThePowerCutShows) {
  // The control: the same check must be able to fail.
  World world;
  prepare(world);
  fs::Rules rules;
  rules.side = Side::target;
  rules.durability = fs::Durability::none;
  const auto target = open_store(world.context, target_root, rules, {world.birth});
  const auto writer = target->open_folder(inbox, {});
  append(*writer, "Subject: one\n\n1\n");
  static_cast<void>(writer->flush());
  EXPECT_EQ(visible(world, "").size(), 2U);
  world.machine.lose_power();
  EXPECT_EQ(visible(world, "").size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Syncs, MaildirFaults, testing::Bool(),
                         [](const auto& one) { return one.param ? "Whole" : "EachWithoutUnnamedFiles"; });

TEST(MaildirFlush, AFailedFlushTakesBackWhatItHadNamed) {
  World world;
  const auto target = world.target();
  const auto writer = target->open_folder(inbox, {});
  store::MessageInfo info;
  info.hints.base_name = "1.a";
  append(*writer, "one", info);
  info.hints.base_name = "2.a";
  append(*writer, "two", info);
  world.kernel.count_anew();
  world.kernel.inject({support::Call::link_open_file, 2, EIO});
  EXPECT_THROW(static_cast<void>(writer->flush()), Error);
  world.kernel.heal();
  EXPECT_TRUE(world.names("cur").empty());
  // D3: written once more, into new files, under the same names.
  info.hints.base_name = "1.a";
  append(*writer, "one", info);
  EXPECT_EQ(writer->flush().at(0).handle.token, "1.a");
  EXPECT_EQ(world.octets("cur/1.a:2,"), "one");
}

TEST(MaildirFlush, AFolderThatAFailedRunMadeIsDurableAfterTheNext) {
  World world;
  support::MemoryKernel::Abilities abilities;
  abilities.sound_syncfs = false;
  world.machine.set_abilities(abilities);
  world.kernel.inject({support::Call::rename, 1, EIO, true});
  world.kernel.inject({support::Call::link_open_file, 1, EIO, true});
  const auto append_one = [&] {
    const auto target = world.target();
    const auto writer = target->open_folder(folder_ref({"Sent"}), {});
    append(*writer, "one");
    static_cast<void>(writer->flush());
  };
  EXPECT_THROW(append_one(), Error);
  world.kernel.heal();
  append_one();
  world.machine.lose_power();
  EXPECT_EQ(world.names(".Sent/cur").size() + world.names(".Sent/new").size(), 1U);
}

TEST(MaildirFlush, AMessageThatAUserTouchedMeanwhileIsNotTakenBack) {
  World world;
  const auto target = world.target();
  const auto writer = target->open_folder(inbox, {});
  store::MessageInfo info;
  info.hints.base_name = "1.a";
  append(*writer, "one", info);
  info.hints.base_name = "2.a";
  append(*writer, "two", info);
  world.kernel.count_anew();
  world.kernel.before(support::Call::link_open_file, 2, [&] {
    world.machine.put_link("/mail/box/cur/1.a:2,S", "/mail/box/cur/1.a:2,");
    world.machine.remove("/mail/box/cur/1.a:2,");
    world.put("cur/1.a:2,", "another message under the old name");
  });
  world.kernel.inject({support::Call::link_open_file, 2, EIO});
  EXPECT_THROW(static_cast<void>(writer->flush()), Error);
  EXPECT_EQ(world.octets("cur/1.a:2,"), "another message under the old name");
  EXPECT_EQ(world.octets("cur/1.a:2,S"), "one");
}

TEST(MaildirFlush, NoDescriptorIsLeftOpen) {
  World world;
  const auto before = world.machine.open_descriptors();
  {
    const auto target = world.target();
    for (std::uint64_t nth = 1; nth < 60; ++nth) {
      world.kernel.heal();
      world.kernel.count_anew();
      world.kernel.inject({std::nullopt, nth, EIO});
      try {
        const auto writer = target->open_folder(folder_ref({"F" + std::to_string(nth)}), {});
        append(*writer, "x");
        static_cast<void>(writer->flush());
        static_cast<void>(read_folder(*target));
      } catch (const Error&) {
      }
    }
  }
  EXPECT_EQ(world.machine.open_descriptors(), before);
}

}  // namespace mailhaul::formats::maildir
