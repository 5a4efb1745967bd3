#include "formats/dovecot/subscription_file.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace mailhaul::formats::dovecot {
namespace {

constexpr std::string_view v2_beginning = "V\t2\n\n";
constexpr char escape_sign = '\x01';

struct Escape {
  char octet;
  char letter;
};
constexpr std::array escapes{Escape{escape_sign, '1'}, Escape{'\t', 't'}, Escape{'\n', 'n'}, Escape{'\r', 'r'},
                             Escape{'\0', '0'}};

bool is_v2(std::string_view text) { return text.substr(0, v2_beginning.size()) == v2_beginning; }

std::string unescaped(std::string_view level) {
  std::string out;
  for (std::size_t i = 0; i < level.size(); ++i) {
    out += level[i];
    if (level[i] != escape_sign || i + 1 == level.size()) continue;
    const char letter = level[i + 1];
    const auto known = std::find_if(escapes.begin(), escapes.end(), [&](Escape e) { return e.letter == letter; });
    if (known == escapes.end()) continue;
    out.back() = known->octet;
    ++i;
  }
  return out;
}

std::string escaped(std::string_view level) {
  std::string out;
  for (const char c : level) {
    const auto known = std::find_if(escapes.begin(), escapes.end(), [&](Escape e) { return e.octet == c; });
    if (known == escapes.end()) {
      out += c;
    } else {
      out += escape_sign;
      out += known->letter;
    }
  }
  return out;
}

/// Nothing (an empty name) when a level is empty.
StoredName split(std::string_view line, char separator, bool v2) {
  StoredName name;
  for (bool more = true; more;) {
    const std::size_t end = line.find(separator);
    const std::string_view level = line.substr(0, end);
    more = end != std::string_view::npos;
    if (more) line.remove_prefix(end + 1);
    if (level.empty()) return {};
    name.push_back(v2 ? unescaped(level) : std::string(level));
  }
  return name;
}

std::string line_of(const StoredName& name, char separator, bool v2) {
  std::string line;
  for (const std::string& level : name) {
    if (!line.empty()) line += v2 ? '\t' : separator;
    line += v2 ? escaped(level) : level;
  }
  return line + '\n';
}

bool fits_v1(const StoredName& name, char separator) {
  return std::all_of(name.begin(), name.end(), [&](const std::string& level) {
    return level.find(separator) == std::string::npos && level.find('\n') == std::string::npos;
  });
}

}  // namespace

std::vector<StoredName> parse_subscriptions(std::string_view text, char separator) {
  const bool v2 = is_v2(text);
  if (v2) text.remove_prefix(v2_beginning.size());
  std::vector<StoredName> names;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    StoredName name = split(text.substr(0, end), v2 ? '\t' : separator, v2);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!name.empty()) names.push_back(std::move(name));
  }
  return names;
}

std::string add_subscriptions(std::string_view text, const std::vector<StoredName>& names, char separator) {
  const std::vector<StoredName> old = parse_subscriptions(text, separator);
  std::set<StoredName> there(old.begin(), old.end());
  std::vector<const StoredName*> missing;
  for (const StoredName& name : names)
    if (!name.empty() && there.insert(name).second) missing.push_back(&name);
  if (missing.empty()) return std::string(text);

  bool v2 = is_v2(text);
  std::string out(text);
  if (!out.empty() && out.back() != '\n') out += '\n';
  const bool fits = std::all_of(missing.begin(), missing.end(), [&](auto* name) { return fits_v1(*name, separator); });
  if (!v2 && !fits) {
    v2 = true;
    out = v2_beginning;
    for (const StoredName& name : old) out += line_of(name, separator, v2);
  }
  for (const StoredName* name : missing) out += line_of(*name, separator, v2);
  return out;
}

}  // namespace mailhaul::formats::dovecot
