#include "mailhaul/account/facts.hpp"

#include <algorithm>
#include <cstddef>

#include "mailhaul/account/address.hpp"

namespace mailhaul::account {
namespace {

using store::Destination;
using store::SettingKind;

/// Who leads to whom, backwards.
class WaysTo {
 public:
  explicit WaysTo(const AccountFacts& facts) {
    for (const auto& [id, value] : facts.settings) {
      if (const auto* forwarder = std::get_if<store::Forwarder>(&value); forwarder != nullptr && id.name != "*")
        note(facts, AccountFacts::address_of(id), *forwarder);
      if (const auto* domain = std::get_if<store::DomainForwarder>(&value))
        domains_[lower_case(domain->domain)].push_back(lower_case(id.owner));
    }
  }

  [[nodiscard]] std::vector<std::string> to(const std::string& mailbox) const {
    constexpr std::size_t most = 1000;  // a reply that names more is none
    std::vector<std::string> found{lower_case(mailbox)};
    std::set<std::string> seen{found.front()};
    const auto add = [&](const std::string& address) {
      if (found.size() < most && seen.insert(address).second) found.push_back(address);
    };
    // NOLINTNEXTLINE(modernize-loop-convert): it grows meanwhile
    for (std::size_t i = 0; i < found.size(); ++i) {
      const std::string address = found[i];
      if (const auto from = from_.find(address); from != from_.end())
        for (const std::string& alias : from->second) add(alias);
      const std::size_t at = address.rfind('@');
      if (at == std::string::npos) continue;
      if (const auto others = domains_.find(address.substr(at + 1)); others != domains_.end())
        for (const std::string& other : others->second) add(address.substr(0, at + 1) + other);
    }
    return found;
  }

 private:
  void note(const AccountFacts& facts, const std::string& alias, const store::Forwarder& forwarder) {
    for (const Destination& to : forwarder.to) note(facts, alias, to);
    for (const auto& [path, list] : forwarder.lists)
      for (const std::string& member : list.members) note(facts, alias, store::destination_of_member(member));
  }
  void note(const AccountFacts& facts, const std::string& alias, const Destination& to) {
    if (to.kind == Destination::Kind::address) from_[without_detail(to.text)].push_back(alias);
    if (to.kind == Destination::Kind::user && to.text == facts.user) from_[lower_case(facts.user)].push_back(alias);
  }

  std::map<std::string, std::vector<std::string>> from_{};
  std::map<std::string, std::vector<std::string>> domains_{};
};

}  // namespace

std::vector<std::string> AccountFacts::mailboxes() const {
  std::vector<std::string> addresses;
  for (const auto& [id, value] : settings)
    if (id.kind == SettingKind::mailbox && id.owner.find('@') != std::string::npos) addresses.push_back(id.owner);
  return addresses;
}

std::vector<std::string> AccountFacts::addresses_of(const std::string& mailbox) const {
  return WaysTo(*this).to(mailbox);
}

void AccountFacts::put(const store::SettingId& id, const std::optional<store::SettingValue>& value) {
  if (value)
    settings.insert_or_assign(id, *value);
  else
    settings.erase(id);
}

void AccountFacts::add_domains_of_mailboxes(const AccountFacts& listing) {
  std::set<std::string> listed;
  for (const auto& [id, value] : listing.settings)
    if (id.kind == SettingKind::domain) listed.insert(lower_case(id.owner));
  for (const std::string& box : mailboxes())
    if (const std::string name = lower_case(split_address(box)->domain); listed.count(name) == 0)
      settings.emplace(store::SettingId{name, SettingKind::domain, {}}, store::Domain{});
}

std::string AccountFacts::address_of(const store::SettingId& forwarder) {
  std::string address = forwarder.name == "*" ? "" : forwarder.name;
  if (address.find('@') == std::string::npos) address += '@' + forwarder.owner;
  return lower_case(address);
}

AccountFacts facts_of(std::span<const store::Setting> settings, std::string user) {
  AccountFacts facts;
  facts.user = std::move(user);
  for (const store::Setting& setting : settings) {
    facts.settings.emplace(setting.id, setting.value);
    const auto address = split_address(setting.id.owner);
    if (address) facts.domains.insert(lower_case(address->domain));
    if (setting.id.kind != SettingKind::domain) continue;
    facts.domains.insert(lower_case(setting.id.owner));
    if (std::get<store::Domain>(setting.value).kind == store::Domain::Kind::main)
      facts.main_domain = lower_case(setting.id.owner);
  }
  return facts;
}

}  // namespace mailhaul::account
