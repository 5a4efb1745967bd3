#include "account/cpanel/list_members.hpp"

#include <algorithm>
#include <utility>

#include "account/cpanel/destinations.hpp"

namespace mailhaul::account::cpanel {
namespace {

using Kind = store::Destination::Kind;

/// Of what is neither a plain address nor a user. Its text is not shown: a customer may name any of his files, and
/// those with passwords are among them.
std::string_view name_of(Kind kind) {
  switch (kind) {
  case Kind::file: return "a file for mail";
  case Kind::pipe: return "a program";
  case Kind::responder: return "a responder";
  case Kind::fail: return "a refusal";
  case Kind::discard: return "an order to throw mail away";
  case Kind::include: return "another list";
  case Kind::address:
  case Kind::user:
  case Kind::unknown: break;
  }
  return "what is no plain address";
}

/// RFC 5321, 4.5.3.1.3. No server would take a longer one, and each is held as often as its list is named.
constexpr std::size_t longest_address = 254;

/// Quotes that a line leaves open are kept, as those around a local part are: neither is plain.
bool is_plain(const store::Destination& to) {
  if (to.text.size() > longest_address) return false;
  return to.kind == Kind::user || (to.kind == Kind::address && to.text.find('"') == std::string::npos);
}

}  // namespace

store::ListFile parse_list(std::string_view text, std::size_t most) {
  store::ListFile out;
  for (std::size_t line = 1; !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    DestinationList list = parse_destinations(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto odd = std::find_if_not(list.to.begin(), list.to.end(), is_plain);
    if (odd != list.to.end())
      return {{}, "its line " + std::to_string(line) + " holds " + std::string(name_of(odd->kind))};
    if (!list.remarks.empty()) return {{}, "of its line " + std::to_string(line) + ": " + list.remarks.front()};
    if (list.to.size() > most - out.members.size())
      return {{}, "it holds more than " + std::to_string(most) + " addresses"};
    for (store::Destination& to : list.to) out.members.push_back(std::move(to.text));
  }
  return out;
}

}  // namespace mailhaul::account::cpanel
