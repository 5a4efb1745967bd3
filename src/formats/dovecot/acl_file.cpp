#include "formats/dovecot/acl_file.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

namespace mailhaul::formats::dovecot {
namespace {

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

void for_each_line(std::string_view text, const std::function<void(std::string_view)>& take) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    take(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

/// Takes a quoted identifier off the front; nothing when it does not end.
std::optional<std::string> take_quoted(std::string_view& line) {
  std::string out;
  for (std::size_t i = 1; i < line.size(); ++i) {
    if (line[i] == '"') {
      line.remove_prefix(i + 1);
      return out;
    }
    if (line[i] == '\\' && i + 1 < line.size()) ++i;
    out += line[i];
  }
  return std::nullopt;
}

std::optional<store::AclEntry> parse_line(std::string_view line) {
  if (line.empty() || line.front() == '#' || has_control(line)) return std::nullopt;
  store::AclEntry entry;
  if (line.front() == '"') {
    auto identifier = take_quoted(line);
    if (!identifier) return std::nullopt;
    entry.identifier = *std::move(identifier);
  } else {
    const std::size_t end = std::min(line.find(' '), line.size());
    entry.identifier = line.substr(0, end);
    line.remove_prefix(end);
  }
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  entry.rights = line;
  if (entry.identifier.empty()) return std::nullopt;
  return entry;
}

std::string quoted_if_needed(const std::string& identifier) {
  if (identifier.find_first_of(" \"\\") == std::string::npos && identifier.front() != '#') return identifier;
  std::string out = "\"";
  for (const char c : identifier) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

bool is_in(const std::string& letters, const std::string& all) {
  return std::all_of(all.begin(), all.end(), [&](char c) { return letters.find(c) != std::string::npos; });
}

/// The identifier in Dovecot's words; nothing when it has none.
std::optional<std::string> translated(std::string identifier) {
  const bool negative = identifier.front() == '-';
  const std::string plain = negative ? identifier.substr(1) : identifier;
  const bool same =
      plain == "owner" || plain == "anyone" || plain.rfind("user=", 0) == 0 || plain.rfind("group=", 0) == 0;
  if (same) return identifier;
  if (plain == "anonymous") return std::string(negative ? "-" : "") + "anyone";
  return std::nullopt;
}

}  // namespace

store::Acl parse_acl(std::string_view text) {
  store::Acl acl;
  for_each_line(text, [&](std::string_view line) {
    if (auto entry = parse_line(line)) acl.push_back(*std::move(entry));
  });
  return acl;
}

std::string acl_text(const store::Acl& acl) {
  std::string text;
  for (const store::AclEntry& entry : acl)
    text += quoted_if_needed(entry.identifier) + (entry.rights.empty() ? "" : " " + entry.rights) + "\n";
  return text;
}

store::Acl parse_courier_acl(std::string_view text, std::size_t& untranslated) {
  // "c" made folders and "x" removed them before RFC 4314 split the rights; "k" is its name for the first.
  static const std::string all_rights = "aceilrstwx";
  store::Acl acl;
  for_each_line(text, [&](std::string_view line) {
    auto entry = parse_line(line);
    if (!entry) return;
    const bool is_usual = is_in(entry->rights, all_rights);
    const bool is_administrator = entry->identifier == "administrators" || entry->identifier == "administrator";
    if (is_usual && (is_administrator || entry->identifier == "owner")) return;
    auto identifier = translated(entry->identifier);
    if (!identifier) {
      ++untranslated;
      return;
    }
    std::string rights;
    for (const char c : entry->rights)
      if (const char right = c == 'c' ? 'k' : c; std::string_view("lrwstipekxa").find(right) != std::string_view::npos)
        rights += right;
    acl.push_back({*std::move(identifier), std::move(rights)});
  });
  return acl;
}

}  // namespace mailhaul::formats::dovecot
