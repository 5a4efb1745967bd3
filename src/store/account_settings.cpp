#include "mailhaul/store/account_settings.hpp"

#include <utility>

namespace mailhaul::store {
namespace {

/// Fields one after the other, each with its length before it, so that no two lists of fields give one text.
class Fields {
 public:
  Fields& add(std::string_view text) {
    text_ += std::to_string(text.size()) + ':';
    text_ += text;
    return *this;
  }
  template <class Number>
  Fields& number(Number value) {
    return add(std::to_string(value));
  }
  template <class Number>
  Fields& number(const std::optional<Number>& value) {
    return value ? number(*value) : add("-");
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

struct Comparable {
  Fields out{};

  void operator()(const Domain& v) {
    out.number(static_cast<int>(v.kind)).number(static_cast<int>(v.routing)).add(v.stands_for);
  }
  void operator()(const MailboxState& v) { out.number(int{v.has_login}); }
  void operator()(const Password& v) { out.add(v.hash); }
  void operator()(const Quota& v) { out.number(v.octets); }
  void operator()(const Suspension& v) {
    for (const bool flag : {v.account, v.login, v.incoming, v.outgoing, v.held}) out.number(int{flag});
  }
  void operator()(const Forwarder& v) {
    for (const Destination& to : v.to) out.number(static_cast<int>(to.kind)).add(to.text);
    for (const auto& [path, list] : v.lists) {
      if (!list.why_not.empty()) continue;
      // A word, and so no destination's kind.
      out.add("list").add(path).number(list.members.size());
      for (const std::string& member : list.members) out.add(member);
    }
  }
  void operator()(const DomainForwarder& v) { out.add(v.domain); }
  void operator()(const Responder& v) {
    out.number(int{v.is_active}).number(int{v.has_text}).number(v.headers.size());
    for (const auto& [name, value] : v.headers) out.add(name).add(value);
    out.add(v.body).add(v.charset).number(v.start).number(v.stop).number(v.interval_hours);
  }
  void operator()(const Filters& v) { out.add(v.yaml).add(v.exim); }
  void operator()(const Spam& v) {
    for (const bool flag : {v.is_enabled, v.has_box, v.is_disabled, v.box_is_disabled}) out.number(int{flag});
    out.add(v.preferences);
  }
  void operator()(const OpaqueFile& v) { out.number(v.octets).add(v.digest); }
  void operator()(const Note& v) { out.add(v.text); }
};

std::string_view name_of(Domain::Kind kind) {
  switch (kind) {
  case Domain::Kind::unknown: break;
  case Domain::Kind::main: return "main domain";
  case Domain::Kind::addon: return "addon domain";
  case Domain::Kind::parked: return "parked domain";
  case Domain::Kind::sub: return "subdomain";
  }
  return "domain";
}

std::string_view name_of(Domain::Routing routing) {
  switch (routing) {
  case Domain::Routing::unknown: break;
  case Domain::Routing::automatic: return "automatic";
  case Domain::Routing::local: return "local";
  case Domain::Routing::remote: return "remote";
  case Domain::Routing::secondary: return "secondary";
  }
  return {};
}

std::string shown(const Destination& to) {
  switch (to.kind) {
  case Destination::Kind::address: return to.text;
  case Destination::Kind::user: return "user " + to.text;
  case Destination::Kind::file: return "file " + to.text;
  case Destination::Kind::pipe: return "program " + to.text;
  case Destination::Kind::responder: return "responder of " + to.text;
  case Destination::Kind::fail: return to.text.empty() ? "refused" : "refused: " + to.text;
  case Destination::Kind::discard: return "thrown away";
  case Destination::Kind::include: return "list " + to.text;
  case Destination::Kind::unknown: break;
  }
  return "not understood: " + to.text;
}

std::string shown(const ListFile& list) {
  if (!list.why_not.empty()) return " (" + list.why_not + ")";
  if (list.members.empty()) return " (empty)";
  constexpr std::size_t most_shown = 10;
  std::string out;
  for (std::size_t i = 0; i < std::min(list.members.size(), most_shown); ++i)
    out.append(out.empty() ? " (" : ", ").append(list.members[i]);
  if (list.members.size() > most_shown) out += ", and " + std::to_string(list.members.size() - most_shown) + " more";
  return out + ")";
}

std::string counted(std::size_t count, std::string_view what) {
  return std::to_string(count) + ' ' + std::string(what) + (count == 1 ? "" : "s");
}

struct Summary {
  std::string text{};

  void say(std::string_view more) {
    if (!text.empty()) text += ", ";
    text += more;
  }

  void operator()(const Domain& v) {
    say(name_of(v.kind));
    if (!name_of(v.routing).empty()) say("mail routing " + std::string(name_of(v.routing)));
    if (!v.stands_for.empty()) say("behind it " + v.stands_for);
  }
  void operator()(const MailboxState& v) {
    if (v.has_directory && v.has_login && v.has_password) return say("mailbox");
    if (!v.has_login) return say("directory without a login");
    say("login");
    if (!v.has_directory) say("no directory yet");
    if (!v.has_password) say("no password");
  }
  void operator()(const Password& v) {
    if (v.hash.empty()) return say("none");
    const std::size_t end = v.hash.front() == '$' ? v.hash.find('$', 1) : std::string::npos;
    say(end == std::string::npos ? "hash of the oldest kind" : "hash " + v.hash.substr(0, end + 1));
  }
  void operator()(const Quota& v) { say(v.octets == 0 ? "unlimited" : std::to_string(v.octets) + " octets"); }
  void operator()(const Suspension& v) {
    if (v.account) say("the whole account");
    if (v.login) say("login");
    if (v.incoming) say("incoming mail");
    if (v.outgoing) say("outgoing mail");
    if (v.held) say("outgoing mail is held");
    if (text.empty()) say("none");
  }
  void operator()(const Forwarder& v) {
    for (const Destination& to : v.to) {
      const auto list = to.kind == Destination::Kind::include ? v.lists.find(to.text) : v.lists.end();
      say(shown(to) + (list == v.lists.end() ? "" : shown(list->second)));
    }
    if (v.to.empty()) say("nowhere");
  }
  void operator()(const DomainForwarder& v) { say("all mail to " + v.domain); }
  void operator()(const Responder& v) {
    say(v.is_active ? "answers" : "off");
    if (!v.has_text) say("its text is missing");
    for (const auto& [name, value] : v.headers)
      if (name.size() == 7 && (name == "Subject" || name == "subject")) say("\"" + value + "\"");
    if (v.interval_hours) say("every " + std::to_string(*v.interval_hours) + " h");
    if (v.start) say("from " + std::to_string(*v.start));
    if (v.stop) say("until " + std::to_string(*v.stop));
  }
  void operator()(const Filters& v) {
    if (!v.is_understood) return say("rules that can't be read");
    if (v.yaml.empty()) return say("rules without their source");
    say(counted(v.list.size(), "filter"));
  }
  void operator()(const Spam& v) {
    say(v.is_enabled ? "filter on" : "filter off");
    if (v.has_box) say("spam folder");
    if (v.is_disabled || v.box_is_disabled) say("overrides the server");
    if (!v.preferences.empty()) say("own preferences");
  }
  void operator()(const OpaqueFile& v) { say("file of " + std::to_string(v.octets) + " octets"); }
  void operator()(const Note& v) { say(v.text); }
};

}  // namespace

std::string_view to_string(SettingKind kind) {
  switch (kind) {
  case SettingKind::domain: return "domain";
  case SettingKind::mailbox: return "mailbox";
  case SettingKind::password: return "password";
  case SettingKind::quota: return "quota";
  case SettingKind::suspension: return "suspension";
  case SettingKind::forwarder: return "forwarder";
  case SettingKind::domain_forwarder: return "domain-forwarder";
  case SettingKind::responder: return "responder";
  case SettingKind::filters: return "filters";
  case SettingKind::spam: return "spam";
  case SettingKind::file: return "file";
  case SettingKind::note: break;
  }
  return "note";
}

Destination destination_of_member(const std::string& member) {
  const bool is_user = member.find('@') == std::string::npos;
  return {is_user ? Destination::Kind::user : Destination::Kind::address, member};
}

std::string comparable(const SettingValue& value) {
  Comparable fields;
  std::visit(fields, value);
  return fields.out.take();
}

std::string summary(const SettingValue& value) {
  Summary line;
  std::visit(line, value);
  return line.text;
}

}  // namespace mailhaul::store
