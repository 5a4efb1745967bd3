#include "account/cpanel/alias_writer.hpp"

#include <optional>
#include <utility>
#include <variant>

#include "account/cpanel/destinations.hpp"
#include "account/cpanel/domain_aliases.hpp"
#include "mailhaul/base/error.hpp"

namespace mailhaul::account::cpanel {
namespace {

using Kind = store::Destination::Kind;
using store::SettingResult;

}  // namespace

AliasEditor& AliasWriter::editor_of(const std::string& domain, std::size_t number) {
  auto open = open_.find(domain);
  if (open == open_.end()) {
    const std::string text = target_.server->text(target_.places.aliases(domain), list_file_limit).value_or("");
    open = open_.emplace(domain, OpenFile{AliasEditor(text, domain, target_.home_path + "/.autorespond"), {}}).first;
  }
  open->second.changes.insert(number);
  return open->second.editor;
}

std::string AliasWriter::what_to_check(const store::Forwarder& forwarder) const {
  std::string out;
  const auto say = [&out](std::string_view what, const std::string& text) {
    out.append(out.empty() ? "" : "; ").append(what).append(": ").append(text);
  };
  for (const store::Destination& to : forwarder.to) {
    if (to.kind == Kind::pipe) say("look whether the program is there", to.text);
    if (to.kind == Kind::include) say("look whether the list is there", to.text);
    if (to.kind == Kind::file) say("look whether the file can be written", to.text);
    if (to.kind == Kind::user && to.text != target_.places.user)
      say("look whether this user of the server is meant", to.text);
  }
  return out;
}

SettingResult AliasWriter::forwarder(const NumberedChange& change) {
  const std::string& domain = change.change.id.owner;
  const std::string& key = change.change.id.name;
  if (target_.server == nullptr) return no_server();
  if (!target_.serves(domain)) return no_domain(domain);
  const auto* const wanted = change.change.value ? std::get_if<store::Forwarder>(&*change.change.value) : nullptr;
  AliasEditor& editor = editor_of(domain, change.number);
  if (wanted == nullptr) {
    editor.remove(key);
    return written();
  }
  try {
    editor.set(key, *wanted);
    return written(what_to_check(*wanted));
  } catch (const Error& error) {
    if (error.scope() == Scope::run || wanted->to.size() < 2) throw;
  }
  // One that can't be written does not cost the others their mail.
  store::Forwarder rest;
  std::string left_out;
  for (const store::Destination& to : wanted->to) {
    try {
      // Each by itself: of those before it only a refusal matters, behind which nothing may stand.
      std::vector<store::Destination> one{to};
      if (!rest.to.empty() && rest.to.back().kind == Kind::fail) one.insert(one.begin(), rest.to.back());
      static_cast<void>(destinations_text(one, target_.home_path + "/.autorespond"));
      rest.to.push_back(to);
    } catch (const Error& error) {
      left_out.append(left_out.empty() ? "" : "; ").append("'" + to.text + "': " + error.reason());
    }
  }
  editor.set(key, rest);
  std::string check = what_to_check(rest);
  return approximated("left out: " + left_out,
                      "add by hand what is left out and meant" + (check.empty() ? check : "; " + check));
}

SettingResult AliasWriter::domain_forwarder(const NumberedChange& change) {
  const std::string& domain = change.change.id.owner;
  if (target_.server == nullptr) return no_server();
  if (!target_.serves(domain)) return no_domain(domain);
  std::optional<store::DomainForwarder> wanted;
  if (change.change.value) wanted = std::get<store::DomainForwarder>(*change.change.value);
  const std::string path = target_.places.domain_aliases(domain);
  const std::optional<std::string> text = target_.server->text(path, control_file_limit);
  std::string with = with_domain_alias(text.value_or(""), domain, wanted);
  if (text || !with.empty()) target_.server->plan(path, std::move(with), change.number);
  return written();
}

void AliasWriter::finish() {
  for (const auto& [domain, open] : open_) {
    const std::string path = target_.places.aliases(domain);
    const std::string text = open.editor.text();
    const bool is_there = target_.server->text(path, list_file_limit).has_value();
    if (is_there || !text.empty()) target_.server->plan(path, text, open.changes);
  }
  open_.clear();
}

bool AliasWriter::is_led_to_responder(const Address& address) {
  if (target_.server == nullptr) return false;
  auto known = responding_.find(address.domain);
  if (known == responding_.end()) {
    std::set<std::string> responding;
    if (const auto text = target_.server->text(target_.places.aliases(address.domain), list_file_limit))
      for (const AliasEntry& entry : parse_valiases(*text, address.domain).entries)
        for (const store::Destination& to : entry.forwarder.to)
          if (to.kind == Kind::responder) responding.insert(lower_case(to.text));
    known = responding_.emplace(address.domain, std::move(responding)).first;
  }
  return known->second.count(lower_case(address.local_part + '@' + address.domain)) != 0;
}

}  // namespace mailhaul::account::cpanel
