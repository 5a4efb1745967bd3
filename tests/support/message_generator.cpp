#include "support/message_generator.hpp"

#include <array>

namespace mailhaul::support {
namespace {

using namespace std::string_view_literals;

constexpr std::array keywords{"$Junk"sv,   "$NotJunk"sv, "$MDNSent"sv, "$label1"sv,
                              "$Label4"sv, "work"sv,     "todo"sv,     "a.very-long_keyword+with=signs"sv};

constexpr std::array header_names{"Subject"sv,         "To"sv,         "X-Mailer"sv,    "X-Status-Report"sv,
                                  "Statusx"sv,         "Received"sv,   "X-UIDL"sv,      "Content-Type"sv,
                                  "X-Keyword"sv,       "Message-ID"sv, "X-Spam-Flag"sv, "Content-Len"sv,
                                  "X-Mozilla-Status"sv};

/// Header lines that are none, or hardly.
constexpr std::array odd_header_lines{
    ">From here on it is quoted"sv, "From here on it is not"sv, "no colon in this line"sv,  ": no name"sv,
    "Name with blanks: value"sv,    ">>From twice quoted"sv,    "Tab\t: before the colon"sv};

constexpr std::array odd_body_lines{
    "From the start of a line"sv,
    ">From the start of a line"sv,
    ">>>From further in"sv,
    "From someone@example.org Thu Nov 29 22:33:52 2001"sv,
    ">From someone@example.org Thu Nov 29 22:33:52 2001"sv,
    "From a@b  Fri, 14 Feb 2003 00:00:00 +0100"sv,
    "From"sv,
    "From "sv,
    ">From"sv,
    " From behind a blank"sv,
    "Status: RO"sv,
    "Content-Length: 5"sv,
    "X-IMAPbase: 1 2"sv,
    "."sv,
    ""sv,
    "a\0b with NUL\0"sv,
    "\xe4\xf6\xfc in Latin-1"sv,
    "gr\xc3\xbc\xc3\x9f in UTF-8"sv,
    "a lone\rcarriage return"sv,
    "ends in a carriage return\r"sv,
    "\x01\x01\x01\x01"sv,
    "\x1b[31m a terminal would turn red"sv,
};

constexpr std::size_t large_octets = 1'500'000;

}  // namespace

std::string MessageGenerator::words(std::size_t octets) {
  static constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz      ,.>FW";
  std::string text;
  while (text.size() < octets) text += letters[below(letters.size())];
  return text;
}

std::string MessageGenerator::line_end() {
  if (!ends_.empty()) return std::string(ends_);
  return chance(2) ? "\n" : "\r\n";
}

std::string MessageGenerator::header_line() {
  if (chance(12)) return std::string(odd_header_lines[below(odd_header_lines.size())]) + line_end();
  std::string line(header_names[below(header_names.size())]);
  line += chance(10) ? ":" : ": ";
  line += words(below(70));
  if (chance(10)) line += "\xe9\x80\xff";
  if (chance(60)) line += words(20'000);
  line += line_end();
  while (chance(4)) line += (chance(2) ? "\t" : "  ") + words(1 + below(40)) + line_end();
  return line;
}

std::string MessageGenerator::body_line() {
  if (chance(4)) return std::string(odd_body_lines[below(odd_body_lines.size())]) + line_end();
  if (chance(200)) return words(70'000) + line_end();
  return words(below(76)) + line_end();
}

std::string MessageGenerator::text() {
  if (chance(40)) return "";
  std::string text;
  for (std::size_t lines = below(9); lines > 0; --lines) text += header_line();
  if (chance(15)) return text;  // a header block and nothing behind it
  text += line_end();
  if (chance(15)) return text;  // an empty body
  for (std::size_t lines = below(40); lines > 0; --lines) text += body_line();
  // Most mail is small; now and then one is larger than any buffer on its way.
  if (chance(80))
    for (const std::string again = text; !again.empty() && text.size() < large_octets;) text += again;
  if (chance(4))
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  if (chance(8))
    for (std::size_t ends = 1 + below(4); ends > 0; --ends) text += line_end();
  return text;
}

PlainMessage MessageGenerator::next() {
  static constexpr std::string_view letters = "DFPRST";
  constexpr std::uint64_t year_2038 = std::uint64_t{1} << 31U;
  ends_ = chance(5) ? "\r\n"sv : chance(20) ? ""sv : "\n"sv;
  PlainMessage message;
  message.octets = text();
  message.date = static_cast<std::int64_t>(random_() % year_2038);
  message.fresh = chance(4);
  if (message.fresh) return message;
  for (const char letter : letters)
    if (chance(3)) message.flags += letter;
  while (chance(3)) message.keywords.emplace(keywords[below(keywords.size())]);
  return message;
}

std::vector<PlainMessage> MessageGenerator::take(std::size_t count) {
  std::vector<PlainMessage> messages;
  for (; count > 0; --count) messages.push_back(next());
  return messages;
}

}  // namespace mailhaul::support
