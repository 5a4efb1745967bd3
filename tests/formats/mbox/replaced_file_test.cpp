#include <algorithm>
#include <cerrno>
#include <utility>

#include "formats/mbox/replaced_file.hpp"
#include "rewrite_world.hpp"

namespace mailhaul::formats::mbox {
namespace {

using MboxReplacedFile = MboxRewrite;

TEST_F(MboxReplacedFile, TheNewFileHasOwnerAndModeOfTheOld) {
  world.memory.put_file(MboxWorld::path, a_b_c, {1007, 8}, 0660);
  set(0, adding({Flag::seen}));
  const fs::Status now = world.memory.status_of(MboxWorld::path);
  EXPECT_EQ(now.owner, (fs::Owner{1007, 8}));
  EXPECT_EQ(now.permissions, 0660U);
  world.memory.lose_power();
  EXPECT_TRUE(contains(world.octets(), "Status: R\n")) << "durable when it returns";
}

TEST_F(MboxReplacedFile, WhereNamesCannotBeExchangedNothingIsChanged) {
  world.put(a_b_c);
  world.memory.set_abilities({.rename_flags = false});
  EXPECT_EQ(change({{0, adding({Flag::seen})}, {1}}), std::vector<Outcome>(2, Outcome::gone_or_changed));
  EXPECT_EQ(world.octets(), a_b_c);
  const auto& told = world.findings.all;
  const auto is_it = [](const Finding& finding) { return finding.kind == FindingKind::flags_differ; };
  ASSERT_EQ(std::count_if(told.begin(), told.end(), is_it), 1);
  const Finding& finding = *std::find_if(told.begin(), told.end(), is_it);
  EXPECT_EQ(finding.weight, Weight::lost);
  EXPECT_EQ(finding.count, 2U);
  EXPECT_TRUE(contains(finding.text, "exchange")) << finding.text;
  expect_nothing_left();
}

TEST_F(MboxReplacedFile, AFileWithAnotherNameIsNotReplaced) {
  world.put(a_b_c);
  world.memory.put_link("/var/mail/other", MboxWorld::path);
  EXPECT_EQ(change({{0, adding({Flag::seen})}}), std::vector<Outcome>{Outcome::gone_or_changed});
  EXPECT_EQ(world.octets(), a_b_c);
  EXPECT_EQ(world.findings.count(FindingKind::flags_differ), 1U);
}

TEST_F(MboxReplacedFile, WithoutUnnamedFilesItIsDoneAllTheSame) {
  world.put(a_b_c);
  world.memory.set_abilities({.unnamed_files = -EOPNOTSUPP});
  set(0, adding({Flag::seen}));
  EXPECT_TRUE(contains(world.octets(), "Status: R\n"));
  expect_nothing_left();
}

TEST_F(MboxReplacedFile, AFileThatWasPutInItsPlaceMeanwhileIsGivenBack) {
  world.put(a_b_c);
  const std::string theirs = mark + "Subject: theirs\n\nb\n\n";
  world.kernel.count_anew();
  world.kernel.before(support::Call::rename, 1, [&] {
    world.memory.remove(MboxWorld::path);
    world.put(theirs);
  });
  EXPECT_EQ(change({{0, adding({Flag::seen})}}), std::vector<Outcome>{Outcome::gone_or_changed});
  EXPECT_EQ(world.octets(), theirs);
  expect_nothing_left();
}

TEST_F(MboxReplacedFile, WhoOpensTheNewFileWaitsForUs) {
  world.put(a_b_c);
  bool was_locked = false;
  world.kernel.count_anew();
  // Just behind the exchange: the old file is unlocked, the directory is synced.
  world.kernel.before(support::Call::unlock, world.kernel.calls(support::Call::unlock) + 2, [&] {
    Intruder other(world);
    was_locked = !other.lock(fs::LockKind::exclusive);
  });
  set(0, adding({Flag::seen}));
  EXPECT_TRUE(was_locked);
}

// ---- what other programs write into the old file

TEST_F(MboxReplacedFile, WhatIsDeliveredIntoTheOldFileIsMovedOver) {
  world.put(a_b_c);
  std::optional<Intruder> agent(std::in_place, world);
  after_flush = [&] { agent->overwrite(late, a_b_c.size()); };
  set(0, adding({Flag::seen}));
  ASSERT_EQ(world.texts().size(), 4U);
  EXPECT_EQ(world.texts()[3], "Subject: late\n\nbl\n");
  expect_nothing_left();
}

TEST_F(MboxReplacedFile, WhatIsDeliveredAfterAnErrorIsMovedOverToo) {
  world.put(a_b_c);
  Intruder agent(world);
  {
    const auto store = world.target();
    const auto cursor = walk_of(*store);
    while (cursor->next()) {
    }
    const auto writer = store->open_folder({}, {});
    writer->as_of(*cursor->end({}).stamp);
    writer->change_flags({"0"}, adding({Flag::seen}));
    writer->flush();
    agent.overwrite(late, a_b_c.size());
  }
  EXPECT_EQ(world.texts().size(), 4U);
  expect_nothing_left();
}

TEST_F(MboxReplacedFile, WhatAKilledRunLeftIsMovedOverByTheNext) {
  for (const auto& [delivers, writes] : {std::pair{true, true}, {false, true}, {true, false}, {false, false}}) {
    MboxWorld w;
    w.put(a_b_c);
    Intruder agent(w);
    {
      const auto store = w.target();
      const auto cursor = walk_of(*store);
      while (cursor->next()) {
      }
      const auto writer = store->open_folder({}, {});
      writer->as_of(*cursor->end({}).stamp);
      writer->change_flags({"0"}, adding({Flag::seen}));
      EXPECT_EQ(writer->flush().at(0).outcome, Outcome::done);
      w.kernel.count_anew();
      w.kernel.inject({.nth = 1, .and_all_later = true});  // killed
    }
    w.kernel.heal();
    w.clock.sleep(std::chrono::minutes{10});
    ASSERT_EQ(w.memory.names_in("/var/mail").size(), 2U);
    EXPECT_EQ(w.texts().size(), 3U);
    if (delivers) agent.overwrite(late, a_b_c.size());
    if (writes)
      w.append({});
    else
      w.target()->finish();  // it found nothing to do
    EXPECT_EQ(w.texts().size(), delivers ? 4U : 3U);
    EXPECT_EQ(w.memory.names_in("/var/mail"), std::vector<std::string>{"bob"});
  }
}

TEST_F(MboxReplacedFile, OnlyWhatWeMayHaveLeftIsTakenForThat) {
  world.put(a_b_c);
  const std::string name = "/var/mail/" + ReplacedFile::name_for(MailboxFile(world.context, place()), {}, {});
  const std::string other = "/var/mail/" + std::string(fs::NewFile::temporary_prefix) + "0-0-0-0123456789abcdef";
  world.memory.put_file(other, late, MboxWorld::bob);  // another mailbox's
  const auto is_left = [&] {
    world.append({});
    return world.memory.exists(name) && world.octets() == a_b_c;
  };
  world.memory.put_file(name, late, {1002, 1002});
  EXPECT_TRUE(is_left()) << "another owner's";
  world.memory.remove(name);
  world.memory.put_symlink(name, other, MboxWorld::bob);
  EXPECT_TRUE(is_left()) << "a link";
  world.memory.remove(name);
  world.memory.put_link(name, other);
  EXPECT_TRUE(is_left()) << "a file with another name";
  world.memory.remove(name);
  world.memory.put_file(name, late, MboxWorld::bob);
  EXPECT_TRUE(is_left()) << "a third file, which another program put there";
  EXPECT_EQ(world.findings.all.size(), 1U);
  EXPECT_TRUE(world.memory.exists(other));
}

TEST_F(MboxReplacedFile, WhatIsLeftAloneIsToldOnceInARun) {
  world.put(a_b_c);
  const std::string name = "/var/mail/" + ReplacedFile::name_for(MailboxFile(world.context, place()), {}, {});
  world.memory.put_file(name, late, MboxWorld::bob);
  const auto store = world.target();
  store->begin();
  static_cast<void>(store->open_folder({}, {}));
  store->finish();
  EXPECT_EQ(world.findings.all.size(), 1U);
}

/// The mailbox's owner can make any number of them.
TEST_F(MboxReplacedFile, SoManyAreLookedAtInARun) {
  world.put(a_b_c);
  for (std::uint64_t i = 0; i < 100; ++i) {
    fs::Status old;
    old.size_octets = i;
    world.memory.put_file("/var/mail/" + ReplacedFile::name_for(MailboxFile(world.context, place()), old, {}), late,
                          MboxWorld::bob);
  }
  world.target()->begin();
  EXPECT_EQ(world.findings.all.size(), 65U);
  EXPECT_TRUE(contains(world.findings.all.back().text, "next run"));
}

TEST_F(MboxReplacedFile, WhatCannotBeLookedAtIsTold) {
  world.put(a_b_c);
  world.memory.put_file("/var/mail/" + ReplacedFile::name_for(MailboxFile(world.context, place()), {}, {}), late,
                        MboxWorld::bob);
  const auto store = world.target();
  world.kernel.count_anew();
  world.kernel.inject({.call = support::Call::open_beneath, .nth = 1, .and_all_later = true});
  store->begin();
  ASSERT_EQ(world.findings.all.size(), 1U);
  EXPECT_EQ(world.findings.all[0].weight, Weight::lost);
}

TEST_F(MboxReplacedFile, WhatIsNoMailBecomesAMessageOfItsOwn) {
  world.put(a_b_c);
  Intruder agent(world);
  after_flush = [&] { agent.overwrite("\nthe rest of it\n", a_b_c.size()); };
  set(0, adding({Flag::seen}));
  ASSERT_EQ(world.texts().size(), 4U);
  EXPECT_EQ(world.texts()[3], "\nthe rest of it");
  EXPECT_EQ(world.findings.count(FindingKind::changed), 1U);
}

}  // namespace
}  // namespace mailhaul::formats::mbox
