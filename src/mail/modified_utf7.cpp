#include "mailhaul/mail/modified_utf7.hpp"

#include <array>
#include <cstdint>

#include "mailhaul/base/escape.hpp"

namespace mailhaul::mail {
namespace {

constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

/// What stands for itself; '&' is spelled "&-" and everything else goes through base64.
bool is_direct(char c) { return c >= ' ' && c <= '~'; }

/// The code point of a valid sequence, which utf8_sequence_length() has measured.
char32_t code_point(std::string_view sequence) {
  static constexpr std::array<unsigned, 5> lead_mask{0, 0x7f, 0x1f, 0x0f, 0x07};
  char32_t value = static_cast<unsigned char>(sequence[0]) & lead_mask[sequence.size()];
  for (const char c : sequence.substr(1)) value = (value << 6) | (static_cast<unsigned char>(c) & 0x3fU);
  return value;
}

void append_utf8(std::string& out, char32_t c) {
  const auto put = [&](char32_t octet) { out += static_cast<char>(static_cast<unsigned char>(octet)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0 | (c >> 6));
    put(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    put(0xe0 | (c >> 12));
    put(0x80 | ((c >> 6) & 0x3f));
    put(0x80 | (c & 0x3f));
  } else {
    put(0xf0 | (c >> 18));
    put(0x80 | ((c >> 12) & 0x3f));
    put(0x80 | ((c >> 6) & 0x3f));
    put(0x80 | (c & 0x3f));
  }
}

/// One run "&…-" while it is written: UTF-16BE in base64, six bits at a time.
class Run {
 public:
  explicit Run(std::string& out) : out_(out) {}
  void add(char32_t c) {
    if (bits_ == 0 && !open_) out_ += '&';
    open_ = true;
    if (c < 0x10000) return add_unit(c);
    add_unit(0xd800 + ((c - 0x10000) >> 10));
    add_unit(0xdc00 + ((c - 0x10000) & 0x3ff));
  }
  void close() {
    if (!open_) return;
    if (bits_ > 0) out_ += digits[(held_ << (6 - bits_)) & 0x3f];
    out_ += '-';
    held_ = 0;
    bits_ = 0;
    open_ = false;
  }

 private:
  void add_unit(char32_t unit) {
    held_ = ((held_ << 16) | unit) & 0xffffffU;
    bits_ += 16;
    for (; bits_ >= 6; bits_ -= 6) out_ += digits[(held_ >> (bits_ - 6)) & 0x3f];
  }

  std::string& out_;
  std::uint32_t held_ = 0;
  unsigned bits_ = 0;
  bool open_ = false;
};

/// The inside of "&…-" as UTF-8; nothing for a foreign octet or a lone surrogate.
std::optional<std::string> decode_run(std::string_view run) {
  std::string utf8;
  std::uint32_t held = 0;
  unsigned bits = 0;
  char32_t high = 0;  // a high surrogate that waits for its low one; never 0
  for (const char c : run) {
    const std::size_t digit = digits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    held = ((held << 6) | static_cast<std::uint32_t>(digit)) & 0xffffffU;
    bits += 6;
    if (bits < 16) continue;
    bits -= 16;
    const char32_t unit = (held >> bits) & 0xffffU;
    const bool is_low = unit >= 0xdc00 && unit < 0xe000;
    if (is_low != (high != 0)) return std::nullopt;
    if (is_low) {
      append_utf8(utf8, 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00));
      high = 0;
    } else if (unit >= 0xd800 && unit < 0xdc00) {
      high = unit;
    } else {
      append_utf8(utf8, unit);
    }
  }
  if (high != 0) return std::nullopt;
  return utf8;
}

}  // namespace

std::optional<std::string> to_modified_utf7(std::string_view utf8) {
  std::string out;
  Run run(out);
  while (!utf8.empty()) {
    const std::size_t length = utf8_sequence_length(utf8);
    if (length == 0) return std::nullopt;
    const char c = utf8[0];
    if (is_direct(c)) {
      run.close();
      out += c;
      if (c == '&') out += '-';
    } else {
      run.add(code_point(utf8.substr(0, length)));
    }
    utf8.remove_prefix(length);
  }
  run.close();
  return out;
}

std::optional<std::string> from_modified_utf7(std::string_view encoded) {
  std::string utf8;
  for (std::string_view rest = encoded; !rest.empty();) {
    const std::size_t shift = rest.find('&');
    utf8 += rest.substr(0, shift);
    if (shift == std::string_view::npos) break;
    const std::size_t end = rest.find('-', shift);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view run = rest.substr(shift + 1, end - shift - 1);
    if (run.empty()) {
      utf8 += '&';
    } else if (const auto decoded = decode_run(run)) {
      utf8 += *decoded;
    } else {
      return std::nullopt;
    }
    rest.remove_prefix(end + 1);
  }
  // Two spellings of one name would be two folders for one server and one for another: only the canonical one passes.
  if (to_modified_utf7(utf8) != encoded) return std::nullopt;
  return utf8;
}

}  // namespace mailhaul::mail
