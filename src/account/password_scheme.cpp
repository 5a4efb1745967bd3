#include "account/password_scheme.hpp"

#include <algorithm>
#include <array>

#include "mailhaul/account/address.hpp"

namespace mailhaul::account {
namespace {

struct Scheme {
  std::string_view prefix;
  std::string_view name;
};

constexpr std::array schemes{
    Scheme{"$6$", "SHA512-CRYPT"},    Scheme{"$5$", "SHA256-CRYPT"}, Scheme{"$1$", "MD5-CRYPT"},
    Scheme{"$2a$", "BLF-CRYPT"},      Scheme{"$2b$", "BLF-CRYPT"},   Scheme{"$2y$", "BLF-CRYPT"},
    Scheme{"$argon2id$", "ARGON2ID"}, Scheme{"$y$", "CRYPT"},
};

/// 13 of crypt(3)'s own letters.
bool is_des(std::string_view hash) {
  return hash.size() == 13 &&
         std::all_of(hash.begin(), hash.end(), [](char c) { return is_letter_or_digit(c) || c == '.' || c == '/'; });
}

bool can_stand_in_a_file(std::string_view hash) {
  constexpr std::size_t most = 240;  // Modoboa keeps 256 octets, with the name of the scheme
  return hash.size() <= most && std::all_of(hash.begin(), hash.end(), [](char c) {
           return c > ' ' && c < 0x7f && std::string_view(":;\"").find(c) == std::string_view::npos;
         });
}

}  // namespace

std::string_view scheme_of(std::string_view hash) {
  if (!can_stand_in_a_file(hash)) return {};
  for (const Scheme& scheme : schemes)
    if (hash.size() > scheme.prefix.size() && hash.substr(0, scheme.prefix.size()) == scheme.prefix) return scheme.name;
  return is_des(hash) ? "CRYPT" : std::string_view();
}

bool is_weak_scheme(std::string_view hash) { return scheme_of(hash) == "MD5-CRYPT" || is_des(hash); }

std::string with_scheme(std::string_view hash) {
  const std::string_view scheme = scheme_of(hash);
  return scheme.empty() ? std::string() : '{' + std::string(scheme) + '}' + std::string(hash);
}

}  // namespace mailhaul::account
