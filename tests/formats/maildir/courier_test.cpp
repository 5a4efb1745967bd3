#include <gtest/gtest.h>

#include "formats/maildir/courier_keywords.hpp"
#include "formats/maildir/world.hpp"

namespace mailhaul::formats::maildir {
namespace {

using Indexes = std::vector<std::uint16_t>;

bool is_any(std::string_view /*base*/) { return true; }

TEST(CourierKeywords, TheListNamesKeywordsThenMessages) {
  const auto list = parse_courier_keywords("$Work\n$Later\n\n1.a:0 1\n2.b,S=3:1\nnonsense\n:0\n3.c:7 x -1 \n", is_any);
  EXPECT_EQ(list.names, (std::vector<std::string>{"$Work", "$Later"}));
  ASSERT_EQ(list.messages.size(), 2U) << "indexes without a keyword are read over";
  EXPECT_EQ(list.messages.at("1.a"), (Indexes{0, 1}));
  EXPECT_EQ(list.messages.at("2.b,S=3"), Indexes{1});
  EXPECT_TRUE(parse_courier_keywords("", is_any).messages.empty());
  EXPECT_TRUE(parse_courier_keywords("1.a:0\n", is_any).messages.empty()) << "no blank line: all are names";
}

TEST(CourierKeywords, NothingIsKeptOfMessagesThatAreNotThereOrTooMany) {
  const auto is_b = [](std::string_view base) { return base == "2.b"; };
  EXPECT_EQ(parse_courier_keywords("$A\n\n1.a:0\n2.b:0\n3.c:0\n", is_b).messages.size(), 1U);
  const auto list = parse_courier_keywords("$A\n$B\n\n1.a:0\n2.b:0\n3.c:0\n1.a:1\n", is_any, 2);
  EXPECT_EQ(list.messages.size(), 2U);
  EXPECT_EQ(list.messages.at("1.a"), Indexes{1}) << "one that is kept goes on";
  EXPECT_EQ(list.left_out, 1U);
  std::string names;
  for (std::size_t i = 0; i < CourierKeywordList::most_names + 3; ++i) names += "$" + std::to_string(i) + "\n";
  EXPECT_EQ(parse_courier_keywords(names, is_any).left_out, 3U);
}

class Courier : public testing::Test {
 protected:
  void SetUp() override {
    world_.put_maildir();
    for (const char* name : {"1.a", "2.b", "3.c", "4.d", "5.e"})
      world_.put(std::string("cur/") + name + ":2,S", std::string("Subject: ") + name + "\n\n");
  }
  void put_keywords() {
    world_.machine.put_directory(std::string(World::root) + "/courierimapkeywords");
    world_.put("courierimapkeywords/:list", "$Old\n$Work\n\n1.a:1\n2.b:0\n3.c:0\n4.d:0 1\n");
    world_.put("courierimapkeywords/.100.2.b", "$Middle\n");
    world_.put("courierimapkeywords/.99.2.b", "$Older\n");
    world_.put("courierimapkeywords/.100.3.c", "$Middle\n");
    world_.put("courierimapkeywords/3.c", "$New\n$Work\n");
    world_.put("courierimapkeywords/4.d", "");
    world_.put("courierimapkeywords/.tmp.4.d", "$Junk\n");
  }
  mail::KeywordSet of(const Walked& walked, const char* base) { return walked.by_base(base).info.keywords; }
  World world_;
};

TEST_F(Courier, KeywordsAreReadWithWhatIsNewerThanTheList) {
  put_keywords();
  const Walked walked = world_.read();
  EXPECT_EQ(of(walked, "1.a"), mail::KeywordSet{"$Work"});
  EXPECT_EQ(of(walked, "2.b"), mail::KeywordSet{"$Middle"}) << "the largest number counts";
  EXPECT_EQ(of(walked, "3.c"), (mail::KeywordSet{"$New", "$Work"})) << "a file without a number is the newest";
  EXPECT_TRUE(of(walked, "4.d").empty()) << "an empty file takes all away";
  EXPECT_TRUE(of(walked, "5.e").empty());
}

TEST_F(Courier, KeywordsOfAFolderThatDovecotTookOverAreOfLongAgo) {
  put_keywords();
  world_.put("dovecot-keywords", "0 $Dovecots\n");
  EXPECT_TRUE(of(world_.read(), "1.a").empty());
}

TEST_F(Courier, KeywordsThatCanNotBeReadAreSaidAndTheMailGoesOn) {
  put_keywords();
  world_.machine.put_symlink(std::string(World::root) + "/courierimapkeywords/5.e", "/etc/passwd");
  EXPECT_EQ(world_.read().messages.size(), 5U);
  EXPECT_EQ(world_.findings.count(FindingKind::keyword, Weight::lost), 1U);
}

TEST_F(Courier, FilesOfMessagesAreBoundedByTheMessages) {
  put_keywords();
  for (int i = 0; i < 100; ++i) world_.put("courierimapkeywords/junk" + std::to_string(i), "$Junk\n");
  const auto home = fs::Directory::find_root(world_.kernel, world_.entropy, World::root, {});
  const auto all = CourierKeywords::find(*home, [](std::string_view base) { return base.substr(0, 4) != "junk"; });
  EXPECT_TRUE(all->of("junk1").empty());
  EXPECT_EQ(all->left_out(), 0U);
  const auto few = CourierKeywords::find(*home, is_any, 1);
  EXPECT_GE(few->left_out(), 3U + 102U) << "all but one of the list, and all but one of the files";
}

TEST_F(Courier, KeywordsOverALimitAreToldAndTheMailGoesOn) {
  put_keywords();
  std::string list;
  for (std::size_t i = 0; i < CourierKeywordList::most_names + 2; ++i) list += "$" + std::to_string(i) + "\n";
  world_.put("courierimapkeywords/:list", list + "\n1.a:1\n");
  const Walked walked = world_.read();
  EXPECT_EQ(walked.messages.size(), 5U);
  EXPECT_EQ(of(walked, "1.a"), mail::KeywordSet{"$1"});
  EXPECT_EQ(world_.findings.count(FindingKind::over_limit, Weight::lost), 2U);
}

TEST_F(Courier, ALargeListThatIsLinkedIntoOtherFoldersIsNotRead) {
  put_keywords();
  world_.put("courierimapkeywords/:list", "$A\n\n1.a:0\n" + std::string(5U << 20U, 'x'));
  EXPECT_EQ(of(world_.read(), "1.a"), mail::KeywordSet{"$A"});
  world_.machine.put_link(std::string(World::root) + "/other", std::string(World::root) + "/courierimapkeywords/:list");
  EXPECT_TRUE(of(world_.read(), "1.a").empty());
  EXPECT_EQ(world_.findings.count(FindingKind::keyword, Weight::lost), 1U);
}

TEST_F(Courier, SubscriptionsLoseTheirPrefix) {
  world_.put_maildir(std::string(World::root) + "/.Gr&APw-");
  world_.put("courierimapsubscribed", "INBOX\nINBOX.Gr&APw-\nINBOX.Work.2024\n#shared.x\n");
  const auto source = world_.source();
  EXPECT_EQ(
      source->settings()->subscriptions(""),
      (store::Subscriptions{mail::FolderName(), mail::FolderName({"Gr\xc3\xbc"}), mail::FolderName({"Work", "2024"})}));
  EXPECT_EQ(world_.findings.count(FindingKind::setting, Weight::lost), 1U);
  world_.put("subscriptions", "Sent\n");
  EXPECT_EQ(source->settings()->subscriptions(""), store::Subscriptions{mail::FolderName({"Sent"})})
      << "Dovecot's own list is the newer one";
}

TEST_F(Courier, AccessListsBecomeDovecots) {
  world_.put("courierimapacl", "owner aceilrstwx\nadministrators aceilrstwx\nuser=bob lr\nadministrators l\n");
  const auto source = world_.source();
  EXPECT_EQ(source->settings()->acl(inbox), (store::Acl{{"user=bob", "lr"}}));
  EXPECT_EQ(world_.findings.count(FindingKind::setting, Weight::lost), 1U);
}

}  // namespace
}  // namespace mailhaul::formats::maildir
