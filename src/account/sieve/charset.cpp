#include "account/sieve/charset.hpp"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

#include "mailhaul/account/address.hpp"
#include "mailhaul/base/escape.hpp"

namespace mailhaul::account::sieve {
namespace {

/// windows-1252, 0x80 to 0x9f (the WHATWG's table: the five that are not assigned are the controls of ISO 8859-1). Of
/// text that says ISO 8859-1 it is read too: nobody means those controls.
constexpr std::array<std::uint16_t, 32> upper_controls{0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
                                                       0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008d, 0x017d, 0x008f,
                                                       0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                                       0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178};

struct Difference {
  std::uint8_t octet;
  std::uint16_t code_point;
};
/// Where ISO 8859-15 is not ISO 8859-1.
constexpr std::array<Difference, 8> latin_9{{{0xa4, 0x20ac},
                                             {0xa6, 0x0160},
                                             {0xa8, 0x0161},
                                             {0xb4, 0x017d},
                                             {0xb8, 0x017e},
                                             {0xbc, 0x0152},
                                             {0xbd, 0x0153},
                                             {0xbe, 0x0178}}};

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_sequence_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

void append(std::string& out, std::uint16_t code_point) {
  if (code_point < 0x80) {
    out += static_cast<char>(code_point);
  } else if (code_point < 0x800) {
    out += static_cast<char>(0xc0U | (code_point >> 6U));
    out += static_cast<char>(0x80U | (code_point & 0x3fU));
  } else {
    out += static_cast<char>(0xe0U | (code_point >> 12U));
    out += static_cast<char>(0x80U | ((code_point >> 6U) & 0x3fU));
    out += static_cast<char>(0x80U | (code_point & 0x3fU));
  }
}

std::string from_latin(std::string_view octets, bool is_latin_9) {
  std::string out;
  for (const char c : octets) {
    const auto octet = static_cast<std::uint8_t>(c);
    std::uint16_t code_point = octet;
    if (octet >= 0x80 && octet < 0xa0) code_point = upper_controls[octet - 0x80U];
    for (const Difference& difference : latin_9)
      if (is_latin_9 && difference.octet == octet) code_point = difference.code_point;
    append(out, code_point);
  }
  return out;
}

/// Nothing of a customer's reaches iconv_open but what names of charsets are made of: "//" is an order to it, "/" a
/// path.
bool is_charset_name(std::string_view name) {
  return !name.empty() && name.size() <= 40 && name.front() != '.' && std::all_of(name.begin(), name.end(), [](char c) {
    return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.';
  });
}

class Converter {
 public:
  explicit Converter(const std::string& charset) : handle_(::iconv_open("UTF-8", charset.c_str())) {}
  ~Converter() {
    if (is_open()) ::iconv_close(handle_);
  }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;

  // NOLINTNEXTLINE(performance-no-int-to-ptr): POSIX says so
  [[nodiscard]] bool is_open() const { return handle_ != reinterpret_cast<iconv_t>(-1); }

  /// Nothing where the octets are not in this charset.
  [[nodiscard]] std::optional<std::string> convert(std::string octets) {
    std::string out;
    char* in = octets.data();
    std::size_t left = octets.size();
    while (left > 0) {
      std::array<char, 4096> buffer{};
      char* to = buffer.data();
      std::size_t room = buffer.size();
      const bool is_done = ::iconv(handle_, &in, &left, &to, &room) != static_cast<std::size_t>(-1);
      out.append(buffer.data(), buffer.size() - room);
      if (!is_done && (errno != E2BIG || room == buffer.size())) return std::nullopt;
    }
    return is_utf8(out) ? std::optional(std::move(out)) : std::nullopt;
  }

 private:
  iconv_t handle_;
};

std::optional<std::string> by_iconv(std::string_view octets, const std::string& charset) {
  if (!is_charset_name(charset)) return std::nullopt;
  Converter converter(charset);
  return converter.is_open() ? converter.convert(std::string(octets)) : std::nullopt;
}

}  // namespace

Utf8Text as_utf8(std::string_view octets, std::string_view charset) {
  const std::string name = lower_case(charset);
  const bool is_ascii =
      std::all_of(octets.begin(), octets.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (name == "iso-8859-1" || name == "latin1" || name == "windows-1252" || name == "cp1252")
    return {from_latin(octets, false), false};
  if (name == "iso-8859-15") return {from_latin(octets, true), false};
  const bool may_be_utf8 = name.empty() || name == "utf-8" || name == "utf8" || name == "us-ascii";
  if (may_be_utf8 && is_utf8(octets)) return {std::string(octets), name == "us-ascii" && !is_ascii};
  if (!may_be_utf8)
    if (auto text = by_iconv(octets, name)) return {std::move(*text), false};
  if (is_utf8(octets)) return {std::string(octets), !is_ascii};
  return {from_latin(octets, false), true};
}

}  // namespace mailhaul::account::sieve
