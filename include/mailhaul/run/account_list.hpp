#pragma once

#include <string>
#include <vector>

#include "mailhaul/run/jobs.hpp"

namespace mailhaul::run {

/// One account that could be moved.
struct ListedAccount {
  std::string user{};
  std::string domain{};   ///< its main one; empty: not known without opening it
  std::string source{};   ///< as a location: "cpanel:bob", "cpmove:/backup/cpmove-bob.tar.gz"
  std::string note{};     ///< "suspended", "an older one"
  bool is_older = false;  ///< another archive of that user is newer
};

struct AccountList {
  std::string place{};        ///< of the accounts
  std::string server_root{};  ///< of a server; empty: they are archives
  std::vector<ListedAccount> accounts{};
};

/// `mailhaul scan cpanel:`: the accounts of a server, by var/cpanel/users and etc/passwd below `server_root`.
[[nodiscard]] AccountList list_server_accounts(const Machine& machine, const Request& request,
                                               const std::string& server_root, FindingLog& findings);

/// `mailhaul scan DIR`: the packed accounts in a directory, by their names alone (cpanel.md section 3), which say whose
/// they are: cpmove-USER, backup-DATE_USER and USER, each as .tar.gz, .tar, .tar.zst, its first part, or a directory
/// with `cp` in it. Of several of one user the last one that was written counts. Empty: there are none.
[[nodiscard]] AccountList list_packed_accounts(const Machine& machine, const std::string& path);

/// Whose archive it is by its name; empty: it is none.
[[nodiscard]] std::string user_of_archive_name(std::string_view name);

/// What --to says, for each account.
class TargetPattern {
 public:
  /// `%u` the user, `%d` the main domain, `%%` a percent sign. Error(usage) for another letter, a location that can't
  /// be, and a pattern that would send all to one target that is no `vmail:`. Empty: targets are left empty.
  explicit TargetPattern(std::string text);
  /// Error(usage) where it asks for a domain that is not known.
  [[nodiscard]] std::string of(const ListedAccount& account) const;

 private:
  std::string text_;
};

/// The list as lines `SOURCE;TARGET;OPTIONS` for `mailhaul batch`, with their header; older archives are comments.
[[nodiscard]] std::string to_csv(const AccountList& list, const TargetPattern& targets);

}  // namespace mailhaul::run
