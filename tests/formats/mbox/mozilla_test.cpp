// Mailboxes of Thunderbird (mbox.md section 6).
#include "world.hpp"

namespace mailhaul::formats::mbox {
namespace {

using mail::Flag;
using Texts = std::vector<std::string>;

const std::string thunderbird = "From - Tue Oct 02 00:26:47 2007\nX-Account-Key: account2\n";

TEST(Mozilla, FlagsAndKeywordsAreReadAndTheHeadersStay) {
  MboxWorld world;
  const std::string header = "X-Account-Key: account2\nX-Mozilla-Status: 1007\nX-Mozilla-Status2: 04000000\n"
                             "X-Mozilla-Keys: work                  \nSubject: x\n\nb";
  world.put("From - Tue Oct 02 00:26:47 2007\n" + header + "\n");
  const auto all = world.read();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].octets, header);
  EXPECT_EQ(all[0].info.flags, (mail::FlagSet{Flag::seen, Flag::answered, Flag::flagged, Flag::passed}));
  EXPECT_TRUE(all[0].info.keywords == (mail::KeywordSet{"work", "$Label2", "$Forwarded"}));
  EXPECT_FALSE(all[0].info.recent);
}

TEST(Mozilla, WhatIsNewIsRecent) {
  MboxWorld world;
  world.put(thunderbird + "X-Mozilla-Status: 0000\nX-Mozilla-Status2: 00010000\nSubject: x\n\nb\n");
  EXPECT_TRUE(world.read().at(0).info.recent);
}

TEST(Mozilla, ExpungedMailIsNotResurrected) {
  MboxWorld world;
  world.put(thunderbird + "X-Mozilla-Status: 0001\nSubject: 1\n\nb1\n\n" + thunderbird +
            "X-Mozilla-Status: 0009\nSubject: 2\n\nb2\n\n" + thunderbird +
            "X-Mozilla-Status: 0008\nSubject: 3\n\nb3\n\n" + thunderbird +
            "X-Mozilla-Status: 0000\nSubject: 4\n\nb4\n");
  const auto all = world.read();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_TRUE(contains(all[0].octets, "Subject: 1"));
  EXPECT_TRUE(contains(all[1].octets, "Subject: 4"));
  EXPECT_EQ(world.findings.count(FindingKind::expunged), 2U);
  // Neither is it when it is asked for.
  const std::vector<store::Handle> all_handles{
      {"0"}, {std::to_string(world.octets().find("From - ", 10))}, all[1].info.handle};
  const auto source = world.source();
  const auto cursor = source->fetch({}, all_handles);
  Texts got;
  while (cursor->next()) got.push_back(content_of(*cursor));
  EXPECT_EQ(got, (Texts{all[0].octets, all[1].octets}));
}

TEST(Mozilla, InTheMailboxOfAServerItsHeadersAreText) {
  MboxWorld world;
  world.put(mark + "X-Mozilla-Status: 0009\nSubject: x\n\nb\n");
  const auto all = world.read();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_TRUE(all[0].info.flags.empty());
  // So what is written here is read here again.
  MboxWorld to;
  to.append(all);
  EXPECT_EQ(to.read().size(), 1U);
}

TEST(Mozilla, ASenderCannotMakeHisMailVanish) {
  MboxWorld world;
  world.put("From - Tue Oct 02 00:26:47 2007\nReceived: from x by y\nX-Mozilla-Status: 0009\nX-Mozilla-Keys: "
            "forged\nSubject: x\n\nb\n");
  const auto all = world.read();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_TRUE(all[0].info.flags.empty());
  EXPECT_TRUE(all[0].info.keywords.empty());
  EXPECT_TRUE(all[0].info.recent);
}

}  // namespace
}  // namespace mailhaul::formats::mbox
