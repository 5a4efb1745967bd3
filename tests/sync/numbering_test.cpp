// The UIDs of the source reach the target's finish(), whatever the way of the messages was.
#include "sync/numbering.hpp"

#include <gtest/gtest.h>

#include "sync/harness.hpp"

namespace mailhaul::sync {
namespace {

using store::FolderRef;

const FolderRef inbox{};
const FolderRef sent{"", mail::FolderName({"Sent"})};

store::MessageInfo with_uid(std::uint32_t uid, const std::string& guid = {}) {
  store::MessageInfo info = with_flags({});
  info.ids.uid = mail::Uid{uid};
  info.ids.guid = guid;
  return info;
}

void number(store::FolderInfo& info, std::uint32_t uid_validity, std::uint32_t next_uid) {
  info.uid_validity = mail::UidValidity{uid_validity};
  info.next_uid = mail::Uid{next_uid};
}

using Uids = std::vector<std::pair<std::string, std::uint32_t>>;

/// Text and UID of each message, by UID.
Uids uids(support::MemoryStore& store, const FolderRef& folder = inbox) {
  Uids out;
  for (const auto& message : store.seen(folder))
    out.emplace_back(message.octets, message.info.ids.uid.value_or(mail::Uid{0}).value);
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return out;
}

/// Three messages with UIDs 2, 5 and 9.
void fill(Harness& h) {
  h.source.deliver(inbox, mail_text("a"), with_uid(2));
  h.source.deliver(inbox, mail_text("b"), with_uid(5));
  h.source.deliver(inbox, mail_text("c"), with_uid(9));
  number(h.source.info(inbox), 77, 12);
}

TEST(Numbering, ComesSortedAndComplete) {
  Numbering numbering;
  mail::ServerIds ids;
  ids.uid = mail::Uid{9};
  ids.guid = "same";
  ids.pop3_uidl = std::string("u\0l", 3);
  ids.pop3_order = 4;
  ids.list_fields = " Xy";
  numbering.add({"same"}, ids);
  mail::ServerIds bare;
  numbering.add({"unnumbered"}, bare);
  bare.uid = mail::Uid{3};
  numbering.add({"three"}, bare);
  bare.uid = mail::Uid{5};
  numbering.add({"twice"}, bare);
  numbering.add({"again"}, bare);

  store::Handle handle;
  mail::ServerIds got;
  bare.uid = mail::Uid{3};
  ASSERT_TRUE(numbering.next(handle, got));
  EXPECT_EQ(handle.token, "three");
  EXPECT_TRUE(got == bare);
  ASSERT_TRUE(numbering.next(handle, got)) << "of a UID that two claim neither is told";
  EXPECT_EQ(handle.token, "same");
  EXPECT_TRUE(got == ids);
  EXPECT_FALSE(numbering.next(handle, got));
}

TEST(SyncUids, AFirstCopyGivesTheTargetTheUidsOfTheSource) {
  Harness h;
  fill(h);
  ASSERT_FALSE(h.copy().error);
  EXPECT_EQ(uids(h.target), uids(h.source));
  EXPECT_EQ(h.target.info(inbox).uid_validity, mail::UidValidity{77});
  EXPECT_EQ(h.target.info(inbox).next_uid, mail::Uid{12});
}

TEST(SyncUids, ATargetWithoutLastingHandlesTakesThemWithTheMessages) {
  Harness h({}, {.stable_handles = false});
  fill(h);
  ASSERT_FALSE(h.copy().error);
  EXPECT_EQ(uids(h.target), uids(h.source));
}

TEST(SyncUids, ASecondRunChangesNothing) {
  Harness h;
  fill(h);
  (void)h.copy();
  const std::size_t changes = h.target.changes();
  ASSERT_FALSE(h.copy().error);
  EXPECT_EQ(h.target.changes(), changes);
}

TEST(SyncUids, AnInterruptedFirstRunAndASecondOneGiveTheWholeList) {
  Harness h({}, {.batch_messages = 1});
  fill(h);
  h.source.deliver(inbox, mail_text("d"), with_uid(11));
  h.target.limit_octets(2 * mail_text("a").size());
  ASSERT_TRUE(h.copy().error);
  ASSERT_EQ(h.target.seen(inbox).size(), 2U);
  EXPECT_EQ(h.target.info(inbox).uid_validity, std::nullopt) << "no list with holes";
  h.target.limit_octets(1 << 20);
  ASSERT_FALSE(h.copy().error);
  EXPECT_EQ(uids(h.target), uids(h.source)) << "adopted messages have the source's UIDs";
}

TEST(SyncUids, AFlushThatFailedOnceStillTellsThem) {
  Harness h;
  fill(h);
  h.target.fail_flushes(1, Cause::io_error);
  ASSERT_FALSE(h.copy().error);
  EXPECT_EQ(uids(h.target), uids(h.source));
}

TEST(SyncUids, FoldersThatAreMergedHaveNone) {
  Harness h;
  fill(h);
  h.source.deliver(sent, mail_text("s"), with_uid(3));
  number(h.source.info(sent), 78, 4);
  ASSERT_TRUE(h.options.map.add("*=INBOX"));
  ASSERT_FALSE(h.copy().error);
  for (const auto& [text, uid] : uids(h.target)) EXPECT_EQ(uid, 0U) << text;
  ASSERT_EQ(h.findings.all.size(), 1U) << "and that is said";
  EXPECT_EQ(h.findings.all[0].kind, FindingKind::uid_list);
  EXPECT_EQ(h.target.info(inbox).uid_validity, std::nullopt);
}

TEST(SyncUids, EachFolderHasItsOwn) {
  Harness h;
  fill(h);
  h.source.deliver(sent, mail_text("s"), with_uid(3));
  number(h.source.info(sent), 78, 4);
  ASSERT_FALSE(h.copy().error);
  EXPECT_EQ(uids(h.target, sent), (Uids{{mail_text("s"), 3}}));
  EXPECT_EQ(h.target.info(sent).uid_validity, mail::UidValidity{78});
}

TEST(SyncUids, MessagesThatWereThereBeforeGetTheUidOfTheirLikeOnly) {
  Harness h;
  fill(h);
  h.target.deliver(inbox, mail_text("b"), with_flags({}));
  h.target.deliver(inbox, mail_text("own"), with_flags({}));
  ASSERT_FALSE(h.copy().error);
  EXPECT_EQ(uids(h.target),
            (Uids{{mail_text("own"), 0}, {mail_text("a"), 2}, {mail_text("b"), 5}, {mail_text("c"), 9}}));
}

TEST(SyncUids, AFolderThatWasNotReadToItsEndGetsNoList) {
  Harness h;
  fill(h);
  h.source.break_folder(inbox);
  (void)h.copy();
  EXPECT_EQ(h.target.info(inbox).uid_validity, std::nullopt);
}

TEST(SyncUids, AMessageThatCantBeReadDoesNotCostTheOthersTheirs) {
  Harness h;
  fill(h);
  h.source.messages(inbox)[1].unreadable = true;
  (void)h.copy();
  EXPECT_EQ(uids(h.target), (Uids{{mail_text("a"), 2}, {mail_text("c"), 9}}));
}

}  // namespace
}  // namespace mailhaul::sync
