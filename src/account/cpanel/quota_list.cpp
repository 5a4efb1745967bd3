#include "account/cpanel/quota_list.hpp"

#include <charconv>
#include <utility>

#include "account/text/keyed_lines.hpp"
#include "account/text/text_lines.hpp"
#include "mailhaul/account/address.hpp"

namespace mailhaul::account::cpanel {

QuotaList parse_quota_list(std::string_view text) {
  QuotaList out;
  KeyedLines lines = parse_keyed_lines(text);
  out.problems = std::move(lines.problems);
  for (const KeyedLine& line : lines.lines) {
    const std::string_view field = trimmed(line.rest);
    QuotaRecord record{line.number, line.local_part, {}};
    if (!field.empty() && lower_case(field) != "unlimited") {
      const auto [stop, error] = std::from_chars(field.data(), field.data() + field.size(), record.quota.octets);
      if (error != std::errc{} || stop != field.data() + field.size()) {
        out.problems.push_back({Weight::lost, line.number, line.local_part,
                                "the quota '" + std::string(field) + "' is no number of octets"});
        continue;
      }
    }
    out.records.push_back(std::move(record));
  }
  return out;
}

std::vector<std::string> quota_fields(const store::Quota& quota) { return {std::to_string(quota.octets)}; }

}  // namespace mailhaul::account::cpanel
