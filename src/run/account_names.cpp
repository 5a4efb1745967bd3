#include "mailhaul/run/account_names.hpp"

#include <grp.h>
#include <pwd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <limits>
#include <string>
#include <system_error>

#include "grown_buffer.hpp"

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

Error AccountNames::not_found(std::string_view whole, std::string_view kind, std::string_view name, int error) const {
  // By getpwnam(3) any of these may mean that there is none of that name.
  constexpr std::array none{0, ENOENT, ESRCH, EBADF, EPERM};
  const std::string what(kind);
  if (std::find(none.begin(), none.end(), error) != none.end())
    return bad(whole, "no such " + what + " on this machine: '" + std::string(name) + "'");
  return bad(whole, "the " + what + " '" + std::string(name) +
                        "' can't be looked up: " + std::generic_category().message(error));
}

AccountNames::User AccountNames::user(std::string_view whole, std::string_view name) const {
  refuse_name(whole, name);
  passwd entry{};
  passwd* found = nullptr;
  GrownBuffer buffer;
  if (is_number(name)) {
    User user;
    user.uid = number(whole, name);
    if (numeric_ == NumericIds::yes) return user;
    (void)buffer.fill(
        [&](char* octets, std::size_t size) { return ::getpwuid_r(user.uid, &entry, octets, size, &found); });
    if (found != nullptr) user.login_group = found->pw_gid;
    return user;
  }
  const std::string wanted(name);
  const int error = buffer.fill(
      [&](char* octets, std::size_t size) { return ::getpwnam_r(wanted.c_str(), &entry, octets, size, &found); });
  if (found == nullptr) throw not_found(whole, "user", name, error);
  return {found->pw_uid, found->pw_gid};
}

std::uint32_t AccountNames::group(std::string_view whole, std::string_view name) const {
  refuse_name(whole, name);
  if (is_number(name)) return number(whole, name);
  ::group entry{};
  ::group* found = nullptr;
  GrownBuffer buffer;
  const std::string wanted(name);
  const int error = buffer.fill(
      [&](char* octets, std::size_t size) { return ::getgrnam_r(wanted.c_str(), &entry, octets, size, &found); });
  if (found == nullptr) throw not_found(whole, "group", name, error);
  return found->gr_gid;
}

}  // namespace mailhaul::run
