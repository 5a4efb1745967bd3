// The tables as Postfix's own programs read them: each address of a whole account is looked up as its servers do.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "account/postfix/map_rows.hpp"
#include "mailhaul/account/address.hpp"
#include "mailhaul/account/text_targets.hpp"
#include "mailhaul/base/entropy.hpp"
#include "mailhaul/fs/kernel.hpp"
#include "support/cpanel_account.hpp"
#include "support/scratch_directory.hpp"

namespace mailhaul::account::postfix {
namespace {

constexpr const char* postmap = "/usr/sbin/postmap";

std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

class NoFiles final : public store::AccountSource {
 public:
  [[nodiscard]] std::vector<store::Setting> read() override { return {}; }
  void visit_files(const std::set<store::SettingId>& /*files*/,
                   const std::function<void(const store::SettingId&, io::Source&)>& /*take*/) override {}
};

class Postmap : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(postmap)) GTEST_SKIP() << postmap << " is not installed";
    std::filesystem::create_directory(scratch_ / "conf");
    std::filesystem::create_directory(scratch_ / "maps");
    std::ofstream(scratch_ / "conf/main.cf") << "compatibility_level = 3.6\nsmtputf8_enable = yes\n"
                                             << "config_directory = " << scratch_ / "conf" << '\n';
  }

  void bring(const AccountFacts& facts) {
    fs::PosixKernel kernel;
    SystemEntropy entropy;
    fs::Rules rules;
    rules.side = Side::target;
    rules.durability = fs::Durability::none;
    const auto directory = fs::Directory::open_root(kernel, entropy, scratch_ / "maps", rules);
    const auto target = open_postfix_target({directory, directory.place()}, facts, {false, {::geteuid(), ::getegid()}});
    std::vector<store::SettingChange> changes;
    for (const auto& [id, value] : facts.settings)
      if (target->concerns(id.kind)) changes.push_back({id, value, id});
    NoFiles files;
    const auto results = target->apply(changes, files);
    for (std::size_t i = 0; i < changes.size(); ++i) results_[changes[i].id] = results.at(i);
  }

  /// By postmap(1): what each of the keys leads to; the rest has no row.
  std::map<std::string, std::string> look_up(Table table, const std::set<std::string>& keys) {
    const std::string file = "hash:" + scratch_ / ("maps/" + std::string(name_of(table)));
    if (!std::filesystem::exists(scratch_ / ("maps/" + std::string(name_of(table))))) return {};
    const std::string conf = scratch_ / "conf";
    std::ofstream(scratch_ / "keys").close();
    EXPECT_EQ(run({postmap, "-c", conf, file}), 0);
    EXPECT_EQ(content_of(scratch_ / "err"), "") << "not a word about a row";
    {
      std::ofstream input(scratch_ / "keys");
      for (const std::string& key : keys) input << key << '\n';
    }
    (void)run({postmap, "-c", conf, "-q", "-", file});
    const std::string found = content_of(scratch_ / "out");
    std::map<std::string, std::string> out;
    for (std::size_t at = 0; at < found.size();) {
      const std::size_t end = found.find('\n', at);
      const std::size_t tab = found.find('\t', at);
      out[found.substr(at, tab - at)] = found.substr(tab + 1, end - tab - 1);
      at = end + 1;
    }
    return out;
  }

  /// Its exit status. It reads the file "keys" and writes "out" and "err".
  int run(std::vector<std::string> words) {
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    std::string path = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    std::array<char*, 2> environment{path.data(), nullptr};
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    const std::array names{scratch_ / "keys", scratch_ / "out", scratch_ / "err"};
    for (int fd = 0; fd < 3; ++fd)
      ::posix_spawn_file_actions_addopen(&actions, fd, names.at(static_cast<std::size_t>(fd)).c_str(),
                                         fd == 0 ? O_RDONLY : O_WRONLY | O_CREAT | O_TRUNC, 0600);
    pid_t pid = -1;
    int status = -1;
    const bool has_begun = ::posix_spawn(&pid, postmap, &actions, nullptr, arguments.data(), environment.data()) == 0;
    ::posix_spawn_file_actions_destroy(&actions);
    return has_begun && ::waitpid(pid, &status, 0) == pid ? status : -1;
  }

  support::ScratchDirectory scratch_{"mailhaul-postmap"};
  std::map<store::SettingId, store::SettingResult> results_{};
};

/// Where Postfix leads one address: what cleanup(8) makes of virtual_alias_maps, each expanded once.
class Expansion {
 public:
  explicit Expansion(const std::map<std::string, std::string>& aliases) : aliases_(aliases) {}

  std::set<std::string> of(const std::string& address) {
    ends_.clear();
    seen_.clear();
    expand(address);
    return ends_;
  }

 private:
  void expand(const std::string& address) {
    const std::string key = lower_case(address);
    if (!seen_.insert(key).second) return;
    const auto parts = split_address(key);
    if (const auto own = aliases_.find(key); own != aliases_.end()) return follow(key, own->second);
    const auto rest = aliases_.find('@' + parts->domain);
    if (rest == aliases_.end()) {
      ends_.insert(key);
      return;
    }
    if (rest->second.front() == '@') return expand(parts->local_part + rest->second);
    follow(key, rest->second);
  }
  void follow(const std::string& key, const std::string& list) {
    for (const std::string& item : alias_items(list)) {
      if (lower_case(item) == key)
        ends_.insert(key);
      else
        expand(item);
    }
  }

  const std::map<std::string, std::string>& aliases_;
  std::set<std::string> ends_{};
  std::set<std::string> seen_{};
};

TEST_F(Postmap, AnswersForEachAddressOfAWholeAccount) {
  support::AccountPlan plan;
  plan.messages_a_folder = 1;
  const auto made = support::make_cpanel_account(plan, scratch_ / "account");
  std::vector<store::Setting> settings = made.settings;
  // A default address of addon.example that has mailboxes beside it, and an own mailbox for the account's.
  settings.push_back({{"alice@example.com", store::SettingKind::mailbox, {}}, store::MailboxState{true, true, true}});
  const AccountFacts facts = facts_of(settings, plan.user);
  bring(facts);

  std::set<std::string> addresses{"nobody@example.com", "nobody@addon.example", "nobody@parked.example"};
  std::set<std::string> rests;
  for (const auto& [id, value] : facts.settings) {
    if (id.kind == store::SettingKind::mailbox) addresses.insert(lower_case(id.owner));
    if (id.kind == store::SettingKind::forwarder && id.name != "*") addresses.insert(AccountFacts::address_of(id));
  }
  std::set<std::string> keys = addresses;
  for (const std::string& domain : facts.domains) keys.insert('@' + domain);
  const auto aliases = look_up(Table::aliases, keys);
  const auto boxes = look_up(Table::mailboxes, keys);
  const auto transport = look_up(Table::transport, keys);
  const auto access = look_up(Table::access, keys);
  std::set<std::string> names(facts.domains.begin(), facts.domains.end());
  const auto domains = look_up(Table::domains, names);

  Expansion leads(aliases);
  for (const auto& [id, value] : facts.settings) {
    if (id.kind == store::SettingKind::domain) {
      const auto& domain = std::get<store::Domain>(value);
      const bool is_here = domain.routing == store::Domain::Routing::local;
      EXPECT_EQ(domains.count(id.owner), is_here ? 1U : 0U) << id.owner;
    }
    if (id.kind == store::SettingKind::mailbox) {
      const std::string address = lower_case(id.owner);
      const bool is_box = std::get<store::MailboxState>(value).has_login;
      EXPECT_EQ(boxes.count(address), is_box ? 1U : 0U) << address;
      if (is_box) {
        EXPECT_EQ(leads.of(address).count(address), 1U) << address << " gets its own mail";
      }
    }
    if (id.kind != store::SettingKind::forwarder || id.name == "*") continue;
    const std::string address = AccountFacts::address_of(id);
    const auto& list = std::get<store::Forwarder>(value).to;
    const bool has_box = boxes.count(address) != 0 && transport.count(address) == 0;
    const auto ends = leads.of(address);
    for (const store::Destination& to : list) {
      if (to.kind == store::Destination::Kind::address) {
        EXPECT_FALSE(ends.empty());
        for (const std::string& end : leads.of(to.text)) EXPECT_EQ(ends.count(end), 1U) << address << ' ' << end;
      }
      if (to.kind == store::Destination::Kind::user) {
        EXPECT_EQ(ends.count("alice@example.com"), 1U) << address;
      }
      if (to.kind == store::Destination::Kind::fail) {
        EXPECT_EQ(access.at(address).substr(0, 10), "550 5.1.1 ") << address;
      }
      if (to.kind == store::Destination::Kind::discard && !has_box) {
        EXPECT_EQ(transport.at(address), "discard:silently") << address;
      }
    }
  }
  EXPECT_EQ(leads.of("nobody@example.com"), std::set<std::string>{"alice@example.com"});
  EXPECT_EQ(leads.of("nobody@addon.example"), std::set<std::string>{"devnull@addon.example"});
  EXPECT_EQ(leads.of("nobody@parked.example"), std::set<std::string>{"alice@example.com"}) << "by way of example.com";
  EXPECT_EQ(leads.of("bob@parked.example"), std::set<std::string>{"bob@example.com"});
  EXPECT_EQ(leads.of("post@parked.example"), std::set<std::string>{"post@parked.example"});
  EXPECT_EQ(look_up(Table::transport, {"devnull@addon.example"}).size(), 1U);
  for (const auto& [key, value] : aliases)
    EXPECT_EQ(value.find_first_of("|/:\\\""), std::string::npos) << "nothing that local(8) would call: " << value;

  // Nothing is lost without a word.
  for (const auto& [id, result] : results_)
    if (result.outcome == store::SettingResult::Outcome::not_carried) {
      EXPECT_FALSE(result.text.empty()) << id.name;
    }
  for (const char* const name : {"program@example.com", "news@example.com", "included@example.com", "box@example.com",
                                 "broken@example.com", "blanks@example.com"})
    EXPECT_EQ(results_.at({"example.com", store::SettingKind::forwarder, name}).outcome,
              store::SettingResult::Outcome::not_carried)
        << name;
}

TEST_F(Postmap, TakesEveryRowOfAHostileAccountAsItIsMeant) {
  std::vector<store::Setting> settings{
      {{"example.com", store::SettingKind::domain, {}}, store::Domain{store::Domain::Kind::main, {}, {}}}};
  const std::vector<std::string> hostile{
      "x\nroot@example.com root", "|cmd", "/etc/passwd", ":include:/x", "a b", "\"q", "\"a b\"", "\xc3\xbc", "#x", "-x",
      std::string(300, 'x'),      "x,y",  "x\\",         "<x>",         "(x)", "a@b", "x\r",     "x\t"};
  std::set<std::string> keys;
  for (const std::string& name : hostile) {
    store::Forwarder to{{{store::Destination::Kind::address, name + "@o.example"},
                         {store::Destination::Kind::address, "fine@o.example"}},
                        {}};
    settings.push_back({{"example.com", store::SettingKind::forwarder, name + "@example.com"}, to});
    settings.push_back(
        {{name + "@example.com", store::SettingKind::mailbox, {}}, store::MailboxState{true, true, true}});
    settings.push_back({{"example.com", store::SettingKind::forwarder, "t" + std::to_string(keys.size())}, to});
    keys.insert("t" + std::to_string(keys.size()) + "@example.com");
    store::Forwarder refusal{{{store::Destination::Kind::fail, name}}, {}};
    settings.push_back({{"example.com", store::SettingKind::forwarder, "f" + std::to_string(keys.size())}, refusal});
  }
  bring(facts_of(settings, "acct"));
  const auto aliases = look_up(Table::aliases, keys);
  EXPECT_EQ(aliases.size(), keys.size());
  for (const auto& [key, value] : aliases) EXPECT_EQ(value, "fine@o.example") << key;
  EXPECT_TRUE(look_up(Table::mailboxes, {"root@example.com", "root", "x@example.com"}).empty());
  EXPECT_EQ(look_up(Table::access, {"f1@example.com"}).at("f1@example.com"), "550 5.1.1 x?root@example.com root");
}

}  // namespace
}  // namespace mailhaul::account::postfix
