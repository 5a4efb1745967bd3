#include "mailhaul/store/mapped_mailboxes.hpp"

#include <gtest/gtest.h>

#include "mailhaul/base/error.hpp"
#include "support/memory_store.hpp"
#include "support/store_view.hpp"

namespace mailhaul::store {
namespace {

class MappedMailboxes : public testing::Test {
 protected:
  MappedMailboxes() {
    for (const char* name : {"amy@old.org", "bob@old.org", "user"})
      inner_.deliver({name, {}}, std::string("Subject: ") + name + "\n\nx\n");
    inner_.beside.acls[{"bob@old.org", {}}] = {{"user=x", "l"}};
  }
  [[nodiscard]] std::unique_ptr<MessageSource> map(const MailboxMap& map) {
    return map_mailboxes(std::make_unique<support::StoreView>(inner_), map);
  }
  static std::optional<std::string> only_bob(const std::string& name) {
    return name == "bob@old.org" ? std::optional<std::string>("") : std::nullopt;
  }
  support::MemoryStore inner_;
};

TEST_F(MappedMailboxes, HaveTheirNewNamesEverywhere) {
  const auto source = map([](const std::string& name) { return "new-" + name; });
  const auto all = source->mailboxes();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[1].name, "new-bob@old.org");
  const FolderRef bob{"new-bob@old.org", {}};
  EXPECT_TRUE(source->stamp(bob));
  EXPECT_FALSE(source->stamp({"bob@old.org", {}}));
  const std::vector<FolderSince> folders{{bob}, {{"new-user", {}}}};
  const auto cursor = source->walk(folders);
  ASSERT_TRUE(cursor->next());
  EXPECT_EQ(cursor->folder(), bob);
  const std::vector<Handle> handles{cursor->info().handle};
  ASSERT_TRUE(cursor->next());
  EXPECT_EQ(cursor->folder().mailbox, "new-user");
  ASSERT_FALSE(cursor->next());
  EXPECT_EQ(cursor->end(bob).stamp, source->stamp(bob));
  const auto fetched = source->fetch(bob, handles);
  ASSERT_TRUE(fetched->next());
  EXPECT_EQ(fetched->folder(), bob);
  EXPECT_EQ(source->settings()->acl(bob).size(), 1U);
}

TEST_F(MappedMailboxes, ThoseThatTakeNoPartAreNotThere) {
  const auto source = map(&only_bob);
  const auto all = source->mailboxes();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].name, "");
  EXPECT_TRUE(source->stamp({}));
  EXPECT_FALSE(source->stamp({"user", {}}));
}

TEST_F(MappedMailboxes, TwoDoNotBecomeOne) {
  try {
    (void)map([](const std::string&) { return "all@new.org"; });
    FAIL() << "no Error was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.cause(), Cause::usage);
  }
}

}  // namespace
}  // namespace mailhaul::store
