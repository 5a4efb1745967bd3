#include "account/cpanel/responder_text.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "mailhaul/account/address.hpp"

namespace mailhaul::account::cpanel {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// Where the header's name ends; nothing where the line begins no header (RFC 5322 2.2).
std::optional<std::size_t> name_length(std::string_view line) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == ':') return i == 0 ? std::nullopt : std::optional(i);
    if (line[i] <= ' ' || line[i] > '~') return std::nullopt;
  }
  return std::nullopt;
}

std::string_view trimmed(std::string_view text) {
  const auto is_around = [](char c) { return is_blank(c) || c == '\r' || c == '\n'; };
  while (!text.empty() && is_around(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_around(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view without_line_end(std::string_view line) {
  if (!line.empty() && line.back() == '\n') line.remove_suffix(1);
  while (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

std::string_view first_line(std::string_view text) {
  const std::size_t end = text.find('\n');
  return end == std::string_view::npos ? text : text.substr(0, end + 1);
}

std::string one_line(std::string_view value) {
  std::string out(trimmed(value));
  std::replace(out.begin(), out.end(), '\n', ' ');
  return out;
}

std::string_view line_end_of(std::string_view line) {
  return line.size() > 1 && line.substr(line.size() - 2) == "\r\n" ? "\r\n" : "\n";
}

bool have_equal_names(const std::vector<std::pair<std::string, std::string>>& left,
                      const std::vector<std::pair<std::string, std::string>>& right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](const auto& a, const auto& b) { return a.first == b.first; });
}

}  // namespace

ResponderText parse_responder_text(std::string_view text) {
  ResponderText out;
  while (!text.empty()) {
    const std::string_view line = first_line(text);
    const std::string_view content = without_line_end(line);
    if (content.empty() && line.back() == '\n') {
      out.separator = line;
      text.remove_prefix(line.size());
      break;
    }
    if (is_blank(line.front()) && !out.headers.empty()) {
      out.headers.back().second += content;
      out.raw_headers.back() += line;
    } else if (const auto length = name_length(content)) {
      out.headers.emplace_back(content.substr(0, *length), content.substr(*length + 1));
      out.raw_headers.emplace_back(line);
    } else {
      break;
    }
    text.remove_prefix(line.size());
  }
  for (auto& header : out.headers) header.second = std::string(trimmed(header.second));
  out.body = text;
  return out;
}

std::string charset_of(const std::vector<std::pair<std::string, std::string>>& headers) {
  for (const auto& [name, value] : headers) {
    if (lower_case(name) != "content-type") continue;
    const std::string lower = lower_case(value);
    const std::size_t at = lower.find("charset=");
    if (at == std::string::npos) return {};
    std::string_view rest = std::string_view(value).substr(at + 8);
    if (!rest.empty() && rest.front() == '"') rest.remove_prefix(1);
    return std::string(rest.substr(0, rest.find_first_of(" \t;\"")));
  }
  return {};
}

std::string responder_text(const std::vector<std::pair<std::string, std::string>>& headers, const std::string& body,
                           const std::string& original) {
  const ResponderText old = parse_responder_text(original);
  if (old.headers == headers && old.body == body && (!original.empty() || (headers.empty() && body.empty())))
    return original;
  const std::string line_end(line_end_of(first_line(original)));
  const auto as_line = [&](const std::pair<std::string, std::string>& header) {
    return header.first + ": " + one_line(header.second) + line_end;
  };
  std::string out;
  // Without its blank line another body could be taken for a header.
  const bool keeps_shape = have_equal_names(headers, old.headers) && (body == old.body || !old.separator.empty());
  for (std::size_t i = 0; i < headers.size(); ++i) {
    if (!name_length(headers[i].first + ':') || headers[i].first.find(':') != std::string::npos) continue;
    const bool is_as_it_was = keeps_shape && headers[i].second == old.headers[i].second;
    out += is_as_it_was ? old.raw_headers[i] : as_line(headers[i]);
  }
  out += keeps_shape && !original.empty() ? old.separator : line_end;
  return out += body;
}

}  // namespace mailhaul::account::cpanel
