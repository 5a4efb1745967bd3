#include "account/cpanel/spam.hpp"

#include <gtest/gtest.h>

namespace mailhaul::account::cpanel {
namespace {

TEST(CpanelSpam, EachFlagIsAFileOfItsOwn) {
  for (unsigned set = 0; set < 16; ++set) {
    std::set<std::string> names;
    for (std::size_t i = 0; i < spam_flag_files.size(); ++i)
      if ((set >> i & 1U) != 0) names.emplace(spam_flag_files[i].name);
    EXPECT_EQ(spam_files(read_spam(names, "")), names);
  }
  const store::Spam value = read_spam({".spamassassinboxenable", ".bashrc"}, "score X 1\n");
  EXPECT_FALSE(value.is_enabled);
  EXPECT_TRUE(value.has_box);
  EXPECT_FALSE(value.is_disabled);
  EXPECT_FALSE(value.box_is_disabled);
  EXPECT_EQ(value.preferences, "score X 1\n");
}

TEST(CpanelSpam, PreferencesAreSummedUp) {
  const SpamPreferences is = read_spam_preferences("# required_score 1\r\n"
                                                   "required_score 4 # not so strict\r\n"
                                                   "  Required_Score\t3.5 \r\n"
                                                   "rewrite_header from X\n"
                                                   "rewrite_header Subject  [SPAM \\#1] *\n"
                                                   "whitelist_from a@x.org *@y.org\n"
                                                   "welcomelist_from b@x.org\n"
                                                   "unwhitelist_from b@x.org\n"
                                                   "blocklist_from *@z.org");
  EXPECT_EQ(is.required_score, "3.5");
  EXPECT_EQ(is.rewrite_subject, "[SPAM \\#1] *");
  EXPECT_EQ(is.allowed, 3U);
  EXPECT_EQ(is.blocked, 1U);
  EXPECT_FALSE(read_spam_preferences("").required_score);
  EXPECT_FALSE(read_spam_preferences("\n\n").rewrite_subject);
}

}  // namespace
}  // namespace mailhaul::account::cpanel
