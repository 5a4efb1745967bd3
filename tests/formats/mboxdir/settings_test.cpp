#include <gtest/gtest.h>

#include "formats/mboxdir/world.hpp"

namespace mailhaul::formats::mboxdir {
namespace {

store::Subscriptions names(std::initializer_list<const char*> displays) {
  store::Subscriptions out;
  for (const char* display : displays) out.insert(*mail::FolderName::from_display(display));
  return out;
}

TEST(MboxdirSettings, SubscriptionsAreReadByLevels) {
  TreeWorld world;
  world.put("Work/2024", "");
  world.put(".subscriptions", "INBOX\nWork/2024\nGr&APwA3w-e\ngone\n\n");
  EXPECT_EQ(world.source()->settings()->subscriptions(""), names({"INBOX", "Work/2024", "Grüße", "gone"}));
}

TEST(MboxdirSettings, WithoutAListNothingIsSubscribed) {
  TreeWorld world;
  world.put("Work", "");
  EXPECT_TRUE(world.source()->settings()->subscriptions("").empty());
}

TEST(MboxdirSettings, WhatIsMissingIsAddedAndTheRestStays) {
  TreeWorld world;
  world.put("Work/2024", "");
  world.put(".subscriptions", "theirs\n");
  const auto target = world.target();
  target->settings_target()->subscribe("", names({"INBOX", "Work/2024", "Grüße", "theirs"}));
  EXPECT_EQ(target->settings()->subscriptions(""), names({"INBOX", "Work/2024", "Grüße", "theirs"}));
  EXPECT_EQ(world.octets(".subscriptions").substr(0, 7), "theirs\n");
  const std::string once = world.octets(".subscriptions");
  target->settings_target()->subscribe("", names({"Work/2024"}));
  EXPECT_EQ(world.octets(".subscriptions"), once) << "R8";
}

TEST(MboxdirSettings, AFolderThatNoFileCanNameIsReported) {
  TreeWorld world;
  world.put("Work", "");
  const auto target = world.target();
  target->settings_target()->subscribe("", names({".hidden", "Work"}));
  EXPECT_EQ(target->settings()->subscriptions(""), names({"Work"}));
  EXPECT_EQ(world.findings.count(FindingKind::setting), 1U);
}

}  // namespace
}  // namespace mailhaul::formats::mboxdir
