#include "account/cpanel/text_lines.hpp"

#include <algorithm>

namespace mailhaul::account::cpanel {

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

std::string with_lines_replaced(std::string_view text, const std::vector<std::size_t>& numbers,
                                const std::optional<std::string>& line) {
  const std::vector<TextLine> lines = text_lines(text);
  std::string out;
  out.reserve(text.size() + (line ? line->size() + 4 : 0));
  auto next = numbers.begin();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (next == numbers.end() || *next != i) {
      out += lines[i].content;
      out += lines[i].end;
      continue;
    }
    if (line && next == numbers.begin()) {
      out += *line;
      out += lines[i].end;
    }
    ++next;
  }
  if (!line || !numbers.empty()) return out;
  if (!out.empty() && out.back() == '\r') out += '\n';
  const std::string_view end = !lines.empty() && lines.front().end == "\r\n" ? "\r\n" : "\n";
  if (!out.empty() && out.back() != '\n') out += end;
  out += *line;
  out += end;
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

}  // namespace mailhaul::account::cpanel
