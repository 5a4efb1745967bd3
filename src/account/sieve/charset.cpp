#include "account/sieve/charset.hpp"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <utility>

#include "account/sieve/charset_rows.hpp"
#include "mailhaul/account/address.hpp"
#include "mailhaul/base/escape.hpp"

namespace mailhaul::account::sieve {
namespace {

/// iconv's modules are not given octets of customers' in whatever charset those name.
constexpr std::array<std::string_view, 11> by_iconv{"iso-2022-jp", "shift_jis",  "euc-jp", "gb2312", "gbk",  "gb18030",
                                                    "big5",        "big5-hkscs", "euc-kr", "euc-tw", "cp949"};

void append(std::string& out, char16_t code_point) {
  const unsigned value = code_point;
  if (value < 0x80) {
    out += static_cast<char>(value);
  } else if (value < 0x800) {
    out += static_cast<char>(0xc0U | (value >> 6U));
    out += static_cast<char>(0x80U | (value & 0x3fU));
  } else {
    out += static_cast<char>(0xe0U | (value >> 12U));
    out += static_cast<char>(0x80U | ((value >> 6U) & 0x3fU));
    out += static_cast<char>(0x80U | (value & 0x3fU));
  }
}

/// Null: it is none of those.
const CharsetRow* row_of(std::string_view name) {
  const auto* found = std::find_if(charset_rows.begin(), charset_rows.end(), [&](const CharsetRow& row) {
    return std::find(row.names.begin(), row.names.end(), name) != row.names.end();
  });
  return found == charset_rows.end() ? nullptr : found;
}

std::string converted(std::string_view octets, const CharsetRow& row) {
  std::string out;
  for (const char c : octets) {
    const auto octet = static_cast<unsigned char>(c);
    append(out, octet < 0x80 ? octet : row.upper[octet - 0x80U]);
  }
  return out;
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

std::optional<std::string> converted_by_iconv(std::string_view octets, const std::string& charset) {
  if (std::find(by_iconv.begin(), by_iconv.end(), charset) == by_iconv.end()) return std::nullopt;
  Converter converter(charset);
  return converter.is_open() ? converter.convert(std::string(octets)) : std::nullopt;
}

}  // namespace

Utf8Text as_utf8(std::string_view octets, std::string_view charset) {
  const std::string name = lower_case(charset);
  if (const CharsetRow* row = name.empty() ? nullptr : row_of(name)) return {converted(octets, *row), false, false};
  const bool is_ascii =
      std::all_of(octets.begin(), octets.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  const bool may_be_utf8 = name.empty() || name == "utf-8" || name == "utf8" || name == "us-ascii" || name == "ascii";
  if (!may_be_utf8) {
    // What is made of ASCII alone may be in a charset of several octets all the same.
    if (auto text = converted_by_iconv(octets, name)) return {std::move(*text), false, false};
    return is_utf8(octets) ? Utf8Text{std::string(octets), true, false} : Utf8Text{{}, false, true};
  }
  if (is_utf8(octets)) return {std::string(octets), !is_ascii && name.find("ascii") != std::string::npos, false};
  return {converted(octets, *row_of("windows-1252")), true, false};
}

}  // namespace mailhaul::account::sieve
