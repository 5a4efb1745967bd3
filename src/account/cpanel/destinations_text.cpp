#include <algorithm>

#include "account/cpanel/destinations.hpp"
#include "account/text/text_lines.hpp"
#include "mailhaul/account/address.hpp"
#include "mailhaul/base/error.hpp"

namespace mailhaul::account::cpanel {
namespace {

using Kind = store::Destination::Kind;

[[noreturn]] void refuse(const store::Destination& to, std::string_view why) {
  throw Error(Cause::refused, Scope::folder, "writing a forwarder").at(to.text).because(why);
}

/// What is in no need of quotes, as a path.
bool is_plain_path(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/._+-=@%~").find(c) != std::string_view::npos;
  });
}

/// RFC 5322's atoms without what begins something else in such a file (S14): '|', '/', and '#'.
bool is_writable_address(std::string_view text) {
  const auto address = split_address(text);
  if (!address || address->local_part.size() > 64) return false;
  const std::string& local_part = address->local_part;
  const bool is_safe = std::all_of(local_part.begin(), local_part.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!$%&'*+-=?^_`{}~.").find(c) != std::string_view::npos;
  });
  // A name without dots is a host of the server's own network.
  return is_safe && local_part.front() != '\'' &&
         (is_safe_domain(address->domain) || is_safe_domain("host." + address->domain));
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string item(const store::Destination& to, const std::string& responder_directory) {
  if (has_control_octet(to.text)) refuse(to, "it has a control octet");
  switch (to.kind) {
  case Kind::address:
    if (!is_writable_address(to.text)) refuse(to, "it is no address that can stand in such a file");
    return to.text;
  case Kind::user:
    if (!is_safe_local_part(to.text)) refuse(to, "it is no user's name");
    return to.text;
  case Kind::file:
    if (to.text.empty() || to.text.front() != '/') refuse(to, "it is no absolute path");
    return is_plain_path(to.text) ? to.text : quoted(to.text);
  case Kind::pipe: return quoted("|" + std::string(trimmed(to.text)));
  case Kind::responder:
    if (responder_directory.empty() || responder_directory.front() != '/' || !is_plain_path(responder_directory))
      refuse(to, "the directory of its responders is no plain path");
    return quoted("|/usr/local/cpanel/bin/autorespond " + to.text + " " + responder_directory);
  case Kind::fail: return to.text.empty() ? ":fail:" : ":fail: " + std::string(trimmed(to.text));
  case Kind::discard: return to.text.empty() ? ":blackhole:" : to.text;
  case Kind::include:
    if (to.text.empty() || to.text.front() != '/' || to.text.find_first_of("\"\\") != std::string::npos)
      refuse(to, "it is no path that can stand in such a file");
    return is_plain_path(to.text) ? ":include:" + to.text : "\":include:" + to.text + "\"";
  case Kind::unknown: break;
  }
  refuse(to, "nobody here knows what it is");
}

/// Reading takes blanks away.
store::Destination as_read(store::Destination to) {
  if (to.kind == Kind::pipe || to.kind == Kind::fail) to.text = std::string(trimmed(to.text));
  return to;
}

}  // namespace

std::string destinations_text(const std::vector<store::Destination>& to, const std::string& responder_directory) {
  std::string out;
  for (const store::Destination& one : to) {
    const std::string text = item(one, responder_directory);
    // Whatever the rules above forget: what a server reads is what was meant, and nothing else.
    const DestinationList again = parse_destinations(text);
    if (again.to.size() != 1 || again.to.front() != as_read(one)) refuse(one, "a server would read something else");
    if (one.kind == Kind::fail && &one != &to.back()) refuse(one, "what stands behind it would be its text");
    if (!out.empty()) out += ',';
    out += text;
  }
  return out;
}

}  // namespace mailhaul::account::cpanel
