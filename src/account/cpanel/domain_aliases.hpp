#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "account/text/problem.hpp"
#include "mailhaul/store/account_settings.hpp"

namespace mailhaul::account::cpanel {

/// /etc/vdomainaliases/DOMAIN (cpanel.md 1.4): one line `DOMAIN: OTHER`, or OTHER alone; empty: no mail goes on.
struct DomainAlias {
  std::optional<store::DomainForwarder> forwarder{};
  std::vector<Problem> problems{};
};
/// The first line counts. Lines of another domain than the file's, and targets that are no domains, are reported as
/// lost.
[[nodiscard]] DomainAlias parse_domain_alias(std::string_view text, std::string_view domain);

/// `text` with that line in the place of the domain's first one, or at the end, or without any. What is nobody's or
/// another domain's stays octet for octet, and all of it where it says the same already.
///
/// Error(refused, folder): either is no domain (S14).
[[nodiscard]] std::string with_domain_alias(std::string_view text, std::string_view domain,
                                            const std::optional<store::DomainForwarder>& forwarder);

}  // namespace mailhaul::account::cpanel
