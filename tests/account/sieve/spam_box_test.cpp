#include <gtest/gtest.h>

#include <string>

#include "account/sieve/sieve_programs.hpp"

namespace mailhaul::account::sieve {
namespace {

using Outcome = store::SettingResult::Outcome;
using testing::has;

Part part_of(const store::Spam& spam, const Options& options = {}, const store::Filters* filters = nullptr) {
  MailboxRules rules;
  rules.address = "info@example.com";
  rules.spam = &spam;
  rules.own_filters = filters;
  return parts(rules, options).back();
}

store::Spam with_box() {
  store::Spam spam;
  spam.is_enabled = true;
  spam.has_box = true;
  return spam;
}

TEST(SieveSpamBox, SpamIsFiled) {
  Options options;
  options.folders = {{"spam", "Junk"}};
  const Part part = part_of(with_box(), options);
  EXPECT_EQ(part.text, "# Spam box\n"
                       "if header :contains \"X-Spam-Flag\" \"YES\" {\n"
                       "    fileinto :create \"Junk\";\n"
                       "    stop;\n"
                       "}\n");
  EXPECT_EQ(part.extensions, (std::set<std::string>{"fileinto", "mailbox"}));
  EXPECT_EQ(part.id, (store::SettingId{"", store::SettingKind::spam, ""}));
  EXPECT_EQ(part.result.outcome, Outcome::written);
  options = {};
  options.inbox_prefix = "INBOX.";
  EXPECT_TRUE(has(part_of(with_box(), options).text, "\"INBOX.spam\""));
}

TEST(SieveSpamBox, WhereTheServerDoesSoForAllThereIsNoRule) {
  Options options;
  options.has_global_spam_rule = true;
  const Part part = part_of(with_box(), options);
  EXPECT_EQ(part.text, "");
  EXPECT_EQ(part.result.outcome, Outcome::written);
}

TEST(SieveSpamBox, WithoutABoxThereIsNoRule) {
  store::Spam spam = with_box();
  spam.has_box = false;
  EXPECT_EQ(part_of(spam).text, "");
  spam = with_box();
  spam.box_is_disabled = true;
  EXPECT_EQ(part_of(spam).text, "");
  spam = with_box();
  spam.is_disabled = true;
  EXPECT_EQ(part_of(spam).text, "");
}

TEST(SieveSpamBox, ListsOfSendersCountForTheBox) {
  store::Spam spam = with_box();
  spam.preferences =
      "# mine\nwhitelist_from *@good.example a?@b.example # ours\r\n  blocklist_from *\\x\"@bad.example\n\n";
  const Part part = part_of(spam);
  EXPECT_TRUE(
      has(part.text,
          "if allof (not address :matches \"from\" [\"*@good.example\", \"a?@b.example\"], anyof (header :contains "
          "\"X-Spam-Flag\" \"YES\", address :matches \"from\" \"*\\\\\\\\x\\\"@bad.example\")) {"))
      << part.text;
  EXPECT_EQ(part.result.outcome, Outcome::approximated);
  EXPECT_EQ(part.result.what_to_do, "");
}

TEST(SieveSpamBox, PreferencesAreReported) {
  store::Spam spam = with_box();
  spam.preferences = "required_score 3\n";
  Part part = part_of(spam);
  EXPECT_EQ(part.result.outcome, Outcome::approximated);
  EXPECT_FALSE(part.result.what_to_do.empty());
  EXPECT_TRUE(has(part.text, "fileinto"));
  spam.has_box = false;
  part = part_of(spam);
  EXPECT_EQ(part.result.outcome, Outcome::not_carried);
  spam.preferences = "# required_score 3\n\n";
  EXPECT_EQ(part_of(spam).result.outcome, Outcome::written);
}

TEST(SieveSpamBox, WhatAFilterFiledIsNotFiledOnceMore) {
  store::Filters filters;
  filters.list = {{"a", true, {{"$h_subject:", "is", "x"}}, {{"save", "/.A"}}}};
  EXPECT_TRUE(has(part_of(with_box(), {}, &filters).text, "allof (not string :is \"${mailhaul_delivered}\" \"yes\", "));
  filters.list[0].actions.push_back({"finish", ""});
  EXPECT_FALSE(has(part_of(with_box(), {}, &filters).text, "mailhaul_delivered"));
}

}  // namespace
}  // namespace mailhaul::account::sieve
