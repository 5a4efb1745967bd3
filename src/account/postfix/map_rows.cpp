#include "account/postfix/map_rows.hpp"

#include <algorithm>
#include <utility>

#include "account/text/result.hpp"
#include "account/text/text_lines.hpp"
#include "mailhaul/account/address.hpp"
#include "mailhaul/base/escape.hpp"

namespace mailhaul::account::postfix {
namespace {

using store::SettingId;
using store::SettingKind;
using Rendered = MapWriter::Rendered;

Rendered refused(std::string why, std::string what_to_do = {}) {
  return {{}, not_carried(std::move(why), std::move(what_to_do))};
}

/// Where virtual(8) delivers, below its virtual_mailbox_base; other deliverers see that there is such a mailbox.
std::string maildir(const std::string& address) {
  const auto parts = split_address(address);
  return lower_case(parts->domain) + '/' + parts->local_part + "/Maildir/";
}

struct Reply {
  std::string text{};
  bool is_changed = false;
};

/// What the sender is told: one line of UTF-8, and not longer than an answer may be (RFC 5321 4.5.3.1.5).
Reply reply(const std::string& text, std::string_view usual) {
  constexpr std::size_t most = 400;
  Reply out{{}, false};
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t length = utf8_sequence_length(rest);
    const std::string_view one = rest.substr(0, std::max<std::size_t>(length, 1));
    if (out.text.size() + one.size() > most) {
      out.is_changed = true;
      break;
    }
    out.is_changed = out.is_changed || length == 0 || has_control_octet(one);
    out.text += length == 0 || has_control_octet(one) ? std::string_view("?") : one;
    rest.remove_prefix(one.size());
  }
  out.text = std::string(trimmed(out.text));
  if (out.text.empty()) out.text = usual;
  return out;
}

/// The result of a route of which something was written.
store::SettingResult result_of(const Route& route, std::vector<std::string> more_to_do = {}) {
  std::vector<std::string> how = route.nearly;
  if (!route.left_out.empty()) how.insert(how.begin(), "left out: " + joined(route.left_out));
  std::vector<std::string> what_to_do = route.what_to_do;
  if (!route.left_out.empty() && what_to_do.empty()) what_to_do.emplace_back("add by hand what is left out and meant");
  what_to_do.insert(what_to_do.end(), more_to_do.begin(), more_to_do.end());
  if (how.empty() && what_to_do.empty()) return written();
  return approximated(joined(how), joined(what_to_do));
}

}  // namespace

std::string_view name_of(Table table) {
  switch (table) {
  case Table::domains: return "virtual_mailbox_domains";
  case Table::mailboxes: return "virtual_mailbox_maps";
  case Table::aliases: return "virtual_alias_maps";
  case Table::transport: return "transport";
  case Table::access: break;
  }
  return "recipient_access";
}

std::string main_cf_line(Table table, const std::string& map) {
  switch (table) {
  case Table::transport: return "transport_maps = " + map;
  case Table::access: return "smtpd_recipient_restrictions = check_recipient_access " + map + ", ...";
  default: return std::string(name_of(table)) + " = " + map;
  }
}

const std::string* MapRows::find(Table table, const std::string& key) const {
  const auto row = in(table).find(key);
  return row == in(table).end() ? nullptr : &row->second;
}

bool MapRows::is_empty() const {
  return std::all_of(values.begin(), values.end(), [](const auto& rows) { return rows.empty(); });
}

std::vector<std::string> alias_items(std::string_view value) {
  std::vector<std::string> out;
  bool is_within = false;
  for (const char c : value) {
    const bool is_between = c == ',' || is_blank(c);
    if (!is_between && !is_within) out.emplace_back();
    if (!is_between) out.back() += c;
    is_within = !is_between;
  }
  return out;
}

MapWriter::MapWriter(const AccountFacts& facts) : facts_(facts), graph_(facts) {
  for (const auto& [id, value] : facts.settings) {
    const auto* box = std::get_if<store::MailboxState>(&value);
    if (box != nullptr && box->has_login) spellings_.emplace(lower_case(id.owner), id.owner);
    if (id.kind != SettingKind::forwarder || id.name == "*" || graph_.is_shadowed(id)) continue;
    const Route route = graph_.route_of(id);
    if (route.end == Route::End::refused || route.end == Route::End::deferred)
      refused_.insert(AccountFacts::address_of(id));
  }
}

Rendered MapWriter::rendered(const SettingId& id) const {
  const store::SettingValue& value = facts_.settings.at(id);
  const auto address = split_address(id.owner);
  const std::string domain_name = lower_case(address ? address->domain : id.owner);
  if (!domain_name.empty() && (!is_safe_domain(domain_name) || !facts_.serves(domain_name)))
    return refused("'" + domain_name + "' is no domain of the account");
  switch (id.kind) {
  case SettingKind::domain: return domain(domain_name, std::get<store::Domain>(value));
  case SettingKind::mailbox: return mailbox(id.owner, std::get<store::MailboxState>(value));
  case SettingKind::suspension: return suspension(id.owner, std::get<store::Suspension>(value));
  case SettingKind::forwarder: return forwarder(id);
  case SettingKind::domain_forwarder: return domain_forwarder(domain_name, std::get<store::DomainForwarder>(value));
  default: break;
  }
  return refused("Postfix's tables have no place for it");
}

Rendered MapWriter::domain(const std::string& name, const store::Domain& value) const {
  Rendered out;
  if (value.routing == store::Domain::Routing::remote || value.routing == store::Domain::Routing::secondary) {
    const bool is_remote = value.routing == store::Domain::Routing::remote;
    out.result =
        approximated(std::string("its mail goes to another server") +
                         (is_remote ? "" : ", and this one keeps it meanwhile") + ": it is no domain of this one",
                     is_remote ? "if this server is to take its mail, add '" + name + " OK' to virtual_mailbox_domains"
                               : "if this server is to be its backup, add " + name + " to relay_domains");
    return out;
  }
  out.rows.in(Table::domains)[name] = "OK";
  return out;
}

Rendered MapWriter::mailbox(const std::string& address, const store::MailboxState& value) const {
  // A directory alone gets no mail.
  if (!value.has_login) return {};
  const std::string key = lower_case(address);
  if (!is_safe_address(key) || !is_safe_local_part(split_address(key)->local_part))
    return refused("it has more than letters, digits and ._+- in its name, or begins with '-'",
                   "give the mailbox another name at the source");
  if (const auto first = spellings_.find(key); first != spellings_.end() && first->second != address)
    return refused("the mailbox '" + first->second + "' differs from it in case alone, and Postfix sees no difference",
                   "give one of them another name at the source");
  Rendered out;
  out.rows.in(Table::mailboxes)[key] = maildir(address);
  return out;
}

Rendered MapWriter::suspension(const std::string& address, const store::Suspension& value) const {
  Rendered out;
  if (address.empty()) {
    if (value.account) return refused("the whole account is suspended at the source", "suspend its logins here");
    return out;
  }
  const std::string key = lower_case(address);
  const auto* const box = facts_.find<store::MailboxState>({address, SettingKind::mailbox, {}});
  const bool is_any = value.login || value.incoming || value.outgoing || value.held;
  if (box == nullptr && is_any) return refused("there is no mailbox of that address", "bring the mailbox first");
  // Of what gets no mail there is none to refuse.
  if (box == nullptr || !box->has_login) return out;
  if (const auto first = spellings_.find(key); first != spellings_.end() && first->second != address)
    return refused("the mailbox '" + first->second + "' differs from it in case alone, and Postfix sees no difference");
  if (value.incoming) {
    if (!is_safe_address(key)) return refused("it has more than letters, digits and ._+- in its name");
    if (is_refused(key))
      out.result = approximated("a forwarder of the address refuses its mail already");
    else
      out.rows.in(Table::access)[key] = suspended_value;
  }
  if (value.login && out.result.outcome == store::SettingResult::Outcome::written)
    out.result = approximated("only mail that comes in: logins are not Postfix's business");
  if (value.outgoing || value.held)
    out.result = not_carried(std::string("outgoing mail is ") + (value.outgoing ? "suspended" : "held") +
                                 " at the source, and not here",
                             "reject " + key + " in a check_sender_access of the submission service");
  return out;
}

bool MapWriter::is_refused(const std::string& address) const { return refused_.count(address) != 0; }

Rendered MapWriter::forwarder(const SettingId& id) const {
  const std::string key = AccountFacts::address_of(id);
  const bool is_rest = key.front() == '@';
  const std::string owner = lower_case(id.owner);
  if (is_rest ? !is_safe_domain(key.substr(1)) : !is_safe_address(key))
    return refused("the address has more than letters, digits and the like in it");
  if (key.substr(key.rfind('@') + 1) != owner) return refused("the address is not of the domain " + owner);
  if (graph_.is_shadowed(id)) return refused("another forwarder is for the same address, and counts");
  const Route route = graph_.route_of(id);
  Rendered out;
  switch (route.end) {
  case Route::End::addresses: return addresses(key, route);
  case Route::End::discarded: return discarded(key, route);
  case Route::End::refused: {
    if (is_rest) {
      // Unknown users are refused anyway.
      const std::string text = lower_case(route.text);
      if (!text.empty() && text != "no such user here")
        out.result = approximated("unknown addresses are refused in the server's own words");
      return out;
    }
    const Reply answer = reply(route.text, "No such user here");
    out.rows.in(Table::access)[key] = std::string(refuse_code) + answer.text;
    if (answer.is_changed) out.result = approximated("the text for the sender was made one short line");
    return out;
  }
  case Route::End::deferred: {
    if (is_rest)
      return refused("mail for unknown addresses can't be put off without that of known ones",
                     "say where it is to go, or leave it: unknown addresses are refused");
    const Reply answer = reply(route.text, "Try again later");
    out.rows.in(Table::access)[key] = std::string(defer_code) + answer.text;
    if (answer.is_changed) out.result = approximated("the text for the sender was made one short line");
    return out;
  }
  case Route::End::nowhere: break;
  }
  if (!route.left_out.empty()) return refused(joined(route.left_out), joined(route.what_to_do));
  out.result = result_of(route);
  return out;
}

Rendered MapWriter::addresses(const std::string& key, const Route& route) const {
  constexpr std::size_t usual_limit = 1000;
  Rendered out;
  std::string value;
  for (const std::string& to : route.to) value.append(value.empty() ? "" : ", ").append(to);
  out.rows.in(Table::aliases)[key] = std::move(value);
  std::vector<std::string> more;
  if (route.to.size() > usual_limit)
    more.push_back("it leads to " + std::to_string(route.to.size()) +
                   " addresses: set virtual_alias_expansion_limit in main.cf to at least that (postconf -d says 1000)");
  out.result = result_of(route, more);
  return out;
}

Rendered MapWriter::discarded(const std::string& key, const Route& route) const {
  Rendered out;
  std::string thrown_away = key;
  if (key.front() == '@') {
    thrown_away = std::string(nobody) + key;
    const SettingId own{key.substr(1), SettingKind::forwarder, thrown_away};
    if (graph_.is_mailbox(thrown_away) || facts_.settings.count(own) != 0)
      return refused("mail for unknown addresses can't be thrown away by way of " + thrown_away +
                         ", which is somebody's",
                     "lead '" + key + "' to an address whose transport is " + std::string(discard_value));
    out.rows.in(Table::aliases)[key] = thrown_away;
  }
  out.rows.in(Table::transport)[thrown_away] = discard_value;
  out.rows.in(Table::mailboxes)[thrown_away] = maildir(thrown_away);
  out.result = result_of(route);
  return out;
}

Rendered MapWriter::domain_forwarder(const std::string& name, const store::DomainForwarder& value) const {
  if (value.domain.empty()) return {};
  const std::string to = lower_case(value.domain);
  if (!is_safe_domain(to)) return refused("'" + value.domain + "' is no domain");
  if (graph_.domain_after(name) != to)
    return refused("it leads round in a circle", "say where the mail of the domain is to go");
  Rendered out;
  out.rows.in(Table::aliases)['@' + name] = '@' + to;
  return out;
}

MapRows MapWriter::all() const {
  MapRows out;
  for (const auto& [id, value] : facts_.settings) {
    const MapRows rows = rendered(id).rows;
    for (const Table table : tables) out.in(table).insert(rows.in(table).begin(), rows.in(table).end());
  }
  // Aliases are looked up before mailboxes.
  for (const auto& [address, path] : out.in(Table::mailboxes))
    if (out.find(Table::aliases, address.substr(address.rfind('@'))) != nullptr)
      out.in(Table::aliases).emplace(address, address);
  return out;
}

AccountFacts without_what_cant_be(AccountFacts facts) {
  // Mailboxes first: what becomes of a forwarder depends on them.
  for (const bool is_about_mailboxes : {true, false}) {
    std::vector<SettingId> gone;
    {
      const MapWriter writer(facts);
      for (const auto& [id, value] : facts.settings) {
        if ((id.kind == SettingKind::mailbox) != is_about_mailboxes) continue;
        const Rendered rendered = writer.rendered(id);
        if (rendered.result.outcome == store::SettingResult::Outcome::not_carried && rendered.rows.is_empty())
          gone.push_back(id);
      }
    }
    for (const SettingId& id : gone) facts.settings.erase(id);
  }
  return facts;
}

}  // namespace mailhaul::account::postfix
