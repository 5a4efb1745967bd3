#include "account/text/text_lines.hpp"

#include <algorithm>

namespace mailhaul::account {

std::vector<TextLine> text_lines(std::string_view text) {
  std::vector<TextLine> out;
  while (!text.empty()) {
    const std::size_t feed = text.find('\n');
    const std::size_t size = feed == std::string_view::npos ? text.size() : feed + 1;
    std::size_t content = std::min(feed, text.size());
    if (content > 0 && text[content - 1] == '\r') --content;
    out.push_back({text.substr(0, content), text.substr(content, size - content)});
    text.remove_prefix(size);
  }
  return out;
}

std::string edited(std::string_view text, const LineEdits& edits) {
  const std::vector<TextLine> lines = text_lines(text);
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto change = edits.changed.find(i);
    if (change != edits.changed.end() && !change->second) continue;
    out += change == edits.changed.end() ? lines[i].content : *change->second;
    out += lines[i].end;
  }
  if (edits.added.empty()) return out;
  const std::string_view end = !lines.empty() && lines.front().end == "\r\n" ? "\r\n" : "\n";
  if (!out.empty() && out.back() == '\r')
    out += '\n';
  else if (!out.empty() && out.back() != '\n')
    out += end;
  for (const std::string& line : edits.added) {
    out += line;
    out += end;
  }
  return out;
}

bool has_control_octet(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto octet = static_cast<unsigned char>(c);
    return octet < 0x20 || octet == 0x7f;
  });
}

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace mailhaul::account
