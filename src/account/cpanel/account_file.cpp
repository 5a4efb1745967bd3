#include "account/cpanel/account_file.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include "account/text/text_lines.hpp"

namespace mailhaul::account::cpanel {
namespace {

constexpr std::string_view domain_key = "DNS";

/// 0 for DNS, 7 for DNS7.
std::optional<std::uint32_t> domain_number(std::string_view key) {
  if (key.substr(0, domain_key.size()) != domain_key) return std::nullopt;
  key.remove_prefix(domain_key.size());
  std::uint32_t number = 0;
  if (key.empty()) return number;
  const auto [stop, error] = std::from_chars(key.data(), key.data() + key.size(), number);
  if (error != std::errc{} || stop != key.data() + key.size()) return std::nullopt;
  return number;
}

}  // namespace

std::string_view AccountFile::value(std::string_view key) const {
  const auto found = values.find(key);
  return found == values.end() ? std::string_view() : found->second;
}

std::vector<std::string> AccountFile::domains() const {
  std::vector<std::pair<std::uint32_t, std::string>> numbered;
  for (const auto& [key, text] : values) {
    const auto number = domain_number(key);
    if (number && !text.empty()) numbered.emplace_back(*number, text);
  }
  std::stable_sort(numbered.begin(), numbered.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> out;
  for (auto& entry : numbered) out.push_back(std::move(entry.second));
  return out;
}

store::Suspension AccountFile::suspension() const {
  store::Suspension out;
  out.account = is_set("SUSPENDED");
  out.outgoing = is_set("OUTGOING_MAIL_SUSPENDED");
  out.held = is_set("OUTGOING_MAIL_HOLD");
  return out;
}

AccountFile parse_account_file(std::string_view text) {
  AccountFile out;
  std::size_t number = 0;
  for (const TextLine& line : text_lines(text)) {
    ++number;
    if (trimmed(line.content).empty() || line.content.front() == '#') continue;
    const std::size_t equals = line.content.find('=');
    const std::string key(line.content.substr(0, equals));
    if (equals == std::string_view::npos || key.empty()) {
      out.problems.push_back({Weight::note, number, key, "the line is no KEY=VALUE and is passed over"});
      continue;
    }
    const std::string value(trimmed(line.content.substr(equals + 1)));
    const auto [place, is_new] = out.values.insert_or_assign(key, value);
    if (!is_new) out.problems.push_back({Weight::note, number, place->first, "a second line: the last one counts"});
  }
  return out;
}

}  // namespace mailhaul::account::cpanel
