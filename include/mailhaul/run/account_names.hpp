#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "mailhaul/base/error.hpp"

namespace mailhaul::run {

/// Whether users and groups may be named, or only numbered: the names of a rescue system are not those of the machine
/// whose disks it serves.
enum class NumericIds { no, yes };

/// Reads users and groups of one option of the command line; names are looked up on this machine.
///
/// Every function raises Error(usage) with the whole value of the option: for an empty field, an unknown name, a name
/// where only numbers are allowed, a number over 2^32-2 (S7, A21; 2^32-1 means "leave it" to chown). 0 is read: whether
/// root makes sense is the caller's to say.
class AccountNames {
 public:
  /// `option` as typed, `hint` shows its form; both outlive this.
  AccountNames(std::string_view option, std::string_view hint, NumericIds numeric)
      : option_(option), hint_(hint), numeric_(numeric) {}

  struct User {
    std::uint32_t uid = 0;
    std::optional<std::uint32_t> login_group{};  ///< unset: not known here, or not to be asked for
  };
  [[nodiscard]] User user(std::string_view whole, std::string_view name) const;
  [[nodiscard]] std::uint32_t group(std::string_view whole, std::string_view name) const;
  /// Digits only.
  [[nodiscard]] std::uint32_t number(std::string_view whole, std::string_view digits) const;
  [[nodiscard]] static bool is_number(std::string_view text);

  [[nodiscard]] Error bad(std::string_view whole, std::string_view reason) const;

 private:
  void refuse_name(std::string_view whole, std::string_view name) const;
  [[nodiscard]] Error not_found(std::string_view whole, std::string_view kind, std::string_view name, int error) const;

  std::string_view option_;
  std::string_view hint_;
  NumericIds numeric_;
};

}  // namespace mailhaul::run
