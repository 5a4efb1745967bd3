#include "mailhaul/base/escape.hpp"

#include <array>
#include <cstdint>

namespace mailhaul {
namespace {

std::uint8_t octet(char c) { return static_cast<std::uint8_t>(c); }

std::uint32_t code_point(std::string_view sequence) {
  static constexpr std::array<std::uint8_t, 5> lead_mask{0, 0x7f, 0x1f, 0x0f, 0x07};
  std::uint32_t value = octet(sequence[0]) & lead_mask[sequence.size()];
  for (const char c : sequence.substr(1)) value = (value << 6) | (octet(c) & 0x3fU);
  return value;
}

/// Controls that a terminal acts on, and characters that reorder what a reader sees (Unicode TR 36, bidi).
bool is_unsafe(std::uint32_t c) {
  return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == '\\' || c == 0x061c || c == 0x200e || c == 0x200f ||
         c == 0x2028 || c == 0x2029 || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

void append_hex(std::string& out, char c) {
  static constexpr std::string_view digits = "0123456789abcdef";
  out += "\\x";
  out += digits[octet(c) >> 4];
  out += digits[octet(c) & 0x0fU];
}

}  // namespace

std::size_t utf8_sequence_length(std::string_view text) {
  if (text.empty()) return 0;
  const std::uint8_t lead = octet(text[0]);
  const std::size_t length = lead < 0x80   ? 1
                             : lead < 0xc2 ? 0
                             : lead < 0xe0 ? 2
                             : lead < 0xf0 ? 3
                             : lead < 0xf5 ? 4
                                           : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((octet(text[i]) & 0xc0U) != 0x80) return 0;
  if (length < 3) return length;
  const std::uint32_t c = code_point(text.substr(0, length));
  const bool shortest = length == 3 ? c >= 0x800 : c >= 0x10000;
  const bool surrogate = c >= 0xd800 && c <= 0xdfff;
  return shortest && !surrogate && c <= 0x10ffff ? length : 0;
}

std::string escape_for_terminal(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_sequence_length(text);
    const std::string_view piece = text.substr(0, length == 0 ? 1 : length);
    if (length == 0 || is_unsafe(code_point(piece))) {
      for (const char c : piece) append_hex(out, c);
    } else {
      out += piece;
    }
    text.remove_prefix(piece.size());
  }
  return out;
}

std::string replace_invalid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_sequence_length(text);
    if (length == 0) {
      out += "\xef\xbf\xbd";
      text.remove_prefix(1);
    } else {
      out += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return out;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_sequence_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace mailhaul
