#include "account/postfix/map_text.hpp"

#include <algorithm>

#include "account/text/text_lines.hpp"
#include "mailhaul/account/address.hpp"
#include "mailhaul/base/error.hpp"

namespace mailhaul::account::postfix {
namespace {

struct LogicalLine {
  std::string text{};
  std::vector<std::size_t> lines{};
};

std::vector<LogicalLine> logical_lines(std::string_view text) {
  std::vector<LogicalLine> out;
  const std::vector<TextLine> lines = text_lines(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string_view line = lines[i].content;
    const std::string_view content = trimmed(line);
    if (content.empty() || content.front() == '#') continue;
    // One that continues nothing is a line of its own here, which is nobody's.
    if (!is_blank(line.front()) || out.empty()) out.emplace_back();
    out.back().text += line;
    out.back().lines.push_back(i);
  }
  return out;
}

/// Where the key ends; nothing where a quote is not closed.
std::optional<std::size_t> end_of_key(std::string_view line) {
  bool is_quoted = false;
  std::size_t at = 0;
  for (; at < line.size() && (is_quoted || !is_blank(line[at])); ++at) {
    if (line[at] == '\\')
      ++at;
    else if (line[at] == '"')
      is_quoted = !is_quoted;
  }
  if (is_quoted) return std::nullopt;
  return std::min(at, line.size());
}

std::optional<MapEntry> entry_of(LogicalLine line) {
  if (is_blank(line.text.front())) return std::nullopt;
  const auto end = end_of_key(line.text);
  if (!end) return std::nullopt;
  const std::string_view value = trimmed(std::string_view(line.text).substr(*end));
  if (value.empty()) return std::nullopt;
  return MapEntry{lower_case(line.text.substr(0, *end)), std::string(value), std::move(line.lines)};
}

/// A row as text, that is read as it is meant.
std::string row(const std::string& key, const std::string& value) {
  std::string line = key + ' ' + value;
  const std::vector<MapEntry> read = parse_map(line);
  if (has_control_octet(line) || read.size() != 1 || read.front().key != key || read.front().value != value)
    throw Error(Cause::refused, Scope::folder, "writing a row of a Postfix table")
        .at(key)
        .because("it can't be written so that Postfix reads it as it is meant");
  return line;
}

}  // namespace

std::vector<MapEntry> parse_map(std::string_view text) {
  std::vector<MapEntry> out;
  for (LogicalLine& line : logical_lines(text))
    if (auto entry = entry_of(std::move(line))) out.push_back(std::move(*entry));
  return out;
}

std::map<std::string, std::string> map_values(std::string_view text) {
  std::map<std::string, std::string> out;
  for (MapEntry& entry : parse_map(text)) out.emplace(std::move(entry.key), std::move(entry.value));
  return out;
}

std::string with_rows(std::string_view text, const std::map<std::string, std::optional<std::string>>& rows) {
  LineEdits edits;
  std::map<std::string, bool> is_placed;
  for (const MapEntry& entry : parse_map(text)) {
    const auto wanted = rows.find(entry.key);
    if (wanted == rows.end()) continue;
    const bool is_first = is_placed.emplace(entry.key, true).second;
    if (!is_first && wanted->second) continue;
    for (const std::size_t line : entry.lines) edits.changed[line] = std::nullopt;
    if (wanted->second) edits.changed[entry.lines.front()] = row(entry.key, *wanted->second);
  }
  for (const auto& [key, value] : rows)
    if (value && is_placed.count(key) == 0) edits.added.push_back(row(key, *value));
  return edited(text, edits);
}

}  // namespace mailhaul::account::postfix
