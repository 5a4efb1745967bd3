#include "mailhaul/mail/header_block.hpp"

#include <algorithm>
#include <cstring>

#include "mail/ascii.hpp"

namespace mailhaul::mail {
namespace {

constexpr auto npos = std::string_view::npos;

/// Octets of the first line of `text`, its line end included.
std::size_t line_length(std::string_view text) {
  const std::size_t newline = text.find('\n');
  return newline == npos ? text.size() : newline + 1;
}

bool is_empty_line(std::string_view line) { return line == "\n" || line == "\r\n"; }

bool is_name_octet(char c) { return ascii::is_graphic(c) && c != ':'; }

/// The field that `block` begins with, its folded lines included.
HeaderField first_field(std::string_view block) {
  std::size_t end = line_length(block);
  const std::string_view line = block.substr(0, end);
  while (end < block.size() && ascii::is_blank(block[end])) end += line_length(block.substr(end));
  HeaderField field{{}, block.substr(0, end), block.substr(0, end)};

  std::size_t name = 0;
  while (name < line.size() && is_name_octet(line[name])) ++name;
  std::size_t colon = name;
  while (colon < line.size() && colon - name < blanks_before_colon_limit && ascii::is_blank(line[colon])) ++colon;
  if (name > 0 && colon < line.size() && line[colon] == ':') {
    field.name = line.substr(0, name);
    field.body.remove_prefix(colon + 1);
  }
  return field;
}

}  // namespace

HeaderEnd find_header_end(std::string_view text, std::size_t from) {
  const char* const begin = text.data();
  std::size_t at = from;
  // In the middle of a line: its start was looked at by the call before.
  bool line_start = at == 0 || (at <= text.size() && begin[at - 1] == '\n');
  while (at < text.size()) {
    if (line_start) {
      if (begin[at] == '\n') return {at + 1, at + 1};
      if (begin[at] == '\r') {
        if (at + 1 == text.size()) return {std::nullopt, at};
        if (begin[at + 1] == '\n') return {at + 2, at + 2};
      }
    }
    const void* const newline = std::memchr(begin + at, '\n', text.size() - at);
    if (newline == nullptr) return {std::nullopt, text.size()};
    at = static_cast<std::size_t>(static_cast<const char*>(newline) - begin) + 1;
    line_start = true;
  }
  return {std::nullopt, at};
}

std::vector<HeaderField> split_header(std::string_view block) {
  std::vector<HeaderField> fields;
  while (!block.empty() && !is_empty_line(block.substr(0, line_length(block)))) {
    fields.push_back(first_field(block));
    block.remove_prefix(fields.back().whole.size());
  }
  return fields;
}

std::optional<std::string> header_value(std::string_view block, std::string_view name) {
  while (!block.empty() && !is_empty_line(block.substr(0, line_length(block)))) {
    const HeaderField field = first_field(block);
    if (!field.name.empty() && ascii::equal(field.name, name)) return unfold(field.body);
    block.remove_prefix(field.whole.size());
  }
  return std::nullopt;
}

std::string unfold(std::string_view body) {
  std::string value;
  value.reserve(body.size());
  while (!body.empty()) {
    std::string_view line = body.substr(0, line_length(body));
    body.remove_prefix(line.size());
    if (line.back() == '\n') {
      line.remove_suffix(1);
      if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    }
    value += line;
  }
  const std::size_t first = value.find_first_not_of(" \t");
  if (first == npos) return {};
  value.erase(value.find_last_not_of(" \t") + 1);
  value.erase(0, first);
  return value;
}

bool equal_without_case(std::string_view a, std::string_view b) { return ascii::equal(a, b); }

bool looks_like_header_line(std::string_view line) {
  const auto colon = std::find_if_not(line.begin(), line.end(), is_name_octet);
  return colon != line.begin() && colon != line.end() && *colon == ':';
}

}  // namespace mailhaul::mail
