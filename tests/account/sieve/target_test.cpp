#include "mailhaul/account/sieve/target.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <map>
#include <string>
#include <vector>

#include "mailhaul/base/entropy.hpp"
#include "support/faulty_kernel.hpp"
#include "support/memory_kernel.hpp"

namespace mailhaul::account::sieve {
namespace {

using store::Setting;
using store::SettingId;
using store::SettingKind;
using Outcome = store::SettingResult::Outcome;

constexpr fs::Owner vmail{5000, 5000};
const SettingId of_account{"", SettingKind::filters, ""};
const SettingId of_spam{"", SettingKind::spam, ""};
const SettingId of_bob{"bob@example.com", SettingKind::filters, ""};

store::Filters filing_into(const std::string& folder) {
  store::Filters filters;
  filters.list = {{"rule", true, {{"$header_subject:", "contains", "x", false}}, {{"save", "/." + folder}}}};
  filters.yaml = "---\n# " + folder;
  return filters;
}

class NoFiles final : public store::AccountSource {
 public:
  [[nodiscard]] std::vector<Setting> read() override { return {}; }
  void visit_files(const std::set<SettingId>& /*files*/,
                   const std::function<void(const SettingId&, io::Source&)>& /*take*/) override {}
};

/// A server with the homes of bob and al in memory.
class SieveTarget : public ::testing::Test {
 protected:
  SieveTarget() {
    for (const char* path : {"/srv", "/srv/vmail"}) kernel_.put_directory(path, vmail, 0700);
    add_mailbox("bob");
    add_mailbox("al");
  }
  void add_mailbox(const std::string& name) {
    kernel_.put_directory("/srv/vmail/" + name, vmail, 0700);
    settings_.push_back({{name + "@example.com", SettingKind::mailbox, ""}, store::MailboxState{true, true, true}});
  }
  [[nodiscard]] static std::string script_of(const std::string& name) {
    return "/srv/vmail/" + name + "/sieve/mailhaul.sieve";
  }
  [[nodiscard]] std::string script(const std::string& name) { return kernel_.octets_of(script_of(name)); }
  void change(const std::string& name, const std::string& what, const std::string& into) {
    std::string text = script(name);
    text.replace(text.find(what), what.size(), into);
    kernel_.put_file(script_of(name), text, vmail, 0600);
  }

  [[nodiscard]] std::unique_ptr<store::AccountTarget> open() {
    fs::Rules rules;
    rules.side = Side::target;
    ScriptPlaces places;
    places.root = fs::Directory::open_root(faulty_, entropy_, "/srv/vmail", rules);
    places.path = "/srv/vmail";
    places.birth = {vmail, 0600, 0700};
    places.home = [](const std::string& address) { return address.substr(0, address.find('@')); };
    Options options;
    options.has_spam_preferences = reads_preferences_;
    return open_scripts(std::move(places), facts_of(settings_, "acct"), options, is_dry_);
  }
  [[nodiscard]] static std::string preferences_of(const std::string& name) {
    return "/srv/vmail/" + name + "/.spamassassin/user_prefs";
  }
  [[nodiscard]] std::string preferences(const std::string& name) { return kernel_.octets_of(preferences_of(name)); }
  /// The source has it now, and it is brought.
  store::SettingResult bring(const SettingId& id, const store::SettingValue& value) {
    std::erase_if(settings_, [&](const Setting& setting) { return setting.id == id; });
    settings_.push_back({id, value});
    const std::vector<store::SettingChange> changes{{id, value, id}};
    return open()->apply(changes, files_).front();
  }
  /// As it is read there; "" where it is not.
  [[nodiscard]] std::string now(const SettingId& id) {
    for (const Setting& setting : open()->read())
      if (setting.id == id) return store::comparable(setting.value);
    return {};
  }

  support::MemoryKernel kernel_;
  support::FaultyKernel faulty_{kernel_};
  SystemEntropy entropy_;
  NoFiles files_;
  std::vector<Setting> settings_{};
  bool reads_preferences_ = true;
  bool is_dry_ = false;
};

TEST_F(SieveTarget, WhatBelongsToTheAccountStandsInEachScriptAndIsReadOnce) {
  EXPECT_EQ(bring(of_account, filing_into("Work")).outcome, Outcome::written);
  EXPECT_NE(script("bob").find("\"Work\""), std::string::npos);
  EXPECT_EQ(script("al"), script("bob"));
  EXPECT_EQ(now(of_account), store::comparable(filing_into("Work")));
}

TEST_F(SieveTarget, FiltersOfAnAccountThatAreTooLongAreInNoScript) {
  store::Filters filters = filing_into("Work");
  filters.yaml += std::string(65'536, '#');
  EXPECT_EQ(bring(of_account, filters).outcome, Outcome::not_carried);
  EXPECT_FALSE(kernel_.exists(script_of("bob")));
  EXPECT_FALSE(kernel_.exists(script_of("al")));
}

TEST_F(SieveTarget, ASectionThatItsUserChangedIsHisAndTheOthersFollow) {
  (void)bring(of_account, filing_into("Work"));
  change("bob", "\"Work\"", "\"Mine\"");
  const std::string own = script("bob");
  EXPECT_EQ(now(of_account), store::comparable(filing_into("Work"))) << "his says nothing of the others";
  EXPECT_EQ(bring(of_account, filing_into("Play")).outcome, Outcome::approximated);
  EXPECT_EQ(script("bob"), own);
  EXPECT_NE(script("al").find("\"Play\""), std::string::npos);
}

TEST_F(SieveTarget, AChangeOfOneMailboxLeavesWhatIsTheAccountsAlone) {
  (void)bring(of_account, filing_into("Work"));
  change("bob", "\"Work\"", "\"Mine\"");
  const std::string other = script("al");
  EXPECT_EQ(bring(of_bob, filing_into("Own")).outcome, Outcome::written);
  EXPECT_NE(script("bob").find("\"Mine\""), std::string::npos);
  EXPECT_NE(script("bob").find("\"Own\""), std::string::npos);
  EXPECT_EQ(script("al"), other);
}

TEST_F(SieveTarget, ANewMailboxGetsWhatTheSourceHasAndNotWhatAScriptSays) {
  (void)bring(of_account, filing_into("Work"));
  change("al", "\"Work\"", "\"Mine\"");
  add_mailbox("zoe");
  (void)bring({"zoe@example.com", SettingKind::filters, ""}, filing_into("Own"));
  EXPECT_NE(script("zoe").find("\"Work\""), std::string::npos);
  EXPECT_EQ(script("zoe").find("\"Mine\""), std::string::npos);
}

TEST_F(SieveTarget, WhatCouldNotBeWrittenEverywhereIsAskedForAgain) {
  (void)bring(of_account, filing_into("Work"));
  const std::string old = script("al");
  kernel_.remove(script_of("al"));
  kernel_.put_file(script_of("al"), old, {1002, 1002}, 0600);  // another one's: not to be read or written
  EXPECT_EQ(bring(of_account, filing_into("Play")).outcome, Outcome::not_carried);
  EXPECT_EQ(now(of_account), "") << "one has the old ones";
}

TEST_F(SieveTarget, WhatOnlyOneGotIsUnfinishedWhoeverAskedForIt) {
  settings_.push_back({of_account, filing_into("Work")});
  support::Fault fault;
  fault.call = support::Call::make_symlink;
  fault.nth = 2;  // the first is al's
  fault.errno_value = EPERM;
  faulty_.inject(fault);
  const auto target = open();
  EXPECT_TRUE(target->apply({}, files_).empty());
  ASSERT_EQ(target->unfinished().size(), 1U);
  EXPECT_EQ(target->unfinished().front().id, of_account);
  EXPECT_NE(target->unfinished().front().text.find("/srv/vmail/bob/"), std::string::npos);
  EXPECT_TRUE(kernel_.exists(script_of("al")));
  EXPECT_FALSE(kernel_.exists(script_of("bob")));
  faulty_.heal();
  const std::vector<store::SettingChange> changes{{of_account, filing_into("Work"), of_account}};
  EXPECT_EQ(target->apply(changes, files_).front().outcome, Outcome::written);
  EXPECT_TRUE(target->unfinished().empty());
  EXPECT_EQ(script("bob"), script("al"));
}

TEST_F(SieveTarget, OfAScriptThatCanNotBeUnderstoodNothingIsTold) {
  (void)bring(of_bob, filing_into("Own"));
  change("bob", "# mailhaul: end filters", "# mailhaul: begin filters 00");
  const auto target = open();
  EXPECT_TRUE(target->read().empty());
  EXPECT_FALSE(target->can_tell(of_bob));
  EXPECT_TRUE(target->can_tell({"al@example.com", SettingKind::filters, ""}));
}

store::Spam preferring(const std::string& preferences, bool has_box = false) {
  store::Spam spam;
  spam.is_enabled = true;
  spam.has_box = has_box;
  spam.preferences = preferences;
  return spam;
}

TEST_F(SieveTarget, PreferencesOfTheAccountAreEachMailboxsAndReadOnce) {
  for (const bool has_box : {false, true}) {
    const store::Spam spam = preferring("required_score 4\nwhitelist_from a@b.example\n", has_box);
    EXPECT_EQ(bring(of_spam, spam).outcome, Outcome::written) << has_box;
    EXPECT_NE(preferences("bob").find("\nrequired_score 4\nwhitelist_from a@b.example\n# mailhaul: end "),
              std::string::npos)
        << preferences("bob");
    EXPECT_EQ(preferences("al"), preferences("bob"));
    EXPECT_EQ(kernel_.exists(script_of("bob")), has_box);
    EXPECT_EQ(now(of_spam), store::comparable(spam));
  }
  const fs::Status status = kernel_.status_of(preferences_of("bob"));
  EXPECT_EQ(status.owner, vmail);
  EXPECT_EQ(status.permissions, 0600U);
}

TEST_F(SieveTarget, WhereTheScannerReadsNoneOrItIsOffThereAreNoPreferences) {
  store::Spam off = preferring("required_score 4\n");
  off.is_disabled = true;
  EXPECT_EQ(bring(of_spam, off).outcome, Outcome::not_carried);
  reads_preferences_ = false;
  EXPECT_EQ(bring(of_spam, preferring("required_score 4\n")).outcome, Outcome::not_carried);
  EXPECT_FALSE(kernel_.exists(preferences_of("bob")));
}

TEST_F(SieveTarget, PreferencesThatAreAnAdministratorsAreToldAndOnlyThey) {
  const store::SettingResult some = bring(of_spam, preferring("required_score 4\ninclude /etc/shadow\n"));
  EXPECT_EQ(some.outcome, Outcome::approximated);
  EXPECT_NE(some.text.find("include"), std::string::npos);
  EXPECT_EQ(some.text.find("required_score"), std::string::npos);
  EXPECT_EQ(preferences("bob").find("\ninclude"), std::string::npos);
  EXPECT_EQ(bring(of_spam, preferring("include /etc/shadow\n")).outcome, Outcome::not_carried);
  EXPECT_FALSE(kernel_.exists(preferences_of("bob"))) << "what was there is taken away";
}

TEST_F(SieveTarget, LinesThatAUserAddsToHisPreferencesStay) {
  (void)bring(of_spam, preferring("required_score 4\n"));
  kernel_.put_file(preferences_of("bob"), preferences("bob") + "required_score 2\n", vmail, 0600);
  EXPECT_EQ(now(of_spam), store::comparable(preferring("required_score 4\n"))) << "ours is as it was";
  EXPECT_EQ(bring(of_spam, preferring("required_score 5\n")).outcome, Outcome::written);
  EXPECT_NE(preferences("bob").find("\nrequired_score 5\n"), std::string::npos);
  EXPECT_TRUE(preferences("bob").ends_with("\nrequired_score 2\n"));
}

TEST_F(SieveTarget, PreferencesThatWereChangedByHandAreHisAndTheOthersFollow) {
  (void)bring(of_spam, preferring("required_score 4\n"));
  std::string own = preferences("bob");
  own.replace(own.find("\nrequired_score 4"), 17, "\nrequired_score 3");
  kernel_.put_file(preferences_of("bob"), own, vmail, 0600);
  EXPECT_EQ(now(of_spam), store::comparable(preferring("required_score 4\n"))) << "his says nothing of the others";
  const store::SettingResult result = bring(of_spam, preferring("required_score 5\n"));
  EXPECT_EQ(result.outcome, Outcome::approximated);
  EXPECT_NE(result.text.find("bob@example.com"), std::string::npos) << result.text;
  EXPECT_EQ(preferences("bob"), own);
  EXPECT_NE(preferences("al").find("\nrequired_score 5\n"), std::string::npos);
}

TEST_F(SieveTarget, WhereAllChangedThemWhatTheyMadeOfItIsTheirs) {
  (void)bring(of_spam, preferring("required_score 4\n"));
  for (const char* const name : {"bob", "al"}) {
    std::string own = preferences(name);
    own.replace(own.find("\nrequired_score 4"), 17, "\nrequired_score 3");
    kernel_.put_file(preferences_of(name), own, vmail, 0600);
  }
  EXPECT_NE(now(of_spam), "") << "not taken away";
  EXPECT_NE(now(of_spam), store::comparable(preferring("required_score 4\n")));
}

TEST_F(SieveTarget, PreferencesOfSomebodyElseStayAndTheTemplateGetsOurs) {
  kernel_.put_directory("/srv/vmail/bob/.spamassassin", vmail, 0700);
  kernel_.put_file(preferences_of("bob"), "# SpamAssassin user preferences file.\n\n# required_score 5", vmail, 0600);
  kernel_.put_directory("/srv/vmail/al/.spamassassin", vmail, 0700);
  kernel_.put_file(preferences_of("al"), "required_score 9\n", vmail, 0600);
  EXPECT_EQ(bring(of_spam, preferring("required_score 4\n")).outcome, Outcome::approximated);
  EXPECT_TRUE(preferences("bob").starts_with(
      "# SpamAssassin user preferences file.\n\n# required_score 5\n# mailhaul: begin spam-preferences "))
      << preferences("bob");
  EXPECT_EQ(preferences("al"), "required_score 9\n");
  const std::vector<store::SettingChange> gone{{of_spam, std::nullopt, of_spam}};
  std::erase_if(settings_, [&](const Setting& setting) { return setting.id == of_spam; });
  (void)open()->apply(gone, files_);
  EXPECT_EQ(preferences("bob"), "# SpamAssassin user preferences file.\n\n# required_score 5\n");
  EXPECT_EQ(preferences("al"), "required_score 9\n");
}

TEST_F(SieveTarget, ADryRunShowsPreferencesAndWritesNone) {
  is_dry_ = true;
  const store::Spam spam = preferring("required_score 4\n");
  settings_.push_back({of_spam, spam});
  const auto target = open();
  const std::vector<store::SettingChange> changes{{of_spam, spam, of_spam}};
  EXPECT_EQ(target->apply(changes, files_).front().outcome, Outcome::written);
  EXPECT_FALSE(kernel_.exists(preferences_of("bob")));
  ASSERT_EQ(target->file_changes().size(), 2U);
  EXPECT_EQ(target->file_changes()[0].path, preferences_of("al"));
  EXPECT_NE(target->file_changes()[0].after.find("\nrequired_score 4\n"), std::string::npos);
  EXPECT_FALSE(target->file_changes()[0].is_secret);
}

TEST_F(SieveTarget, PreferencesThatCanNotBeWrittenAreToldAndAskedForAgain) {
  kernel_.put_directory("/srv/vmail/al/.spamassassin", {1002, 1002}, 0700);  // another one's
  EXPECT_EQ(bring(of_spam, preferring("required_score 4\n")).outcome, Outcome::not_carried);
  EXPECT_NE(preferences("bob").find("\nrequired_score 4\n"), std::string::npos);
  EXPECT_EQ(now(of_spam), "") << "one has none";
}

TEST_F(SieveTarget, WhereSpamdFindsThemIsSaid) {
  settings_.push_back({of_spam, preferring("required_score 4\n")});
  const auto target = open();
  const std::vector<store::SettingChange> changes{{of_spam, settings_.back().value, of_spam}};
  (void)target->apply(changes, files_);
  const std::vector<std::string> steps = target->after_steps();
  ASSERT_EQ(steps.size(), 1U) << "there are no scripts to compile";
  EXPECT_NE(steps.front().find("--virtual-config-dir='/srv/vmail/%l/.spamassassin'"), std::string::npos)
      << steps.front();
}

TEST_F(SieveTarget, OfWhatIsARemarkAloneNothingIsThere) {
  store::Filters program = filing_into("Work");
  program.list.front().actions = {{"pipe", "/bin/x"}};
  for (const SettingId& id : {of_bob, of_account}) {
    EXPECT_EQ(bring(id, program).outcome, Outcome::not_carried);
    EXPECT_NE(script("bob").find("/bin/x"), std::string::npos) << "to make it anew by";
    EXPECT_EQ(now(id), "") << "else the next run would take it for carried";
    const std::string before = script("bob");
    EXPECT_EQ(bring(id, program).outcome, Outcome::not_carried);
    EXPECT_EQ(script("bob"), before);
    EXPECT_EQ(bring(id, filing_into("Work")).outcome, Outcome::written);
    EXPECT_EQ(now(id), store::comparable(filing_into("Work")));
  }
}

TEST_F(SieveTarget, WhereNoMailboxHasALoginWhatIsTheAccountsIsTold) {
  for (Setting& setting : settings_) std::get<store::MailboxState>(setting.value).has_login = false;
  EXPECT_EQ(bring(of_account, filing_into("Work")).outcome, Outcome::not_carried);
  EXPECT_EQ(bring(of_spam, preferring("required_score 4\n")).outcome, Outcome::not_carried);
  EXPECT_EQ(bring(of_spam, preferring("", true)).outcome, Outcome::not_carried);
  EXPECT_EQ(bring(of_spam, preferring("")).outcome, Outcome::written) << "there is nothing to write";
}

TEST_F(SieveTarget, WithoutALoginThereIsNoScript) {
  std::get<store::MailboxState>(settings_.front().value).has_login = false;
  EXPECT_EQ(bring(of_bob, filing_into("Own")).outcome, Outcome::not_carried);
  EXPECT_FALSE(kernel_.exists(script_of("bob")));
}

}  // namespace
}  // namespace mailhaul::account::sieve
