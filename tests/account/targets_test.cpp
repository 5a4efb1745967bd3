// What every target owes an account, whatever is in it: what is told to be written is there, what is told to be left
// behind is not, and nothing is lost without a word.

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "account/text/target_directory.hpp"
#include "mailhaul/account/address.hpp"
#include "mailhaul/account/dovecot/users.hpp"
#include "mailhaul/account/sieve/target.hpp"
#include "mailhaul/ledger/ledger.hpp"
#include "mailhaul/store/joined_target.hpp"
#include "mailhaul/sync/account_merge.hpp"

namespace mailhaul::account {
namespace {

using store::Destination;
using store::Setting;
using store::SettingId;
using store::SettingKind;
using Outcome = sync::SettingReport::Outcome;

constexpr fs::Owner vmail{5000, 5000};
constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20U;

/// Settings of every kind, in every state, hostile ones among them.
class RandomAccount {
 public:
  explicit RandomAccount(unsigned seed) : random_(seed) {}

  std::vector<Setting> settings() {
    out_[{"example.com", SettingKind::domain, {}}] = store::Domain{store::Domain::Kind::main, {}, {}};
    out_[{"example.net", SettingKind::domain, {}}] = store::Domain{
        store::Domain::Kind::addon, one_of<store::Domain::Routing>({{}, store::Domain::Routing::remote}, 4), {}};
    if (is_rare()) out_[{"a;b.example", SettingKind::domain, {}}] = store::Domain{};
    for (const std::string name : {"a@example.com", "b@example.com", "c+x@example.com", "A@example.com",
                                   "x\n@example.com", "d@example.net", "\xc3\xbc@example.net", "acct"})
      if (pick(2) == 0) add_mailbox(name);
    for (const std::string domain : {"example.com", "example.net"}) {
      for (const char* const name : {"a", "b", "c", "c+x", "d", "e", "f;g", "h\n"})
        if (pick(2) == 0) out_[{domain, SettingKind::forwarder, name + ('@' + domain)}] = list();
      if (pick(3) == 0) out_[{domain, SettingKind::forwarder, "*"}] = list();
      if (pick(4) == 0)
        out_[{domain, SettingKind::domain_forwarder, {}}] =
            store::DomainForwarder{pick(2) == 0 ? "o.example" : "example.net"};
    }
    add_of_the_account();
    std::vector<Setting> settings;
    settings.reserve(out_.size());
    for (const auto& [id, value] : out_) settings.push_back({id, value});
    return settings;
  }

 private:
  std::size_t pick(std::size_t below) { return random_() % below; }
  bool is_rare() { return pick(5) == 0; }
  template <class Value>
  Value one_of(std::pair<Value, Value> usual_and_rare, std::size_t rarity) {
    return pick(rarity) == 0 ? usual_and_rare.second : usual_and_rare.first;
  }

  void add_mailbox(const std::string& name) {
    const bool has_login = !is_rare();
    out_[{name, SettingKind::mailbox, {}}] = store::MailboxState{true, has_login, has_login};
    static const std::vector<std::string> hashes{"$6$a$b",        "$5$a$b", "$1$a$b",       "$y$a$b",
                                                 "ab0123456789z", "x:y",    "a;\"b\"\nc:d", ""};
    if (pick(4) != 0) out_[{name, SettingKind::password, {}}] = store::Password{hashes[pick(hashes.size())], {}};
    if (pick(2) != 0) out_[{name, SettingKind::quota, {}}] = store::Quota{pick(3) * (mebibyte + pick(2))};
    store::Suspension suspension;
    suspension.login = pick(3) == 0;
    suspension.incoming = pick(6) == 0;
    suspension.outgoing = pick(6) == 0;
    if (pick(2) != 0) out_[{name, SettingKind::suspension, {}}] = suspension;
    if (pick(3) == 0) out_[{name, SettingKind::responder, {}}] = responder();
    if (pick(3) == 0) out_[{name, SettingKind::filters, {}}] = filters();
  }

  void add_of_the_account() {
    if (pick(3) == 0) out_[{"e@example.com", SettingKind::responder, {}}] = responder();
    if (pick(2) == 0) out_[{"", SettingKind::filters, {}}] = filters();
    if (pick(2) == 0) {
      static const std::vector<std::string> preferences{"",
                                                        "# a remark\n",
                                                        "required_score 3\n",
                                                        "whitelist_from a@b.example\n",
                                                        "include /etc/x\n",
                                                        "required_score 3\ninclude /etc/x\n"};
      store::Spam spam;
      spam.is_enabled = pick(3) != 0;
      spam.has_box = pick(2) == 0;
      spam.is_disabled = is_rare();
      spam.preferences = preferences[pick(preferences.size())];
      out_[{"", SettingKind::spam, {}}] = spam;
    }
    if (pick(2) == 0) {
      store::Suspension suspension;
      suspension.account = pick(2) == 0;
      out_[{"", SettingKind::suspension, {}}] = suspension;
    }
    if (pick(2) == 0) out_[{"", SettingKind::file, "bayes"}] = store::OpaqueFile{3, "abc", 0600};
    if (pick(2) == 0) out_[{"", SettingKind::note, "a list"}] = store::Note{"a list", "move it"};
  }

  store::Responder responder() {
    store::Responder out;
    out.is_active = !is_rare();
    out.has_text = !is_rare();
    out.headers = {{"Subject", "Away %subject%"}};
    out.body = pick(2) == 0 ? "I am away.\n" : "Gr\xfc\xdf\"\n# mailhaul: end autoresponder\n";
    out.charset = pick(2) == 0 ? "iso-8859-1" : is_rare() ? "no-such" : "";
    if (pick(2) == 0) out.interval_hours = pick(50);
    if (is_rare()) out.stop = 1;
    return out;
  }

  store::Filters filters() {
    store::Filters out;
    if (is_rare()) return out;
    out.yaml = "---\n# " + std::to_string(pick(1000));
    out.is_understood = !is_rare();
    if (is_rare()) out.exim = "# Exim filter\nif true then pipe \"/bin/x\" endif\n";
    if (!out.is_understood) return out;
    for (std::size_t n = pick(3); n > 0; --n) {
      static const std::vector<store::FilterAction> actions{
          {"save", "/.A"}, {"deliver", "x@o.example"}, {"fail", "no"}, {"pipe", "/bin/x"}, {"finish", ""}};
      out.list.push_back(
          {"f" + std::to_string(n),
           !is_rare(),
           {{"$header_subject:", pick(2) == 0 ? "contains" : "matches", is_rare() ? "(?=x)" : "x", false}},
           {actions[pick(actions.size())]}});
    }
    return out;
  }

  store::Forwarder list() {
    using Kind = Destination::Kind;
    static const std::vector<Destination> all{{Kind::address, "a@example.com"},
                                              {Kind::address, "b@example.com"},
                                              {Kind::address, "c+x@example.com"},
                                              {Kind::address, "c@example.com"},
                                              {Kind::address, "D@example.net"},
                                              {Kind::address, "no@example.com"},
                                              {Kind::address, "X@o.example"},
                                              {Kind::address, "y+z@o.example"},
                                              {Kind::address, "|cmd@o.example"},
                                              {Kind::address, "a\nb@o.example"},
                                              {Kind::user, "acct"},
                                              {Kind::pipe, "/bin/x"},
                                              {Kind::file, "/etc/x"},
                                              {Kind::fail, "no: |x"},
                                              {Kind::fail, ""},
                                              {Kind::discard, ""},
                                              {Kind::include, "/x"},
                                              {Kind::unknown, ":defer: x"},
                                              {Kind::unknown, "\\x \"y\";"},
                                              {Kind::responder, "a@example.com"}};
    store::Forwarder out;
    for (std::size_t n = pick(4); n > 0; --n) out.to.push_back(all[pick(pick(2) == 0 ? 8 : all.size())]);
    if (pick(3) != 0) return out;
    out.to.push_back({Kind::include, "/y"});
    store::ListFile& list = out.lists["/y"];
    if (is_rare()) {
      list.why_not = "it is a link";
      return out;
    }
    // Those that are addresses or users, hostile ones among them.
    for (std::size_t n = pick(4); n > 0; --n) list.members.push_back(all[pick(11)].text);
    if (is_rare()) list.members.emplace_back("root");
    return out;
  }

  std::minstd_rand random_;
  std::map<SettingId, store::SettingValue> out_{};
};

/// Kinds of servers, as a run opens them.
enum class Server { json, dovecot, postfix, modoboa };

class Targets : public ::testing::TestWithParam<Server> {
 protected:
  using Kind = Destination::Kind;

  Targets() { reset(); }

  /// A server without anything.
  void reset() {
    memory_ = std::make_unique<support::MemoryKernel>();
    for (const char* const path : {"/srv", "/srv/new"}) memory_->put_directory(path, {}, 0755);
    memory_->put_directory("/srv/vmail", vmail, 0700);
  }

  [[nodiscard]] fs::Directory directory(const std::string& path) {
    fs::Rules rules;
    rules.side = Side::target;
    return fs::Directory::open_root(*memory_, entropy_, path, rules);
  }
  static std::string home_of(const std::string& mailbox) {
    const auto address = split_address(mailbox);
    const bool is_safe = address && is_safe_local_part(address->local_part) && is_safe_domain(address->domain);
    return is_safe ? address->domain + '/' + address->local_part : std::string();
  }

  [[nodiscard]] std::unique_ptr<store::AccountTarget> open_scripts(const AccountFacts& facts, bool is_modoboa) {
    sieve::ScriptPlaces places;
    places.root = directory("/srv/vmail");
    places.path = "/srv/vmail";
    places.birth = {vmail, 0600, 0700};
    places.home = home_of;
    sieve::Options options;
    options.now = 2;
    options.has_global_spam_rule = is_modoboa;
    options.has_spam_preferences = !is_modoboa;
    return sieve::open_scripts(std::move(places), facts, options, false);
  }

  [[nodiscard]] std::unique_ptr<store::AccountTarget> open(const AccountFacts& facts) {
    const TextPlace place{directory("/srv/new"), "/srv/new"};
    std::vector<std::unique_ptr<store::AccountTarget>> both;
    switch (GetParam()) {
    case Server::json: return open_json_target(place, "a.json", facts, {});
    case Server::postfix: return open_postfix_target(place, facts, {});
    case Server::modoboa:
      both.push_back(open_modoboa_target(place, "a.csv", facts, {}));
      both.push_back(open_scripts(facts, true));
      break;
    case Server::dovecot: {
      dovecot::UsersOptions users;
      users.mail_owner = vmail;
      users.home = [](const std::string& mailbox) { return "/srv/vmail/" + home_of(mailbox); };
      both.push_back(dovecot::open_users(place, facts, std::move(users)));
      both.push_back(open_scripts(facts, false));
    }
    }
    return std::make_unique<store::JoinedTarget>(std::move(both));
  }

  /// Whether nothing is lost where it is not there: it is what every server does of its own accord.
  [[nodiscard]] static bool says_nothing(const AccountFacts& facts, const Setting& setting) {
    const SettingId& id = setting.id;
    const auto* const box = facts.find<store::MailboxState>({id.owner, SettingKind::mailbox, {}});
    const bool has_login = box != nullptr && box->has_login;
    if (const auto* const state = std::get_if<store::MailboxState>(&setting.value)) return !state->has_login;
    if (const auto* const suspension = std::get_if<store::Suspension>(&setting.value))
      return (!id.owner.empty() && !has_login) || (!suspension->account && !suspension->login &&
                                                   !suspension->incoming && !suspension->outgoing && !suspension->held);
    if (const auto* const password = std::get_if<store::Password>(&setting.value))
      return password->hash.empty() || !has_login;
    if (const auto* const quota = std::get_if<store::Quota>(&setting.value)) return quota->octets == 0 || !has_login;
    if (const auto* const filters = std::get_if<store::Filters>(&setting.value))
      return filters->is_understood && filters->list.empty() && filters->exim.empty();
    if (const auto* const spam = std::get_if<store::Spam>(&setting.value))
      // Modoboa files spam for all.
      return (spam->is_disabled || !spam->has_box || GetParam() == Server::modoboa) &&
             !sets_anything(spam->preferences);
    if (const auto* const forwarder = std::get_if<store::Forwarder>(&setting.value)) {
      // An address that leads nowhere; or a default that unknown addresses are refused, which is for all of a list.
      const auto refusal = std::find_if(forwarder->to.begin(), forwarder->to.end(),
                                        [](const Destination& to) { return to.kind == Kind::fail; });
      if (refusal != forwarder->to.end())
        return refusal->text.empty() && (id.name == "*" || GetParam() == Server::modoboa);
      for (const Destination& to : forwarder->to) {
        const bool is_own = to.kind == Kind::address || to.kind == Kind::responder;
        if (!is_own || lower_case(to.text) != AccountFacts::address_of(id)) return false;
      }
      return true;
    }
    return false;
  }
  static bool sets_anything(const std::string& preferences) {
    return !preferences.empty() && preferences.front() != '#';
  }

  std::unique_ptr<support::MemoryKernel> memory_{};
  SystemEntropy entropy_{};
};

class Given final : public store::AccountSource {
 public:
  explicit Given(std::vector<Setting> settings) : settings_(std::move(settings)) {}
  [[nodiscard]] std::vector<Setting> read() override { return settings_; }
  void visit_files(const std::set<SettingId>& /*files*/,
                   const std::function<void(const SettingId&, io::Source&)>& /*take*/) override {}

 private:
  std::vector<Setting> settings_;
};

TEST_P(Targets, WhatIsThereAndWhatIsToldAreTogetherTheAccountAndNothingIsBoth) {
  std::map<Outcome, std::size_t> seen;
  for (unsigned seed = 1; seed <= 1100; ++seed) {
    reset();
    const std::vector<Setting> settings = RandomAccount(seed).settings();
    Given source(settings);
    const AccountFacts facts = facts_of(settings, "acct");
    auto ledger = ledger::Ledger::in_memory(entropy_);
    const auto target = open(facts);
    sync::AccountOptions options;
    options.rename = [&](const Setting& setting, std::vector<std::string>&) {
      return target->concerns(setting.id.kind) ? std::optional(setting) : std::nullopt;
    };
    const sync::AccountOutcome outcome = sync::merge_account(source, *target, ledger, options);
    ASSERT_FALSE(outcome.error) << seed << outcome.error->reason();
    std::map<SettingId, sync::SettingReport> told;
    for (const sync::SettingReport& report : outcome.reports)
      EXPECT_TRUE(told.emplace(report.id, report).second) << seed << ": told twice";
    const auto now = comparables(open(facts)->read());
    for (const Setting& setting : settings) {
      const SettingId& id = setting.id;
      const std::string what = std::to_string(seed) + ": " + std::string(store::to_string(id.kind)) + ' ' + id.owner +
                               ' ' + id.name + ": " + store::summary(setting.value);
      const auto there = now.find(id);
      const bool is_there = there != now.end() && there->second == store::comparable(setting.value);
      if (!target->concerns(id.kind)) {
        EXPECT_EQ(there, now.end()) << what;
        continue;
      }
      ASSERT_EQ(told.count(id), 1U) << what;
      const sync::SettingReport& report = told.at(id);
      ++seen[report.outcome];
      const std::string said = what + "\n  " + std::string(sync::to_string(report.outcome)) + ' ' + report.text;
      switch (report.outcome) {
      case Outcome::written: EXPECT_TRUE(is_there || says_nothing(facts, setting)) << said; break;
      case Outcome::approximated: EXPECT_FALSE(report.text.empty()) << said; break;
      case Outcome::not_carried:
        EXPECT_FALSE(is_there && !says_nothing(facts, setting)) << said;
        EXPECT_FALSE(report.text.empty()) << said;
        break;
      default: ADD_FAILURE() << said;
      }
      if (const auto* const quota = std::get_if<store::Quota>(&setting.value);
          quota != nullptr && report.outcome == Outcome::approximated && !says_nothing(facts, setting)) {
        const store::Quota rounded{(quota->octets + mebibyte - 1) / mebibyte * mebibyte};
        ASSERT_NE(there, now.end()) << said;
        EXPECT_EQ(there->second, store::comparable(rounded)) << said;
      }
      if (std::holds_alternative<store::Password>(setting.value) && report.outcome == Outcome::approximated &&
          !says_nothing(facts, setting)) {
        EXPECT_TRUE(is_there) << said;
      }
    }
    // What nobody had at the source is at most what a mailbox has when nothing is said of it.
    for (const Setting& setting : open(facts)->read()) {
      if (facts.settings.count(setting.id) != 0) continue;
      EXPECT_TRUE(says_nothing(facts, setting))
          << seed << ": of nobody: " << setting.id.owner << ' ' << setting.id.name << store::summary(setting.value);
    }
    // A second run writes nothing, and tells what was left behind once more.
    const auto files = memory_->files();
    const sync::AccountOutcome again = sync::merge_account(source, *open(facts), ledger, options);
    EXPECT_EQ(memory_->files(), files) << seed;
    for (const sync::SettingReport& report : again.reports)
      EXPECT_EQ(told.at(report.id).outcome, Outcome::not_carried)
          << seed << ": " << report.id.owner << ' ' << report.id.name << ' ' << report.text;
    if (HasFailure()) break;
  }
  EXPECT_GT(seen[Outcome::written], 100U);
  if (GetParam() != Server::json) {
    EXPECT_GT(seen[Outcome::approximated], 100U);
    EXPECT_GT(seen[Outcome::not_carried], 100U);
  }
}

/// Servers with a script in the home of each mailbox.
class TargetsWithScripts : public Targets {
 protected:
  using Reports = std::map<SettingId, sync::SettingReport>;

  static void add_mailbox(std::vector<Setting>& settings, const std::string& name) {
    settings.push_back({{name, SettingKind::mailbox, {}}, store::MailboxState{true, true, true}});
    settings.push_back({{name, SettingKind::password, {}}, store::Password{"$6$a$b", {}}});
  }
  /// Mailbox a, with rules and a scanner's preferences for all of the account.
  static std::vector<Setting> account() {
    store::Filters filters;
    filters.yaml = "---\n";
    filters.list = {{"rule", true, {{"$header_subject:", "contains", "x", false}}, {{"save", "/.Work"}}}};
    store::Spam spam;
    spam.is_enabled = spam.has_box = true;
    spam.preferences = "required_score 3\n";
    std::vector<Setting> settings{{{"example.com", SettingKind::domain, {}}, store::Domain{}}, {of_filters, filters}};
    if (GetParam() == Server::dovecot) settings.push_back({of_spam, spam});
    add_mailbox(settings, "a@example.com");
    return settings;
  }
  sync::AccountOutcome bring(const std::vector<Setting>& settings, ledger::Ledger& ledger) {
    Given source(settings);
    const auto target = open(facts_of(settings, "acct"));
    return sync::merge_account(source, *target, ledger, {});
  }
  static Reports reports_of(const sync::AccountOutcome& outcome) {
    Reports all;
    for (const sync::SettingReport& report : outcome.reports)
      EXPECT_TRUE(all.emplace(report.id, report).second) << "told twice: " << report.text;
    return all;
  }

  inline static const SettingId of_filters{"", SettingKind::filters, ""};
  inline static const SettingId of_spam{"", SettingKind::spam, ""};
};

TEST_P(TargetsWithScripts, WhatOneMailboxCouldNotGetOfTheAccountIsToldUntilItHasIt) {
  const std::string home = "/srv/vmail/example.com/b";
  const std::vector<std::pair<const char*, std::function<void()>>> faults{
      {"a home that is a link", [&] { memory_->put_symlink(home, "/etc", vmail); }},
      {"somebody else's home",
       [&] {
         memory_->put_directory(home, {1002, 1002}, 0700);
       }},
  };
  for (const auto& [what, break_it] : faults) {
    reset();
    auto ledger = ledger::Ledger::in_memory(entropy_);
    std::vector<Setting> settings = account();
    EXPECT_TRUE(bring(settings, ledger).is_complete) << what;
    add_mailbox(settings, "b@example.com");
    break_it();
    for (int run = 1; run <= 2; ++run) {
      const sync::AccountOutcome outcome = bring(settings, ledger);
      EXPECT_FALSE(outcome.is_complete) << what << ", run " << run;
      Reports told = reports_of(outcome);
      for (const SettingId& id : {of_filters, of_spam}) {
        if (id == of_spam && GetParam() != Server::dovecot) continue;
        ASSERT_EQ(told.count(id), 1U) << what << ", run " << run;
        EXPECT_EQ(told[id].outcome, Outcome::not_carried) << what << ", run " << run;
        EXPECT_NE(told[id].text.find(home), std::string::npos) << told[id].text;
      }
    }
    memory_->remove(home);
    const sync::AccountOutcome mended = bring(settings, ledger);
    EXPECT_TRUE(mended.is_complete) << what;
    EXPECT_EQ(reports_of(mended)[of_filters].outcome, Outcome::written) << what;
    EXPECT_EQ(memory_->octets_of(home + "/sieve/mailhaul.sieve"),
              memory_->octets_of("/srv/vmail/example.com/a/sieve/mailhaul.sieve"));
    EXPECT_TRUE(bring(settings, ledger).reports.empty()) << what;
  }
}

std::string name_of(const ::testing::TestParamInfo<Server>& info) {
  switch (info.param) {
  case Server::json: return "json";
  case Server::dovecot: return "dovecot";
  case Server::postfix: return "postfix";
  case Server::modoboa: break;
  }
  return "modoboa";
}

INSTANTIATE_TEST_SUITE_P(Each, TargetsWithScripts, ::testing::Values(Server::dovecot, Server::modoboa), name_of);
INSTANTIATE_TEST_SUITE_P(Each, Targets,
                         ::testing::Values(Server::json, Server::dovecot, Server::postfix, Server::modoboa), name_of);

}  // namespace
}  // namespace mailhaul::account
