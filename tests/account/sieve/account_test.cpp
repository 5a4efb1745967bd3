#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "account/sieve/sieve_programs.hpp"
#include "support/cpanel_account.hpp"

namespace mailhaul::account::sieve {
namespace {

using Outcome = store::SettingResult::Outcome;
using testing::has;

template <class Value>
const Value* find(const support::AccountFacts& facts, const std::string& owner) {
  for (const store::Setting& setting : facts.settings)
    if (setting.id.owner == owner)
      if (const auto* value = std::get_if<Value>(&setting.value)) return value;
  return nullptr;
}

/// The scripts of all who have something to put into one, in the account that other tests read.
class SieveOfAnAccount : public ::testing::Test {
 protected:
  SieveOfAnAccount() : facts_(support::make_cpanel_account({}, directory_ / "root")) {
    Options options;
    options.mail_home = facts_.plan.home;
    options.folders = {{"spam", "Junk"}};
    for (const store::Setting& setting : facts_.settings) {
      const std::string& owner = setting.id.owner;
      if (!has(owner, "@") || parts_.count(owner) != 0) continue;
      MailboxRules rules;
      rules.address = owner;
      rules.addresses = {owner};
      rules.responder = find<store::Responder>(facts_, owner);
      rules.own_filters = find<store::Filters>(facts_, owner);
      rules.account_filters = find<store::Filters>(facts_, "");
      rules.spam = find<store::Spam>(facts_, "");
      parts_[owner] = parts(rules, options);
    }
  }

  [[nodiscard]] const Part* part(const std::string& local_part, std::string_view section) const {
    for (const Part& one : parts_.at(local_part + '@' + facts_.plan.main_domain))
      if (one.section == section) return &one;
    return nullptr;
  }

  support::ScratchDirectory directory_{"mailhaul-sieve-account"};
  support::AccountFacts facts_;
  std::map<std::string, std::vector<Part>> parts_{};
};

TEST_F(SieveOfAnAccount, EachScriptCompiles) {
  if (!testing::has_sieve_programs()) GTEST_SKIP() << "sievec is not installed";
  const testing::SievePrograms programs;
  std::size_t count = 0;
  for (const auto& [owner, list] : parts_) {
    const std::string script = script_of(list);
    EXPECT_EQ(programs.complaint(script), "") << owner << '\n' << script;
    if (!script.empty()) ++count;
  }
  EXPECT_GE(count, 5U);
}

TEST_F(SieveOfAnAccount, WhatThePanelWroteIsCarried) {
  const Part* filters = part("info", own_filters_section);
  ASSERT_NE(filters, nullptr);
  EXPECT_TRUE(has(filters->text, "    fileinto :create \"Work\";\n    redirect \"copy@other.example\";\n"))
      << filters->text;
  EXPECT_TRUE(has(filters->text, "# Filter: Off\n# switched off\n#   if ")) << filters->text;
  EXPECT_EQ(part("al", own_filters_section)->result.outcome, Outcome::not_carried);
  EXPECT_TRUE(has(part("al", own_filters_section)->result.text, "$home/bin/hook"));
  for (const char* with_exim_alone : {"sal", "bob"}) {
    const Part* exim = part(with_exim_alone, own_filters_section);
    EXPECT_EQ(exim->result.outcome, Outcome::not_carried) << with_exim_alone;
    EXPECT_TRUE(has(exim->result.text, "save in line")) << exim->result.text;
  }
  const Part* account = part("info", account_filters_section);
  EXPECT_EQ(account->result.outcome, Outcome::not_carried);
  EXPECT_TRUE(has(account->result.text, "X-Spam-Bar")) << account->result.text;
  const Part* responder = part("info", autoresponder_section);
  EXPECT_TRUE(has(responder->text, "# expired") || has(responder->text, "vacation :days 1")) << responder->text;
  EXPECT_EQ(part("broken", autoresponder_section)->result.outcome, Outcome::not_carried);
}

}  // namespace
}  // namespace mailhaul::account::sieve
