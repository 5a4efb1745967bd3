#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "mailhaul/store/account_settings.hpp"

/// Which fields a value has, once for writing and for reading: `archive(name, field)` for each.
namespace mailhaul::account::json {

template <class Enum, std::size_t size>
using Names = std::array<std::pair<Enum, std::string_view>, size>;

inline constexpr Names<store::Domain::Kind, 5> domain_kinds{{{store::Domain::Kind::unknown, "unknown"},
                                                             {store::Domain::Kind::main, "main"},
                                                             {store::Domain::Kind::addon, "addon"},
                                                             {store::Domain::Kind::parked, "parked"},
                                                             {store::Domain::Kind::sub, "sub"}}};
inline constexpr Names<store::Domain::Routing, 5> routings{{{store::Domain::Routing::unknown, "unknown"},
                                                            {store::Domain::Routing::automatic, "automatic"},
                                                            {store::Domain::Routing::local, "local"},
                                                            {store::Domain::Routing::remote, "remote"},
                                                            {store::Domain::Routing::secondary, "secondary"}}};
inline constexpr Names<store::Destination::Kind, 9> destination_kinds{
    {{store::Destination::Kind::address, "address"},
     {store::Destination::Kind::user, "user"},
     {store::Destination::Kind::file, "file"},
     {store::Destination::Kind::pipe, "pipe"},
     {store::Destination::Kind::responder, "responder"},
     {store::Destination::Kind::fail, "fail"},
     {store::Destination::Kind::discard, "discard"},
     {store::Destination::Kind::include, "include"},
     {store::Destination::Kind::unknown, "unknown"}}};

template <class Archive>
void fields(Archive& archive, store::Domain& v) {
  archive("kind", v.kind, domain_kinds);
  archive("routing", v.routing, routings);
  archive("stands_for", v.stands_for);
}
template <class Archive>
void fields(Archive& archive, store::MailboxState& v) {
  archive("has_directory", v.has_directory);
  archive("has_login", v.has_login);
  archive("has_password", v.has_password);
}
template <class Archive>
void fields(Archive& archive, store::Password& v) {
  archive("hash", v.hash);
  archive("changed_day", v.changed_day);
}
template <class Archive>
void fields(Archive& archive, store::Quota& v) {
  archive("octets", v.octets);
}
template <class Archive>
void fields(Archive& archive, store::Suspension& v) {
  archive("account", v.account);
  archive("login", v.login);
  archive("incoming", v.incoming);
  archive("outgoing", v.outgoing);
  archive("held", v.held);
}
template <class Archive>
void fields(Archive& archive, store::Destination& v) {
  archive("kind", v.kind, destination_kinds);
  archive("text", v.text);
}
template <class Archive>
void fields(Archive& archive, store::ListFile& v) {
  archive("members", v.members);
  archive("why_not", v.why_not);
}
template <class Archive>
void fields(Archive& archive, store::Forwarder& v) {
  archive("to", v.to);
  archive("original", v.original);
  archive.by("path", "lists", v.lists);
}
template <class Archive>
void fields(Archive& archive, store::DomainForwarder& v) {
  archive("domain", v.domain);
}
template <class Archive>
void fields(Archive& archive, store::Responder& v) {
  archive("is_active", v.is_active);
  archive("has_text", v.has_text);
  archive("headers", v.headers);
  archive("body", v.body);
  archive("charset", v.charset);
  archive("start", v.start);
  archive("stop", v.stop);
  archive("interval_hours", v.interval_hours);
  archive("original", v.original);
  archive("schedule", v.schedule);
}
template <class Archive>
void fields(Archive& archive, store::FilterRule& v) {
  archive("part", v.part);
  archive("match", v.match);
  archive("value", v.value);
  archive("or_next", v.or_next);
}
template <class Archive>
void fields(Archive& archive, store::FilterAction& v) {
  archive("action", v.action);
  archive("destination", v.destination);
}
template <class Archive>
void fields(Archive& archive, store::Filter& v) {
  archive("name", v.name);
  archive("is_enabled", v.is_enabled);
  archive("rules", v.rules);
  archive("actions", v.actions);
}
template <class Archive>
void fields(Archive& archive, store::Filters& v) {
  archive("list", v.list);
  archive("is_understood", v.is_understood);
  archive("yaml", v.yaml);
  archive("exim", v.exim);
}
template <class Archive>
void fields(Archive& archive, store::Spam& v) {
  archive("is_enabled", v.is_enabled);
  archive("has_box", v.has_box);
  archive("is_disabled", v.is_disabled);
  archive("box_is_disabled", v.box_is_disabled);
  archive("preferences", v.preferences);
}
template <class Archive>
void fields(Archive& archive, store::OpaqueFile& v) {
  archive("octets", v.octets);
  archive("digest", v.digest);
  archive("mode", v.mode);
}
template <class Archive>
void fields(Archive& archive, store::Note& v) {
  archive("text", v.text);
  archive("what_to_do", v.what_to_do);
}

}  // namespace mailhaul::account::json
