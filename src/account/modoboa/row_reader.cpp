#include "account/modoboa/row_reader.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "mailhaul/account/address.hpp"

namespace mailhaul::account::modoboa {
namespace {

using store::Destination;
using store::SettingId;
using store::SettingKind;
using Cells = std::vector<std::string>;
using Kind = Destination::Kind;

std::string domain_of(const RowKey& key) {
  const std::size_t at = key.name.rfind('@');
  return at == std::string::npos ? key.name : key.name.substr(at + 1);
}

std::string cell(const Cells& cells, std::size_t number) { return number < cells.size() ? cells[number] : ""; }

/// In octets; unset: it is no number.
std::optional<std::uint64_t> quota_of(const std::string& text) {
  std::uint64_t size = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  if (error != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
  if (size > std::numeric_limits<std::uint64_t>::max() / mebibyte) return std::nullopt;
  return size * mebibyte;
}

std::string hash_of(const std::string& text) {
  const std::size_t end = text.find('}');
  if (text.empty() || text.front() != '{' || end == std::string::npos || text == no_password) return {};
  return text.substr(end + 1);
}

/// Recipients as Modoboa takes them: without empty ones.
Cells recipients(const Cells& cells) {
  Cells out;
  for (std::size_t i = 3; i < cells.size(); ++i)
    if (!cells[i].empty()) out.push_back(cells[i]);
  return out;
}

class RowReader {
 public:
  RowReader(const Rows& rows, const AccountFacts& facts, const Others& others)
      : rows_(rows), facts_(facts), written_(without_what_cant_be(facts, others)), writer_(written_, others) {
    for (const auto& [id, value] : facts.settings) {
      if (id.kind == SettingKind::forwarder) forwarders_.emplace(AccountFacts::address_of(id), id);
      // Of two that differ in case alone the one that gets mail.
      const auto* box = std::get_if<store::MailboxState>(&value);
      if (id.kind == SettingKind::domain || id.kind == SettingKind::domain_forwarder ||
          (box != nullptr && box->has_login))
        spellings_.emplace(std::pair(id.kind, lower_case(id.owner)), id.owner);
    }
    for (const auto& [id, value] : facts.settings)
      if (id.kind == SettingKind::mailbox) spellings_.emplace(std::pair(id.kind, lower_case(id.owner)), id.owner);
  }

  std::vector<store::Setting> read() {
    for (const auto& [key, cells] : rows_) {
      switch (key.row_class) {
      case RowClass::domain: read_domain(key.name); break;
      case RowClass::domain_alias:
        read_domain(key.name);
        read_domain_forwarder(key.name, cell(cells, 2), cells);
        break;
      case RowClass::account: read_account(key.name, cells); break;
      case RowClass::alias: read_alias(key.name, cells); break;
      }
    }
    std::vector<store::Setting> out;
    for (auto& [id, value] : found_) out.push_back({id, std::move(value)});
    return out;
  }

 private:
  [[nodiscard]] SettingId id_of(SettingKind kind, const std::string& owner) const {
    const auto known = spellings_.find({kind, owner});
    return {known == spellings_.end() ? owner : known->second, kind, {}};
  }
  [[nodiscard]] SettingId forwarder_id(const std::string& address) const {
    const auto known = forwarders_.find(address);
    if (known != forwarders_.end()) return known->second;
    const std::size_t at = address.rfind('@');
    return {address.substr(at + 1), SettingKind::forwarder, at == 0 ? "*" : address};
  }

  /// Whether the setting of the facts would be this very row.
  [[nodiscard]] bool is_as_the_facts_say(const SettingId& id, RowClass row_class, const Cells& cells) const {
    if (written_.settings.count(id) == 0) return false;
    const Cells* const wanted = writer_.row_of(id);
    return wanted != nullptr && wanted->front() == cells.front() && is_same(row_class, *wanted, cells) &&
           writer_.result_of(id).outcome == store::SettingResult::Outcome::written;
  }

  void read_domain(const std::string& name) {
    const SettingId id = id_of(SettingKind::domain, name);
    const auto* known = facts_.find<store::Domain>(id);
    // Of what kind it is, is said nowhere here.
    found_[id] = known == nullptr ? store::Domain{} : *known;
  }

  void read_domain_forwarder(const std::string& from, const std::string& to, const Cells& cells) {
    const SettingId id = id_of(SettingKind::domain_forwarder, from);
    const RowClass row_class = cells.front() == "domainalias" ? RowClass::domain_alias : RowClass::alias;
    if (is_as_the_facts_say(id, row_class, cells))
      found_[id] = facts_.settings.at(id);
    else if (is_true(cell(cells, row_class == RowClass::domain_alias ? 3 : 2)))
      found_[id] = store::DomainForwarder{lower_case(to)};
  }

  void read_account(const std::string& login, const Cells& cells) {
    const SettingId box = id_of(SettingKind::mailbox, login);
    const auto* known = facts_.find<store::MailboxState>(box);
    found_[box] = known != nullptr && known->has_login ? *known : store::MailboxState{true, true, true};
    const std::string hash = hash_of(cell(cells, 2));
    found_[{box.owner, SettingKind::password, {}}] = store::Password{hash, {}};
    store::Suspension suspension;
    suspension.login = !hash.empty() && !is_true(cell(cells, 5));
    const SettingId suspended{box.owner, SettingKind::suspension, {}};
    const auto* said = facts_.find<store::Suspension>(suspended);
    // Of an account without a password that is off nobody can say why.
    if (hash.empty() && said != nullptr) suspension.login = said->login;
    found_[suspended] = suspension;
    if (const auto octets = quota_of(cell(cells, 8)))
      found_[{box.owner, SettingKind::quota, {}}] = store::Quota{*octets};
  }

  void read_alias(const std::string& address, const Cells& cells) {
    const SettingId id = forwarder_id(address);
    if (is_as_the_facts_say(id, RowClass::alias, cells)) {
      found_[id] = facts_.settings.at(id);
      return;
    }
    if (!is_true(cell(cells, 2))) return;
    const Cells to = recipients(cells);
    if (address.front() == '@' && to.size() == 1 && to.front().front() == '@') {
      read_domain_forwarder(address.substr(1), to.front().substr(1), cells);
      return;
    }
    const bool has_box = rows_.count({RowClass::account, address}) != 0;
    bool has_copy = false;
    store::Forwarder forwarder;
    for (const std::string& one : to) {
      if (has_box && lower_case(one) == address)
        has_copy = true;
      else
        forwarder.to.push_back({is_safe_address(one) ? Kind::address : Kind::unknown, one});
    }
    if (forwarder.to.empty() && has_copy) forwarder.to.push_back({Kind::address, address});
    // A mailbox that has no copy unasked, which no other server has, is the admin's wish.
    if (has_box && !has_copy) forwarder.to.push_back({Kind::unknown, "no copy for the mailbox"});
    if (!forwarder.to.empty()) found_[id] = std::move(forwarder);
  }

  const Rows& rows_;
  const AccountFacts& facts_;
  AccountFacts written_;
  RowWriter writer_;
  std::map<std::string, SettingId> forwarders_{};
  std::map<std::pair<SettingKind, std::string>, std::string> spellings_{};
  std::map<SettingId, store::SettingValue> found_{};
};

}  // namespace

bool is_same(RowClass row_class, const Cells& a, const Cells& b) {
  switch (row_class) {
  case RowClass::domain: return true;  // quotas and the like are the admin's
  case RowClass::domain_alias:
    return lower_case(cell(a, 2)) == lower_case(cell(b, 2)) && is_true(cell(a, 3)) == is_true(cell(b, 3));
  case RowClass::account:
    return cell(a, 2) == cell(b, 2) && is_true(cell(a, 5)) == is_true(cell(b, 5)) &&
           quota_of(cell(a, 8)) == quota_of(cell(b, 8));
  case RowClass::alias: return is_true(cell(a, 2)) == is_true(cell(b, 2)) && recipients(a) == recipients(b);
  }
  return false;
}

Others others_in(const ImportFile& file, const AccountFacts& facts) {
  Others others;
  for (const ImportRow& row : file.rows) {
    if (!row.key || facts.serves(domain_of(*row.key))) continue;
    if (row.key->row_class == RowClass::domain && row.cells.front() == "domain") others.domains.insert(row.key->name);
    if (row.key->row_class == RowClass::account || row.key->row_class == RowClass::alias)
      others.addresses.insert(row.key->name);
  }
  const Rows own = own_rows(file, facts);
  for (const auto& [key, cells] : own)
    if (key.row_class == RowClass::domain && cells.front() == "domain")
      if (const auto quota = quota_of(cell(cells, 2)); quota.value_or(0) != 0)
        others.room[key.name] = *quota / mebibyte;
  for (const auto& [key, cells] : own) {
    if (key.row_class != RowClass::account) continue;
    const std::uint64_t size = quota_of(cell(cells, 8)).value_or(0) / mebibyte;
    others.quotas[key.name] = size;
    if (const auto room = others.room.find(domain_of(key)); room != others.room.end())
      room->second -= std::min(room->second, size);
  }
  return others;
}

Rows own_rows(const ImportFile& file, const AccountFacts& facts) {
  Rows rows;
  for (const ImportRow& row : file.rows)
    if (row.key && facts.serves(domain_of(*row.key))) rows.emplace(*row.key, row.cells);
  return rows;
}

std::vector<store::Setting> read_rows(const Rows& rows, const AccountFacts& facts, const Others& others) {
  return RowReader(rows, facts, others).read();
}

AccountFacts without_what_cant_be(AccountFacts facts, const Others& others) {
  // What is gone may be what another one leads to.
  for (std::vector<SettingId> gone{SettingId{}}; !gone.empty();) {
    gone.clear();
    {
      const RowWriter writer(facts, others);
      for (const auto& [id, value] : facts.settings)
        if (id.kind != SettingKind::suspension &&
            writer.result_of(id).outcome == store::SettingResult::Outcome::not_carried)
          gone.push_back(id);
    }
    for (const SettingId& id : gone) facts.settings.erase(id);
  }
  return facts;
}

}  // namespace mailhaul::account::modoboa
