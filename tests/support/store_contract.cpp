#include "support/store_contract.hpp"

#include <algorithm>
#include <set>

#include "mailhaul/io/pump.hpp"
#include "mailhaul/mail/content_key.hpp"

namespace mailhaul::support {

using mail::Flag;
using store::AsSeen;
using store::FolderRef;
using store::FolderSince;
using store::Handle;
using store::MessageInfo;
using store::Receipt;

namespace {

const FolderRef inbox{};

MessageInfo dated(std::int64_t seconds) {
  MessageInfo info;
  info.internal_date = mail::InternalDate{std::chrono::seconds{seconds}};
  return info;
}

MessageInfo numbered(std::uint32_t uid) {
  MessageInfo info = dated(1'000'000'000 + uid);
  if (uid != 0) info.ids.uid = mail::Uid{uid};
  return info;
}

store::FolderInfo validity(std::uint32_t uid_validity, std::uint32_t next_uid) {
  store::FolderInfo info;
  info.uid_validity = mail::UidValidity{uid_validity};
  info.next_uid = mail::Uid{next_uid};
  return info;
}

AsSeen as_seen(const MessageInfo& info) { return {info.handle, info.flags, info.keywords}; }

class Numbered final : public store::NumberedMessages {
 public:
  std::vector<std::pair<Handle, mail::ServerIds>> all{};
  bool next(Handle& handle, mail::ServerIds& ids) override {
    if (at_ == all.size()) return false;
    handle = all[at_].first;
    ids = all[at_++].second;
    return true;
  }

 private:
  std::size_t at_ = 0;
};

std::vector<std::string> hostile_bodies() {
  std::string every_octet;
  for (int c = 0; c < 256; ++c) every_octet += static_cast<char>(c);
  return {
      "Subject: plain\n\nbody\n",
      "Subject: crlf\r\n\r\nbody\r\n",
      "Subject: no final line end\n\nbody",
      "Subject: header only\n\n",
      "Subject: from lines\n\nFrom here on\n\nFrom a@b Thu Nov 29 22:33:52 2001\n>From x\n>>From y\n",
      "From a@b Thu Nov 29 22:33:52 2001\nSubject: begins with a postmark\n\nx\n",
      ">From a@b Thu Nov 29 22:33:52 2001\nSubject: begins with a quoted one\n\nx\n",
      "\nbody without a header\n",
      "Subject: octets\n\n" + every_octet + "\n",
      "Subject: long line\n\n" + std::string(300'000, 'x') + "\n",
      "Subject: large\n\n" +
          [] {
            std::string lines;
            for (int i = 0; i < 60'000; ++i) lines += "line " + std::to_string(i) + "\nFrom time to time\n";
            return lines;
          }(),
  };
}

}  // namespace

std::vector<StoreContract::Seen> StoreContract::read_all(const FolderRef& folder) {
  const auto opened = fixture_->open();
  const std::vector<FolderSince> folders{{folder, std::nullopt}};
  const auto cursor = opened->walk(folders);
  std::vector<Seen> all;
  while (cursor->next()) {
    io::StringSink sink;
    io::copy(cursor->content(), sink);
    all.push_back({sink.take(), cursor->info()});
    EXPECT_EQ(cursor->folder(), folder);
  }
  const store::WalkEnd end = cursor->end(folder);
  EXPECT_TRUE(end.stable);
  stamp_ = end.stamp;
  return all;
}

std::unique_ptr<store::FolderWriter> StoreContract::writer_as_seen(store::MessageStore& opened,
                                                                   const FolderRef& folder) const {
  auto writer = opened.open_folder(folder, {});
  if (stamp_) writer->as_of(*stamp_);
  return writer;
}

void StoreContract::append(const FolderRef& folder, const std::vector<Seen>& messages) {
  const auto opened = fixture_->open();
  const auto writer = opened->open_folder(folder, {});
  for (const Seen& message : messages) {
    const auto one = writer->append(message.info);
    io::MemorySource source(as_bytes(message.octets), 1000);
    io::copy(source, *one);
    one->commit();
  }
  const auto receipts = writer->flush();
  ASSERT_EQ(receipts.size(), messages.size());
  for (const Receipt& receipt : receipts) EXPECT_EQ(receipt.outcome, Receipt::Outcome::done);
  store::NoNumberedMessages none;
  writer->finish({}, none);
}

void StoreContract::append_numbered(const FolderRef& folder, const std::vector<Seen>& messages,
                                    const store::FolderInfo& info) {
  const auto opened = fixture_->open();
  const auto writer = opened->open_folder(folder, info);
  for (const Seen& message : messages) {
    const auto one = writer->append(message.info);
    one->write(as_bytes(message.octets));
    one->commit();
  }
  const auto receipts = writer->flush();
  ASSERT_EQ(receipts.size(), messages.size());
  Numbered numbered;
  if (opened->capabilities().stable_handles)
    for (std::size_t i = 0; i < messages.size(); ++i)
      if (messages[i].info.ids.uid) numbered.all.emplace_back(receipts[i].handle, messages[i].info.ids);
  writer->finish(info, numbered);
  opened->finish();
}

TEST_P(StoreContract, AnEmptyStoreHasNoMessages) {
  append(inbox, {});
  EXPECT_TRUE(read_all(inbox).empty());
}

TEST_P(StoreContract, WhatIsAppendedComesBackOctetForOctetInOrder) {
  std::vector<Seen> messages;
  std::int64_t date = 1'000'000'000;
  for (const auto& octets : hostile_bodies()) messages.push_back({octets, dated(date += 60)});
  append(inbox, messages);
  const auto back = read_all(inbox);
  ASSERT_EQ(back.size(), messages.size());
  for (std::size_t i = 0; i < back.size(); ++i) {
    EXPECT_TRUE(back[i].octets == fixture_->as_kept(messages[i].octets)) << "message " << i;
    EXPECT_EQ(back[i].info.internal_date, messages[i].info.internal_date) << "message " << i;
  }
}

TEST_P(StoreContract, TheContentKeySurvivesTheStore) {
  class Fixed final : public Entropy {
    void fill(std::span<std::byte> out) override {
      for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::byte>(i * 37 + ++salt_);
    }
    unsigned salt_ = 0;
  } entropy;
  const auto secrets = mail::KeySecrets::make(entropy);
  std::multiset<mail::ContentKey> before;
  std::vector<Seen> messages;
  for (const auto& octets : hostile_bodies()) {
    mail::KeyHasher hasher(secrets);
    hasher.write(as_bytes(octets));
    before.insert(hasher.finish());
    messages.push_back({octets, dated(1'000'000'000)});
  }
  append(inbox, messages);
  std::multiset<mail::ContentKey> after;
  const auto opened = fixture_->open();
  const std::vector<FolderSince> folders{{inbox, std::nullopt}};
  const auto cursor = opened->walk(folders);
  while (cursor->next()) after.insert(cursor->key(secrets));
  EXPECT_EQ(before, after);
}

TEST_P(StoreContract, FlagsAndKeywordsSurviveWhereTheStoreHasThem) {
  std::vector<Seen> messages;
  for (unsigned bits = 0; bits < 64; ++bits) {
    MessageInfo info = dated(1'000'000'000 + bits);
    info.flags = mail::FlagSet::from_bits(bits);
    if (bits % 3 == 0) info.keywords = {"$Work", "later"};
    messages.push_back({"Subject: " + std::to_string(bits) + "\n\nx\n", info});
  }
  append(inbox, messages);
  const auto back = read_all(inbox);
  ASSERT_EQ(back.size(), messages.size());
  for (std::size_t i = 0; i < back.size(); ++i) {
    for (const Flag flag : mail::all_flags) {
      if (fixture_->keeps(flag)) {
        EXPECT_EQ(back[i].info.flags.has(flag), messages[i].info.flags.has(flag)) << i;
      }
    }
    // A store may have no other word for it.
    mail::KeywordSet more;
    if (messages[i].info.flags.has(Flag::passed)) more.add("$Forwarded");
    EXPECT_TRUE(back[i].info.keywords.without(more) == messages[i].info.keywords) << i;
  }
}

TEST_P(StoreContract, AnUncommittedWriterLeavesNothing) {
  append(inbox, {{"Subject: one\n\nx\n", dated(1)}});
  {
    const auto opened = fixture_->open();
    const auto writer = opened->open_folder(inbox, {});
    {
      const auto dropped = writer->append(dated(2));
      dropped->write(as_bytes("Subject: half"));
    }
    const auto kept = writer->append(dated(3));
    kept->write(as_bytes("Subject: two\n\ny\n"));
    kept->commit();
    EXPECT_EQ(writer->flush().size(), 1U);
  }
  const auto back = read_all(inbox);
  ASSERT_EQ(back.size(), 2U);
  EXPECT_EQ(back[1].octets, fixture_->as_kept("Subject: two\n\ny\n"));
}

TEST_P(StoreContract, ABatchThatIsNotFlushedLeavesNothing) {
  append(inbox, {{"Subject: one\n\nx\n", dated(1)}});
  {
    const auto opened = fixture_->open();
    const auto writer = opened->open_folder(inbox, {});
    const auto message = writer->append(dated(2));
    message->write(as_bytes("Subject: two\n\ny\n"));
    message->commit();
  }
  EXPECT_EQ(read_all(inbox).size(), 1U);
}

TEST_P(StoreContract, SeveralFlushesOfOneWriterAddUp) {
  const auto opened = fixture_->open();
  const auto writer = opened->open_folder(inbox, {});
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 4; ++i) {
      const auto message = writer->append(dated(round * 10 + i));
      message->write(as_bytes("Subject: " + std::to_string(round) + "." + std::to_string(i) + "\n\nx\n"));
      message->commit();
    }
    EXPECT_EQ(writer->flush().size(), 4U);
  }
  EXPECT_TRUE(writer->flush().empty());
  EXPECT_EQ(read_all(inbox).size(), 12U);
}

TEST_P(StoreContract, EqualMessagesStayTwo) {
  append(inbox, {{"Subject: same\n\nx\n", dated(1)}, {"Subject: same\n\nx\n", dated(1)}});
  append(inbox, {{"Subject: same\n\nx\n", dated(1)}});
  EXPECT_EQ(read_all(inbox).size(), 3U);
}

TEST_P(StoreContract, HandlesAreDistinctAndFetchable) {
  append(inbox, {{"Subject: a\n\nx\n", dated(1)}, {"Subject: b\n\nx\n", dated(2)}, {"Subject: c\n\nx\n", dated(3)}});
  const auto all = read_all(inbox);
  std::set<Handle> handles;
  for (const auto& message : all) handles.insert(message.info.handle);
  EXPECT_EQ(handles.size(), 3U);
  const auto opened = fixture_->open();
  if (!opened->capabilities().fetch) GTEST_SKIP() << "this store can't fetch";
  const std::vector<Handle> wanted{all[2].info.handle, all[0].info.handle, Handle{"999999999"}};
  const auto cursor = opened->fetch(inbox, wanted);
  std::multiset<std::string> got;
  while (cursor->next()) {
    io::StringSink sink;
    io::copy(cursor->content(), sink);
    got.insert(sink.take());
  }
  EXPECT_EQ(got, (std::multiset<std::string>{all[0].octets, all[2].octets}));
}

TEST_P(StoreContract, TheReceiptOfAnAppendNamesTheMessage) {
  const auto opened = fixture_->open();
  if (!opened->capabilities().stable_handles) GTEST_SKIP() << "handles of this store hold for one snapshot only";
  const auto writer = opened->open_folder(inbox, {});
  const auto message = writer->append(dated(1));
  message->write(as_bytes("Subject: a\n\nx\n"));
  message->commit();
  const auto receipts = writer->flush();
  ASSERT_EQ(receipts.size(), 1U);
  const auto all = read_all(inbox);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].info.handle, receipts[0].handle);
}

TEST_P(StoreContract, FlagChangesAddAndRemoveAndLeaveTheRest) {
  if (!fixture_->open()->capabilities().changes_flags) GTEST_SKIP() << "this store does not change flags yet";
  MessageInfo info = dated(1);
  info.flags = {Flag::seen, Flag::flagged};
  info.keywords = {"one"};
  append(inbox, {{"Subject: a\n\nx\n", info}, {"Subject: b\n\nx\n", dated(2)}});
  const auto before = read_all(inbox);
  {
    const auto opened = fixture_->open();
    const auto writer = writer_as_seen(*opened, inbox);
    store::FlagChange change;
    change.add = {Flag::answered};
    change.remove = {Flag::flagged};
    change.add_keywords = {"two"};
    writer->change_flags(before[0].info.handle, change);
    writer->change_flags(Handle{"no such message"}, change);
    const auto receipts = writer->flush();
    ASSERT_EQ(receipts.size(), 2U);
    EXPECT_EQ(receipts[0].outcome, Receipt::Outcome::done);
    EXPECT_EQ(receipts[1].outcome, Receipt::Outcome::gone_or_changed);
  }
  const auto after = read_all(inbox);
  ASSERT_EQ(after.size(), 2U);
  EXPECT_EQ(after[0].info.flags, (mail::FlagSet{Flag::seen, Flag::answered}));
  EXPECT_TRUE(after[0].info.keywords == (mail::KeywordSet{"one", "two"}));
  EXPECT_EQ(after[1].info.flags, before[1].info.flags);
  EXPECT_EQ(after[0].octets, before[0].octets);
}

TEST_P(StoreContract, OnlyWhatIsAsItWasSeenIsExpunged) {
  if (!fixture_->open()->capabilities().stable_handles) GTEST_SKIP() << "handles of this store hold for one snapshot";
  MessageInfo info = dated(1);
  info.flags = {Flag::seen};
  info.keywords = {"one"};
  append(inbox, {{"Subject: a\n\nx\n", info}, {"Subject: b\n\nx\n", dated(2)}});
  const auto before = read_all(inbox);
  const AsSeen a = as_seen(before[0].info);
  AsSeen without_flag = a;
  without_flag.flags = {};
  AsSeen other_keyword = a;
  other_keyword.keywords = {"two"};
  {
    const auto opened = fixture_->open();
    const auto writer = opened->open_folder(inbox, {});
    writer->expunge(without_flag);
    writer->expunge(other_keyword);
    writer->expunge({Handle{"no such message"}, {}, {}});
    for (const Receipt& receipt : writer->flush()) EXPECT_EQ(receipt.outcome, Receipt::Outcome::gone_or_changed);
  }
  EXPECT_EQ(read_all(inbox).size(), 2U);
  {
    const auto opened = fixture_->open();
    const auto writer = opened->open_folder(inbox, {});
    writer->expunge(a);
    EXPECT_EQ(writer->flush().at(0).outcome, Receipt::Outcome::done);
    writer->expunge(a);
    EXPECT_EQ(writer->flush().at(0).outcome, Receipt::Outcome::gone_or_changed);
  }
  const auto after = read_all(inbox);
  ASSERT_EQ(after.size(), 1U);
  EXPECT_EQ(after[0].info.handle, before[1].info.handle);
}

TEST_P(StoreContract, AMessageThatIsTakenIsInOneFolderWithAllThatItHad) {
  if (!fixture_->open()->capabilities().moves) GTEST_SKIP() << "this store moves no messages";
  const FolderRef away{"", mail::FolderName({"Removed"})};
  MessageInfo info = dated(1'000'000'000);
  info.flags = {Flag::seen, Flag::answered};
  info.keywords = {"one", "two"};
  append(inbox, {{"Subject: a\n\nx\n", info}, {"Subject: b\n\nx\n", dated(2)}});
  MessageInfo there = dated(3);
  there.keywords = {"three"};  // has the first letter there, where a store has letters
  append(away, {{"Subject: c\n\nx\n", there}});
  const auto before = read_all(inbox);
  const auto stamp = fixture_->open()->stamp(inbox);
  Handle moved;
  {
    const auto opened = fixture_->open();
    const auto writer = opened->open_folder(away, {});
    writer->take(inbox, as_seen(before[0].info));
    EXPECT_EQ(read_all(inbox).size(), 2U) << "not before the flush";
    const auto receipts = writer->flush();
    ASSERT_EQ(receipts.size(), 1U);
    EXPECT_EQ(receipts[0].outcome, Receipt::Outcome::done);
    moved = receipts[0].handle;
  }
  const auto left = read_all(inbox);
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].info.handle, before[1].info.handle);
  EXPECT_FALSE(stamp == fixture_->open()->stamp(inbox));
  const auto all = read_all(away);
  ASSERT_EQ(all.size(), 2U);
  const auto found = std::find_if(all.begin(), all.end(), [&](const Seen& one) { return one.info.handle == moved; });
  ASSERT_NE(found, all.end());
  EXPECT_EQ(found->octets, before[0].octets);
  EXPECT_EQ(found->info.flags, before[0].info.flags);
  EXPECT_TRUE(found->info.keywords == before[0].info.keywords);
  EXPECT_EQ(found->info.internal_date, before[0].info.internal_date);
  EXPECT_FALSE(found->info.ids.uid.has_value());
}

TEST_P(StoreContract, OnlyWhatIsAsItWasSeenIsTaken) {
  if (!fixture_->open()->capabilities().moves) GTEST_SKIP() << "this store moves no messages";
  const FolderRef away{"", mail::FolderName({"Removed"})};
  const FolderRef nowhere{"", mail::FolderName({"Nowhere"})};
  MessageInfo info = dated(1);
  info.flags = {Flag::seen};
  info.keywords = {"one"};
  append(inbox, {{"Subject: a\n\nx\n", info}});
  const AsSeen a = as_seen(read_all(inbox).at(0).info);
  AsSeen other_flag = a;
  other_flag.flags = {Flag::seen, Flag::flagged};
  AsSeen without_keyword = a;
  without_keyword.keywords = {};
  const auto opened = fixture_->open();
  const auto writer = opened->open_folder(away, {});
  writer->take(inbox, other_flag);
  writer->take(inbox, without_keyword);
  writer->take(inbox, {Handle{"no such message"}, {}, {}});
  writer->take(nowhere, a);
  const auto receipts = writer->flush();
  ASSERT_EQ(receipts.size(), 4U);
  for (const Receipt& receipt : receipts) EXPECT_EQ(receipt.outcome, Receipt::Outcome::gone_or_changed);
  EXPECT_EQ(read_all(inbox).size(), 1U);
  EXPECT_TRUE(read_all(away).empty());
}

TEST_P(StoreContract, AStoreThatMovesNothingSaysSo) {
  const auto opened = fixture_->open();
  if (opened->capabilities().moves) GTEST_SKIP() << "this store moves messages";
  const auto writer = opened->open_folder(inbox, {});
  try {
    writer->take(FolderRef{"", mail::FolderName({"Other"})}, {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.cause(), Cause::unsupported);
    EXPECT_EQ(error.scope(), Scope::folder);
  }
}

TEST_P(StoreContract, AFlagThatIsThereAlreadyIsNoChange) {
  if (!fixture_->open()->capabilities().changes_flags) GTEST_SKIP() << "this store does not change flags";
  MessageInfo info = dated(1);
  info.flags = {Flag::seen};
  append(inbox, {{"Subject: a\n\nx\n", info}});
  const auto before = read_all(inbox);
  const auto opened = fixture_->open();
  const auto writer = writer_as_seen(*opened, inbox);
  store::FlagChange change;
  change.add = {Flag::seen};
  change.remove = {Flag::flagged};
  writer->change_flags(before[0].info.handle, change);
  EXPECT_EQ(writer->flush().at(0).outcome, Receipt::Outcome::unchanged);
  EXPECT_EQ(fixture_->open()->stamp(inbox), stamp_);
}

TEST_P(StoreContract, ChangesUnderAnOldStampAreNotMadeWhereHandlesDoNotLast) {
  const store::Capabilities can = fixture_->open()->capabilities();
  if (can.stable_handles) GTEST_SKIP() << "handles of this store last";
  append(inbox, {{"Subject: a\n\nx\n", dated(1)}, {"Subject: b\n\nx\n", dated(2)}});
  const auto before = read_all(inbox);
  append(inbox, {{"Subject: c\n\nx\n", dated(3)}});
  const auto opened = fixture_->open();
  const auto writer = writer_as_seen(*opened, inbox);
  store::FlagChange change;
  change.add = {Flag::seen};
  writer->change_flags(before[0].info.handle, change);
  writer->expunge({before[1].info.handle, before[1].info.flags, before[1].info.keywords});
  const auto unnamed = opened->open_folder(inbox, {});
  unnamed->change_flags(before[0].info.handle, change);
  for (const Receipt& receipt : writer->flush()) EXPECT_EQ(receipt.outcome, Receipt::Outcome::gone_or_changed);
  EXPECT_EQ(unnamed->flush().at(0).outcome, Receipt::Outcome::gone_or_changed) << "no stamp was named";
  const auto after = read_all(inbox);
  ASSERT_EQ(after.size(), 3U);
  EXPECT_TRUE(after[0].info.flags.empty());
}

TEST_P(StoreContract, OfOneBatchOnlyWhatIsAsItWasSeenIsExpunged) {
  MessageInfo info = dated(2);
  info.flags = {Flag::seen};
  info.keywords = {"k"};
  append(inbox, {{"Subject: a\n\nx\n", dated(1)},
                 {"Subject: b\n\ny\n", info},
                 {"Subject: c\n\nx\n", dated(3)},
                 {"Subject: d\n\nx\n", dated(4)}});
  const auto before = read_all(inbox);
  {
    const auto opened = fixture_->open();
    const auto writer = writer_as_seen(*opened, inbox);
    writer->expunge({before[0].info.handle, {Flag::seen}, {}});
    const auto one = writer->append(dated(5));
    one->write(as_bytes("Subject: e\n\nz\n"));
    one->commit();
    writer->expunge({before[1].info.handle, before[1].info.flags, before[1].info.keywords});
    writer->expunge({before[2].info.handle, {}, {"k"}});
    writer->expunge({before[3].info.handle, before[3].info.flags, before[3].info.keywords});
    writer->expunge({before[3].info.handle, before[3].info.flags, before[3].info.keywords});
    std::vector<Receipt::Outcome> outcomes;
    for (const Receipt& receipt : writer->flush()) outcomes.push_back(receipt.outcome);
    using enum Receipt::Outcome;
    EXPECT_EQ(outcomes,
              (std::vector<Receipt::Outcome>{gone_or_changed, done, done, gone_or_changed, done, gone_or_changed}));
  }
  std::vector<std::string> left;
  for (const Seen& message : read_all(inbox)) left.push_back(message.octets);
  EXPECT_EQ(left,
            (std::vector<std::string>{before[0].octets, before[2].octets, fixture_->as_kept("Subject: e\n\nz\n")}));
}

TEST_P(StoreContract, FoldersAreKeptApart) {
  if (!fixture_->open()->capabilities().folders) GTEST_SKIP() << "this store has one folder";
  const FolderRef work{"", mail::FolderName({"Work", "Größe & mehr"})};
  const FolderRef sent{"", mail::FolderName({"Sent"})};
  append(inbox, {{"Subject: i\n\nx\n", dated(1)}});
  append(work, {{"Subject: w\n\nx\n", dated(1)}});
  append(sent, {});
  EXPECT_EQ(read_all(inbox).size(), 1U);
  ASSERT_EQ(read_all(work).size(), 1U);
  EXPECT_EQ(read_all(work)[0].octets, fixture_->as_kept("Subject: w\n\nx\n"));
  EXPECT_TRUE(read_all(sent).empty());
  const auto mailboxes = fixture_->open()->mailboxes();
  ASSERT_EQ(mailboxes.size(), 1U);
  const std::set<mail::FolderName> names(mailboxes[0].folders.begin(), mailboxes[0].folders.end());
  EXPECT_EQ(names, (std::set<mail::FolderName>{mail::FolderName{}, work.folder, sent.folder}));
  EXPECT_TRUE(mailboxes[0].folders.front().is_inbox());
}

TEST_P(StoreContract, TheStampChangesWithTheFolderAndOnlyThen) {
  append(inbox, {{"Subject: a\n\nx\n", dated(1)}});
  const auto first = fixture_->open()->stamp(inbox);
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first, fixture_->open()->stamp(inbox));
  append(inbox, {{"Subject: b\n\nx\n", dated(2)}});
  const auto second = fixture_->open()->stamp(inbox);
  ASSERT_TRUE(second.has_value());
  EXPECT_FALSE(*first == *second);
}

TEST_P(StoreContract, ASecondCursorStartsAnewBesideTheFirst) {
  append(inbox, {{"Subject: a\n\nx\n", dated(1)}, {"Subject: b\n\nx\n", dated(2)}});
  const auto opened = fixture_->open();
  const std::vector<FolderSince> folders{{inbox, std::nullopt}};
  const auto first = opened->walk(folders);
  ASSERT_TRUE(first->next());
  ASSERT_TRUE(first->next());
  const auto second = opened->walk(folders);
  ASSERT_TRUE(second->next());
  io::StringSink a;
  io::StringSink b;
  io::copy(second->content(), a);
  io::copy(first->content(), b);
  EXPECT_EQ(a.text(), fixture_->as_kept("Subject: a\n\nx\n"));
  EXPECT_EQ(b.text(), fixture_->as_kept("Subject: b\n\nx\n"));
  EXPECT_FALSE(first->next());
}

TEST_P(StoreContract, ContentThatIsNotReadIsSkipped) {
  append(inbox, {{"Subject: a\n\nx\n", dated(1)}, {"Subject: b\n\nFrom z\n", dated(2)}, {"Subject: c\n\n", dated(3)}});
  const auto opened = fixture_->open();
  const std::vector<FolderSince> folders{{inbox, std::nullopt}};
  const auto cursor = opened->walk(folders);
  std::size_t count = 0;
  while (cursor->next()) ++count;
  EXPECT_EQ(count, 3U);
}

TEST_P(StoreContract, UidsAndUidValiditySurviveWhereTheStoreHasThem) {
  if (!fixture_->open()->capabilities().keeps_uids) GTEST_SKIP() << "this store has no UIDs";
  append_numbered(inbox,
                  {{"Subject: a\n\nx\n", numbered(3)},
                   {"Subject: b\n\nx\n", numbered(7)},
                   {"Subject: c\n\nx\n", numbered(4'293'918'710U)}},
                  validity(1'700'000'000, mail::largest_next_uid.value));
  const auto back = read_all(inbox);
  ASSERT_EQ(back.size(), 3U);
  EXPECT_EQ(back[0].info.ids.uid, mail::Uid{3});
  EXPECT_EQ(back[1].info.ids.uid, mail::Uid{7});
  EXPECT_EQ(back[2].info.ids.uid, mail::Uid{4'293'918'710U});
  const store::FolderInfo info = fixture_->open()->folder(inbox);
  EXPECT_EQ(info.uid_validity, mail::UidValidity{1'700'000'000});
  EXPECT_EQ(info.next_uid, mail::Uid{mail::largest_next_uid.value});
}

TEST_P(StoreContract, AnEmptyFolderKeepsItsUidValidity) {
  if (!fixture_->open()->capabilities().keeps_uids) GTEST_SKIP() << "this store has no UIDs";
  append_numbered(inbox, {}, validity(123, 456));
  EXPECT_TRUE(read_all(inbox).empty());
  const store::FolderInfo info = fixture_->open()->folder(inbox);
  EXPECT_EQ(info.uid_validity, mail::UidValidity{123});
  EXPECT_EQ(info.next_uid, mail::Uid{456});
}

TEST_P(StoreContract, ASecondRunAddsItsUidsBehindTheOthers) {
  if (!fixture_->open()->capabilities().keeps_uids) GTEST_SKIP() << "this store has no UIDs";
  append_numbered(inbox, {{"Subject: a\n\nx\n", numbered(3)}}, validity(123, 4));
  append_numbered(inbox, {{"Subject: b\n\nx\n", numbered(6)}}, validity(123, 9));
  const auto back = read_all(inbox);
  ASSERT_EQ(back.size(), 2U);
  EXPECT_EQ(back[0].info.ids.uid, mail::Uid{3});
  EXPECT_EQ(back[1].info.ids.uid, mail::Uid{6});
  EXPECT_EQ(fixture_->open()->folder(inbox).next_uid, mail::Uid{9});
}

}  // namespace mailhaul::support
