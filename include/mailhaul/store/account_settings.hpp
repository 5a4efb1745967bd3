#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "mailhaul/io/source.hpp"

/// What belongs to an account and its mailboxes beside the mail, as values of no server in particular. Texts are octets
/// as they were stored.
namespace mailhaul::store {

enum class SettingKind : std::uint8_t {
  domain,            ///< owner: the domain
  mailbox,           ///< owner: the address; that it exists, with or without a directory
  password,          ///< owner: the address
  quota,             ///< owner: the address
  suspension,        ///< owner: the address, or "" for the account
  forwarder,         ///< owner: the domain; name: the key as stored ("info@example.com", "info", "*" for the rest)
  domain_forwarder,  ///< owner: the domain whose mail goes to another
  responder,         ///< owner: the address that answers
  filters,           ///< owner: the address, or "" for the account
  spam,              ///< owner: "" (the account)
  file,              ///< owner: the address, or ""; name: path below the home; carried octet for octet
  note,              ///< name: what it is about; seen, and carried by nobody
};
[[nodiscard]] std::string_view to_string(SettingKind kind);

/// One setting is compared, taken over and remembered by itself.
struct SettingId {
  std::string owner{};  ///< "" the account, "example.com", "bob@example.com"
  SettingKind kind{};
  std::string name{};
  auto operator<=>(const SettingId&) const = default;
  bool operator==(const SettingId&) const = default;
};

struct Domain {
  enum class Kind : std::uint8_t { unknown, main, addon, parked, sub };
  enum class Routing : std::uint8_t { unknown, automatic, local, remote, secondary };
  Kind kind = Kind::unknown;
  Routing routing = Routing::unknown;
  std::string stands_for{};  ///< of an addon domain the subdomain behind it
};

struct MailboxState {
  bool has_directory = false;
  bool has_login = false;     ///< a line in passwd
  bool has_password = false;  ///< a line in shadow
};

struct Password {
  std::string hash{};                         ///< crypt(3), without the marks of a suspension; empty: none
  std::optional<std::int64_t> changed_day{};  ///< since 1970
};

struct Quota {
  std::uint64_t octets = 0;  ///< 0: none
};

struct Suspension {
  bool account = false;  ///< all of it
  bool login = false;    ///< of this mailbox
  bool incoming = false;
  bool outgoing = false;
  bool held = false;  ///< outgoing mail is queued
};

struct Destination {
  enum class Kind : std::uint8_t {
    address,
    user,       ///< a local user: the mailbox of the account itself
    file,       ///< a path
    pipe,       ///< a command line
    responder,  ///< text: the address whose responder answers
    fail,       ///< text: what the sender is told; may be empty
    discard,
    include,  ///< a path of a list
    unknown,  ///< text as it was
  };
  Kind kind = Kind::unknown;
  std::string text{};
  bool operator==(const Destination&) const = default;
};

/// What the file of a list says that a forwarder names: Destination::Kind::include.
struct ListFile {
  std::vector<std::string> members{};  ///< in its order: addresses, and users of the server without a domain
  std::string why_not{};               ///< why nothing can be said of it, which has no members then; not compared
};

struct Forwarder {
  std::vector<Destination> to{};
  std::string original{};                   ///< the line, without the key, as stored; not compared
  std::map<std::string, ListFile> lists{};  ///< by the path that `to` names; without those that nobody looked at
};
/// What it would be in the forwarder itself.
[[nodiscard]] Destination destination_of_member(const std::string& member);

struct DomainForwarder {
  std::string domain{};
};

struct Responder {
  bool is_active = false;  ///< mail is led to it
  bool has_text = true;    ///< false: mail is led to it, but there is nothing to answer with
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
  std::string charset{};                ///< of the texts; empty: not said
  std::optional<std::int64_t> start{};  ///< seconds since 1970; unset: always
  std::optional<std::int64_t> stop{};
  std::optional<std::uint32_t> interval_hours{};  ///< 0: every message is answered
  std::string original{};                         ///< the file; not compared
  std::string schedule{};                         ///< the JSON with keys that nobody here knows; not compared
};

struct FilterRule {
  std::string part{};   ///< "$header_subject:"
  std::string match{};  ///< "contains"
  std::string value{};
  bool or_next = false;  ///< how it joins to the next one; else and, which binds tighter
  bool operator==(const FilterRule&) const = default;
};
struct FilterAction {
  std::string action{};  ///< save, deliver, fail, pipe, finish
  std::string destination{};
  bool operator==(const FilterAction&) const = default;
};
struct Filter {
  std::string name{};
  bool is_enabled = true;
  std::vector<FilterRule> rules{};
  std::vector<FilterAction> actions{};
  bool operator==(const Filter&) const = default;
};
/// Both texts are carried: one is for editing, the other is what is done. Empty: there is none.
struct Filters {
  std::vector<Filter> list{};  ///< as the YAML has them; empty where it can't be understood
  bool is_understood = true;
  std::string yaml{};
  std::string exim{};
};

struct Spam {
  bool is_enabled = false;
  bool has_box = false;      ///< spam goes into a folder of its own
  bool is_disabled = false;  ///< against a server that enables it for all
  bool box_is_disabled = false;
  std::string preferences{};  ///< SpamAssassin's, as stored
};

struct OpaqueFile {
  std::uint64_t octets = 0;
  std::string digest{};  ///< of its content: equal means the same
  std::uint32_t mode = 0;
};

struct Note {
  std::string text{};
  std::string what_to_do{};
};

using SettingValue = std::variant<Domain, MailboxState, Password, Quota, Suspension, Forwarder, DomainForwarder,
                                  Responder, Filters, Spam, OpaqueFile, Note>;

struct Setting {
  SettingId id{};
  SettingValue value{};
};

/// What two ends are compared by, and digests are made of: equal texts mean equal settings. Never shown: it may hold a
/// password's hash.
[[nodiscard]] std::string comparable(const SettingValue& value);

/// One line for people; says of a password only that there is one. Not escaped.
[[nodiscard]] std::string summary(const SettingValue& value);

}  // namespace mailhaul::store
