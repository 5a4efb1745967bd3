#include "account/sieve/sender_text.hpp"

#include <algorithm>

#include "account/sieve/mail_address.hpp"
#include "account/text/text_lines.hpp"
#include "mailhaul/base/escape.hpp"

namespace mailhaul::account::sieve {
namespace {

/// RFC 2047 2: an encoded word has at most 75 octets.
constexpr std::size_t encoded_limit = 60;

/// `"Jo \"X\""` as `Jo "X"`.
std::string unquoted(std::string_view name) {
  if (name.size() < 2 || name.front() != '"' || name.back() != '"') return std::string(name);
  name = name.substr(1, name.size() - 2);
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '\\' && i + 1 < name.size()) ++i;
    out += name[i];
  }
  return out;
}

std::string in_quotes(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string encoded(std::string_view character) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  if (character == " ") return "_";
  if (character.size() == 1 && is_letter_or_digit(character.front())) return std::string(character);
  std::string out;
  for (const char c : character) {
    out += '=';
    out += digits[static_cast<unsigned char>(c) >> 4U];
    out += digits[static_cast<unsigned char>(c) & 15U];
  }
  return out;
}

std::string encoded_words(std::string_view name) {
  std::string out;
  std::string word;
  const auto close = [&] {
    if (!word.empty()) out += (out.empty() ? "=?utf-8?Q?" : " =?utf-8?Q?") + word + "?=";
    word.clear();
  };
  while (!name.empty()) {
    const std::size_t length = std::max<std::size_t>(utf8_sequence_length(name), 1);
    const std::string next = encoded(name.substr(0, length));
    name.remove_prefix(length);
    if (word.size() + next.size() > encoded_limit) close();
    word += next;
  }
  close();
  return out;
}

/// Words that are encoded already, with blanks between them: they may not stand in quotes.
bool is_encoded(std::string_view name) {
  const auto is_atom = [](char c) {
    return is_letter_or_digit(c) || std::string_view(" !#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
  };
  return name.starts_with("=?") && std::all_of(name.begin(), name.end(), is_atom);
}

}  // namespace

std::optional<std::string> sender_text(std::string_view from) {
  from = trimmed(from);
  if (is_mail_address(from)) return std::string(from);
  const std::size_t open = from.rfind('<');
  if (open == std::string_view::npos || from.back() != '>') return std::nullopt;
  const std::string_view address = trimmed(from.substr(open + 1, from.size() - open - 2));
  if (!is_mail_address(address)) return std::nullopt;
  const std::string name = unquoted(trimmed(from.substr(0, open)));
  const std::string in_brackets = '<' + std::string(address) + '>';
  if (name.empty()) return std::string(address);
  if (is_encoded(name)) return name + ' ' + in_brackets;
  const bool is_ascii =
      std::all_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  return (is_ascii ? in_quotes(name) : encoded_words(name)) + ' ' + in_brackets;
}

}  // namespace mailhaul::account::sieve
