#include "account/sieve/sieve_text.hpp"

#include <algorithm>

#include "mailhaul/base/escape.hpp"

namespace mailhaul::account::sieve {
namespace {

constexpr std::size_t line_limit_octets = 200;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7f'; }

}  // namespace

void Needs::add(const Needs& other) {
  extensions.insert(other.extensions.begin(), other.extensions.end());
  dollar = dollar || other.dollar;
}

std::string prelude_for(Needs& needs) {
  if (!needs.dollar) return {};
  needs.extensions.insert("variables");
  return "set \"mailhaul_dollar\" \"$\";\n";
}

bool is_plain_text(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_sequence_length(text);
    if (length == 0) return false;
    if (is_control(text.front()) && text.front() != '\t' && text.front() != '\n') return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string quoted_piece(std::string_view text, Needs& needs) {
  std::string out;
  out.reserve(text.size() + 8);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    // "\#" is "#" (RFC 5228 2.4.2), but no line of ours begins with it.
    const bool begins_line = i > 0 && text[i - 1] == '\n';
    if (c == '"' || c == '\\' || (c == '#' && begins_line)) out += '\\';
    if (c == '$' && i + 1 < text.size() && text[i + 1] == '{') {
      needs.dollar = true;
      needs.extensions.insert("variables");
      out += "${mailhaul_dollar}";
    } else {
      out += c;
    }
  }
  return out;
}

std::string quoted(std::string_view text, Needs& needs) { return '"' + quoted_piece(text, needs) + '"'; }

std::string quoted_list(const std::vector<std::string>& texts, Needs& needs) {
  if (texts.size() == 1) return quoted(texts.front(), needs);
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "[" : ", ") + quoted(text, needs);
  return out + ']';
}

std::string escaped_for_matches(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '*' || c == '?') out += '\\';
    out += c;
  }
  return out;
}

std::string one_line(std::string_view text) {
  const std::string safe = escape_for_terminal(text.substr(0, line_limit_octets));
  // What was cut within a character shows as its octets.
  return text.size() > line_limit_octets ? safe + " ..." : safe;
}

std::string commented_out(std::string_view script) {
  std::string out;
  while (!script.empty()) {
    const std::size_t end = std::min(script.find('\n'), script.size());
    out += "#   ";
    out += script.substr(0, end);
    out += '\n';
    script.remove_prefix(std::min(end + 1, script.size()));
  }
  return out;
}

}  // namespace mailhaul::account::sieve
