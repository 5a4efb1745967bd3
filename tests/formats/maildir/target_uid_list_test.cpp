// A server at work beside us while UIDs are written, and what is written for all folders together.
#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "formats/maildir/numbered_target.hpp"

namespace mailhaul::formats::maildir {

namespace {

/// Another program gets its turn once, before the first call of that kind that is made under our lock.
void under_the_lock(World& world, support::Call call, const std::function<void()>& act) {
  constexpr std::uint64_t calls_looked_at = 20;
  const auto done = std::make_shared<bool>(false);
  world.kernel.count_anew();
  for (std::uint64_t nth = 1; nth <= calls_looked_at; ++nth)
    world.kernel.before(call, nth, [&world, act, done] {
      if (*done || !world.machine.exists("/mail/box/dovecot-uidlist.lock")) return;
      *done = true;
      act();
    });
}

void finish_inbox(World& world, std::uint32_t next_uid,
                  const std::vector<std::pair<std::string, mail::ServerIds>>& messages) {
  Numbered numbered;
  for (const auto& [handle, its_ids] : messages) numbered.all.emplace_back(store::Handle{handle}, its_ids);
  const auto info = numbered_folder(next_uid);
  world.target()->open_folder(inbox, info)->finish(info, numbered);
}

const std::string theirs = "3 V77 N3\n2 :1.a\n";

}  // namespace

TEST(MaildirUidWriter, AListThatAServerBeganMeanwhileIsItsOwn) {
  World world;
  world.put_maildir();
  under_the_lock(world, support::Call::link_open_file, [&] { world.put(uid_list_name, theirs); });
  finish_inbox(world, 9, {{"1.a", ids(3)}});
  EXPECT_EQ(world.octets(uid_list_name), theirs);
  EXPECT_EQ(world.findings.count(FindingKind::uid_list, Weight::note), 1U);
  EXPECT_EQ(world.names(""), (std::vector<std::string>{"cur", "dovecot-uidlist", "new", "tmp"}));
}

TEST(MaildirUidWriter, AListThatAServerChangedMeanwhileStaysAsItLeftIt) {
  World world;
  world.put_maildir();
  world.put(uid_list_name, header("N9") + "3 :1.a\n");
  under_the_lock(world, support::Call::rename, [&] { world.put(uid_list_name, theirs); });
  finish_inbox(world, 12, {{"1.a", ids(3)}, {"2.b", ids(10)}});
  EXPECT_EQ(world.octets(uid_list_name), theirs);
  EXPECT_EQ(world.findings.count(FindingKind::uid_list, Weight::note), 1U);
  EXPECT_EQ(world.names(""), (std::vector<std::string>{"cur", "dovecot-uidlist", "new", "tmp"}));
}

TEST(MaildirUidWriter, AServerThatOpensTheFolderWhileWeWaitForTheLockNumbersIt) {
  for (const bool has_list : {false, true}) {
    World world;
    world.put_maildir();
    const std::string before = header("N9") + "3 :1.a\n";
    if (has_list) world.put(uid_list_name, before);
    world.kernel.count_anew();
    world.kernel.before(support::Call::link_open_file, 1, [&] { world.put("dovecot.index.log", "x"); });
    finish_inbox(world, 12, {{"1.a", ids(3)}, {"2.b", ids(10)}});
    EXPECT_EQ(world.machine.exists("/mail/box/dovecot-uidlist"), has_list);
    if (has_list) {
      EXPECT_EQ(world.octets(uid_list_name), before);
    }
    EXPECT_EQ(world.findings.count(FindingKind::uid_list, Weight::note), has_list ? 1U : 2U);
  }
}

/// maildir.md, "must do" 6: a folder that a server makes later gets a larger UIDVALIDITY than any that was copied.
TEST(MaildirUidWriter, OfAllFoldersTheLargestValidityIsKeptAndComesLast) {
  World world;
  world.put_maildir();
  const auto store = world.target();
  store::NoNumberedMessages none;
  for (const auto& [folder, validity] : {std::pair{"A", 7U}, {"B", 1'700'000'000U}, {"C", 9U}}) {
    store::FolderInfo info = numbered_folder(2);
    info.uid_validity = mail::UidValidity{validity};
    store->open_folder(folder_ref({folder}), info)->finish(info, none);
    EXPECT_FALSE(world.machine.exists("/mail/box/dovecot-uidvalidity")) << "after " << folder;
  }
  store->finish();
  EXPECT_EQ(world.octets("dovecot-uidvalidity"), "6553f100");
  EXPECT_TRUE(world.machine.exists("/mail/box/dovecot-uidvalidity.6553f100"));
}

}  // namespace mailhaul::formats::maildir
