#include "account/cpanel/opaque_files.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "account/cpanel/responder.hpp"
#include "account/cpanel/spam.hpp"
#include "account/text/file_style.hpp"
#include "mailhaul/account/address.hpp"

namespace mailhaul::account::cpanel {
namespace {

using Kind = HomePathKind;
using Parts = std::vector<std::string_view>;

constexpr const char* attack_remark = "a trace of a break-in: look at it, it is not carried";
constexpr const char* unknown_remark = "not known, and not carried";

bool begins(std::string_view text, std::string_view head) { return text.substr(0, head.size()) == head; }
bool ends(std::string_view text, std::string_view tail) {
  return text.size() >= tail.size() && text.substr(text.size() - tail.size()) == tail;
}
bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

HomePath unknown() { return {Kind::unknown, {}, unknown_remark}; }

/// Nothing where a component is none: then nobody here knows what the path means.
Parts parts_of(std::string_view path) {
  Parts parts;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view part = path.substr(begin, end - begin);
    if (part.empty() || part == "." || part == "..") return {};
    parts.push_back(part);
    begin = end + 1;
  }
  return parts;
}

bool is_program(std::string_view name) {
  const std::string lower = lower_case(name);
  return ends(lower, ".php") || ends(lower, ".phtml") || lower.find(".php.") != std::string::npos;
}

/// "bob" and "example.com" to the owner; empty where that is no mailbox that could be written.
std::string mailbox_of(std::string_view local_part, std::string_view domain) {
  if (!is_safe_local_part(local_part) || !is_safe_domain(domain)) return {};
  return std::string(local_part) + '@' + std::string(domain);
}

/// Of "bob@example.com.pref" the address; empty: the name holds none.
std::string address_before(std::string_view name, std::string_view ending) {
  if (!ends(name, ending)) return {};
  const auto address = split_address(name.substr(0, name.size() - ending.size()));
  return address ? mailbox_of(address->local_part, address->domain) : std::string();
}

bool is_boxtrapper(std::string_view name) {
  return name == ".boxtrapperenable" || name == ".boxtrapper" || name == "boxtrapper" || name == "boxtrapper.conf" ||
         name == ".boxtrapper.conf";
}

HomePath roundcube(std::string_view name, std::string owner) {
  constexpr std::string_view middle = ".rcube.db";
  std::string_view rest = name.substr(name.rfind(middle) + middle.size());
  if (rest.empty()) return {Kind::database, std::move(owner), {}};
  if (rest == "-wal" || rest == "-shm" || rest == "-journal") return {Kind::companion, std::move(owner), {}};
  const HomePath snapshot{Kind::snapshot, owner, "an old state of the webmail's database is not carried"};
  if (rest.front() != '.') return unknown();
  rest.remove_prefix(1);
  if (rest == "latest" || is_number(rest) || (ends(rest, ".sqlite2") && rest.size() > 8)) return snapshot;
  return unknown();
}

bool is_roundcube(std::string_view name) {
  const std::size_t at = name.rfind(".rcube.db");
  return at != std::string_view::npos && at > 0;
}

/// Below `etc/D/L`.
HomePath of_mailbox(const Parts& parts) {
  std::string owner = mailbox_of(parts[2], parts[1]);
  if (owner.empty()) return {Kind::unknown, {}, "of a mailbox whose name can't be written: not carried"};
  const std::string_view name = parts[3];
  if (is_boxtrapper(name)) return {Kind::opaque, std::move(owner), {}};
  if (parts.size() > 4) return unknown();
  if (name == "filter" || name == "filter.yaml") return {Kind::setting, std::move(owner), {}};
  if (name == "filter.cache") return {Kind::cache, {}, {}};
  return unknown();
}

/// `etc/D/NAME`.
HomePath of_domain(const Parts& parts) {
  const std::string_view name = parts[2];
  if (name == "passwd" || name == "shadow" || name == "quota") return {Kind::setting, std::string(parts[1]), {}};
  // Web Disk's.
  if (name == "_privs.json") return {};
  if (!is_roundcube(name)) return unknown();
  std::string owner = mailbox_of(name.substr(0, name.rfind(".rcube.db")), parts[1]);
  return owner.empty() ? unknown() : roundcube(name, std::move(owner));
}

HomePath in_etc(const Parts& parts) {
  if (parts.size() == 1) return {};
  const std::string_view name = parts.back();
  const bool is_in_boxtrapper = std::any_of(parts.begin() + 1, parts.end() - 1, is_boxtrapper);
  if (is_program(name)) return {Kind::attack, {}, attack_remark};
  // Ours: what a list was before it was first written to.
  for (const std::string_view list : {"passwd", "shadow", "quota"})
    if (parts.size() == 3 && name == std::string(list) + std::string(backup_ending)) return {Kind::cache, {}, {}};
  if (!is_in_boxtrapper && ends(name, ".lock")) return {Kind::cache, {}, {}};
  if (begins(name, "shadow.")) return {Kind::attack, {}, attack_remark};
  if (is_boxtrapper(parts[1])) return {Kind::opaque, {}, {}};
  // FTP's, Web Disk's, and the quota of an age past.
  if (parts[1] == "webdav" || (parts.size() == 2 && (name == "ftpquota" || name == "quota"))) return {};
  if (parts.size() == 2) {
    if (is_roundcube(name)) return roundcube(name, {});
    if (!begins(name, ".")) return unknown();
    std::string owner = address_before(name.substr(1), ".suspended_incoming");
    return owner.empty() ? unknown() : HomePath{Kind::setting, std::move(owner), {}};
  }
  if (!is_safe_domain(parts[1])) return unknown();
  if (parts[2] == "@pwcache") return {Kind::cache, {}, {}};
  return parts.size() == 3 ? of_domain(parts) : of_mailbox(parts);
}

HomePath in_spamassassin(const Parts& parts) {
  if (parts.size() == 1) return {};
  const std::string_view name = parts[1];
  if (name == "user_prefs" && parts.size() == 2) return {Kind::setting, {}, {}};
  if (name.find(".lock") != std::string_view::npos || ends(name, ".mutex") ||
      name.find(".expire") != std::string_view::npos)
    return {Kind::cache, {}, {}};
  return {Kind::opaque, {}, {}};
}

HomePath in_cpanel(const Parts& parts) {
  if (parts.size() < 2) return {};
  const std::string_view name = parts[1];
  if (name == "icals" || name == "vcards") return {Kind::opaque, {}, {}};
  if (parts.size() == 2) {
    if (name == "filter.yaml") return {Kind::setting, {}, {}};
    if (name == "filter.cache" || begins(name, "email_accounts")) return {Kind::cache, {}, {}};
    return {};
  }
  constexpr std::string_view webmail = "default_webmail_app";
  if (name != "nvdata" || parts.size() != 3 || !ends(parts[2], webmail)) return {};
  return {Kind::opaque, address_before(parts[2], "_default_webmail_app"), {}};
}

HomePath in_squirrelmail(const Parts& parts) {
  if (parts.size() == 1) return {};
  for (const std::string_view ending : {".pref", ".abook", ".sig", ".cal", ""}) {
    std::string owner = address_before(parts[1], ending);
    if (!owner.empty()) return {Kind::opaque, std::move(owner), {}};
  }
  return {Kind::opaque, {}, {}};
}

HomePath in_autorespond(const Parts& parts) {
  if (parts.size() == 1) return {};
  if (parts.size() > 2) return unknown();
  ResponderFileName name = responder_file_name(parts[1]);
  // Locks, and who was answered when.
  if (name.kind == ResponderFileName::Kind::other) return {Kind::cache, {}, {}};
  return {Kind::setting, std::move(name.address), {}};
}

}  // namespace

HomePath classify_home_path(std::string_view path) {
  const Parts parts = parts_of(path);
  if (parts.empty()) return unknown();
  const std::string_view top = parts[0];
  if (top == "mail") {
    if (parts.size() > 1 && is_program(parts.back())) return {Kind::attack, {}, attack_remark};
    return {Kind::mail, {}, {}};
  }
  if (top == "etc") return in_etc(parts);
  if (top == ".autorespond") return in_autorespond(parts);
  if (top == ".spamassassin") return in_spamassassin(parts);
  if (top == ".cpanel") return in_cpanel(parts);
  if (top == ".sqmaildata") return in_squirrelmail(parts);
  if (top == ".sqmailattach") return {Kind::cache, {}, {}};
  if (top == ".cphorde" || top == ".boxtrapper") return {parts.size() > 1 ? Kind::opaque : Kind::not_ours, {}, {}};
  if (top == ".caldav")
    return {parts.size() > 1 ? Kind::opaque : Kind::not_ours,
            parts.size() > 1 ? address_before(parts[1], "") : std::string(),
            {}};
  if (top == ".subaccounts" && parts.size() > 1)
    return {Kind::unknown, {}, "accounts that log in to several services are not carried: make them anew"};
  if (parts.size() > 1) return {};
  if (is_spam_flag_file(top)) return {Kind::setting, {}, {}};
  if (top == ".filter")
    return {Kind::opaque, {}, "filters of old servers, which those of today do not read: make them anew"};
  if (top == ".contactemail" || top == ".boxtrapperenable") return {Kind::opaque, {}, {}};
  if (top == ".forward")
    return {Kind::opaque, {}, "it may start programs and names paths: look whether they are there"};
  return {};
}

store::SettingId file_setting_id(std::string_view path, const HomePath& what) {
  return {what.owner, store::SettingKind::file, std::string(path)};
}

}  // namespace mailhaul::account::cpanel
