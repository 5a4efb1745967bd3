#include "account/postfix/map_reader.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "account/text/text_lines.hpp"
#include "mailhaul/account/address.hpp"

namespace mailhaul::account::postfix {
namespace {

using store::Destination;
using store::SettingId;
using store::SettingKind;
using Kind = Destination::Kind;

bool begins_with(std::string_view text, std::string_view word) { return text.substr(0, word.size()) == word; }

Destination destination(const std::string& item) {
  if (is_safe_address(item)) return {Kind::address, item};
  if (item.front() == '|' && item.size() > 1) return {Kind::pipe, item.substr(1)};
  if (item.front() == '/') return {Kind::file, item};
  if (is_safe_local_part(item)) return {Kind::user, item};
  return {Kind::unknown, item};
}

class MapReader {
 public:
  MapReader(const MapRows& there, const AccountFacts& facts)
      : there_(there), facts_(facts), written_(without_what_cant_be(facts)), writer_(written_) {
    for (const auto& [id, value] : facts.settings) {
      // Of two that differ in case alone the one that gets mail.
      const auto* box = std::get_if<store::MailboxState>(&value);
      if (box != nullptr && box->has_login) spellings_.emplace(lower_case(id.owner), id.owner);
      if (id.kind == SettingKind::forwarder) forwarders_.emplace(AccountFacts::address_of(id), id);
      if (id.kind == SettingKind::domain) domains_.insert_or_assign(lower_case(id.owner), id);
    }
    for (const auto& [id, value] : facts.settings)
      if (id.kind == SettingKind::mailbox) spellings_.emplace(lower_case(id.owner), id.owner);
  }

  std::vector<store::Setting> read() {
    for (const auto& [name, value] : there_.in(Table::domains)) read_domain(name);
    for (const auto& [address, path] : there_.in(Table::mailboxes)) read_mailbox(address);
    take_as_the_facts_say();
    for (const auto& [address, value] : there_.in(Table::aliases)) read_alias(address, value);
    for (const auto& [address, value] : there_.in(Table::transport)) read_transport(address, value);
    for (const auto& [address, value] : there_.in(Table::access)) read_access(address, value);
    std::vector<store::Setting> out;
    for (auto& [id, value] : found_) out.push_back({id, std::move(value)});
    return out;
  }

 private:
  [[nodiscard]] bool is_of_account(const std::string& key) const {
    const std::size_t at = key.rfind('@');
    return at != std::string::npos && facts_.serves(key.substr(at + 1));
  }
  [[nodiscard]] bool is_thrown_away(const std::string& address) const {
    const std::string* value = there_.find(Table::transport, address);
    return value != nullptr && is_ours(Table::transport, *value);
  }
  [[nodiscard]] std::string mailbox_id(const std::string& address) const {
    const auto known = spellings_.find(address);
    return known == spellings_.end() ? address : known->second;
  }
  [[nodiscard]] SettingId forwarder_id(const std::string& address) const {
    const auto known = forwarders_.find(address);
    if (known != forwarders_.end()) return known->second;
    const std::size_t at = address.rfind('@');
    return {address.substr(at + 1), SettingKind::forwarder, at == 0 ? "*" : address};
  }
  template <typename Value>
  [[nodiscard]] Value as_at_source(const SettingId& id, Value otherwise) const {
    const Value* const known = facts_.find<Value>(id);
    return known == nullptr ? otherwise : *known;
  }

  void read_domain(const std::string& name) {
    if (!facts_.serves(name)) return;
    const auto known = domains_.find(name);
    const SettingId id = known == domains_.end() ? SettingId{name, SettingKind::domain, {}} : known->second;
    // Of what kind it is, is said nowhere here. One that is led past the old server by now, as servers do when they see
    // that its mail goes elsewhere, stays here.
    found_[id] = as_at_source(id, store::Domain{});
  }

  void read_mailbox(const std::string& address) {
    if (!is_of_account(address) || address.front() == '@' || is_thrown_away(address)) return;
    const SettingId id{mailbox_id(address), SettingKind::mailbox, {}};
    const auto known = as_at_source(id, store::MailboxState{true, true, true});
    found_[id] = known.has_login ? known : store::MailboxState{true, true, true};
  }

  void take_as_the_facts_say() {
    for (const auto& [id, value] : written_.settings) {
      if (id.kind != SettingKind::forwarder && id.kind != SettingKind::domain_forwarder &&
          id.kind != SettingKind::suspension)
        continue;
      const MapWriter::Rendered wanted = writer_.rendered(id);
      if (wanted.rows.is_empty() || wanted.result.outcome != store::SettingResult::Outcome::written) continue;
      if (!is_there(wanted.rows)) continue;
      found_[id] = value;
      for (const Table table : tables)
        for (const auto& [key, row] : wanted.rows.in(table)) taken_.emplace(table, key);
    }
  }

  [[nodiscard]] bool is_there(const MapRows& rows) const {
    for (const Table table : tables)
      for (const auto& [key, value] : rows.in(table)) {
        const std::string* const row = there_.find(table, key);
        if (row == nullptr || !is_same(table, *row, value)) return false;
        if (table != Table::aliases) continue;
        // Refused before it gets there.
        const std::string* const access = there_.find(Table::access, key);
        if (access != nullptr && *access != suspended_value && is_ours(Table::access, *access)) return false;
      }
    return true;
  }

  [[nodiscard]] bool is_taken(Table table, const std::string& key) const { return taken_.count({table, key}) != 0; }

  void read_alias(const std::string& address, const std::string& value) {
    if (!is_of_account(address) || is_taken(Table::aliases, address)) return;
    const std::vector<std::string> items = alias_items(value);
    const std::string domain = address.substr(address.rfind('@') + 1);
    if (items.size() == 1 && lower_case(items.front()) == address && there_.find(Table::mailboxes, address) != nullptr)
      return;
    if (address.front() == '@' && items.size() == 1) {
      const std::string to = lower_case(items.front());
      if (to.front() == '@' && is_safe_domain(to.substr(1))) {
        found_[{domain, SettingKind::domain_forwarder, {}}] = store::DomainForwarder{to.substr(1)};
        return;
      }
      if (to == std::string(nobody) + address && is_thrown_away(to)) {
        found_[forwarder_id(address)] = store::Forwarder{{{Kind::discard, {}}}, {}};
        return;
      }
    }
    const bool keeps_copy = found_.count({mailbox_id(address), SettingKind::mailbox, {}}) != 0;
    store::Forwarder forwarder;
    for (const std::string& item : items)
      if (!keeps_copy || lower_case(item) != address) forwarder.to.push_back(destination(item));
    // A mailbox that has no copy unasked, which no other server has, is the admin's wish.
    const bool has_copy = std::any_of(items.begin(), items.end(),
                                      [&address](const std::string& item) { return lower_case(item) == address; });
    if (keeps_copy && !has_copy) forwarder.to.push_back({Kind::unknown, "no copy for the mailbox"});
    if (!forwarder.to.empty()) found_[forwarder_id(address)] = std::move(forwarder);
  }

  void read_transport(const std::string& address, const std::string& value) {
    if (!is_of_account(address) || address.front() == '@' || is_taken(Table::transport, address)) return;
    if (!is_ours(Table::transport, value) || there_.find(Table::mailboxes, address) == nullptr) return;
    // By way of it the rest of the domain is thrown away: that is said there.
    const std::string rest = address.substr(address.rfind('@'));
    const std::string* const to = there_.find(Table::aliases, rest);
    if (address == std::string(nobody) + rest && to != nullptr && lower_case(*to) == address) return;
    found_[forwarder_id(address)] = store::Forwarder{{{Kind::discard, {}}}, {}};
  }

  void read_access(const std::string& address, const std::string& value) {
    if (!is_of_account(address) || address.front() == '@' || is_taken(Table::access, address)) return;
    const SettingId box{mailbox_id(address), SettingKind::mailbox, {}};
    if (value == suspended_value && found_.count(box) != 0) {
      store::Suspension suspension;
      suspension.incoming = true;
      found_[{box.owner, SettingKind::suspension, {}}] = suspension;
    } else if (begins_with(value, refuse_code)) {
      found_[forwarder_id(address)] = store::Forwarder{{{Kind::fail, value.substr(refuse_code.size())}}, {}};
    } else if (begins_with(value, defer_code)) {
      found_[forwarder_id(address)] =
          store::Forwarder{{{Kind::unknown, ":defer: " + value.substr(defer_code.size())}}, {}};
    }
  }

  const MapRows& there_;
  const AccountFacts& facts_;
  AccountFacts written_;  ///< as they are when all of them that can be are in the tables
  MapWriter writer_;
  std::map<std::string, std::string> spellings_{};
  std::map<std::string, SettingId> forwarders_{};
  std::map<std::string, SettingId> domains_{};  ///< by the name, of those that differ in case alone the last
  std::set<std::pair<Table, std::string>> taken_{};
  std::map<SettingId, store::SettingValue> found_{};
};

}  // namespace

bool is_ours(Table table, const std::string& value) {
  if (table == Table::transport) return value == discard_value;
  if (table == Table::access) return begins_with(value, refuse_code) || begins_with(value, defer_code);
  return true;
}

bool is_same(Table table, const std::string& a, const std::string& b) {
  switch (table) {
  case Table::aliases: return alias_items(a) == alias_items(b);
  case Table::transport:
  case Table::access: return a == b;
  default: return true;  // that there is one is all they say
  }
}

std::vector<store::Setting> read_maps(const MapRows& there, const AccountFacts& facts) {
  return MapReader(there, facts).read();
}

}  // namespace mailhaul::account::postfix
