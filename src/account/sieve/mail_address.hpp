#pragma once

#include <algorithm>
#include <string_view>

#include "mailhaul/account/address.hpp"

namespace mailhaul::account::sieve {

/// What a Sieve script may name as an address: a wrong one is an error of the whole script (targets.md 5.3), so this is
/// the part of RFC 5321 that needs no quoting.
[[nodiscard]] inline bool is_mail_address(std::string_view text) {
  const auto address = split_address(text);
  if (!address || !is_safe_domain(address->domain)) return false;
  const std::string_view local_part = address->local_part;
  const auto is_atom = [](char c) {
    return is_letter_or_digit(c) || std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
  };
  return local_part.size() <= 64 && std::all_of(local_part.begin(), local_part.end(), is_atom) &&
         local_part.front() != '.' && local_part.back() != '.' && local_part.find("..") == std::string_view::npos;
}

}  // namespace mailhaul::account::sieve
