#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "account/text/problem.hpp"
#include "mailhaul/store/account_settings.hpp"

namespace mailhaul::account::cpanel {

/// /var/cpanel/users/USER, in an archive cp/USER: a line `KEY=VALUE` for each fact (cpanel.md 1.6).
struct AccountFile {
  std::map<std::string, std::string, std::less<>> values{};  ///< of two equal keys the last, as in a Perl hash
  std::vector<Problem> problems{};

  /// Empty where there is none.
  [[nodiscard]] std::string_view value(std::string_view key) const;
  [[nodiscard]] bool is_set(std::string_view key) const { return value(key) == "1"; }
  /// The main domain (DNS) first, then DNS1, DNS2 …, as they stand there. XDNS, the removed ones, are none.
  [[nodiscard]] std::vector<std::string> domains() const;
  /// Of the whole account: SUSPENDED, OUTGOING_MAIL_SUSPENDED, OUTGOING_MAIL_HOLD.
  [[nodiscard]] store::Suspension suspension() const;
};
[[nodiscard]] AccountFile parse_account_file(std::string_view text);

}  // namespace mailhaul::account::cpanel
