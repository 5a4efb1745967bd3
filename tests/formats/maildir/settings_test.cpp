#include <gtest/gtest.h>

#include "formats/maildir/world.hpp"
#include "mailhaul/mail/name_mark.hpp"

namespace mailhaul::formats::maildir {
namespace {

store::FolderRef ref(std::vector<std::string> parts) { return folder_ref(std::move(parts)); }
mail::FolderName name(std::vector<std::string> parts) { return mail::FolderName(std::move(parts)); }

class MaildirSettings : public testing::Test {
 protected:
  void SetUp() override { world_.put_maildir(); }
  std::unique_ptr<store::MessageStore> target(const TreeOptions& options = {}) {
    fs::Rules rules;
    rules.side = Side::target;
    return open_store(world_.context, World::root, rules, {world_.birth, options});
  }
  World world_;
};

TEST_F(MaildirSettings, SubscriptionsAreReadInBothForms) {
  const store::Subscriptions wanted{mail::FolderName(), name({"Work", "2024"}), name({"Gr\xc3\xbc"})};
  world_.put("subscriptions", "INBOX\nWork.2024\nGr&APw-\n");
  EXPECT_EQ(world_.source()->settings()->subscriptions(""), wanted);
  world_.machine.remove(std::string(World::root) + "/subscriptions");
  world_.put("subscriptions", "V\t2\n\nINBOX\nWork\t2024\nGr&APw-\n");
  EXPECT_EQ(world_.source()->settings()->subscriptions(""), wanted);
}

TEST_F(MaildirSettings, AnOddDirectoryIsSubscribedUnderTheNameThatItIsReadAs) {
  world_.put_maildir(std::string(World::root) + "/.Gr&APw-");
  world_.put_maildir(std::string(World::root) + "/.Gr\xfc");
  world_.put("subscriptions", "Gr\xfc\n");
  EXPECT_EQ(world_.source()->settings()->subscriptions(""),
            store::Subscriptions{name({"Gr\xc3\xbc" + mail::name_mark(".Gr\xfc")})});
}

/// S13. Each name of a list takes far more memory than its octets.
TEST_F(MaildirSettings, AListOfTooManyNamesIsAnErrorOfItsOwn) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += std::to_string(i) + "\n";
  world_.put("subscriptions", text);
  EXPECT_EQ(world_.source()->settings()->subscriptions("").size(), 20'000U);
  for (const std::string& over : {text + "x\n", std::string((1U << 20U) + 1, 'x')}) {
    world_.put("subscriptions", over);
    try {
      static_cast<void>(world_.source()->settings()->subscriptions(""));
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.cause(), Cause::limit);
      EXPECT_EQ(error.scope(), Scope::folder) << "the rest goes on";
    }
  }
}

TEST_F(MaildirSettings, WithoutAListNothingIsSubscribed) {
  EXPECT_TRUE(world_.source()->settings()->subscriptions("").empty());
  EXPECT_TRUE(world_.source()->settings()->acl(inbox).empty());
  EXPECT_TRUE(world_.source()->settings()->acl(ref({"nowhere"})).empty());
}

TEST_F(MaildirSettings, SubscriptionsAreAddedToTheListThatIsThere) {
  world_.put("subscriptions", "Own\nodd..line\n");
  const auto store = target();
  store->settings_target()->subscribe(
      "", {mail::FolderName(), name({"Work", "2024"}), name({"Own"}), name({"Gr\xc3\xbc"})});
  EXPECT_EQ(world_.octets("subscriptions"), "Own\nodd..line\nGr&APw-\nINBOX\nWork.2024\n");
  EXPECT_EQ(world_.names(""), (std::vector<std::string>{"cur", "new", "subscriptions", "tmp"}))
      << "and no lock is left";
}

TEST_F(MaildirSettings, ANewListIsMadeInTheSpellingOfTheTree) {
  target({Layout::fs, true})->settings_target()->subscribe("", {name({"Work", "a.b"}), name({"Gr\xc3\xbc"})});
  EXPECT_EQ(world_.octets("subscriptions"), "Gr\xc3\xbc\nWork/a.b\n");
}

TEST_F(MaildirSettings, AListUnderLockIsWaitedForThenSaid) {
  world_.put("subscriptions.lock", "1:other");
  try {
    target()->settings_target()->subscribe("", {name({"A"})});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.cause(), Cause::locked);
    EXPECT_EQ(error.scope(), Scope::folder);
  }
  EXPECT_FALSE(world_.machine.exists(std::string(World::root) + "/subscriptions"));
}

TEST_F(MaildirSettings, ALinkWhereAListShouldBeIsRefused) {
  world_.machine.put_symlink(std::string(World::root) + "/subscriptions", "/etc/passwd");
  EXPECT_THROW((void)world_.source()->settings()->subscriptions(""), Error);
  EXPECT_THROW(target()->settings_target()->subscribe("", {name({"A"})}), Error);
}

TEST_F(MaildirSettings, AnAccessListIsGivenOnlyWhereThereIsNone) {
  const auto store = target();
  (void)store->open_folder(ref({"Work"}), {});
  EXPECT_TRUE(store->settings_target()->set_acl(ref({"Work"}), {{"user=bob", "lr"}}));
  EXPECT_EQ(world_.octets(".Work/dovecot-acl"), "user=bob lr\n");
  EXPECT_EQ(store->settings()->acl(ref({"Work"})), (store::Acl{{"user=bob", "lr"}}));
  EXPECT_FALSE(store->settings_target()->set_acl(ref({"Work"}), {{"anyone", "l"}}));
  EXPECT_EQ(world_.octets(".Work/dovecot-acl"), "user=bob lr\n");
}

}  // namespace
}  // namespace mailhaul::formats::maildir
