// Opening: what a ledger is about, and what it is before and after its first commit.
#include "mailhaul/ledger/ledger.hpp"

#include <sys/stat.h>

#include <filesystem>

#include "ledger/world.hpp"

namespace mailhaul::ledger {
namespace {

TEST_F(LedgerTest, ANewOneIsForItsRunnerAloneWhateverTheUmask) {
  const mode_t before = ::umask(0);
  { const Ledger ledger = open(); }
  ::umask(before);
  struct stat status {};
  ASSERT_EQ(::stat(path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
}

TEST_F(LedgerTest, TheLogBesideItIsForItsRunnerAloneAndGoesWithTheRun) {
  const mode_t before = ::umask(0);
  {
    Ledger ledger = open();
    ledger.commit();
    struct stat status {};
    ASSERT_EQ(::stat((path() + "-wal").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0600U);
    EXPECT_FALSE(std::filesystem::exists(path() + "-shm")) << "locked for one process: no shared memory";
  }
  ::umask(before);
  EXPECT_FALSE(std::filesystem::exists(path() + "-wal"));
}

TEST_F(LedgerTest, IsNewUntilItsFirstCommit) {
  EXPECT_TRUE(open().is_new());
  {
    Ledger ledger = open();
    EXPECT_TRUE(ledger.is_new()) << "the run before it committed nothing";
    ledger.commit();
    EXPECT_TRUE(ledger.is_new()) << "no run before this one";
  }
  EXPECT_FALSE(open().is_new());
}

TEST_F(LedgerTest, RemembersItsPairAndSecrets) {
  mail::KeySecrets secrets;
  {
    Ledger ledger = open();
    secrets = ledger.secrets();
    EXPECT_NE(secrets.first, secrets.second);
    ledger.commit();
  }
  const Ledger ledger = open();
  EXPECT_EQ(ledger.secrets().first, secrets.first);
  EXPECT_EQ(ledger.secrets().second, secrets.second);
  EXPECT_EQ(ledger.pair().source, bobs_pair.source);
  EXPECT_EQ(ledger.pair().target, bobs_pair.target);
  EXPECT_EQ(ledger.pair().source_id, bobs_pair.source_id);
  EXPECT_EQ(ledger.pair().target_id, bobs_pair.target_id);
}

TEST_F(LedgerTest, TwoLedgersHaveSecretsOfTheirOwn) {
  const Ledger one = open();
  const Ledger other = Ledger::open(at("other"), bobs_pair, entropy_, Ledger::Mode::lasting);
  EXPECT_NE(one.secrets().first, other.secrets().first);
}

TEST_F(LedgerTest, KnowsAStoreThatWasReplaced) {
  make_ledger();
  Ledger ledger = open();
  EXPECT_FALSE(ledger.was_replaced(Side::source, {"fs1-42"}));
  EXPECT_TRUE(ledger.was_replaced(Side::source, {"fs1-43"}));
  EXPECT_FALSE(ledger.was_replaced(Side::target, {"fs2-7"}));
  EXPECT_TRUE(ledger.was_replaced(Side::target, {"fs1-42"}));
}

TEST_F(LedgerTest, ARenewedIdentityLastsAndForgetsTheStampsOfThatSideOnly) {
  const auto stamped = [](Ledger& ledger, Side side) {
    return ledger.find_folder(side, folder_ref({"INBOX"}))->state.stamp.has_value();
  };
  {
    Ledger ledger = open();
    for (const Side side : {Side::source, Side::target}) {
      FolderState state;
      state.stamp = store::Stamp{"s", false};
      state.uid_validity = mail::UidValidity{9};
      ledger.set_state(ledger.folder_id(side, folder_ref({"INBOX"})), state);
    }
    ledger.commit();
  }
  {
    Ledger ledger = open();
    ledger.renew_identity(Side::target, {"another"});
    EXPECT_EQ(ledger.pair().target_id, bobs_pair.target_id) << "as recorded, before renew_identity()";
    EXPECT_FALSE(ledger.was_replaced(Side::target, {"another"}));
    EXPECT_TRUE(ledger.was_replaced(Side::target, bobs_pair.target_id));
    ledger.commit();
  }
  Ledger ledger = open();
  EXPECT_EQ(ledger.pair().target_id, store::StoreId{"another"});
  EXPECT_EQ(ledger.pair().source_id, bobs_pair.source_id);
  EXPECT_TRUE(stamped(ledger, Side::source));
  EXPECT_FALSE(stamped(ledger, Side::target));
  EXPECT_EQ(ledger.find_folder(Side::target, folder_ref({"INBOX"}))->state.uid_validity, mail::UidValidity{9});
}

TEST_F(LedgerTest, WhatWasNotCommittedIsForgotten) {
  make_ledger(3);
  {
    Ledger ledger = open();
    const FolderId source = ledger.find_folder(Side::source, folder_ref({"INBOX"}))->id;
    (void)ledger.add(known_row(source, 0, 77));
    (void)ledger.folder_id(Side::source, folder_ref({"New"}));
    ledger.add_setting("acl", folder_ref({"New"}));
    ledger.renew_identity(Side::source, {"other"});
    (void)ledger.begin_run(std::chrono::sys_seconds{});
    EXPECT_EQ(ledger.counts().known, 4U);
  }
  Ledger ledger = open();
  EXPECT_EQ(ledger.counts().known, 3U);
  EXPECT_FALSE(ledger.find_folder(Side::source, folder_ref({"New"})));
  EXPECT_FALSE(ledger.has_setting("acl", folder_ref({"New"})));
  EXPECT_FALSE(ledger.was_replaced(Side::source, bobs_pair.source_id));
  EXPECT_TRUE(ledger.runs().empty());
}

TEST_F(LedgerTest, OpeningAndCommittingNothingLeavesTheFileAsItIs) {
  make_ledger(3);
  const std::string before = octets_of(path());
  {
    Ledger ledger = open();
    ledger.commit();
  }
  EXPECT_TRUE(octets_of(path()) == before);
}

TEST_F(LedgerTest, AMovedOneGoesOn) {
  Ledger first = open();
  Ledger second = std::move(first);
  EXPECT_EQ(second.folder_id(Side::source, folder_ref({"INBOX"})), 1);
  second = Ledger::in_memory(entropy_);
  EXPECT_FALSE(second.find_folder(Side::source, folder_ref({"INBOX"})));
  EXPECT_NO_THROW((void)open()) << "what it held before was closed";
}

TEST_F(LedgerTest, InMemoryDoesAllOfItAndLeavesNothing) {
  Ledger ledger = Ledger::in_memory(entropy_);
  EXPECT_TRUE(ledger.is_new());
  const FolderId source = ledger.folder_id(Side::source, folder_ref({"INBOX"}));
  const RowId id = ledger.add(known_row(source, 2, 1));
  ledger.commit();
  ASSERT_TRUE(ledger.row(id));
  expect_same(known_row(source, 2, 1), *ledger.row(id));
  EXPECT_TRUE(std::filesystem::is_empty(at("")));
}

TEST_F(LedgerTest, IsFoundBelowASymlinkButIsNone) {
  std::filesystem::create_directory(at("real"));
  std::filesystem::create_directory_symlink("real", at("link"));
  {
    Ledger ledger = Ledger::open(at("link/l"), bobs_pair, entropy_, Ledger::Mode::lasting);
    ledger.commit();
  }
  EXPECT_TRUE(std::filesystem::exists(at("real/l")));
  std::filesystem::create_symlink("real/l", at("planted"));
  const Error error = error_of([&] { (void)Ledger::open(at("planted"), bobs_pair, entropy_, Ledger::Mode::lasting); });
  EXPECT_EQ(error.cause(), Cause::damaged);
  EXPECT_EQ(error.place(), at("planted"));
}

TEST_F(LedgerTest, ReadingNeedsOneThatARunCommitted) {
  EXPECT_EQ(error_of([&] { (void)Ledger::open_to_read(path()); }).cause(), Cause::not_found);
  EXPECT_FALSE(std::filesystem::exists(path()));
  { const Ledger never_committed = open(); }
  EXPECT_EQ(error_of([&] { (void)Ledger::open_to_read(path()); }).cause(), Cause::not_found);
  make_ledger(2);
  Ledger ledger = Ledger::open_to_read(path());
  EXPECT_EQ(ledger.pair().source, bobs_pair.source);
  EXPECT_EQ(ledger.counts().known, 2U);
}

TEST_F(LedgerTest, TwoMayReadAtOnceAndNeitherWrites) {
  make_ledger(2);
  const std::string before = octets_of(path());
  {
    Ledger one = Ledger::open_to_read(path());
    Ledger other = Ledger::open_to_read(path());
    EXPECT_EQ(one.counts().known, 2U);
    EXPECT_EQ(other.counts().known, 2U);
    EXPECT_THROW((void)one.folder_id(Side::source, folder_ref({"New"})), Error);
  }
  EXPECT_TRUE(octets_of(path()) == before);
  EXPECT_FALSE(std::filesystem::exists(path() + "-wal"));
}

}  // namespace
}  // namespace mailhaul::ledger
