#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "mailhaul/account/facts.hpp"
#include "mailhaul/account/text_targets.hpp"
#include "mailhaul/fs/directory.hpp"
#include "mailhaul/store/account.hpp"

/// Users of a Dovecot server as a passwd-file (targets.md section 3).
namespace mailhaul::account::dovecot {

enum class Version { v2_3, v2_4 };

/// Name of the file.
inline constexpr const char* users_name = "users";

struct UsersOptions {
  Version version = Version::v2_3;
  /// Of the mail: uid and gid of each user. Unset, or root, whose mail Dovecot serves to nobody: left to the server.
  std::optional<fs::Owner> mail_owner{};
  fs::Owner owner{};  ///< of the file; its group is the one by which Dovecot reads it
  bool is_dry = false;
  /// Where the home of a mailbox is, as the server has it; empty: the server's own default counts.
  std::function<std::string(const std::string& address)> home{};
};

/// Mailboxes, passwords, quotas and suspensions, in the file `users` there.
[[nodiscard]] std::unique_ptr<store::AccountTarget> open_users(const TextPlace& place, AccountFacts facts,
                                                               UsersOptions options);

}  // namespace mailhaul::account::dovecot
