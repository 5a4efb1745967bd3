#include "cli/header_parts.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <sstream>

namespace mailhaul::black_box {
namespace {

std::string small(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

}  // namespace

std::string first_line(std::string_view text) {
  const std::size_t end = text.find('\n');
  return std::string(text.substr(0, end == std::string_view::npos ? text.size() : end + 1));
}

Parts parts_of(std::string_view text) {
  Parts parts;
  while (!text.empty()) {
    const std::string line = first_line(text);
    if (line == "\n" || line == "\r\n") break;
    text.remove_prefix(line.size());
    if ((line.front() == ' ' || line.front() == '\t') && !parts.fields.empty()) {
      parts.fields.back().value += line;
      parts.fields.back().whole += line;
      continue;
    }
    Field field{"", "", line};
    std::size_t colon = 0;
    while (colon < line.size() && line[colon] > ' ' && line[colon] < '\x7f' && line[colon] != ':') ++colon;
    const std::size_t name = colon;
    while (colon < line.size() && (line[colon] == ' ' || line[colon] == '\t')) ++colon;
    if (name > 0 && colon < line.size() && line[colon] == ':') {
      field.name = small(line.substr(0, name));
      field.value = line.substr(colon + 1);
    }
    parts.fields.push_back(std::move(field));
  }
  parts.rest = text;
  return parts;
}

bool is_store_field(const Field& field) {
  static const std::set<std::string> names{"content-length", "status",   "x-imap", "x-imapbase",
                                           "x-keywords",     "x-status", "x-uid"};
  return names.count(field.name) > 0;
}

std::string without_store_headers(std::string_view octets) {
  std::string text;
  const Parts parts = parts_of(octets);
  for (const Field& field : parts.fields)
    if (!is_store_field(field)) text += field.whole;
  return text + parts.rest;
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), std::istream_iterator<std::string>()};
}

std::string end_cut(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

std::string changed_lines(std::string_view text, const std::function<std::string(const std::string&)>& change) {
  std::string out;
  while (!text.empty()) {
    const std::string line = first_line(text);
    text.remove_prefix(line.size());
    out += change(line);
  }
  return out;
}

bool is_from_line(const std::string& line, std::size_t most_arrows) {
  const std::size_t arrows = std::min(line.find_first_not_of('>'), line.size());
  return arrows <= most_arrows && line.compare(arrows, 5, "From ") == 0;
}

}  // namespace mailhaul::black_box
