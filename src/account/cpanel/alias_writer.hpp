#pragma once

#include <map>
#include <set>
#include <string>

#include "account/cpanel/valiases.hpp"
#include "account/cpanel/write_target.hpp"

namespace mailhaul::account::cpanel {

/// Writes /etc/valiases and /etc/vdomainaliases of the account's domains.
class AliasWriter {
 public:
  explicit AliasWriter(WriteTarget& target) : target_(target) {}

  // Each raises Error(refused, folder) where what it is about can't be written.
  [[nodiscard]] store::SettingResult forwarder(const NumberedChange& change);
  [[nodiscard]] store::SettingResult domain_forwarder(const NumberedChange& change);
  /// After the last forwarder: plans the files.
  void finish();
  /// Whether mail of the address is led to its responder; after finish().
  [[nodiscard]] bool is_led_to_responder(const Address& address);

 private:
  struct OpenFile {
    AliasEditor editor;
    std::set<std::size_t> changes{};
  };

  [[nodiscard]] AliasEditor& editor_of(const std::string& domain, std::size_t number);
  [[nodiscard]] std::string what_to_check(const store::Forwarder& forwarder) const;

  WriteTarget& target_;
  std::map<std::string, OpenFile> open_{};
  std::map<std::string, std::set<std::string>> responding_{};  ///< by domain; in lower case
};

}  // namespace mailhaul::account::cpanel
