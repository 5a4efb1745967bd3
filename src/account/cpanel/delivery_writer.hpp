#pragma once

#include "account/cpanel/alias_writer.hpp"
#include "account/cpanel/write_target.hpp"

namespace mailhaul::account::cpanel {

/// Writes what is done to mail on its way in: responders, filters, the spam filter's switches.
class DeliveryWriter {
 public:
  DeliveryWriter(WriteTarget& target, AliasWriter& aliases) : target_(target), aliases_(aliases) {}

  // Each raises Error(refused, folder) where what it is about can't be written.
  [[nodiscard]] store::SettingResult responder(const NumberedChange& change);
  [[nodiscard]] store::SettingResult filters(const NumberedChange& change);
  [[nodiscard]] store::SettingResult spam(const NumberedChange& change);

 private:
  /// Without making an empty file, or planning for one that is not there.
  void plan_home(const std::string& path, std::optional<std::string> text, std::size_t number);
  [[nodiscard]] store::SettingResult filters_of_mailbox(const Address& mailbox, const store::Filters& wanted,
                                                        std::size_t number);
  [[nodiscard]] store::SettingResult filters_of_account(const store::Filters& wanted, std::size_t number);

  WriteTarget& target_;
  AliasWriter& aliases_;
};

}  // namespace mailhaul::account::cpanel
