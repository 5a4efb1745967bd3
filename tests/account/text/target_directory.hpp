#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mailhaul/account/text_targets.hpp"
#include "mailhaul/base/entropy.hpp"
#include "support/memory_kernel.hpp"

namespace mailhaul::account {

/// A directory of a server in memory, and settings of an account `acct` whose main domain is example.com.
class TargetDirectory : public ::testing::Test {
 protected:
  static constexpr const char* place = "/srv/new";
  using Kind = store::Destination::Kind;

  TargetDirectory() {
    memory_.put_directory("/srv", {}, 0755);
    memory_.put_directory(place, {}, 0755);
  }

  void put(const std::string& name, const std::string& text) { memory_.put_file(path(name), text, {}, 0644); }
  [[nodiscard]] std::string text(const std::string& name) const {
    return memory_.exists(path(name)) ? memory_.octets_of(path(name)) : "";
  }
  [[nodiscard]] static std::string path(const std::string& name) { return std::string(place) + '/' + name; }
  [[nodiscard]] fs::Directory directory() {
    fs::Rules rules;
    rules.side = Side::target;
    return fs::Directory::open_root(memory_, entropy_, place, rules);
  }

  static store::Setting domain(const std::string& name, store::Domain::Kind kind = store::Domain::Kind::addon) {
    return {{name, store::SettingKind::domain, {}}, store::Domain{kind, {}, {}}};
  }
  static store::Setting box(const std::string& address) {
    return {{address, store::SettingKind::mailbox, {}}, store::MailboxState{true, true, true}};
  }
  static store::Setting forward(const std::string& key, std::vector<store::Destination> to,
                                const std::string& owner = "example.com") {
    return {{owner, store::SettingKind::forwarder, key}, store::Forwarder{std::move(to), {}}};
  }
  /// To what the file of a list holds.
  static store::Setting forward_to_list(const std::string& key, store::ListFile list,
                                        std::vector<store::Destination> others = {}) {
    store::Forwarder forwarder{std::move(others), {}};
    forwarder.to.push_back({Kind::include, "/home/acct/list"});
    forwarder.lists["/home/acct/list"] = std::move(list);
    return {{"example.com", store::SettingKind::forwarder, key}, std::move(forwarder)};
  }
  static store::Setting domain_forward(const std::string& from, const std::string& to) {
    return {{from, store::SettingKind::domain_forwarder, {}}, store::DomainForwarder{to}};
  }
  static store::Destination address(std::string text) { return {Kind::address, std::move(text)}; }
  static store::Setting main_domain() { return domain("example.com", store::Domain::Kind::main); }
  static AccountFacts facts(const std::vector<store::Setting>& settings) { return facts_of(settings, "acct"); }

  /// All of the facts that the target has a place for, as a first run brings them.
  static std::vector<store::SettingChange> changes(const AccountFacts& facts, const store::AccountTarget& target) {
    std::vector<store::SettingChange> out;
    for (const auto& [id, value] : facts.settings)
      if (target.concerns(id.kind)) out.push_back({id, value, id});
    return out;
  }

  /// A source that has nothing but what it is given.
  class Given final : public store::AccountSource {
   public:
    [[nodiscard]] std::vector<store::Setting> read() override { return settings; }
    void visit_files(const std::set<store::SettingId>& /*files*/,
                     const std::function<void(const store::SettingId&, io::Source&)>& /*take*/) override {}
    std::vector<store::Setting> settings{};
  };

  support::MemoryKernel memory_{};
  SystemEntropy entropy_{};
  Given source_{};
};

/// By id, as a target compares them.
[[nodiscard]] inline std::map<store::SettingId, std::string> comparables(const std::vector<store::Setting>& settings) {
  std::map<store::SettingId, std::string> out;
  for (const store::Setting& setting : settings) out.emplace(setting.id, store::comparable(setting.value));
  return out;
}

}  // namespace mailhaul::account
