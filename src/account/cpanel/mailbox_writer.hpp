#pragma once

#include "account/cpanel/write_target.hpp"

namespace mailhaul::account::cpanel {

/// Writes what makes a mailbox: its lines in etc/DOMAIN/passwd, shadow and quota, and what suspends it.
class MailboxWriter {
 public:
  explicit MailboxWriter(WriteTarget& target) : target_(target) {}

  // Each raises Error(refused, folder) where what it is about can't be written.
  [[nodiscard]] store::SettingResult mailbox(const NumberedChange& change);
  [[nodiscard]] store::SettingResult password(const NumberedChange& change);
  [[nodiscard]] store::SettingResult quota(const NumberedChange& change);
  /// Of the account too. `now`: as the target has it.
  [[nodiscard]] store::SettingResult suspension(const NumberedChange& change, const store::Suspension& now);

 private:
  void suspend_login(const Address& mailbox, bool is_suspended, std::size_t number);
  [[nodiscard]] bool suspend_incoming(const Address& mailbox, bool is_suspended, std::size_t number);

  WriteTarget& target_;
};

}  // namespace mailhaul::account::cpanel
