#include "mailhaul/run/account_names.hpp"

#include <grp.h>
#include <pwd.h>

#include <charconv>
#include <limits>
#include <string>
#include <vector>

namespace mailhaul::run {

Error AccountNames::bad(std::string_view whole, std::string_view reason) const {
  return Error(Cause::usage, Scope::run, "reading " + std::string(option_)).at(whole).because(reason).hint(hint_);
}

bool AccountNames::is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::uint32_t AccountNames::number(std::string_view whole, std::string_view digits) const {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size() ||
      value == std::numeric_limits<std::uint32_t>::max())
    throw bad(whole, "the id does not fit");
  return value;
}

void AccountNames::refuse_name(std::string_view whole, std::string_view name) const {
  if (name.empty()) throw bad(whole, "a field is empty");
  if (numeric_ == NumericIds::yes && !is_number(name))
    throw bad(whole, "'" + std::string(name) + "' is a name, and --numeric-ids allows only numbers");
}

AccountNames::User AccountNames::user(std::string_view whole, std::string_view name) const {
  refuse_name(whole, name);
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> buffer(16384);
  if (is_number(name)) {
    User user;
    user.uid = number(whole, name);
    if (numeric_ == NumericIds::yes) return user;
    ::getpwuid_r(user.uid, &entry, buffer.data(), buffer.size(), &found);
    if (found != nullptr) user.login_group = found->pw_gid;
    return user;
  }
  ::getpwnam_r(std::string(name).c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (found == nullptr) throw bad(whole, "no such user on this machine: '" + std::string(name) + "'");
  return {found->pw_uid, found->pw_gid};
}

std::uint32_t AccountNames::group(std::string_view whole, std::string_view name) const {
  refuse_name(whole, name);
  if (is_number(name)) return number(whole, name);
  ::group entry{};
  ::group* found = nullptr;
  std::vector<char> buffer(65536);
  ::getgrnam_r(std::string(name).c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (found == nullptr) throw bad(whole, "no such group on this machine: '" + std::string(name) + "'");
  return found->gr_gid;
}

}  // namespace mailhaul::run
