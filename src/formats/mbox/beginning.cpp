#include "beginning.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "mailhaul/mail/header_block.hpp"
#include "mailhaul/mail/postmark.hpp"

namespace mailhaul::formats::mbox {
namespace {

constexpr std::size_t looked_at_octets = 4096;
constexpr std::size_t shown_octets = 80;

/// Formats that begin otherwise, by their first octets. Each is real mail or may hold it, so the operator is told.
struct Magic {
  std::string_view octets;
  std::string_view text;
};
constexpr std::array magics{
    Magic{"\x1f\x8b", "it is compressed with gzip"},      Magic{"BZh", "it is compressed with bzip2"},
    Magic{"\xfd\x37zXZ", "it is compressed with xz"},     Magic{"\x28\xb5\x2f\xfd", "it is compressed with zstd"},
    Magic{"\x01\x01\x01\x01\n", "it is an MMDF mailbox"},
};
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// Which of the forms of mbox.md section 2 a line beginning with "From " has that Dovecot does not take.
std::string_view form_of(std::string_view line) {
  if (line.substr(0, 7) == "From - ") return "; it seems to be from a mail client that writes no date there";
  if (line.find(" at ") != std::string_view::npos)
    return "; it seems to be from a list archive that hides addresses (user at host)";
  return "";
}

}  // namespace

bool has_cr_line_ends(std::string_view text) {
  for (int line = 0; line < 2; ++line) {
    const std::size_t end = text.find_first_of("\r\n");
    if (end == std::string_view::npos || text[end] != '\r') return false;
    if (end + 1 >= text.size() || text[end + 1] == '\n') return false;
    text.remove_prefix(end + 1);
  }
  return true;
}

Beginning judge_beginning(std::string_view text, bool whole) {
  if (text.empty()) return {true, true, false, "the file is empty"};
  const std::size_t line_feed = text.find('\n');
  const bool ended = line_feed != std::string_view::npos;
  std::string_view line = text.substr(0, std::min(line_feed, mail::postmark_limit_octets));
  if (ended && !line.empty() && line.back() == '\r') line.remove_suffix(1);
  const std::string shown(line.substr(0, shown_octets));
  // A line that the file ends in was cut: Splitter::judge.
  if ((ended || !whole) && !has_cr_line_ends(text) && mail::parse_postmark(line))
    return {true, false, false, "the first line is a postmark: " + shown};

  for (const Magic& magic : magics)
    if (text.substr(0, magic.octets.size()) == magic.octets) return {false, false, true, std::string(magic.text)};
  if (has_cr_line_ends(text)) return {false, false, false, "its lines end in CR alone"};
  if (text.substr(0, byte_order_mark.size()) == byte_order_mark)
    return {false, false, false, "it begins with a byte order mark"};
  const std::size_t blank = text.find_first_not_of("\r\n");
  if (blank != 0) {
    const bool mail_follows = blank != std::string_view::npos && text.substr(blank, 5) == "From ";
    return {false, false, false,
            mail_follows ? "blank lines stand before the first postmark line" : "the first line is blank"};
  }
  std::string seen = "the first line is \"" + shown + "\", not a postmark line (From SENDER DATE)";
  if (line.substr(0, 5) == "From ")
    seen += form_of(line);
  else if (mail::looks_like_header_line(line))
    seen += "; it seems to be one message without a postmark line";
  return {false, false, false, seen};
}

Beginning look_at_beginning(const fs::File& file) {
  std::array<char, looked_at_octets> octets;
  const std::size_t got = file.read_at(std::as_writable_bytes(std::span(octets)), 0);
  return judge_beginning({octets.data(), got}, got < octets.size());
}

}  // namespace mailhaul::formats::mbox
