// D6: a run that is killed while it appends leaves a message without its end. The next one takes it away, and nothing
// else.
#include "formats/mbox/cut_append.hpp"

#include <algorithm>
#include <cerrno>
#include <optional>

#include "cut_append_world.hpp"
#include "formats/mbox/staged_append.hpp"

namespace mailhaul::formats::mbox {
namespace {

TEST_F(MboxCutAppend, OnlyTheMessageWithoutItsEndGoes) {
  const std::string text = "\n" + joined(staged);
  // A power cut may have left a file with its length and without its octets.
  for (const std::size_t blank : {0U, 1U, 300'000U})
    for (std::size_t cut = 0; cut < text.size(); ++cut) {
      SCOPED_TRACE(cut);
      leave(old_mail + text.substr(0, cut) + std::string(blank, '\0'), old_mail.size(), 1);
      next_run();
      std::string wanted = old_mail + "\n";
      std::size_t whole = 0;
      for (const std::string& message : staged) {
        // Where only line ends are missing they are put there.
        const std::size_t without = message.find_last_not_of('\n') + 1;
        if (cut < wanted.size() - old_mail.size() + without) break;
        wanted += message;
        ++whole;
      }
      if (whole == 0) wanted = old_mail;
      ASSERT_EQ(world.octets(), wanted);
      expect_nothing_left();
      world.memory.remove(MboxWorld::path);
    }
  EXPECT_GT(world.findings.count(FindingKind::changed), 300U);
}

TEST_F(MboxCutAppend, WhatAnAgentDeliveredBehindItStays) {
  const std::string text = "\n" + joined(staged);
  for (const std::string before : {"", "\n", "\n\n"}) {
    for (std::size_t cut = 1; cut <= text.size(); ++cut) {
      SCOPED_TRACE(cut);
      leave(old_mail + text.substr(0, cut) + before + late_from_d, old_mail.size(), 1);
      next_run();
      Texts wanted{"Subject: old\n\nbo"};
      std::size_t end = 1;
      const Texts texts{"Subject: a\n\nba", "Subject: b\n\nFrom here on it goes\n\nbb",
                        "Subject: c\n\n" + mark + "not a message\n\nbc"};
      for (std::size_t i = 0; i < staged.size(); ++i) {
        const std::size_t without = end + staged[i].find_last_not_of('\n') + 1;
        if (cut < without || (cut == without && before.empty())) break;
        end += staged[i].size();
        wanted.push_back(texts[i]);
      }
      wanted.emplace_back("Subject: late\n\nbl");
      Texts now;
      for (const std::string& one : world.texts()) now.push_back(without_last_line_ends(one));
      ASSERT_EQ(now.back(), wanted.back()) << world.octets();
      // With more line ends behind it its length leads nowhere, and it is read as two.
      const bool is_split = wanted.size() == 5 && now.size() == 6;
      if (!is_split) {
        ASSERT_EQ(now, wanted) << world.octets();
      }
      ASSERT_TRUE(world.octets().ends_with(late_from_d));
      expect_nothing_left();
      world.memory.remove(MboxWorld::path);
    }
  }
}

TEST_F(MboxCutAppend, AnAgentThatBeginsAsTheMessageWouldHaveGoneOnIsFound) {
  const std::string stage = mark + "Subject: b\n\nFrom a@b, who says hello\n\n";
  const std::string cut = mark + "Subject: b\n\n";
  leave(old_mail + "\n" + cut + late, old_mail.size(), 1, stage);
  next_run();
  EXPECT_EQ(world.octets(), old_mail + "\n" + late);
  expect_nothing_left();
}

/// It has a postmark of its own inside, where its line does not begin.
TEST_F(MboxCutAppend, WhatASenderWroteIntoAMessageDoesNotCutIt) {
  const std::string hostile = mark + "Subject: b\nX-A: " + mark + "\nbb\n\n";
  const std::string stage = staged[0] + hostile + staged[2];
  std::string mailbox = old_mail + "\n" + stage;
  mailbox.replace(mailbox.find("\nbb"), 0, "Status: RO\n");  // it was read meanwhile
  leave(mailbox, old_mail.size(), 1, stage);
  next_run();
  EXPECT_EQ(world.octets(), mailbox);
  expect_nothing_left();
}

TEST_F(MboxCutAppend, WhatIsStagedStaysTheRunnersAndNoServerListsIt) {
  world.put(old_mail);
  const MailboxFile mailbox(world.context, place());
  const auto lock = WriteLock::take(mailbox, {});
  ASSERT_TRUE(lock);
  Stage stage(mailbox.create());
  stage.write(joined(staged));
  stage.settle();
  const StagedAppend append(mailbox, *lock, "\n", stage);
  std::size_t found = 0;
  for (const std::string& name : names()) {
    if (!contains(name, "append-")) continue;
    ++found;
    EXPECT_TRUE(name.starts_with('.') && name.ends_with(".lock")) << name;
    const fs::Status is = world.memory.status_of("/var/mail/" + name);
    EXPECT_EQ(is.owner, runner);
    EXPECT_EQ(is.permissions, 0600U);
  }
  EXPECT_EQ(found, 1U);
}

TEST_F(MboxCutAppend, WhereAnythingElseStandsNothingIsChanged) {
  const std::string text = "\n" + joined(staged);
  const auto expect_kept = [&](const std::string& mailbox, std::uint64_t old_octets, const char* what) {
    SCOPED_TRACE(what);
    leave(mailbox, old_octets, 1);
    next_run();
    EXPECT_EQ(world.octets(), mailbox);
    expect_nothing_left();
    world.memory.remove(MboxWorld::path);
  };
  expect_kept(old_mail, old_mail.size(), "nothing was written");
  expect_kept(old_mail + text, old_mail.size(), "all of it was");
  expect_kept(old_mail + text + late, old_mail.size(), "and an agent came");
  expect_kept(old_mail.substr(0, 40), old_mail.size(), "it is shorter than it was");
  EXPECT_EQ(world.findings.count(FindingKind::changed), 0U);
}

TEST_F(MboxCutAppend, OnlyWhatWeMayHaveLeftIsTakenForThat) {
  const std::string cut = old_mail + "\n" + joined(staged).substr(0, 20);
  const auto expect_left = [&](const std::string& path, const char* what) {
    SCOPED_TRACE(what);
    next_run();
    EXPECT_EQ(world.octets(), cut);
    EXPECT_TRUE(world.memory.exists(path));
    for (const std::string& name : names()) world.memory.remove("/var/mail/" + name);
  };
  std::string path = leave(cut, old_mail.size(), 1);
  world.memory.give_to(path, MboxWorld::bob);
  expect_left(path, "the mailbox's owner's, who may write what he likes");
  path = leave(cut, old_mail.size(), 1);
  world.memory.put_link("/var/mail/second", path);
  expect_left(path, "a file with another name");
  path = leave(cut, old_mail.size(), 1);
  world.memory.remove(path);
  world.memory.put_file("/var/mail/other", joined(staged), runner);
  world.memory.put_file(path, joined(staged), runner);
  expect_left(path, "another file");
  path = leave(cut, old_mail.size(), 1);
  world.memory.remove(path);
  world.memory.put_symlink(path, "/var/mail/bob", MboxWorld::bob);
  expect_left(path, "a link");
}

TEST_F(MboxCutAppend, ASourceAndAPreviewLeaveItAlone) {
  const std::string cut = old_mail + "\n" + joined(staged).substr(0, 45);
  const std::string path = leave(cut, old_mail.size(), 1);
  EXPECT_EQ(world.read().size(), 2U);
  EXPECT_EQ(world.octets(), cut);
  EXPECT_TRUE(world.memory.exists(path));
}

TEST_F(MboxCutAppend, ItsNameDoesNotComeBackBehindAPowerCut) {
  world.put(old_mail);
  world.append({{"Subject: a\n\nba\n", {}}});
  world.memory.lose_power();
  expect_nothing_left();
}

TEST_F(MboxCutAppend, NothingIsPutBehindOneThatIsLocked) {
  const std::string cut = old_mail + "\n" + joined(staged).substr(0, 20);
  leave(cut, old_mail.size(), 1);
  const auto store = world.target();
  Intruder other(world);
  ASSERT_TRUE(other.lock(fs::LockKind::exclusive));
  store->begin();
  ASSERT_EQ(world.findings.all.size(), 1U);
  EXPECT_EQ(world.findings.all[0].weight, Weight::lost);
  EXPECT_TRUE(contains(world.findings.all[0].text, "lock")) << world.findings.all[0].text;
  const Error error = error_of([&] { static_cast<void>(store->open_folder({}, {})); });
  EXPECT_EQ(error.cause(), Cause::locked);
  EXPECT_EQ(error.scope(), Scope::folder);
  EXPECT_EQ(world.octets(), cut);
  other.unlock();
  static_cast<void>(store->open_folder({}, {}));
  EXPECT_EQ(world.octets(), old_mail);
}

/// Of the runner's own account there may be several; of others any number.
TEST_F(MboxCutAppend, OneIsLookedAtInARunAndIsTheLast) {
  const std::string cut = old_mail + "\n" + joined(staged).substr(0, 20);
  const std::string older = leave(cut, old_mail.size() - 1, 1);
  std::vector<std::string> forged;
  for (std::uint64_t i = 1; i <= 50; ++i) {
    forged.push_back(leave(cut, old_mail.size() + i, 1));
    world.memory.give_to(forged.back(), MboxWorld::bob);
  }
  const std::string last = leave(cut, old_mail.size(), 1);
  const auto store = world.target();
  world.kernel.count_anew();
  store->begin();
  const auto locks = world.kernel.calls(support::Call::try_lock);
  static_cast<void>(store->open_folder({}, {}));
  store->finish();
  EXPECT_EQ(world.kernel.calls(support::Call::try_lock), locks) << "looked at once more";
  EXPECT_LE(locks, 2U);
  EXPECT_EQ(world.octets(), old_mail);
  EXPECT_FALSE(world.memory.exists(last));
  EXPECT_TRUE(world.memory.exists(older));
  for (const std::string& path : forged) EXPECT_TRUE(world.memory.exists(path));
  EXPECT_EQ(world.findings.all.size(), 1U);
}

TEST_F(MboxCutAppend, ARunThatIsAskedToStopDoesSoBefore) {
  const std::string cut = old_mail + "\n" + joined(staged).substr(0, 20);
  const std::string path = leave(cut, old_mail.size(), 1);
  const auto store = world.target();
  world.clock.when_sleeping = [] { throw Error(Cause::stopped, Scope::run, "stopped by a signal"); };
  EXPECT_EQ(error_of([&] { store->begin(); }).cause(), Cause::stopped);
  EXPECT_EQ(world.octets(), cut);
  EXPECT_TRUE(world.memory.exists(path));
  EXPECT_TRUE(world.findings.all.empty());
}

TEST_F(MboxCutAppend, ALockedMailboxIsForTheNextRun) {
  const std::string cut = old_mail + "\n" + joined(staged).substr(0, 20);
  const std::string path = leave(cut, old_mail.size(), 1);
  const auto store = world.target();
  Intruder other(world);
  ASSERT_TRUE(other.lock(fs::LockKind::exclusive));
  store->begin();
  EXPECT_EQ(world.octets(), cut);
  EXPECT_TRUE(world.memory.exists(path));
  other.unlock();
  store->begin();
  EXPECT_EQ(world.octets(), old_mail);
  expect_nothing_left();
}

/// A run that appends three messages, one large, and meets its end.
struct Killed {
  Variant variant = Variant::rd;
  fs::Durability durability = fs::Durability::batch;
  bool is_short = false;  ///< writes stop in their middle
  bool loses_power = false;
  bool delivers = false;  ///< an agent comes before the next run
};

class MboxKilledAppend : public testing::TestWithParam<Killed> {
 protected:
  static std::string text(int i) {
    return "Subject: " + std::to_string(i) + "\n\n" + std::string(i == 1 ? 2'500'000 : 1000, 'x') + "\n";
  }
  static void append(MboxWorld& world) {
    try {
      const auto store = world.target(GetParam().variant, GetParam().durability);
      store->begin();
      const auto writer = store->open_folder({}, {});
      for (int i = 0; i < 3; ++i) {
        store::MessageInfo info;
        info.internal_date = mail::InternalDate{std::chrono::seconds{1'000'000'000}};
        const auto one = writer->append(info);
        one->write(as_bytes(text(i)));
        one->commit();
      }
      writer->flush();
    } catch (const Error&) {
      // It is dead.
    }
  }
  static void kill_at(MboxWorld& world, std::uint64_t n) {
    world.kernel.count_anew();
    if (GetParam().is_short) world.kernel.make_short(n);
    world.kernel.inject({.nth = n, .and_all_later = true});
  }
  static void be_healthy(MboxWorld& world) {
    if (GetParam().loses_power) world.memory.lose_power();
    world.kernel.heal();
    world.clock.sleep(std::chrono::minutes{10});
  }
};

TEST_P(MboxKilledAppend, LeavesNothingThatIsCutWhereverTheNextRunDiesToo) {
  const Texts old{"Subject: old\n\nno line end"};
  std::uint64_t cuts = 0;
  for (std::uint64_t n = 1;; ++n) {
    bool was_killed = false;
    // And the one that mends it, at each of its calls in turn; the last of them lives.
    for (std::uint64_t second = 1 + n % 5;; second += 7) {
      SCOPED_TRACE(std::to_string(n) + ", " + std::to_string(second));
      MboxWorld world;
      world.put(mark + (GetParam().variant == Variant::dovecot ? "X-IMAPbase: 77 0000000003\nX-UID: 3\n" : "") +
                old.front());
      kill_at(world, n);
      append(world);
      was_killed = world.kernel.faults_hit() > 0;
      be_healthy(world);
      const std::string left = world.octets();
      bool has_come = false;
      if (GetParam().delivers && left.size() > 100) {
        Intruder(world).append("\n\n" + late);
        has_come = true;
      }
      kill_at(world, second);
      try {
        world.target(GetParam().variant, GetParam().durability)->begin();
      } catch (const Error&) {
        // It is dead too.
      }
      const bool lived = world.kernel.faults_hit() == 0;
      be_healthy(world);

      const auto store = world.target(GetParam().variant, GetParam().durability);
      store->begin();
      if (world.octets() != left) ++cuts;
      Texts now;
      for (Got& got : read_all(*store)) now.push_back(std::move(got.octets));
      if (has_come) {
        ASSERT_EQ(now.back(), "Subject: late\n\nbl\n");
        now.pop_back();
      }
      ASSERT_GE(now.size(), 1U);
      ASSERT_LE(now.size(), 4U);
      for (std::size_t i = 1; i < now.size(); ++i)
        ASSERT_TRUE(without_last_line_ends(now[i]) == without_last_line_ends(text(static_cast<int>(i) - 1)))
            << "message " << i << ", " << now[i].size();
      ASSERT_TRUE(now.front().starts_with(old.front()));
      ASSERT_LE(world.memory.names_in("/var/mail").size(), 2U);
      for (const std::string& name : world.memory.names_in("/var/mail"))
        ASSERT_TRUE(name == "bob" || name == "bob.lock") << name;
      if (lived || !was_killed) break;
    }
    if (!was_killed) break;
  }
  if (!GetParam().loses_power) {
    EXPECT_GT(cuts, 3U);
  }
}

INSTANTIATE_TEST_SUITE_P(Runs, MboxKilledAppend,
                         testing::Values(Killed{}, Killed{.variant = Variant::dovecot},
                                         Killed{.durability = fs::Durability::none},
                                         Killed{.variant = Variant::dovecot, .is_short = true},
                                         Killed{.loses_power = true}, Killed{.delivers = true},
                                         Killed{.variant = Variant::dovecot, .is_short = true, .delivers = true}));

}  // namespace
}  // namespace mailhaul::formats::mbox
