#include "mailhaul/account/sieve/target.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "mailhaul/base/entropy.hpp"
#include "support/memory_kernel.hpp"

namespace mailhaul::account::sieve {
namespace {

using store::Setting;
using store::SettingId;
using store::SettingKind;
using Outcome = store::SettingResult::Outcome;

constexpr fs::Owner vmail{5000, 5000};
const SettingId of_account{"", SettingKind::filters, ""};
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
    places.root = fs::Directory::open_root(kernel_, entropy_, "/srv/vmail", rules);
    places.path = "/srv/vmail";
    places.birth = {vmail, 0600, 0700};
    places.home = [](const std::string& address) { return address.substr(0, address.find('@')); };
    return open_scripts(std::move(places), facts_of(settings_, "acct"), {}, false);
  }
  /// The source has it now, and it is brought.
  store::SettingResult bring(const SettingId& id, const store::Filters& value) {
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
  SystemEntropy entropy_;
  NoFiles files_;
  std::vector<Setting> settings_{};
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

TEST_F(SieveTarget, OfAScriptThatCanNotBeUnderstoodNothingIsTold) {
  (void)bring(of_bob, filing_into("Own"));
  change("bob", "# mailhaul: end filters", "# mailhaul: begin filters 00");
  const auto target = open();
  EXPECT_TRUE(target->read().empty());
  EXPECT_FALSE(target->can_tell(of_bob));
  EXPECT_TRUE(target->can_tell({"al@example.com", SettingKind::filters, ""}));
}

TEST_F(SieveTarget, WithoutALoginThereIsNoScript) {
  std::get<store::MailboxState>(settings_.front().value).has_login = false;
  EXPECT_EQ(bring(of_bob, filing_into("Own")).outcome, Outcome::not_carried);
  EXPECT_FALSE(kernel_.exists(script_of("bob")));
}

}  // namespace
}  // namespace mailhaul::account::sieve
