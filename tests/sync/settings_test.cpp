#include "mailhaul/sync/settings.hpp"

#include <gtest/gtest.h>

#include "mailhaul/mail/name_mark.hpp"
#include "sync/harness.hpp"

namespace mailhaul::sync {
namespace {

mail::FolderName name(const char* text) { return *mail::FolderName::from_display(text); }
store::FolderRef folder(const char* text) { return {"", name(text)}; }

class Settings : public testing::Test {
 protected:
  void fill() {
    for (const char* one : {"INBOX", "Sent", "Work/2024", "Spam"}) h_.source.deliver(folder(one), mail_text(one));
    h_.source.beside.subscribed = {name("INBOX"), name("Work/2024"), name("Gone")};
    h_.source.beside.acls[folder("Work/2024")] = {{"user=bob", "lr"}};
  }
  [[nodiscard]] std::size_t told() const {
    return static_cast<std::size_t>(std::count_if(h_.findings.all.begin(), h_.findings.all.end(),
                                                  [](const auto& one) { return one.kind == FindingKind::setting; }));
  }
  Harness h_;
};

TEST_F(Settings, ComeAfterTheMailAndASecondRunSaysNothingOfThem) {
  fill();
  const Outcome first = h_.copy();
  EXPECT_EQ(first.settings.subscriptions, 3U);
  EXPECT_EQ(first.settings.acls, 1U);
  EXPECT_EQ(h_.target.beside.subscribed, h_.source.beside.subscribed) << "also of a folder that is not there";
  EXPECT_EQ(h_.target.beside.acls[folder("Work/2024")], (store::Acl{{"user=bob", "lr"}}));
  const std::size_t writes = h_.target.beside.writes;
  const Outcome second = h_.copy();
  EXPECT_EQ(second.settings.subscriptions + second.settings.acls, 0U);
  EXPECT_EQ(h_.target.beside.writes, writes);
  EXPECT_EQ(told(), 0U);
}

TEST_F(Settings, AreUnitedAndNeverTakenAway) {
  fill();
  h_.target.beside.subscribed = {name("Own")};
  h_.target.beside.acls[folder("Work/2024")] = {{"anyone", "l"}};
  (void)h_.copy();
  EXPECT_EQ(h_.target.beside.subscribed.count(name("Own")), 1U);
  EXPECT_EQ(h_.target.beside.subscribed.size(), 4U);
  EXPECT_EQ(h_.target.beside.acls[folder("Work/2024")], (store::Acl{{"anyone", "l"}}));
  EXPECT_EQ(told(), 1U) << "theirs differs, and that is said";
}

TEST_F(Settings, GoWhereTheFoldersWent) {
  fill();
  ASSERT_TRUE(h_.options.map.add("Work=Office"));
  (void)h_.copy();
  EXPECT_EQ(h_.target.beside.subscribed, (store::Subscriptions{name("INBOX"), name("Office/2024"), name("Gone")}));
  EXPECT_EQ(h_.target.beside.acls[folder("Office/2024")].size(), 1U);
}

TEST_F(Settings, OfFoldersThatAreLeftOutStayAway) {
  fill();
  h_.options.folders.excludes = {"Work*"};
  (void)h_.copy();
  EXPECT_EQ(h_.target.beside.subscribed, (store::Subscriptions{name("INBOX"), name("Gone")}));
  EXPECT_TRUE(h_.target.beside.acls.empty() || h_.target.beside.acls[folder("Work/2024")].empty());
}

TEST_F(Settings, FollowANameThatHadToBeChanged) {
  Harness h({}, {.fitting_name = [](const mail::FolderName& one) { return one == name("A") ? name("B") : one; }});
  h.source.deliver(folder("A"), mail_text("a"));
  h.source.deliver(folder("B"), mail_text("b"));
  h.source.beside.subscribed = {name("A")};
  (void)h.copy();
  EXPECT_EQ(h.target.beside.subscribed, (store::Subscriptions{name(("B" + mail::name_mark(name("A"))).c_str())}));
}

TEST_F(Settings, ThatTheTargetCanNotHoldAreSaid) {
  Harness h({}, {.settings = false});
  h.source.deliver(folder("A"), mail_text("a"));
  h.source.beside.subscribed = {name("A"), name("INBOX")};
  h.source.beside.acls[folder("A")] = {{"anyone", "lr"}};
  const Outcome outcome = h.copy();
  EXPECT_FALSE(outcome.settings.error);
  ASSERT_EQ(h.findings.all.size(), 2U);
  EXPECT_EQ(h.findings.all[0].count, 2U);
  EXPECT_EQ(h.findings.all[0].weight, Weight::lost);
  EXPECT_EQ(h.findings.all[1].folder, "A");
}

TEST_F(Settings, ThatFailDoNotKeepTheOthers) {
  fill();
  h_.target.beside.failure = Error(Cause::locked, Scope::folder, "adding subscriptions").on(Side::target);
  const Outcome outcome = h_.copy();
  EXPECT_FALSE(outcome.error);
  ASSERT_TRUE(outcome.settings.error);
  EXPECT_EQ(outcome.settings.error->cause(), Cause::locked);
  EXPECT_EQ(outcome.settings.acls, 1U);
}

TEST_F(Settings, SubscribedFoldersAndInboxAloneTakePart) {
  fill();
  h_.source.beside.subscribed = {name("Sent")};
  h_.options.only_subscribed = true;
  (void)h_.copy();
  EXPECT_EQ(h_.target.mailboxes()[0].folders, (std::vector<mail::FolderName>{name("INBOX"), name("Sent")}));
}

TEST_F(Settings, AnEmptyListChoosesNothingUnasked) {
  fill();
  h_.source.beside.subscribed = {};
  h_.options.only_subscribed = true;
  EXPECT_THROW((void)h_.copy(), Error);
}

TEST_F(Settings, ASourceWithoutSubscriptionsCanNotBeAskedForThem) {
  Harness h({.settings = false}, {});
  h.source.deliver(folder("A"), mail_text("a"));
  h.options.only_subscribed = true;
  EXPECT_THROW((void)h.copy(), Error);
}

}  // namespace
}  // namespace mailhaul::sync
