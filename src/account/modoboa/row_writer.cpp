#include "account/modoboa/row_writer.hpp"

#include <algorithm>
#include <utility>

#include "account/modoboa/alias_order.hpp"
#include "account/password_scheme.hpp"
#include "account/text/result.hpp"
#include "mailhaul/account/address.hpp"

namespace mailhaul::account::modoboa {
namespace {

using store::SettingId;
using store::SettingKind;
using store::SettingResult;
using Cells = std::vector<std::string>;

constexpr std::size_t password_cell = 2;
constexpr std::size_t enabled_cell = 5;
constexpr std::size_t quota_cell = 8;

bool has_digit(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string domain_of(const std::string& address) { return lower_case(address.substr(address.rfind('@') + 1)); }

/// Modoboa's own check of a host's name: a last label with a digit is none, unless it is in punycode.
bool is_importable_domain(const std::string& name) {
  if (!is_safe_domain(name)) return false;
  const std::string last = name.substr(name.rfind('.') + 1);
  return !has_digit(last) || last.compare(0, 4, "xn--") == 0;
}

/// In MiB, not less than it was; at most what fits into Modoboa's table.
std::uint64_t size_of(std::uint64_t octets) {
  constexpr std::uint64_t most = 2147483647;
  return std::min(octets / mebibyte + (octets % mebibyte == 0 ? 0 : 1), most);
}

/// The results of both, what is worse first.
SettingResult and_also(SettingResult one, const SettingResult& other) {
  using Outcome = SettingResult::Outcome;
  const auto add = [](std::string& text, const std::string& more) {
    if (!more.empty()) text.append(text.empty() ? "" : "; ").append(more);
  };
  if (other.outcome > one.outcome) one.outcome = other.outcome;
  if (other.outcome == Outcome::written) return one;
  add(one.text, other.text);
  add(one.what_to_do, other.what_to_do);
  return one;
}

SettingResult result_of(const Route& route) {
  if (route.left_out.empty() && route.nearly.empty()) return written();
  Cells how = route.nearly;
  if (!route.left_out.empty()) how.insert(how.begin(), "left out: " + joined(route.left_out));
  std::string what_to_do = joined(route.what_to_do);
  if (what_to_do.empty() && !route.left_out.empty()) what_to_do = "add by hand what is left out and meant";
  return approximated(joined(how), what_to_do);
}

}  // namespace

RowWriter::RowWriter(const AccountFacts& facts, const Others& others)
    : facts_(facts), others_(others), graph_(facts), room_(others.room) {
  for (const auto& [id, value] : facts.settings) {
    if (const auto* to = std::get_if<store::DomainForwarder>(&value); to != nullptr && !to->domain.empty())
      domain_forwarders_.emplace(lower_case(id.owner), lower_case(to->domain));
    if (id.kind == SettingKind::forwarder && !graph_.is_shadowed(id) && id.name != "*" &&
        graph_.route_of(id).end == Route::End::addresses)
      with_addresses_.insert(lower_case(id.owner));
  }
  for (const std::string& box : graph_.mailboxes()) with_addresses_.insert(box.substr(box.rfind('@') + 1));
  add_domains();
  add_accounts();
  add_aliases();
  result_of_the_rest();
}

const Cells* RowWriter::row_of(const SettingId& id) const {
  const std::string owner = lower_case(id.owner);
  RowKey key{RowClass::account, owner};
  if (id.kind == SettingKind::domain) key.row_class = RowClass::domain;
  if (id.kind == SettingKind::forwarder) key = {RowClass::alias, AccountFacts::address_of(id)};
  if (id.kind == SettingKind::domain_forwarder) {
    key = {RowClass::domain_alias, owner};
    if (rows_.count(key) == 0) key = {RowClass::alias, '@' + owner};
  }
  const auto row = rows_.find(key);
  return row == rows_.end() ? nullptr : &row->second;
}

bool RowWriter::is_alias_of_another(const std::string& domain) const {
  const auto to = domain_forwarders_.find(domain);
  if (to == domain_forwarders_.end() || with_addresses_.count(domain) != 0 || to->second == domain) return false;
  // The other one must be a domain itself.
  if (domain_forwarders_.count(to->second) != 0 && with_addresses_.count(to->second) == 0) return false;
  const auto is_it = [&](const auto& setting) {
    return setting.first.kind == SettingKind::domain && lower_case(setting.first.owner) == to->second;
  };
  return is_importable_domain(domain) &&
         (others_.domains.count(to->second) != 0 || std::any_of(facts_.settings.begin(), facts_.settings.end(), is_it));
}

void RowWriter::add_domains() {
  for (const auto& [id, value] : facts_.settings) {
    if (id.kind != SettingKind::domain) continue;
    const std::string name = lower_case(id.owner);
    if (facts_.domains.count(name) == 0 || !is_importable_domain(name)) {
      results_[id] = not_carried("Modoboa takes no domain of that name", "make it in Modoboa, if it is meant");
      continue;
    }
    results_[id] = written();
    if (is_alias_of_another(name)) continue;
    const auto routing = std::get<store::Domain>(value).routing;
    const bool is_elsewhere = routing == store::Domain::Routing::remote || routing == store::Domain::Routing::secondary;
    // No quota of the domain: else the sum of those of its mailboxes must fit, and an unlimited one gets the default.
    rows_[{RowClass::domain, name}] = {"domain", name, "0", "0", is_elsewhere ? "False" : "True"};
    if (is_elsewhere)
      results_[id] = approximated("its mail goes to another server: the domain is made, and not enabled",
                                  "enable it in Modoboa if this server is to take its mail");
  }
}

/// At the source nobody can log in there either.
bool RowWriter::is_without_login(const std::string& box) const {
  const auto* state = facts_.find<store::MailboxState>({box, SettingKind::mailbox, {}});
  return state != nullptr && !state->has_login;
}

std::string RowWriter::why_no_domain(const std::string& domain) const {
  if (facts_.domains.count(domain) == 0) return "'" + domain + "' is no domain of the account";
  return "there is no row of its domain " + domain;
}

void RowWriter::add_accounts() {
  for (const auto& [id, value] : facts_.settings) {
    const auto* box = std::get_if<store::MailboxState>(&value);
    if (box == nullptr) continue;
    // A directory alone gets no mail.
    results_[id] = written();
    if (box->has_login) add_account(id);
  }
}

void RowWriter::add_account(const SettingId& id) {
  const std::string login = lower_case(id.owner);
  const auto parts = split_address(login);
  SettingResult& result = results_[id];
  if (!is_safe_address(login) || !is_safe_local_part(parts->local_part))
    result = not_carried("it has more than letters, digits and ._+- in its name, or those where they can't be",
                         "give the mailbox another name at the source");
  else if (has_row(RowClass::account, login))
    result = not_carried("another mailbox differs from it in case alone, and Modoboa sees no difference",
                         "give one of them another name at the source");
  else if (facts_.domains.count(parts->domain) == 0 || !has_row(RowClass::domain, parts->domain))
    result = not_carried(why_no_domain(parts->domain), "bring the domain first");
  if (result.outcome == SettingResult::Outcome::not_carried) return;
  Cells cells{"account", login, std::string(no_password), "", "", "False", "SimpleUsers", login, "0"};
  set_quota(id, cells);
  if (result.outcome == SettingResult::Outcome::not_carried) return;
  set_password(id, cells);
  set_suspension(id, cells);
  rows_[{RowClass::account, login}] = std::move(cells);
}

void RowWriter::set_password(const SettingId& box, Cells& cells) {
  const SettingId id{box.owner, SettingKind::password, {}};
  const auto* password = facts_.find<store::Password>(id);
  if (password == nullptr) return;
  results_[id] = written();
  if (password->hash.empty()) return;
  const std::string hash = with_scheme(password->hash);
  if (hash.empty()) {
    results_[id] = not_carried("nobody here knows that kind of hash: the login is made, and off",
                               "set a new password in Modoboa and enable the account");
    return;
  }
  cells[password_cell] = hash;
  cells[enabled_cell] = "True";
  if (is_weak_scheme(password->hash))
    results_[id] = approximated("the hash is of a weak kind, which Dovecot 2.4 refuses",
                                "set a new password, or auth_allow_weak_schemes = yes in Dovecot");
  if (scheme_of(password->hash) == "CRYPT")
    results_[id] = and_also(results_[id], approximated("mail programs can log in with it, Modoboa's web pages can't",
                                                       "set a new password for the web"));
}

void RowWriter::set_suspension(const SettingId& box, Cells& cells) {
  const SettingId id{box.owner, SettingKind::suspension, {}};
  const auto* suspension = facts_.find<store::Suspension>(id);
  if (suspension == nullptr) return;
  results_[id] = written();
  if (suspension->login) cells[enabled_cell] = "False";
  if (suspension->incoming)
    results_[id] = and_also(results_[id], not_carried("Modoboa has no place for a mailbox that takes no mail",
                                                      "refuse mail for it in a check_recipient_access of Postfix"));
  if (suspension->outgoing || suspension->held)
    results_[id] = and_also(
        results_[id], not_carried(std::string("outgoing mail is ") + (suspension->outgoing ? "suspended" : "held") +
                                      " at the source, and not here",
                                  "set a limit of sent messages in Modoboa, or disable the account"));
}

/// Whether the quota of its domain, if the admin gave it one, holds this one too. There an unlimited mailbox is
/// refused.
bool RowWriter::make_room(const std::string& login, std::uint64_t size) {
  const auto left = room_.find(login.substr(login.rfind('@') + 1));
  if (left == room_.end()) return true;
  const auto known = others_.quotas.find(login);
  const std::uint64_t has = known == others_.quotas.end() ? 0 : known->second;
  if (known != others_.quotas.end() && size == has) return true;
  if (size == 0 || size > has + left->second) return false;
  left->second = left->second + has - size;
  return true;
}

void RowWriter::set_quota(const SettingId& box, Cells& cells) {
  const SettingId id{box.owner, SettingKind::quota, {}};
  const auto* quota = facts_.find<store::Quota>(id);
  const std::string login = lower_case(box.owner);
  const bool is_whole = quota == nullptr || quota->octets % mebibyte == 0;
  const std::uint64_t size = quota == nullptr ? 0 : size_of(quota->octets);
  if (!make_room(login, size)) {
    const std::string why = "the row of its domain has a quota that leaves no room for this one";
    const std::string what_to_do = "give the domain 0 there, which is none";
    const auto known = others_.quotas.find(login);
    if (known == others_.quotas.end()) {
      results_[box] = not_carried(why, what_to_do);
      return;
    }
    cells[quota_cell] = std::to_string(known->second);
    if (quota != nullptr) results_[id] = not_carried(why, what_to_do);
    return;
  }
  cells[quota_cell] = std::to_string(size);
  if (quota == nullptr) return;
  results_[id] = is_whole && size * mebibyte == quota->octets
                     ? written()
                     : approximated(std::to_string(quota->octets) + " octets became " + std::to_string(size) + " MiB");
}

bool RowWriter::is_there(const std::string& address) const {
  const std::string plain = without_detail(address);
  return has_row(RowClass::account, plain) || has_row(RowClass::alias, plain) || others_.addresses.count(plain) != 0;
}

void RowWriter::add_aliases() {
  // Each behind those it leads to, or the importer does not know them.
  std::map<std::string, std::pair<SettingId, Route>> waiting;
  for (const auto& [id, value] : facts_.settings) {
    if (id.kind != SettingKind::forwarder) continue;
    if (graph_.is_shadowed(id)) {
      results_[id] = not_carried("another forwarder is for the same address, and counts");
      continue;
    }
    Route route = graph_.route_of(id);
    if (route.end == Route::End::addresses)
      waiting.emplace(AccountFacts::address_of(id), std::pair(id, std::move(route)));
    else
      say_where_none_goes(id, route);
  }
  std::map<std::string, AliasWays> ways;
  for (const auto& [address, one] : waiting) {
    AliasWays& own = ways[address];
    for (const std::string& to : one.second.to) {
      const std::string plain = without_detail(to);
      if (plain == address && !has_row(RowClass::account, address)) continue;
      if (waiting.count(plain) != 0 && !has_row(RowClass::account, plain))
        own.aliases.insert(plain);
      else
        own.has_end = own.has_end || has_end(to);
    }
  }
  // By what stands before a '+': what leads there is no loop, but the rows would be.
  for (const std::string& address : in_order(ways)) add_alias(waiting.at(address).first, waiting.at(address).second);
  for (const auto& [from, to] : domain_forwarders_) add_domain_forwarder({from, SettingKind::domain_forwarder, {}});
}

void RowWriter::add_recipient(const std::string& to, const std::string& own, Route& route, Cells& cells,
                              std::set<std::string>& seen) const {
  const std::string plain = without_detail(to);
  if (!is_local(domain_of(to))) {
    if (seen.insert(lower_case(to)).second) cells.push_back(to);
    return;
  }
  if (plain == own && !has_row(RowClass::account, own)) return;
  if (is_there(plain)) {
    // Two that mean the same mailbox end the import.
    if (seen.insert(plain).second) cells.push_back(lower_case(to));
    return;
  }
  // Where it was to go has been looked for when its own row was made: each end once, however long the way.
  if (leads_nowhere_.count(plain) != 0) {
    route.left_out.push_back("nobody has the address " + to);
    return;
  }
  const std::vector<std::string> ends = ends_of(to);
  if (ends.empty()) route.left_out.push_back("nobody has the address " + to);
  for (const std::string& end : ends)
    if (seen.insert(without_detail(end)).second) cells.push_back(end);
}

std::vector<std::string> RowWriter::ends_of(const std::string& to) const {
  if (facts_.domains.count(domain_of(to)) == 0) return {};
  std::vector<std::string> ends = graph_.ends_of(to);
  std::erase_if(ends, [&](const std::string& end) { return is_local(domain_of(end)) && !is_there(end); });
  return ends;
}

bool RowWriter::has_end(const std::string& to) const {
  return !is_local(domain_of(to)) || is_there(to) || !ends_of(to).empty();
}

void RowWriter::add_alias(const SettingId& id, const Route& wanted) {
  const std::string address = AccountFacts::address_of(id);
  const std::string domain = address.substr(address.rfind('@') + 1);
  if (domain != lower_case(id.owner) || (address.front() != '@' && !is_safe_address(address))) {
    results_[id] = not_carried("the address has more than letters, digits and the like in it");
    return;
  }
  if (facts_.domains.count(domain) == 0 || !has_row(RowClass::domain, domain)) {
    results_[id] = not_carried(why_no_domain(domain), "bring the domain first");
    return;
  }
  Route route = wanted;
  Cells cells{"alias", address, "True"};
  std::set<std::string> seen;
  for (const std::string& to : wanted.to) add_recipient(to, address, route, cells, seen);
  if (cells.size() == 3) leads_nowhere_.insert(address);
  const bool is_copy_alone = cells.size() == 4 && lower_case(cells.back()) == address;
  if (cells.size() == 3 || (is_copy_alone && !route.left_out.empty())) {
    results_[id] =
        not_carried(route.left_out.empty() ? "it leads to nobody" : joined(route.left_out), joined(route.what_to_do));
    return;
  }
  // Found by what stands before its '+', which is another mailbox or none.
  if (has_row(RowClass::account, address) && std::find(cells.begin() + 3, cells.end(), address) == cells.end()) {
    results_[id] =
        not_carried("its mailbox would get no more mail: the importer takes no recipient with a '+' in its name",
                    "let a Sieve script of the mailbox send copies on");
    return;
  }
  results_[id] = modoboa::result_of(route);
  rows_[{RowClass::alias, address}] = std::move(cells);
  alias_order_.push_back({RowClass::alias, address});
}

void RowWriter::say_where_none_goes(const SettingId& id, const Route& route) {
  const std::string address = AccountFacts::address_of(id);
  const std::string domain = address.substr(address.rfind('@') + 1);
  const bool is_rest = address.front() == '@';
  SettingResult& result = results_[id];
  switch (route.end) {
  case Route::End::refused: {
    const std::string text = lower_case(route.text);
    const SettingId default_address{domain, SettingKind::forwarder, "*"};
    const bool takes_all =
        domain_forwarders_.count(domain) != 0 ||
        (facts_.settings.count(default_address) != 0 && graph_.route_of(default_address).end == Route::End::addresses);
    if (!is_rest && (takes_all || has_row(RowClass::account, address)))
      result = not_carried(takes_all ? "it can't be refused while mail for unknown addresses is taken"
                                     : "it can't be refused: there is a mailbox of that address",
                           "refuse it in a check_recipient_access of Postfix");
    else
      result = text.empty() || text == "no such user here"
                   ? written()
                   : approximated("unknown addresses are refused in the server's own words");
    return;
  }
  case Route::End::deferred:
    result = not_carried("Modoboa can't put mail off", "do it in a check_recipient_access of Postfix, if it is meant");
    return;
  case Route::End::discarded:
    result = not_carried("Modoboa has no place for mail that nobody gets",
                         is_rest ? "leave it: unknown addresses are refused; or lead them to a mailbox that throws away"
                                 : "make a mailbox of that address, and a Sieve script for it: discard;");
    return;
  default: break;
  }
  result = route.left_out.empty() ? modoboa::result_of(route)
                                  : not_carried(joined(route.left_out), joined(route.what_to_do));
}

void RowWriter::add_domain_forwarder(const SettingId& wanted) {
  SettingId id = wanted;
  for (const auto& [known, value] : facts_.settings)
    if (known.kind == SettingKind::domain_forwarder && lower_case(known.owner) == wanted.owner) id = known;
  const std::string& domain = wanted.owner;
  const std::string& to = domain_forwarders_.at(domain);
  const std::string rest = '@' + domain;
  SettingResult& result = results_[id];
  result = written();
  if (!is_safe_domain(to)) {
    result = not_carried("'" + to + "' is no domain");
  } else if (graph_.domain_after(domain) != to) {
    result = not_carried("it leads round in a circle", "say where the mail of the domain is to go");
  } else if (is_alias_of_another(domain) && (has_row(RowClass::domain, to) || others_.domains.count(to) != 0)) {
    rows_[{RowClass::domain_alias, domain}] = {"domainalias", domain, to, "True"};
  } else if (!has_row(RowClass::domain, domain)) {
    result = not_carried(why_no_domain(domain), "bring the domain first");
  } else if (is_local(to) && !is_there('@' + to)) {
    result = not_carried("the importer takes no whole domain of this server beside addresses of its own",
                         "lead the addresses of " + to + " that are meant there one by one");
  } else {
    rows_[{RowClass::alias, rest}] = {"alias", rest, "True", '@' + to};
    alias_order_.push_back({RowClass::alias, rest});
  }
}

void RowWriter::result_of_the_rest() {
  for (const auto& [id, value] : facts_.settings) {
    if (results_.count(id) != 0) continue;
    SettingResult& result = results_[id];
    const auto* suspension = std::get_if<store::Suspension>(&value);
    if (suspension != nullptr && id.owner.empty())
      result = suspension->account ? not_carried("the whole account is suspended at the source", "disable its accounts")
                                   : written();
    else if (id.kind == SettingKind::password || id.kind == SettingKind::quota || id.kind == SettingKind::suspension)
      result = is_without_login(id.owner)
                   ? written()
                   : not_carried("there is no account of that address", "bring the mailbox first");
    else if (id.kind != SettingKind::domain_forwarder)
      result = not_carried("Modoboa's import has no place for it");
  }
}

}  // namespace mailhaul::account::modoboa
