#include "account/sieve/spam_preferences.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <vector>

#include "account/sieve/sieve_programs.hpp"
#include "cli/program.hpp"
#include "cli/tree.hpp"
#include "support/scratch_directory.hpp"

namespace mailhaul::account::sieve {
namespace {

using testing::has;

TEST(SpamPreferences, WhatAUserMaySetIsCarriedAsItStands) {
  const CarriedPreferences carried =
      carried_preferences("# mine\n\nrequired_score 4.5\r\n\tWhitelist-From *@a.example # x\n"
                          "rewrite_header\tsubject ***\xc3\xbc***\nscore BAYES_99 5 5");
  EXPECT_EQ(carried.text, "required_score 4.5\nWhitelist-From *@a.example # x\nrewrite_header subject ***\xc3\xbc***\n"
                          "score BAYES_99 5 5\n");
  EXPECT_EQ(carried.left_out, 0U);
  EXPECT_EQ(carried.names, "");
}

TEST(SpamPreferences, WhatIsAnAdministratorsIsARemark) {
  for (const std::string line : {"include /etc/shadow", "body X /x/", "loadplugin X /tmp/x.pm", "Bayes-Path /tmp/x",
                                 "allow_user_rules 1", "lang de report x", "trusted_networks 10/8",
                                 "required_score 4\x1b[2J", "no_such 1", "bayes_sql_override_username root"}) {
    const CarriedPreferences carried = carried_preferences("required_score 4\n" + line + "\n");
    EXPECT_EQ(carried.left_out, 1U) << line;
    EXPECT_TRUE(carried.text.starts_with("required_score 4\n# not carried over: ")) << carried.text;
    EXPECT_EQ(carried.text.find('\x1b'), std::string::npos);
    EXPECT_EQ(carried.text.find('\n', 18), carried.text.size() - 1) << "one line: " << carried.text;
  }
  EXPECT_EQ(carried_preferences("include a\nbody x\nInclude b\n").names, "body, include");
  EXPECT_EQ(carried_preferences("include a\n").text, "") << "remarks alone do nothing";
}

TEST(SpamPreferences, WhatHoldsUnderAConditionIsNotCarriedWithoutIt) {
  const CarriedPreferences carried =
      carried_preferences("if (1)\nrequired_score 1\nifplugin X\nendif\nrequired_score 2\nendif\nrequired_score 3\n");
  EXPECT_EQ(carried.left_out, 6U);
  EXPECT_TRUE(has(carried.text, "# not carried over: required_score 1\n"));
  EXPECT_TRUE(has(carried.text, "\nrequired_score 3\n"));
}

TEST(SpamPreferences, AConditionEndsAndBeginsWhereSpamAssassinSaysSo) {
  for (const char* const text :
       {"if (0)\nendif junk\nrequired_score 3\n", "lang de if (0)\nrequired_score 3\nendif\n",
        "require_version 9.9\nrequired_score 3\n", "require_version 9.9\nif (1)\nendif\nendif\nrequired_score 3\n"})
    EXPECT_EQ(carried_preferences(text).text, "") << text;
}

TEST(SpamPreferences, ALongListOfWhatIsLeftOutIsShortened) {
  std::string text;
  for (char c = 'a'; c <= 'z'; ++c) text += std::string("x_") + c + std::string(100, 'y') + " 1\n";
  const CarriedPreferences carried = carried_preferences(text);
  EXPECT_EQ(carried.left_out, 26U);
  EXPECT_LT(carried.names.size(), 600U);
  EXPECT_TRUE(carried.names.ends_with(" and 16 more")) << carried.names;
}

/// SpamAssassin itself, with its stock rules and without network.
class SpamAssassin : public ::testing::Test {
 protected:
  static constexpr const char* program = "/usr/bin/spamassassin";
  void SetUp() override {
    if (::access(program, X_OK) != 0) GTEST_SKIP() << program << " is not installed";
  }
  [[nodiscard]] black_box::Result run(std::vector<std::string> words, const std::string& preferences,
                                      const std::string& input = {}) const {
    black_box::write_file(directory_ / "user_prefs", preferences);
    black_box::write_file(directory_ / "mail", input);
    words.insert(words.end(), {"-L", "-x", "-p", directory_ / "user_prefs"});
    black_box::How how;
    how.program = program;
    how.limit = std::chrono::seconds(120);
    how.environment.emplace("HOME", directory_.path());
    if (!input.empty()) words.push_back(directory_ / "mail");
    return black_box::run(words, how);
  }
  support::ScratchDirectory directory_{"mailhaul-spam"};
};

constexpr const char* usual_preferences =
    "required_hits 5\nrequired_score 4.5\nscore BAYES_99 5 5 5 5\nscore URIBL_BLACK 0\nrewrite_header subject "
    "***SPAM***\n"
    "whitelist_from *@friend.example\nwelcomelist_from x@a.example y@a.example\nunwhitelist_from y@a.example\n"
    "blacklist_from spammer@foe.example\nblocklist_from *.foe.example\nwhitelist_from_rcvd a@b.example b.example\n"
    "whitelist_auth *@bank.example\nwhitelist_from_spf *@c.example\nwhitelist_from_dkim *@d.example\nwhitelist_to "
    "me@a.example\n"
    "more_spam_to me@a.example\nall_spam_to abuse@a.example\nblacklist_to old@a.example\nblacklist_uri_host "
    "foe.example\n"
    "whitelist_uri_host friend.example\nadd_header all Level _STARS(*)_\nremove_header all Level\nfold_headers "
    "1\nreport_safe 0\n"
    "ok_locales en de\nskip_rbl_checks 1\nuse_bayes 1\nuse_bayes_rules 1\nbayes_auto_learn 0\nbayes_ignore_header X-A\n"
    "bayes_auto_learn_threshold_spam 9\nbayes_auto_learn_threshold_nonspam 0.1\nbayes_min_spam_num 100\nreport_contact "
    "x\n";

TEST_F(SpamAssassin, FindsNothingWrongInWhatIsCarried) {
  const CarriedPreferences carried = carried_preferences(
      std::string(usual_preferences) + "include /etc/passwd\nsubject_tag x\nauto_whitelist_factor 1\n");
  EXPECT_EQ(carried.left_out, 3U) << carried.names;
  const black_box::Result lint = run({"--lint"}, carried.text);
  EXPECT_EQ(lint.status, 0) << lint.out << lint.err;
  EXPECT_EQ(lint.err, "");
  EXPECT_NE(run({"--lint"}, "subject_tag x\n").status, 0) << "it would say so";
}

TEST_F(SpamAssassin, DoesWithWhatIsCarriedWhatTheUserWanted) {
  const std::string text = carried_preferences(usual_preferences).text;
  const std::string mail = testing::message("From: jo@friend.example\nSubject: x\n");
  const std::string friendly = run({}, text, mail).out;
  EXPECT_TRUE(has(friendly, "required=4.5")) << friendly;
  EXPECT_TRUE(has(friendly, "USER_IN_WELCOMELIST") || has(friendly, "USER_IN_WHITELIST")) << friendly;
  const std::string foe = run({}, text, testing::message("From: spammer@foe.example\nSubject: x\n")).out;
  EXPECT_TRUE(has(foe, "X-Spam-Flag: YES")) << foe;
  EXPECT_TRUE(has(foe, "Subject: ***SPAM*** x")) << foe;
}

}  // namespace
}  // namespace mailhaul::account::sieve
