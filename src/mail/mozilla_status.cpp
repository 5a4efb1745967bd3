#include "mailhaul/mail/mozilla_status.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mail/ascii.hpp"
#include "mailhaul/mail/header_block.hpp"
#include "mailhaul/mail/store_headers.hpp"

namespace mailhaul::mail {
namespace {

/// As Thunderbird spells it.
constexpr std::string_view family = "X-Mozilla-";
constexpr std::string_view labels_name = "$Label";
/// Told twice, as by X-Keywords (store_headers.hpp): as the flag and as the keyword.
constexpr std::string_view forwarded = "$Forwarded";
constexpr std::string_view blanks = " \t\r\n";

struct FlagBit {
  std::uint32_t bit;
  Flag flag;
};
constexpr std::array status_bits{FlagBit{0x0001, Flag::seen}, FlagBit{0x0002, Flag::answered},
                                 FlagBit{0x0004, Flag::flagged}, FlagBit{0x1000, Flag::passed}};
constexpr std::uint32_t expunged_bit = 0x0008;
constexpr std::uint32_t new_bit = 0x0001'0000;
constexpr std::uint32_t deleted_on_server_bit = 0x0020'0000;
constexpr std::uint32_t receipt_sent_bit = 0x0080'0000;
constexpr std::uint32_t label_mask = 0x0e00'0000;
constexpr unsigned label_shift = 25;
constexpr std::uint32_t last_label = 5;

std::optional<std::uint32_t> hex_number(std::string_view body) {
  const std::string text = unfold(body);
  std::uint32_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value, 16);
  if (text.empty() || error != std::errc{} || stopped != end) return std::nullopt;
  return value;
}

void read_status(std::uint32_t bits, MozillaStatus& status, std::vector<std::string>& keywords) {
  for (const FlagBit& row : status_bits)
    if ((bits & row.bit) != 0) status.flags.add(row.flag);
  if (status.flags.has(Flag::passed)) keywords.emplace_back(forwarded);
  status.expunged = (bits & expunged_bit) != 0;
}

void read_second_status(std::uint32_t bits, MozillaStatus& status, std::vector<std::string>& keywords) {
  status.is_new = (bits & new_bit) != 0;
  if ((bits & deleted_on_server_bit) != 0) status.flags.add(Flag::deleted);
  if ((bits & receipt_sent_bit) != 0) keywords.emplace_back("$MDNSent");
  const std::uint32_t label = (bits & label_mask) >> label_shift;
  if (label >= 1 && label <= last_label) keywords.push_back(std::string(labels_name) + std::to_string(label));
}

void read_keys(std::string_view body, MozillaStatus& status, std::vector<std::string>& keywords) {
  for (;;) {
    body.remove_prefix(std::min(body.find_first_not_of(blanks), body.size()));
    if (body.empty()) return;
    const std::string_view name = body.substr(0, body.find_first_of(blanks));
    body.remove_prefix(name.size());
    if (same_keyword(name, forwarded)) status.flags.add(Flag::passed);
    if (keywords.size() < keywords_limit && name.size() <= keyword_limit_octets) keywords.emplace_back(name);
  }
}

/// What stands among Thunderbird's lines at the top.
bool is_local(std::string_view name) {
  return is_store_header(name) || ascii::equal(name, "X-Account-Key") || ascii::equal(name, "X-UIDL") ||
         ascii::equal(name.substr(0, family.size()), family);
}

/// The lines above the first header that came with the message.
std::string_view local_lines(std::string_view block) {
  std::size_t end = 0;
  while (end < block.size()) {
    const std::size_t line_feed = block.find('\n', end);
    const std::string_view line = block.substr(end, line_feed - end);
    const bool continues = !line.empty() && ascii::is_blank(line.front());
    if (!continues) {
      std::string_view name = line.substr(0, line.find(':'));
      name = name.substr(0, name.find_last_not_of(blanks) + 1);
      if (name.size() == line.size() || !is_local(name)) break;
    }
    end = line_feed == std::string_view::npos ? block.size() : line_feed + 1;
  }
  return block.substr(0, end);
}

}  // namespace

bool may_have_mozilla_status(std::string_view header_block) {
  return !header_block.empty() &&
         memmem(header_block.data(), header_block.size(), family.data(), family.size()) != nullptr;
}

MozillaStatus parse_mozilla_status(std::string_view header_block) {
  MozillaStatus status;
  std::vector<std::string> keywords;
  bool seen_status = false;
  bool seen_second = false;
  for (const HeaderField& field : split_header(local_lines(header_block))) {
    if (ascii::equal(field.name, "X-Mozilla-Status") && !std::exchange(seen_status, true)) {
      if (const auto bits = hex_number(field.body)) read_status(*bits, status, keywords);
    } else if (ascii::equal(field.name, "X-Mozilla-Status2") && !std::exchange(seen_second, true)) {
      if (const auto bits = hex_number(field.body)) read_second_status(*bits, status, keywords);
    } else if (ascii::equal(field.name, "X-Mozilla-Keys")) {
      read_keys(field.body, status, keywords);
    }
  }
  status.present = seen_status || seen_second;
  status.keywords.add_all(std::move(keywords));
  return status;
}

}  // namespace mailhaul::mail
