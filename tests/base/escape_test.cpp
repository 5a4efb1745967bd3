#include "mailhaul/base/escape.hpp"

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace mailhaul {
namespace {

using namespace std::string_view_literals;

struct Row {
  const char* what;
  std::string_view in;
  std::string_view out;
};

const std::vector<Row> terminal_rows{
    {"nothing", ""sv, ""sv},
    {"plain text", "INBOX.Sent (2)"sv, "INBOX.Sent (2)"sv},
    {"quotes stay", "\"a\" 'b' `c` $d"sv, "\"a\" 'b' `c` $d"sv},
    {"letters of other scripts", "\xc3\xa9\xd0\xb6\xe6\x97\xa5"sv, "\xc3\xa9\xd0\xb6\xe6\x97\xa5"sv},
    {"beyond the first plane", "\xf0\x9f\x93\xac"sv, "\xf0\x9f\x93\xac"sv},
    {"NUL", "a\0b"sv, "a\\x00b"sv},
    {"line end forges a line", "a\nb\rc"sv, "a\\x0ab\\x0dc"sv},
    {"tab forges a column", "a\tb"sv, "a\\x09b"sv},
    {"escape sequence", "\x1b[2J"sv, "\\x1b[2J"sv},
    {"bell and backspace", "\x07\x08"sv, "\\x07\\x08"sv},
    {"last of C0", "\x1f "sv, "\\x1f "sv},
    {"DEL", "~\x7f"sv, "~\\x7f"sv},
    {"CSI of C1, as UTF-8", "\xc2\x9b"sv, "\\xc2\\x9b"sv},
    {"first and last of C1", "\xc2\x80\xc2\x9f"sv, "\\xc2\\x80\\xc2\\x9f"sv},
    {"first after C1", "\xc2\xa0"sv, "\xc2\xa0"sv},
    {"CSI of C1, one octet", "\x9b"sv, "\\x9b"sv},
    {"backslash, so that nothing looks escaped", "\\x41"sv, "\\x5cx41"sv},
    {"bidi override", "\xe2\x80\xae"sv, "\\xe2\\x80\\xae"sv},
    {"bidi embeddings", "\xe2\x80\xaa\xe2\x80\xab\xe2\x80\xac\xe2\x80\xad"sv,
     "\\xe2\\x80\\xaa\\xe2\\x80\\xab\\xe2\\x80\\xac\\xe2\\x80\\xad"sv},
    {"bidi isolates", "\xe2\x81\xa6\xe2\x81\xa7\xe2\x81\xa8\xe2\x81\xa9"sv,
     "\\xe2\\x81\\xa6\\xe2\\x81\\xa7\\xe2\\x81\\xa8\\xe2\\x81\\xa9"sv},
    {"bidi marks", "\xe2\x80\x8e\xe2\x80\x8f\xd8\x9c"sv, "\\xe2\\x80\\x8e\\xe2\\x80\\x8f\\xd8\\x9c"sv},
    {"line and paragraph separator", "\xe2\x80\xa8\xe2\x80\xa9"sv, "\\xe2\\x80\\xa8\\xe2\\x80\\xa9"sv},
    {"byte order mark", "\xef\xbb\xbf"sv, "\\xef\\xbb\\xbf"sv},
    {"Latin-1", "caf\xe9!"sv, "caf\\xe9!"sv},
    {"cut sequence at the end", "a\xe6\x97"sv, "a\\xe6\\x97"sv},
    {"cut sequence before text", "\xe6\x97z"sv, "\\xe6\\x97z"sv},
    {"continuation alone", "\x80\xbf"sv, "\\x80\\xbf"sv},
    {"slash in two octets", "\xc0\xaf"sv, "\\xc0\\xaf"sv},
    {"slash in three octets", "\xe0\x80\xaf"sv, "\\xe0\\x80\\xaf"sv},
    {"slash in four octets", "\xf0\x80\x80\xaf"sv, "\\xf0\\x80\\x80\\xaf"sv},
    {"surrogate", "\xed\xa0\x80"sv, "\\xed\\xa0\\x80"sv},
    {"over the last code point", "\xf4\x90\x80\x80"sv, "\\xf4\\x90\\x80\\x80"sv},
    {"never in UTF-8", "\xfe\xff\xf8"sv, "\\xfe\\xff\\xf8"sv},
};

TEST(EscapeForTerminal, FollowsTheTable) {
  for (const Row& row : terminal_rows) EXPECT_EQ(escape_for_terminal(row.in), row.out) << row.what;
}

TEST(Utf8SequenceLength, KnowsTheEdgesOfRfc3629) {
  const std::vector<std::pair<std::string_view, std::size_t>> rows{
      {""sv, 0},
      {"\0"sv, 1},
      {"\x7f"sv, 1},
      {"\x80"sv, 0},
      {"\xc1\xbf"sv, 0},
      {"\xc2\x80"sv, 2},
      {"\xc2"sv, 0},
      {"\xdf\xbf"sv, 2},
      {"\xdf\x7f"sv, 0},
      {"\xe0\x9f\xbf"sv, 0},
      {"\xe0\xa0\x80"sv, 3},
      {"\xed\x9f\xbf"sv, 3},
      {"\xed\xa0\x80"sv, 0},
      {"\xed\xbf\xbf"sv, 0},
      {"\xee\x80\x80"sv, 3},
      {"\xef\xbf\xbf"sv, 3},
      {"\xf0\x8f\xbf\xbf"sv, 0},
      {"\xf0\x90\x80\x80"sv, 4},
      {"\xf4\x8f\xbf\xbf"sv, 4},
      {"\xf4\x90\x80\x80"sv, 0},
      {"\xf5\x80\x80\x80"sv, 0},
      {"a\xff"sv, 1},
  };
  for (const auto& row : rows) EXPECT_EQ(utf8_sequence_length(row.first), row.second) << escape_for_terminal(row.first);
}

TEST(ReplaceInvalidUtf8, KeepsWhatIsValidAndReplacesOctetByOctet) {
  const std::vector<Row> rows{
      {"nothing", ""sv, ""sv},
      {"controls are JSON's affair", "a\n\x1b\\\"\0"sv, "a\n\x1b\\\"\0"sv},
      {"valid", "\xc3\xa9\xf0\x9f\x93\xac"sv, "\xc3\xa9\xf0\x9f\x93\xac"sv},
      {"Latin-1", "caf\xe9!"sv, "caf\xef\xbf\xbd!"sv},
      {"cut", "\xe6\x97"sv, "\xef\xbf\xbd\xef\xbf\xbd"sv},
      {"surrogate", "\xed\xa0\x80"sv, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"sv},
  };
  for (const Row& row : rows) EXPECT_EQ(replace_invalid_utf8(row.in), row.out) << row.what;
}

/// Octets with many leads, continuations and controls among them.
std::string random_octets(std::mt19937& generator) {
  static constexpr std::string_view likely = "\x1b\\\x7f\x80\x9b\xa6\xae\xbf\xc2\xd8\xe0\xe2\xed\xf0\xf4\xff"sv;
  std::string text(generator() % 24, ' ');
  for (char& c : text)
    c = generator() % 2 == 0 ? likely[generator() % likely.size()] : static_cast<char>(generator() % 256);
  return text;
}

/// Takes \xNN back; every backslash in an escaped text must begin one.
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    out += static_cast<char>(std::stoi(std::string(text.substr(i + 2, 2)), nullptr, 16));
    i += 3;
  }
  return out;
}

TEST(EscapeForTerminal, LosesNothingAndLeavesNothingUnsafe) {
  std::mt19937 generator(20241027);
  for (int i = 0; i < 20000; ++i) {
    const std::string octets = random_octets(generator);
    const std::string escaped = escape_for_terminal(octets);
    ASSERT_EQ(unescaped(escaped), octets) << escaped;
    ASSERT_EQ(replace_invalid_utf8(escaped), escaped) << "not UTF-8";
    for (const char c : escaped) ASSERT_TRUE(static_cast<std::uint8_t>(c) >= 0x20 && c != 0x7f) << escaped;
    for (const std::string_view unsafe : {"\xc2\x9b"sv, "\xe2\x80\xae"sv, "\xe2\x81\xa6"sv})
      ASSERT_EQ(escaped.find(unsafe), std::string::npos) << escaped;
  }
}

TEST(ReplaceInvalidUtf8, GivesUtf8ForAnyOctets) {
  std::mt19937 generator(20240331);
  for (int i = 0; i < 20000; ++i) {
    const std::string octets = random_octets(generator);
    const std::string once = replace_invalid_utf8(octets);
    for (std::string_view rest = once; !rest.empty();) {
      const std::size_t length = utf8_sequence_length(rest);
      ASSERT_NE(length, 0U) << escape_for_terminal(octets);
      rest.remove_prefix(length);
    }
    ASSERT_EQ(replace_invalid_utf8(once), once);
  }
}

}  // namespace
}  // namespace mailhaul
