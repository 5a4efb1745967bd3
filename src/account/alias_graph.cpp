#include "account/alias_graph.hpp"

#include <algorithm>
#include <utility>

#include "account/text/text_lines.hpp"
#include "mailhaul/account/address.hpp"

namespace mailhaul::account {
namespace {

using store::Destination;
using store::SettingKind;
using Kind = Destination::Kind;

constexpr std::string_view defer_word = ":defer:";
constexpr const char* put_them_in = "put the addresses of the file into the list itself";

bool is_defer(const Destination& to) {
  return to.kind == Kind::unknown && to.text.compare(0, defer_word.size(), defer_word) == 0;
}

void leave_out(Route& route, std::string what, std::string what_to_do) {
  route.left_out.push_back(std::move(what));
  // Of a list of thousands once.
  const bool is_said = !route.what_to_do.empty() && route.what_to_do.back() == what_to_do;
  if (!what_to_do.empty() && !is_said) route.what_to_do.push_back(std::move(what_to_do));
}

/// DOMAIN/LOCAL_PART of ".../USER/mail/DOMAIN/LOCAL_PART/", and what stands behind it.
struct MailPath {
  std::string address{};
  std::string folder{};
};
std::optional<MailPath> mail_path(const std::string& path, const std::string& user) {
  const std::string above = '/' + user + "/mail/";
  const std::size_t begin = path.find(above);
  if (user.empty() || begin == std::string::npos) return std::nullopt;
  const std::string rest = path.substr(begin + above.size());
  const std::size_t slash = rest.find('/');
  if (slash == std::string::npos || slash == 0) return std::nullopt;
  const std::size_t end = std::min(rest.find('/', slash + 1), rest.size());
  if (end == slash + 1) return std::nullopt;
  return MailPath{lower_case(rest.substr(slash + 1, end - slash - 1) + '@' + rest.substr(0, slash)),
                  rest.substr(std::min(end + 1, rest.size()))};
}

}  // namespace

std::string joined(const std::vector<std::string>& sentences) {
  std::string out;
  for (const std::string& sentence : sentences) out.append(out.empty() ? "" : "; ").append(sentence);
  return out;
}

AliasGraph::AliasGraph(const AccountFacts& facts) : facts_(facts) {
  for (const auto& [id, value] : facts.settings) {
    if (const auto* box = std::get_if<store::MailboxState>(&value); box != nullptr && box->has_login)
      if (id.owner.find('@') != std::string::npos) mailboxes_.insert(lower_case(id.owner));
    if (const auto* to = std::get_if<store::DomainForwarder>(&value); to != nullptr && !to->domain.empty())
      domain_forwarders_.emplace(lower_case(id.owner), lower_case(to->domain));
    if (id.kind == SettingKind::forwarder) ids_.emplace(AccountFacts::address_of(id), id);
  }
  for (const auto& [address, id] : ids_)
    routes_.emplace(address, direct_route(address, std::get<store::Forwarder>(facts.settings.at(id))));
  find_loops();
}

bool AliasGraph::is_shadowed(const store::SettingId& forwarder) const {
  const auto known = ids_.find(AccountFacts::address_of(forwarder));
  return known != ids_.end() && known->second != forwarder;
}

std::string AliasGraph::domain_after(const std::string& domain) const {
  const auto first = domain_forwarders_.find(domain);
  if (first == domain_forwarders_.end()) return {};
  std::set<std::string> seen{domain};
  for (auto next = first; next != domain_forwarders_.end(); next = domain_forwarders_.find(next->second))
    if (!seen.insert(next->second).second) return {};
  return first->second;
}

Route AliasGraph::route_of(const store::SettingId& forwarder) const {
  const std::string address = AccountFacts::address_of(forwarder);
  Route route = routes_.at(address);
  if (address.front() == '@' && !domain_after(address.substr(1)).empty()) {
    Route none;
    none.nearly.emplace_back("the domain's forwarder has all of that mail, as at the source");
    return none;
  }
  if (looping_.count(address) == 0 || route.end != Route::End::addresses) return route;
  // Each is written with all that the others lead to: what a customer makes of it must stay small.
  constexpr std::size_t most_looping = 200;
  if (looping_.size() > most_looping) {
    route.end = Route::End::nowhere;
    route.to.clear();
    leave_out(route, "it is one of more than 200 that lead to one another in circles", "undo that at the source");
    return route;
  }
  std::vector<std::string> from = route.to;
  route.to = ends_from(from);
  if (route.to.empty()) {
    route.end = Route::End::nowhere;
    leave_out(route, "it leads round in a circle, and to nobody", "say where its mail is to go");
  } else if (route.to.size() > most_ends) {
    route.end = Route::End::nowhere;
    route.to.clear();
    leave_out(route, "it is part of a loop that leads to more than 10000 addresses", "undo the loop at the source");
  }
  return route;
}

Route AliasGraph::direct_route(const std::string& address, const store::Forwarder& forwarder) const {
  const auto& list = forwarder.to;
  Route route;
  const bool has_box = is_mailbox(address);
  const auto refusal = std::find_if(list.begin(), list.end(), [](const auto& to) { return to.kind == Kind::fail; });
  const auto delay = std::find_if(list.begin(), list.end(), is_defer);
  const bool is_void =
      std::any_of(list.begin(), list.end(), [](const auto& to) { return to.kind == Kind::discard && to.text.empty(); });
  const bool is_null =
      !list.empty() && std::all_of(list.begin(), list.end(), [](const auto& to) { return to.kind == Kind::discard; });
  if (refusal != list.end()) {
    route.end = Route::End::refused;
    route.text = std::string(trimmed(refusal->text));
  } else if (delay != list.end()) {
    route.end = Route::End::deferred;
    route.text = std::string(trimmed(std::string_view(delay->text).substr(defer_word.size())));
  } else if (is_void || is_null) {
    if (has_box)
      route.nearly.emplace_back("the mailbox of that address keeps its mail, as beside any forwarder");
    else
      route.end = Route::End::discarded;
  } else {
    if (has_box) route.to.push_back(address);
    std::set<std::string> seen(route.to.begin(), route.to.end());
    const std::size_t own = route.to.size();
    const std::vector<Destination> all = with_members(forwarder, route);
    for (const Destination& to : all) {
      const std::size_t before = route.to.size();
      add(route, address, to);
      if (route.to.size() > before && !seen.insert(lower_case(route.to.back())).second) route.to.pop_back();
    }
    const bool names_itself = has_box && std::any_of(all.begin(), all.end(), [&](const Destination& to) {
                                return to.kind == Kind::address && lower_case(to.text) == address;
                              });
    if (route.to.size() > own || names_itself)
      route.end = Route::End::addresses;
    else
      route.to.clear();
  }
  return route;
}

void AliasGraph::add(Route& route, const std::string& address, const Destination& to) const {
  switch (to.kind) {
  case Kind::address:
    if (!is_safe_address(to.text))
      leave_out(route, "'" + to.text + "' is no address that a list of addresses can hold", "");
    else if (is_mailbox(address) || lower_case(to.text) != address)
      route.to.push_back(to.text);
    return;
  case Kind::user: return add_user(route, to.text);
  case Kind::file: return add_file(route, to.text);
  case Kind::pipe:
    leave_out(route, "the program '" + to.text + "' can't be called from a list of addresses",
              to.text.find("/mailman/mail/") != std::string::npos
                  ? "bring the mailing list over by itself"
                  : "let a filter or a user of the system call it, if it is still wanted");
    return;
  case Kind::responder: {
    // With a mailbox the answer is its script's business.
    const std::string who = lower_case(to.text);
    if (!is_mailbox(who))
      leave_out(route, "nobody answers for " + to.text + ": there is no mailbox of that name",
                "make a mailbox of that address for the answer");
    else if (who != address)
      leave_out(route, "the answer of " + to.text + " is for what its own mailbox gets",
                "lead this there, if it is to be answered like that");
    return;
  }
  case Kind::include: leave_out(route, "the list " + to.text + " is a file", put_them_in); return;
  case Kind::unknown: leave_out(route, "nobody here knows what '" + to.text + "' is", ""); return;
  case Kind::discard:
  case Kind::fail: return;
  }
}

std::vector<Destination> AliasGraph::with_members(const store::Forwarder& forwarder, Route& route) {
  std::vector<Destination> out;
  std::set<std::string_view> taken;
  for (const Destination& to : forwarder.to) {
    const auto known = to.kind == Kind::include ? forwarder.lists.find(to.text) : forwarder.lists.end();
    if (known == forwarder.lists.end()) {
      out.push_back(to);
      continue;
    }
    if (!taken.insert(to.text).second) continue;
    const store::ListFile& list = known->second;
    if (!list.why_not.empty()) {
      leave_out(route, "the list " + to.text + " is a file, and " + list.why_not, put_them_in);
    } else if (list.members.empty()) {
      route.nearly.push_back("the list " + to.text + " is empty: what is put into it comes with the next run");
    } else {
      route.nearly.push_back("the addresses of the list " + to.text +
                             " stand here: what is changed in the file comes with the next run, and not by itself");
      for (const std::string& member : list.members) out.push_back(store::destination_of_member(member));
    }
  }
  return out;
}

void AliasGraph::add_user(Route& route, const std::string& user) const {
  const std::string box = lower_case(facts_.user) + '@' + facts_.main_domain;
  if (user != facts_.user)
    leave_out(route, "'" + user + "' is a user of the old server", "say which address is meant");
  else if (!is_mailbox(box) || !is_safe_address(box))
    leave_out(route, "the account's own mailbox (" + user + ") has no address here",
              "make a mailbox for its mail and lead this there");
  else
    route.to.push_back(box);
}

void AliasGraph::add_file(Route& route, const std::string& path) const {
  const auto place = mail_path(path, facts_.user);
  if (!place || !is_mailbox(place->address) || !is_safe_address(place->address)) {
    leave_out(route, "mail can't be led into the file " + path, "say which mailbox is meant");
  } else if (!place->folder.empty() && place->folder != "new/" && place->folder != "cur/") {
    leave_out(route, "mail can't be led into the folder " + path, "let a filter of " + place->address + " file it");
  } else {
    route.to.push_back(place->address);
    route.nearly.push_back("mail for " + path + " goes to " + place->address);
  }
}

AliasGraph::Landing AliasGraph::landing(const std::string& address) const {
  std::string at = lower_case(address);
  std::set<std::string> seen;
  while (seen.insert(at).second) {
    const auto parts = split_address(at);
    if (!parts || facts_.domains.count(parts->domain) == 0) return {{}, seen.size() == 1 ? address : at};
    for (const std::string& one : {at, without_detail(at)}) {
      const auto route = routes_.find(one);
      // One that is as if it were not there.
      if (route != routes_.end() && route->second.end != Route::End::nowhere) return {one, {}};
      if (is_mailbox(one)) return {{}, at};
    }
    const auto next = domain_forwarders_.find(parts->domain);
    if (next == domain_forwarders_.end()) {
      const std::string rest = '@' + parts->domain;
      const auto route = routes_.find(rest);
      return route != routes_.end() && route->second.end != Route::End::nowhere ? Landing{rest, {}} : Landing{};
    }
    at = parts->local_part + '@' + next->second;
  }
  return {};
}

void AliasGraph::find_loops() {
  // What has no way on is in no loop, nor what nothing leads to; and so on with what is left.
  std::map<std::string, std::set<std::string>> onward;
  std::map<std::string, std::set<std::string>> backward;
  for (const auto& [node, route] : routes_) {
    if (route.end != Route::End::addresses) continue;
    for (const std::string& to : route.to) {
      const std::string next = landing(to).node;
      const auto there = routes_.find(next);
      if (next.empty() || next == node || there->second.end != Route::End::addresses) continue;
      onward[node].insert(next);
      backward[next].insert(node);
    }
  }
  std::set<std::string> left;
  for (const auto& [node, to] : onward)
    if (backward.count(node) != 0) left.insert(node);
  const auto trim = [&left](auto& ways, auto& back) {
    std::vector<std::string> ended;
    std::map<std::string, std::size_t> count;
    for (const std::string& node : left) {
      for (const std::string& next : ways[node]) count[node] += left.count(next);
      if (count[node] == 0) ended.push_back(node);
    }
    while (!ended.empty()) {
      const std::string node = std::move(ended.back());
      ended.pop_back();
      left.erase(node);
      for (const std::string& before : back[node])
        if (left.count(before) != 0 && --count[before] == 0) ended.push_back(before);
    }
  };
  trim(onward, backward);
  trim(backward, onward);
  looping_ = std::move(left);
}

std::vector<std::string> AliasGraph::ends_of(const std::string& address) const { return ends_from({address}); }

std::vector<std::string> AliasGraph::ends_from(const std::vector<std::string>& addresses) const {
  std::vector<std::string> waiting = addresses;
  std::set<std::string> nodes;
  std::set<std::string> seen;
  std::vector<std::string> ends;
  for (std::size_t i = 0; i < waiting.size() && ends.size() <= most_ends; ++i) {
    const std::string address = waiting[i];
    // Named by its own forwarder: the mailbox.
    const bool is_box = is_mailbox(lower_case(address)) && nodes.count(lower_case(address)) != 0;
    const Landing to = is_box ? Landing{{}, lower_case(address)} : landing(address);
    if (!to.node.empty()) {
      if (!nodes.insert(to.node).second) continue;
      const Route& route = routes_.at(to.node);
      if (route.end == Route::End::addresses) waiting.insert(waiting.end(), route.to.begin(), route.to.end());
    } else if (!to.address.empty() && seen.insert(to.address).second) {
      ends.push_back(to.address);
    }
  }
  return ends;
}

}  // namespace mailhaul::account
