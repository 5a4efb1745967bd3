#include "account/sieve/charset.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace mailhaul::account::sieve {
namespace {

struct Row {
  std::string_view octets;
  std::string_view charset;
  std::string_view utf8;
  bool is_guess = false;
  bool is_lost = false;
};

TEST(SieveCharset, TextsBecomeUtf8) {
  const Row table[] = {
      {"Gr\xc3\xbc\xc3\x9f", "UTF-8", "Gr\xc3\xbc\xc3\x9f"},
      {"Gr\xc3\xbc\xc3\x9f", "", "Gr\xc3\xbc\xc3\x9f"},
      {"Gr\xfc\xdf", "ISO-8859-1", "Gr\xc3\xbc\xc3\x9f"},
      {"\x80 1", "windows-1252", "\xe2\x82\xac 1"},
      {"\x80 1", "iso-8859-1", "\xe2\x82\xac 1"},
      {"\xa4 1", "iso-8859-15", "\xe2\x82\xac 1"},
      {"\xa4 1", "iso-8859-1", "\xc2\xa4 1"},
      {"\xcf\xf0\xe8", "windows-1251", "\xd0\x9f\xd1\x80\xd0\xb8"},
      {"\x1b$B$\"\x1b(B!", "ISO-2022-JP", "\xe3\x81\x82!"},
      {"plain", "us-ascii", "plain"},
      {"Gr\xc3\xbc", "us-ascii", "Gr\xc3\xbc", true},
      {"Gr\xfc", "utf-8", "Gr\xc3\xbc", true},
      {"Gr\xfc", "", "Gr\xc3\xbc", true},
      {"\xf0\xd2\xc9", "KOI8-R", "\xd0\x9f\xd1\x80\xd0\xb8"},
      {"\xb1", "iso-8859-2", "\xc4\x85"},
      {"\xfd", "windows-1254", "\xc4\xb1"},
      {"\xfd", "iso-8859-9", "\xc4\xb1"},
      {"\xd2", "windows-1253", "\xef\xbf\xbd"},
      {"Gr\xfc", "no-such-charset", "", false, true},
      {"Gr\xc3\xbc", "no-such-charset", "Gr\xc3\xbc", true},
      {"plain", "no-such-charset", "plain", true},
      {"Gr\xfc", "../../tmp/x", "", false, true},
      {"Gr\xfc", "us-ascii//TRANSLIT", "", false, true},
      {"\x80\xff", "shift_jis", "", false, true},
      {"", "koi8-r", ""},
  };
  for (const Row& row : table) {
    const Utf8Text got = as_utf8(row.octets, row.charset);
    EXPECT_EQ(got.text, row.utf8) << row.charset;
    EXPECT_EQ(got.is_lost, row.is_lost) << row.octets << ' ' << row.charset;
    EXPECT_EQ(got.is_guess, row.is_guess) << row.octets << ' ' << row.charset;
  }
}

}  // namespace
}  // namespace mailhaul::account::sieve
