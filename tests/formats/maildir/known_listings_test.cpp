// What a walk saw serves who writes after it in the same run; a server that was at the folder meanwhile does no harm.
#include "formats/maildir/known_listings.hpp"

#include <gtest/gtest.h>

#include "formats/maildir/world.hpp"

namespace mailhaul::formats::maildir {

using mail::Flag;
using store::Receipt;
using support::Call;

namespace {

class KnownListingsTest : public testing::Test {
 protected:
  void SetUp() override { world.put_maildir(); }

  /// Opens the target and walks over its inbox.
  void walk() {
    target = world.target();
    const std::vector<store::FolderSince> folders{{inbox, std::nullopt}};
    const auto cursor = target->walk(folders);
    while (cursor->next()) {
    }
    world.kernel.count_anew();
  }

  Receipt append(const std::string& base) {
    const auto writer = target->open_folder(inbox, {});
    store::MessageInfo info;
    info.flags = {Flag::seen};
    info.hints.base_name = base;
    const auto message = writer->append(info);
    message->write(as_bytes(std::string_view("Subject: y\n\ny\n")));
    message->commit();
    return writer->flush().at(0);
  }

  Receipt::Outcome flag(const std::string& base) {
    const auto writer = target->open_folder(inbox, {});
    store::FlagChange change;
    change.add = {Flag::flagged};
    writer->change_flags({base}, change);
    return writer->flush().at(0).outcome;
  }

  void move(const std::string& from, const std::string& to) {
    world.machine.put_link("/mail/box/" + to, "/mail/box/" + from);
    world.machine.remove("/mail/box/" + from);
  }

  World world;
  std::unique_ptr<store::MessageStore> target;
};

std::shared_ptr<const Listing> listing_of(std::size_t entries) {
  Listing listing;
  for (std::size_t i = 0; i < entries; ++i) listing.add("m" + std::to_string(i), false, false, 1);
  return std::make_shared<const Listing>(std::move(listing));
}

}  // namespace

TEST_F(KnownListingsTest, AChangeOfFlagsNeedsNoListingOfItsOwn) {
  world.put("cur/1.a:2,");
  walk();
  EXPECT_EQ(flag("1.a"), Receipt::Outcome::done);
  EXPECT_EQ(world.names("cur"), std::vector<std::string>{"1.a:2,F"});
  const auto calls = world.kernel.calls(Call::read_directory);
  // Only the home and tmp/, for what killed runs left behind.
  EXPECT_LE(calls, 4U);
}

TEST_F(KnownListingsTest, AFileThatGotAnotherNameSinceIsFoundUnderIt) {
  world.put("cur/1.a:2,");
  world.put("new/2.b");
  walk();
  move("cur/1.a:2,", "cur/1.a:2,RS");
  move("new/2.b", "cur/2.b:2,S");
  EXPECT_EQ(flag("1.a"), Receipt::Outcome::done);
  EXPECT_EQ(flag("2.b"), Receipt::Outcome::done);
  EXPECT_EQ(world.names("cur"), (std::vector<std::string>{"1.a:2,FRS", "2.b:2,FS"}));
}

TEST_F(KnownListingsTest, AFileThatIsGoneIsGone) {
  world.put("cur/1.a:2,");
  walk();
  world.machine.remove("/mail/box/cur/1.a:2,");
  EXPECT_EQ(flag("1.a"), Receipt::Outcome::gone_or_changed);
}

TEST_F(KnownListingsTest, ANameThatTheWalkSawOrThisRunGaveIsNotGivenAgain) {
  world.put("cur/1.a:2,");
  walk();
  EXPECT_NE(append("1.a").handle.token, "1.a");
  EXPECT_EQ(append("5.e").handle.token, "5.e");
  EXPECT_NE(append("5.e").handle.token, "5.e");
  EXPECT_EQ(world.names("cur").size(), 4U);
}

TEST_F(KnownListingsTest, OfNamesakesNoneIsKeptAndNoneIsChanged) {
  world.put("cur/1.a:2,", "Subject: one\n\n");
  world.put("cur/1.a:2,S", "Subject: other\n\n");
  walk();
  EXPECT_EQ(flag("1.a"), Receipt::Outcome::gone_or_changed);
}

TEST(KnownListings, KeepOnlySoMany) {
  KnownListings known;
  const auto folder = [](const char* name) { return store::FolderRef{"", mail::FolderName({name})}; };
  known.put(folder("a"), listing_of(60'000));
  known.put(folder("b"), listing_of(60'000));
  EXPECT_NE(known.find(folder("a")), nullptr);
  EXPECT_EQ(known.find(folder("b")), nullptr);
  known.forget(folder("a"));
  EXPECT_EQ(known.find(folder("a")), nullptr);
  known.put(folder("b"), listing_of(60'000));
  EXPECT_NE(known.find(folder("b")), nullptr);
}

}  // namespace mailhaul::formats::maildir
