#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "account/text/problem.hpp"
#include "mailhaul/store/account_settings.hpp"

namespace mailhaul::account::cpanel {

/// A line `LOCAL_PART:OCTETS` of etc/DOMAIN/quota (cpanel.md 1.2). 0, nothing and "unlimited" are no limit, and so is a
/// missing line.
struct QuotaRecord {
  std::size_t line = 0;
  std::string local_part{};
  store::Quota quota{};
};
struct QuotaList {
  std::vector<QuotaRecord> records{};
  std::vector<Problem> problems{};
};
/// A quota that is no number is left out and reported as lost.
[[nodiscard]] QuotaList parse_quota_list(std::string_view text);

/// What stands behind the local part.
[[nodiscard]] std::vector<std::string> quota_fields(const store::Quota& quota);

}  // namespace mailhaul::account::cpanel
