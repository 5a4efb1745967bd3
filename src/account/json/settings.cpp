#include "mailhaul/account/json/settings.hpp"

#include <algorithm>
#include <concepts>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "account/json/fields.hpp"
#include "mailhaul/base/error.hpp"
#include "mailhaul/base/escape.hpp"

namespace mailhaul::account::json {
namespace {

using nlohmann::ordered_json;
using store::SettingKind;

constexpr std::array<std::pair<SettingKind, std::string_view>, 12> kinds{
    {{SettingKind::domain, "domain"},
     {SettingKind::mailbox, "mailbox"},
     {SettingKind::password, "password"},
     {SettingKind::quota, "quota"},
     {SettingKind::suspension, "suspension"},
     {SettingKind::forwarder, "forwarder"},
     {SettingKind::domain_forwarder, "domain_forwarder"},
     {SettingKind::responder, "responder"},
     {SettingKind::filters, "filters"},
     {SettingKind::spam, "spam"},
     {SettingKind::file, "file"},
     {SettingKind::note, "note"}}};

Error damaged(const std::string& reason) {
  return Error(Cause::damaged, Scope::folder, "reading settings as JSON").because(reason);
}

ordered_json text_to_json(const std::string& text) {
  if (is_utf8(text)) return text;
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    hex += digits[octet >> 4U];
    hex += digits[octet & 15U];
  }
  return {{"hex", std::move(hex)}};
}

std::optional<unsigned> value_of(char digit) {
  if (digit >= '0' && digit <= '9') return static_cast<unsigned>(digit - '0');
  if (digit >= 'a' && digit <= 'f') return static_cast<unsigned>(digit - 'a' + 10);
  return std::nullopt;
}

std::string text_from_json(const ordered_json& json) {
  if (json.is_string()) return json.get<std::string>();
  if (!json.is_object() || !json.contains("hex") || !json["hex"].is_string()) throw damaged("a text is none");
  const auto& hex = json["hex"].get_ref<const std::string&>();
  std::string text;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    const auto high = value_of(hex[i]);
    const auto low = value_of(hex[i + 1]);
    if (!high || !low) throw damaged("a text in hex has other digits");
    text += static_cast<char>(*high << 4U | *low);
  }
  if (hex.size() % 2 != 0) throw damaged("a text in hex has half an octet");
  return text;
}

class Writer {
 public:
  ordered_json out = ordered_json::object();

  void operator()(const char* name, const std::string& field) { out[name] = text_to_json(field); }
  void operator()(const char* name, bool field) { out[name] = field; }
  template <std::integral Number>
  void operator()(const char* name, Number field) {
    out[name] = field;
  }
  template <std::integral Number>
  void operator()(const char* name, const std::optional<Number>& field) {
    if (field) out[name] = *field;
  }
  template <class Enum, std::size_t size>
  void operator()(const char* name, Enum field, const Names<Enum, size>& names) {
    for (const auto& [value, word] : names)
      if (value == field) out[name] = word;
  }
  void operator()(const char* name, std::vector<std::pair<std::string, std::string>>& field) {
    ordered_json& list = out[name] = ordered_json::array();
    for (const auto& [key, value] : field)
      list.push_back(ordered_json::array({text_to_json(key), text_to_json(value)}));
  }
  void operator()(const char* name, std::vector<std::string>& field) {
    ordered_json& list = out[name] = ordered_json::array();
    for (const std::string& item : field) list.push_back(text_to_json(item));
  }
  /// A list whose items have their key in a field of that name. Few have any.
  template <class Item>
  void by(const char* key, const char* name, std::map<std::string, Item>& field) {
    if (field.empty()) return;
    ordered_json& list = out[name] = ordered_json::array();
    for (auto& [text, item] : field) {
      Writer inner;
      inner(key, text);
      fields(inner, item);
      list.push_back(std::move(inner.out));
    }
  }
  template <class Item>
  void operator()(const char* name, std::vector<Item>& field) {
    ordered_json& list = out[name] = ordered_json::array();
    for (Item& item : field) {
      Writer inner;
      fields(inner, item);
      list.push_back(std::move(inner.out));
    }
  }
};

/// A field that is missing stays as a new value has it: later versions may have more of them.
class Reader {
 public:
  explicit Reader(const ordered_json& in) : in_(in) {
    if (!in.is_object()) throw damaged("an object is none");
  }

  void operator()(const char* name, std::string& field) {
    if (const auto* json = find(name)) field = text_from_json(*json);
  }
  void operator()(const char* name, bool& field) {
    const auto* json = find(name);
    if (json == nullptr) return;
    if (!json->is_boolean()) throw damaged(std::string(name) + " is neither true nor false");
    field = json->get<bool>();
  }
  template <std::integral Number>
  void operator()(const char* name, Number& field) {
    if (const auto* json = find(name)) field = number<Number>(name, *json);
  }
  template <std::integral Number>
  void operator()(const char* name, std::optional<Number>& field) {
    if (const auto* json = find(name)) field = number<Number>(name, *json);
  }
  template <class Enum, std::size_t size>
  void operator()(const char* name, Enum& field, const Names<Enum, size>& names) {
    const auto* json = find(name);
    if (json == nullptr) return;
    const std::string word = text_from_json(*json);
    const auto* const known =
        std::find_if(names.begin(), names.end(), [&](const auto& entry) { return entry.second == word; });
    if (known == names.end()) throw damaged(std::string(name) + " has a value that this version does not know");
    field = known->first;
  }
  void operator()(const char* name, std::vector<std::pair<std::string, std::string>>& field) {
    each(name, [&](const ordered_json& item) {
      if (!item.is_array() || item.size() != 2) throw damaged(std::string(name) + " has an item that is no pair");
      field.emplace_back(text_from_json(item[0]), text_from_json(item[1]));
    });
  }
  void operator()(const char* name, std::vector<std::string>& field) {
    each(name, [&](const ordered_json& item) { field.push_back(text_from_json(item)); });
  }
  template <class Item>
  void by(const char* key, const char* name, std::map<std::string, Item>& field) {
    each(name, [&](const ordered_json& item) {
      Reader inner(item);
      std::string text;
      inner(key, text);
      fields(inner, field[text]);
    });
  }
  template <class Item>
  void operator()(const char* name, std::vector<Item>& field) {
    each(name, [&](const ordered_json& item) {
      Reader inner(item);
      fields(inner, field.emplace_back());
    });
  }

 private:
  [[nodiscard]] const ordered_json* find(const char* name) const {
    const auto there = in_.find(name);
    return there == in_.end() ? nullptr : &*there;
  }
  template <class Take>
  void each(const char* name, const Take& take) const {
    const auto* json = find(name);
    if (json == nullptr) return;
    if (!json->is_array()) throw damaged(std::string(name) + " is no list");
    for (const ordered_json& item : *json) take(item);
  }
  template <std::integral Number>
  static Number number(const char* name, const ordered_json& json) {
    if (json.is_number_unsigned()) {
      if (const auto value = json.get<std::uint64_t>(); std::in_range<Number>(value)) return static_cast<Number>(value);
    } else if (json.is_number_integer()) {
      if (const auto value = json.get<std::int64_t>(); std::in_range<Number>(value)) return static_cast<Number>(value);
    }
    throw damaged(std::string(name) + " is no such number");
  }

  const ordered_json& in_;
};

ordered_json to_json(const store::Setting& setting) {
  const auto* const kind =
      std::find_if(kinds.begin(), kinds.end(), [&](const auto& entry) { return entry.first == setting.id.kind; });
  ordered_json out{{"kind", kind->second}, {"owner", text_to_json(setting.id.owner)}};
  if (!setting.id.name.empty()) out["name"] = text_to_json(setting.id.name);
  Writer writer;
  store::SettingValue value = setting.value;
  std::visit([&](auto& held) { fields(writer, held); }, value);
  out["value"] = std::move(writer.out);
  return out;
}

/// What a setting of that kind is made of.
store::SettingValue empty_value(SettingKind kind) {
  switch (kind) {
  case SettingKind::domain: return store::Domain{};
  case SettingKind::mailbox: return store::MailboxState{};
  case SettingKind::password: return store::Password{};
  case SettingKind::quota: return store::Quota{};
  case SettingKind::suspension: return store::Suspension{};
  case SettingKind::forwarder: return store::Forwarder{};
  case SettingKind::domain_forwarder: return store::DomainForwarder{};
  case SettingKind::responder: return store::Responder{};
  case SettingKind::filters: return store::Filters{};
  case SettingKind::spam: return store::Spam{};
  case SettingKind::file: return store::OpaqueFile{};
  case SettingKind::note: break;
  }
  return store::Note{};
}

store::Setting from_json(const ordered_json& json) {
  Reader reader(json);
  std::string kind_name;
  store::Setting setting;
  reader("kind", kind_name);
  reader("owner", setting.id.owner);
  reader("name", setting.id.name);
  const auto* const kind =
      std::find_if(kinds.begin(), kinds.end(), [&](const auto& entry) { return entry.second == kind_name; });
  if (kind == kinds.end()) throw damaged("a setting is of a kind that this version does not know");
  setting.id.kind = kind->first;
  setting.value = empty_value(kind->first);
  if (!json.contains("value")) throw damaged("a setting has no value");
  Reader inner(json["value"]);
  std::visit([&](auto& held) { fields(inner, held); }, setting.value);
  return setting;
}

/// Depth is bounded, so that a text of brackets alone does not use up the stack.
ordered_json parse(std::string_view text) {
  constexpr int deepest = 16;
  bool is_too_deep = false;
  const auto limit = [&is_too_deep](int depth, ordered_json::parse_event_t /*event*/, ordered_json& /*parsed*/) {
    is_too_deep = is_too_deep || depth > deepest;
    return !is_too_deep;
  };
  ordered_json json = ordered_json::parse(text, limit, false);
  if (is_too_deep) throw damaged("it is nested too deeply");
  if (json.is_discarded()) throw damaged("it is no JSON text");
  return json;
}

constexpr bool ascii_only = true;

}  // namespace

std::string to_line(const store::Setting& setting) { return to_json(setting).dump(-1, ' ', ascii_only); }

store::Setting from_line(std::string_view line) { return from_json(parse(line)); }

std::string to_bundle(const Bundle& bundle) {
  std::vector<const store::Setting*> sorted;
  for (const store::Setting& setting : bundle.settings) sorted.push_back(&setting);
  std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) { return a->id < b->id; });
  std::string text = "{\"mailhaul_settings\": " + std::to_string(bundle_version) +
                     ", \"user\": " + text_to_json(bundle.user).dump(-1, ' ', ascii_only) + ", \"settings\": [";
  const char* joint = "\n";
  for (const store::Setting* setting : sorted) text += std::exchange(joint, ",\n") + to_line(*setting);
  return text + "\n]}\n";
}

Bundle from_bundle(std::string_view text) {
  const ordered_json json = parse(text);
  if (!json.is_object() || !json.contains("mailhaul_settings") || !json.contains("settings"))
    throw damaged("it holds no settings of this program");
  Reader reader(json);
  std::int64_t version = 0;
  reader("mailhaul_settings", version);
  if (version != bundle_version)
    throw damaged("it is of version " + std::to_string(version) + ", and this program knows " +
                  std::to_string(bundle_version));
  if (!json["settings"].is_array()) throw damaged("settings is no list");
  Bundle bundle;
  reader("user", bundle.user);
  for (const ordered_json& item : json["settings"]) bundle.settings.push_back(from_json(item));
  std::sort(bundle.settings.begin(), bundle.settings.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  const auto twin = std::adjacent_find(bundle.settings.begin(), bundle.settings.end(),
                                       [](const auto& a, const auto& b) { return a.id == b.id; });
  if (twin != bundle.settings.end())
    throw damaged("one setting is there twice: " + twin->id.owner + " " + twin->id.name);
  return bundle;
}

}  // namespace mailhaul::account::json
