#include "mailhaul/sync/account_merge.hpp"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <random>
#include <set>

#include "sync/harness.hpp"

namespace mailhaul::sync {
namespace {

using store::SettingId;
using store::SettingKind;
using Action = SettingAction;
using Outcome = SettingReport::Outcome;

ledger::SettingBase base_of(std::optional<std::string> source, std::optional<std::string> target, bool ours = true) {
  return {std::move(source), std::move(target), ours, false};
}

ledger::SettingBase begun(std::optional<std::string> source, std::optional<std::string> target) {
  return {std::move(source), std::move(target), true, true};
}

struct Case {
  const char* what;
  SettingSides sides;
  Action action;
};

/// safety.md section 4, a row for each combination that means something of its own.
TEST(DecideSetting, TheTable) {
  const std::vector<Case> cases{
      {"never seen, new at the source", {"a", {}, false, {}}, Action::take},
      {"the same at both ends", {"a", "a", false, {}}, Action::adopt},
      {"another one at the target that nobody chose", {"a", "b", true, {}}, Action::take},
      {"another one at the target", {"a", "b", false, {}}, Action::keep_both_changed},
      {"only at the target", {{}, "b", false, {}}, Action::nothing},
      {"as the last run left it", {"a", "b", false, base_of("a", "b")}, Action::nothing},
      {"changed at the source", {"a2", "b", false, base_of("a", "b")}, Action::take},
      {"changed at the target", {"a", "b2", false, base_of("a", "b")}, Action::keep_own},
      {"changed at both", {"a2", "b2", false, base_of("a", "b")}, Action::keep_both_changed},
      {"changed at both to the same", {"c", "c", false, base_of("a", "b")}, Action::adopt},
      {"taken away at the target", {"a", {}, false, base_of("a", "b")}, Action::keep_gone},
      {"taken away at the target, changed at the source",
       {"a2", {}, false, base_of("a", "b")},
       Action::keep_both_changed},
      {"gone at the source", {{}, "b", false, base_of("a", "b")}, Action::take_away},
      {"gone at the source, changed at the target", {{}, "b2", false, base_of("a", "b")}, Action::keep_own},
      {"gone at both", {{}, {}, false, base_of("a", "b")}, Action::forget},
      {"could not be carried", {"a", {}, false, base_of({}, {})}, Action::take},
      {"could not be carried, and the target has its own now",
       {"a", "b", false, base_of({}, {})},
       Action::keep_both_changed},
      {"could not be carried, and went at the source", {{}, "b", false, base_of({}, "b")}, Action::nothing},
      {"the target's own, said before", {"a", "b", false, base_of("a", "b", false)}, Action::nothing},
      {"the target's own, changed there", {"a", "b2", false, base_of("a", "b", false)}, Action::nothing},
      {"the target's own, taken away there", {"a", {}, false, base_of("a", "b", false)}, Action::nothing},
      {"the target's own, changed at the source",
       {"a2", "b", false, base_of("a", "b", false)},
       Action::keep_both_changed},
      {"the target's own, gone at the source", {{}, "b", false, base_of("a", "b", false)}, Action::nothing},
      {"a killed run began it", {"a", "half", false, begun("a", "b"), true}, Action::take},
      {"a killed run began it and wrote what is read", {"a", "a", false, begun("a", "b"), true}, Action::take},
      {"a killed run took half of it away", {{}, "half", false, begun("a", "b"), true}, Action::take_away},
      {"a killed run took it away", {{}, {}, false, begun("a", "b"), true}, Action::nothing},
      {"one value, begun and not written", {"a", "b", false, begun("a", "b")}, Action::take},
      {"one value, begun and written", {"a", "a", false, begun("a", "b")}, Action::adopt},
      {"one value, begun and written, changed at the source since", {"a2", "a", false, begun("a", "b")}, Action::take},
      {"one value, begun, and changed at the target", {"a", "own", false, begun("a", "b")}, Action::keep_both_changed},
      {"one value, begun and written, gone at the source since", {{}, "a", false, begun("a", "b")}, Action::take_away},
      {"one value, begun and not written, gone at the source since",
       {{}, "b", false, begun("a", "b")},
       Action::nothing},
      {"one value that was to go, and is there", {{}, "b", false, begun({}, "b")}, Action::take_away},
      {"one value that was to go, and is another", {{}, "own", false, begun({}, "b")}, Action::nothing},
      {"one value that went", {{}, {}, false, begun({}, "b")}, Action::forget},
      {"the initial one again, after a run", {"a", "i", true, base_of("a", "b")}, Action::keep_own},
  };
  for (const Case& one : cases) EXPECT_EQ(decide_setting(one.sides), one.action) << one.what;
}

/// Forwarders by name. What is in `refuses` it can't hold.
class MemoryAccount final : public store::AccountTarget {
 public:
  std::map<std::string, std::string> forwarders{};
  std::set<std::string> refuses{};
  std::set<std::string> initial{};
  std::string approximated{};  ///< a value that becomes another one here
  bool fails = false;
  std::optional<int> room{};  ///< how many settings can be written; then the disk is full
  std::string half{};         ///< what a change leaves behind that fails or is refused; empty: nothing
  /// What the files hold that forwarders name; else they are addresses.
  std::map<std::string, std::vector<std::string>> lists{};
  bool holds = true;           ///< what is in them
  bool lists_missing = false;  ///< their files
  int applied = 0;

  std::vector<store::Setting> read() override {
    std::vector<store::Setting> out;
    for (const auto& [name, to] : forwarders) {
      const auto list = lists.find(to);
      const bool is_list = list != lists.end();
      using Kind = store::Destination::Kind;
      store::Forwarder forwarder{{{is_list ? Kind::include : Kind::address, to}}, ""};
      if (is_list && holds && !lists_missing) forwarder.lists[to].members = list->second;
      if (is_list && holds && lists_missing) forwarder.lists[to] = {{}, "there is no such file"};
      out.push_back({id_of(name), std::move(forwarder)});
    }
    return out;
  }
  std::vector<store::Setting> read_again(const std::set<SettingId>& settings) override {
    std::vector<store::Setting> out = read();
    std::erase_if(out, [&](const store::Setting& setting) { return settings.count(setting.id) == 0; });
    return out;
  }
  void visit_files(const std::set<SettingId>& /*files*/,
                   const std::function<void(const SettingId&, io::Source&)>& /*take*/) override {}
  bool has_parts(const SettingId& /*id*/) const override { return !half.empty(); }
  bool is_initial(const store::Setting& setting) const override { return initial.count(setting.id.name) != 0; }
  std::vector<store::SettingResult> apply(std::span<const store::SettingChange> changes,
                                          store::AccountSource& /*files*/) override {
    using Result = store::SettingResult;
    std::vector<Result> results;
    for (const store::SettingChange& change : changes) {
      const std::string& name = change.id.name;
      if (!half.empty() && (fails || refuses.count(name) != 0)) forwarders[name] = half;
      if (fails) throw Error(Cause::no_space, Scope::run, "writing a setting");
      if (room && (*room)-- <= 0) throw Error(Cause::no_space, Scope::run, "writing a setting");
      ++applied;
      if (refuses.count(name) != 0) {
        results.push_back({Result::Outcome::not_carried, "no place", "make one"});
      } else if (!change.value) {
        forwarders.erase(name);
        results.push_back({});
      } else {
        const auto& wanted = std::get<store::Forwarder>(*change.value);
        EXPECT_TRUE(holds || wanted.lists.empty()) << "it has no place for what is in a file";
        for (const auto& [path, list] : wanted.lists) lists[path] = list.members;
        std::string to = wanted.to.front().text;
        const bool is_near = to == approximated;
        forwarders[name] = is_near ? to + "-nearly" : to;
        results.push_back({is_near ? Result::Outcome::approximated : Result::Outcome::written, "", ""});
      }
    }
    return results;
  }
  const std::vector<store::FileChange>& file_changes() const override { return changes_; }
  bool holds_lists() const override { return holds; }

  static SettingId id_of(const std::string& name) { return {"example.com", SettingKind::forwarder, name}; }

 private:
  std::vector<store::FileChange> changes_{};
};

class AccountMerge : public ::testing::Test {
 protected:
  AccountOutcome merge() { return merge_account(source_, target_, ledger_, options_); }
  std::vector<Outcome> outcomes(const AccountOutcome& outcome) {
    std::vector<Outcome> out;
    for (const SettingReport& report : outcome.reports) out.push_back(report.outcome);
    return out;
  }

  CountingEntropy entropy_;
  ledger::Ledger ledger_ = ledger::Ledger::in_memory(entropy_);
  MemoryAccount source_;
  MemoryAccount target_;
  AccountOptions options_;
};

TEST_F(AccountMerge, BringsWhatIsThereAndThenNothing) {
  source_.forwarders = {{"a", "1"}, {"b", "2"}};
  const AccountOutcome first = merge();
  EXPECT_EQ(target_.forwarders, source_.forwarders);
  EXPECT_EQ(first.settings, 2U);
  EXPECT_TRUE(first.is_complete);
  EXPECT_EQ(outcomes(first), (std::vector{Outcome::written, Outcome::written}));
  const int applied = target_.applied;
  const AccountOutcome second = merge();
  EXPECT_EQ(target_.applied, applied);
  EXPECT_TRUE(second.reports.empty());
  EXPECT_EQ(second.unchanged, 2U);
}

TEST_F(AccountMerge, WhatChangesInAListIsAChangeWhereItsMembersAreHeld) {
  source_.forwarders = {{"a", "/list"}};
  source_.lists = {{"/list", {"x@o.example"}}};
  EXPECT_EQ(outcomes(merge()), std::vector{Outcome::written});
  EXPECT_EQ(target_.lists, source_.lists);
  EXPECT_TRUE(merge().reports.empty());
  source_.lists["/list"].emplace_back("y@o.example");
  EXPECT_EQ(outcomes(merge()), std::vector{Outcome::written});
  EXPECT_EQ(target_.lists, source_.lists);
  EXPECT_TRUE(merge().reports.empty());
}

TEST_F(AccountMerge, AListThatIsMissingTodayIsNoEmptyOne) {
  source_.forwarders = {{"a", "/list"}};
  source_.lists = {{"/list", {"x@o.example"}}};
  (void)merge();
  source_.lists_missing = true;
  for (int i = 0; i < 2; ++i) {
    const AccountOutcome missing = merge();
    EXPECT_FALSE(missing.is_complete);
    ASSERT_EQ(outcomes(missing), std::vector{Outcome::not_carried});
    EXPECT_NE(missing.reports.front().text.find("/list nothing is known now: there is no such file"),
              std::string::npos);
    EXPECT_EQ(target_.applied, 1);
  }
  source_.lists_missing = false;
  EXPECT_TRUE(merge().reports.empty());
  EXPECT_EQ(target_.applied, 1);

  // Where nothing of it is there yet, what else the forwarder has goes there.
  source_.lists_missing = true;
  source_.forwarders = {{"a", "/list"}, {"b", "/list"}};
  const AccountOutcome new_one = merge();
  ASSERT_EQ(new_one.reports.size(), 2U);
  EXPECT_EQ(target_.forwarders.count("b"), 1U);
}

TEST_F(AccountMerge, AListThatIsEmptyTodayTakesNobodyAwayUnlessThatIsAskedFor) {
  source_.forwarders = {{"a", "/list"}};
  source_.lists = {{"/list", {"x@o.example"}}};
  (void)merge();
  source_.lists["/list"].clear();
  for (int i = 0; i < 2; ++i) {
    const AccountOutcome empty = merge();
    EXPECT_FALSE(empty.is_complete);
    ASSERT_EQ(outcomes(empty), std::vector{Outcome::not_carried});
    EXPECT_NE(empty.reports.front().text.find("it is empty"), std::string::npos);
    EXPECT_EQ(target_.lists["/list"], std::vector<std::string>{"x@o.example"});
  }
  options_.take_away = true;
  EXPECT_EQ(outcomes(merge()), std::vector{Outcome::written});
  EXPECT_TRUE(target_.lists["/list"].empty());
  EXPECT_TRUE(merge().reports.empty());
}

TEST_F(AccountMerge, AListThatNeverSaidAnythingKeepsNoChangeBack) {
  source_.lists_missing = true;
  source_.lists = {{"/list", {}}, {"/other", {}}};
  source_.forwarders = {{"a", "/list"}};
  (void)merge();
  source_.forwarders = {{"a", "/other"}};
  EXPECT_EQ(outcomes(merge()), std::vector{Outcome::written});
  EXPECT_EQ(target_.forwarders.at("a"), "/other");
}

TEST_F(AccountMerge, WhatChangesInAListIsNoneWhereItsPathAloneIsHeld) {
  target_.holds = false;
  target_.lists["/list"];  // a file there, which is its own
  source_.forwarders = {{"a", "/list"}};
  source_.lists = {{"/list", {"x@o.example"}}};
  EXPECT_EQ(outcomes(merge()), std::vector{Outcome::written});
  for (int i = 0; i < 2; ++i) {
    const AccountOutcome next = merge();
    EXPECT_TRUE(next.reports.empty());
    EXPECT_EQ(next.unchanged, 1U);
    source_.lists["/list"].emplace_back("y@o.example");
  }
  EXPECT_EQ(target_.applied, 1);
}

TEST_F(AccountMerge, MuchThatIsMissingIsALossUntilSomebodySaysOtherwise) {
  for (int i = 0; i < 12; ++i) source_.forwarders["f" + std::to_string(i)] = "x";
  merge();
  target_.forwarders.erase("f0");
  EXPECT_EQ(outcomes(merge()), std::vector{Outcome::kept_gone}) << "one is its user's doing";
  target_.forwarders.clear();
  const AccountOutcome asked = merge();
  ASSERT_TRUE(asked.error);
  EXPECT_EQ(asked.error->cause(), Cause::guard);
  EXPECT_TRUE(target_.forwarders.empty());
  options_.missing = Missing::restore;
  EXPECT_TRUE(merge().is_complete);
  EXPECT_EQ(target_.forwarders, source_.forwarders);
  target_.forwarders.clear();
  options_.missing = Missing::accept;
  EXPECT_EQ(merge().reports.size(), 12U);
  options_.missing = Missing::ask;
  EXPECT_TRUE(merge().reports.empty()) << "said once, it is known";
  EXPECT_TRUE(target_.forwarders.empty());
}

TEST_F(AccountMerge, WhatWasWrittenBeforeTheDiskWasFullIsNotTheTargetsOwn) {
  source_.forwarders = {{"a", "1"}, {"b", "1"}};
  merge();
  source_.forwarders = {{"a", "2"}, {"b", "2"}, {"c", "2"}};
  target_.room = 1;
  EXPECT_TRUE(merge().error);
  ASSERT_EQ(target_.forwarders.at("a"), "2");
  source_.forwarders = {{"a", "3"}, {"b", "3"}, {"c", "3"}};
  target_.room = 0;
  EXPECT_TRUE(merge().error);
  target_.room.reset();
  EXPECT_TRUE(merge().is_complete);
  EXPECT_EQ(target_.forwarders, source_.forwarders);
  EXPECT_TRUE(merge().reports.empty());
}

TEST_F(AccountMerge, WhatSomebodyMadeOfItAfterAFullDiskStays) {
  source_.forwarders = {{"a", "1"}};
  merge();
  source_.forwarders = {{"a", "2"}};
  target_.room = 0;
  EXPECT_TRUE(merge().error);
  target_.forwarders["a"] = "own";
  target_.room.reset();
  EXPECT_EQ(outcomes(merge()), std::vector{Outcome::kept_own});
  EXPECT_EQ(target_.forwarders.at("a"), "own");
}

TEST_F(AccountMerge, WhatIsOutOfScopeIsNotTakenAway) {
  source_.forwarders = {{"a", "1"}, {"b", "2"}};
  merge();
  source_.forwarders.erase("a");
  options_.take_away = true;
  options_.concerns = [](const SettingId& id) { return id.name == "b"; };
  EXPECT_TRUE(merge().reports.empty());
  EXPECT_EQ(target_.forwarders.count("a"), 1U);
}

TEST_F(AccountMerge, WhatTheTargetChangedStaysAndWhatTheSourceChangedIsTaken) {
  source_.forwarders = {{"a", "1"}, {"b", "2"}, {"c", "3"}};
  merge();
  target_.forwarders["a"] = "mine";
  source_.forwarders["b"] = "new";
  target_.forwarders["c"] = "mine";
  source_.forwarders["c"] = "new";
  const AccountOutcome outcome = merge();
  EXPECT_EQ(target_.forwarders, (std::map<std::string, std::string>{{"a", "mine"}, {"b", "new"}, {"c", "mine"}}));
  EXPECT_EQ(outcomes(outcome), (std::vector{Outcome::kept_own, Outcome::kept_own, Outcome::written}));
  EXPECT_FALSE(outcome.is_complete);
  const AccountOutcome next = merge();
  EXPECT_TRUE(next.is_complete) << "a conflict is said once";
  EXPECT_EQ(target_.forwarders["c"], "mine");
}

TEST_F(AccountMerge, OfWhatTheTargetHasItselfOnlyTheInitialIsReplaced) {
  source_.forwarders = {{"*", "1"}, {"own", "2"}};
  target_.forwarders = {{"*", "bob"}, {"own", "mine"}, {"more", "mine"}};
  target_.initial = {"*"};
  const AccountOutcome outcome = merge();
  EXPECT_EQ(target_.forwarders, (std::map<std::string, std::string>{{"*", "1"}, {"own", "mine"}, {"more", "mine"}}));
  EXPECT_FALSE(outcome.is_complete);
}

TEST_F(AccountMerge, WhatWentAtTheSourceGoesOnlyWhenAsked) {
  source_.forwarders = {{"a", "1"}, {"b", "2"}};
  merge();
  source_.forwarders.erase("a");
  EXPECT_EQ(outcomes(merge()), (std::vector{Outcome::kept_removed}));
  EXPECT_EQ(target_.forwarders.count("a"), 1U);
  options_.take_away = true;
  bool is_complete = false;
  options_.source_is_complete = [&is_complete] { return is_complete; };
  merge();
  EXPECT_EQ(target_.forwarders.count("a"), 1U) << "a source that could not be read is no evidence";
  is_complete = true;
  EXPECT_EQ(outcomes(merge()), (std::vector{Outcome::removed}));
  EXPECT_EQ(target_.forwarders.count("a"), 0U);
}

TEST_F(AccountMerge, WhatTakesNoPartIsNotGone) {
  source_.forwarders = {{"a", "1"}, {"b", "2"}};
  merge();
  options_.take_away = true;
  options_.rename = [](const store::Setting& setting, std::vector<std::string>&) {
    return setting.id.name == "a" ? std::optional(setting) : std::nullopt;
  };
  EXPECT_TRUE(merge().reports.empty());
  options_.rename = [](const store::Setting& setting, std::vector<std::string>&) {
    store::Setting renamed = setting;
    renamed.id.name += "-new";
    return std::optional(renamed);
  };
  merge();
  EXPECT_EQ(target_.forwarders,
            (std::map<std::string, std::string>{{"a", "1"}, {"a-new", "1"}, {"b", "2"}, {"b-new", "2"}}));
}

TEST_F(AccountMerge, ASourceThatLostNearlyAllIsNotBelieved) {
  for (int i = 0; i < 20; ++i) source_.forwarders[std::to_string(i)] = "x";
  merge();
  options_.take_away = true;
  source_.forwarders.erase(source_.forwarders.begin(), std::next(source_.forwarders.begin(), 6));
  const AccountOutcome outcome = merge();
  EXPECT_EQ(target_.forwarders.size(), 20U);
  EXPECT_FALSE(outcome.is_complete);
  options_.most_taken_away = 6;
  EXPECT_TRUE(merge().is_complete);
  EXPECT_EQ(target_.forwarders, source_.forwarders);
}

TEST_F(AccountMerge, WhatWentAtBothEndsAndCameAgainAtTheTargetIsItsOwn) {
  source_.forwarders = {{"a", "1"}};
  merge();
  source_.forwarders.clear();
  target_.forwarders.clear();
  merge();
  target_.forwarders = {{"a", "1"}};
  options_.take_away = true;
  merge();
  EXPECT_EQ(target_.forwarders.size(), 1U);
}

TEST_F(AccountMerge, ASourceThatCouldNotBeReadWholeIsToldSo) {
  source_.forwarders = {{"a", "1"}};
  options_.source_is_complete = [] { return false; };
  EXPECT_FALSE(merge().is_complete);
  EXPECT_EQ(target_.forwarders, source_.forwarders);
}

TEST_F(AccountMerge, WhatItsOwnerTookAwayAtTheTargetStaysAway) {
  source_.forwarders = {{"a", "1"}};
  merge();
  target_.forwarders.clear();
  EXPECT_EQ(outcomes(merge()), (std::vector{Outcome::kept_gone}));
  source_.forwarders["a"] = "2";
  merge();
  merge();
  EXPECT_TRUE(target_.forwarders.empty());
}

TEST_F(AccountMerge, WhatTheTargetCantHoldIsToldByEveryRun) {
  source_.forwarders = {{"a", "1"}};
  target_.refuses = {"a"};
  for (int run = 0; run < 3; ++run) {
    const AccountOutcome outcome = merge();
    EXPECT_FALSE(outcome.is_complete);
    EXPECT_EQ(outcomes(outcome), (std::vector{Outcome::not_carried}));
  }
  target_.refuses.clear();
  EXPECT_TRUE(merge().is_complete);
  EXPECT_EQ(target_.forwarders, source_.forwarders);
}

TEST_F(AccountMerge, AnApproximationIsNoChangeOfTheTargets) {
  source_.forwarders = {{"a", "1"}};
  target_.approximated = "1";
  EXPECT_EQ(outcomes(merge()), (std::vector{Outcome::approximated}));
  EXPECT_TRUE(merge().reports.empty());
  source_.forwarders["a"] = "2";
  EXPECT_EQ(outcomes(merge()), (std::vector{Outcome::written}));
}

TEST_F(AccountMerge, AfterAFailureTheNextRunGoesOn) {
  source_.forwarders = {{"a", "1"}};
  target_.fails = true;
  const AccountOutcome outcome = merge();
  ASSERT_TRUE(outcome.error);
  EXPECT_EQ(outcome.error->cause(), Cause::no_space);
  target_.fails = false;
  EXPECT_TRUE(merge().is_complete);
  EXPECT_EQ(target_.forwarders, source_.forwarders);
}

TEST_F(AccountMerge, HalfOfWhatARunWroteIsNotTakenForTheTargetsOwn) {
  for (const bool is_known : {false, true}) {
    source_.forwarders = {{"a", "1"}};
    if (is_known) merge();
    source_.forwarders["a"] = "new";
    target_.half = "half";
    target_.fails = true;
    EXPECT_TRUE(merge().error);
    target_.fails = false;
    target_.refuses = {"a"};
    EXPECT_EQ(outcomes(merge()), (std::vector{Outcome::not_carried}));
    target_.refuses.clear();
    EXPECT_TRUE(merge().is_complete);
    EXPECT_EQ(target_.forwarders, source_.forwarders);
    target_.forwarders["a"] = "mine";
    merge();
    EXPECT_EQ(target_.forwarders["a"], "mine") << "it was whole since";
    target_.forwarders = source_.forwarders;
    merge();
  }
}

TEST_F(AccountMerge, WhatWasRefusedAsAWholeIsTheTargetsToMake) {
  source_.forwarders = {{"a", "1"}, {"b", "2"}};
  target_.half = "half";
  target_.refuses = {"a"};
  target_.forwarders["a"] = "half";  // so nothing changes when it is refused
  target_.initial = {"a"};
  EXPECT_EQ(outcomes(merge()), (std::vector{Outcome::not_carried, Outcome::written}));
  target_.forwarders["a"] = "mine";
  target_.initial.clear();
  target_.refuses.clear();
  EXPECT_FALSE(merge().is_complete);
  EXPECT_EQ(target_.forwarders["a"], "mine");
}

TEST_F(AccountMerge, TwoThatWouldBecomeOneAreTold) {
  source_.forwarders = {{"a", "1"}, {"b", "2"}};
  options_.rename = [](const store::Setting& setting, std::vector<std::string>& changes) {
    store::Setting renamed = setting;
    renamed.id.name = "same";
    changes.push_back(setting.id.name + " -> same");
    return std::optional(renamed);
  };
  const AccountOutcome outcome = merge();
  EXPECT_FALSE(outcome.is_complete);
  EXPECT_EQ(outcome.renames.size(), 2U);
  EXPECT_EQ(target_.forwarders, (std::map<std::string, std::string>{{"same", "1"}}));
}

/// Over random histories: the target's own changes are never undone, the source's arrive where the target made none,
/// and a run after which nothing changed does nothing.
TEST_F(AccountMerge, RandomHistoriesEndAsTheRuleSays) {
  std::mt19937 random(7);
  const auto pick = [&random](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  const std::vector<std::string> names{"a", "b", "c"};
  std::size_t taken = 0;
  std::size_t own = 0;
  for (int history = 0; history < 2000; ++history) {
    ledger_ = ledger::Ledger::in_memory(entropy_);
    source_.forwarders.clear();
    target_.forwarders.clear();
    options_.take_away = pick(2) == 0;
    std::set<std::string> touched;  // by the target's owner, ever
    for (int step = 0; step < 6; ++step) {
      const auto source_before = source_.forwarders;
      for (int change = pick(4); change > 0; --change) {
        const std::string& name = names[static_cast<std::size_t>(pick(3))];
        const bool at_source = pick(2) == 0;
        auto& end = at_source ? source_.forwarders : target_.forwarders;
        if (pick(3) == 0)
          end.erase(name);
        else
          end[name] = std::to_string(pick(4));
        if (!at_source) touched.insert(name);
      }
      const auto target_before = target_.forwarders;
      merge();
      for (const std::string& name : names) {
        const bool was_touched = touched.count(name) != 0;
        const bool is_same = target_.forwarders.count(name) == target_before.count(name) &&
                             (target_before.count(name) == 0 || target_.forwarders[name] == target_before.at(name));
        if (!was_touched && source_.forwarders.count(name) != 0) {
          ASSERT_EQ(target_.forwarders[name], source_.forwarders[name]) << history << ' ' << step << ' ' << name;
          ++taken;
        }
        if (!was_touched && source_.forwarders.count(name) == 0 && options_.take_away) {
          ASSERT_EQ(target_.forwarders.count(name), 0U) << history << ' ' << step << ' ' << name;
        }
        if (was_touched && target_before.count(name) != 0 && source_.forwarders.count(name) != 0 &&
            source_before.count(name) != 0 && source_.forwarders[name] == source_before.at(name)) {
          // The source did nothing: whatever its owner made of the target stays as it is.
          ASSERT_TRUE(is_same) << history << ' ' << step << ' ' << name;
          ++own;
        }
      }
      const int applied = target_.applied;
      merge();
      ASSERT_EQ(target_.applied, applied) << history << ' ' << step;
    }
  }
  EXPECT_GT(taken, 1000U);
  EXPECT_GT(own, 1000U);
}

}  // namespace
}  // namespace mailhaul::sync
