#include "account/password_scheme.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace mailhaul::account {
namespace {

struct Case {
  const char* what;
  std::string hash;
  std::string scheme;
  bool is_weak = false;
};

TEST(PasswordScheme, IsToldByHowTheHashBegins) {
  const std::vector<Case> cases{
      {"SHA-512", "$6$salt$hash", "SHA512-CRYPT"},
      {"SHA-512 with rounds", "$6$rounds=5000$salt$hash", "SHA512-CRYPT"},
      {"SHA-256", "$5$salt$hash", "SHA256-CRYPT"},
      {"MD5", "$1$salt$hash", "MD5-CRYPT", true},
      {"bcrypt, a", "$2a$10$hash", "BLF-CRYPT"},
      {"bcrypt, b", "$2b$10$hash", "BLF-CRYPT"},
      {"bcrypt, y", "$2y$10$hash", "BLF-CRYPT"},
      {"Argon2", "$argon2id$v=19$m=65536,t=3,p=1$c2FsdA$aGFzaA", "ARGON2ID"},
      {"yescrypt", "$y$j9T$salt$hash", "CRYPT"},
      {"DES", "ab./0123456Zz", "CRYPT", true},
      {"a letter too many", "ab./0123456Zz0", ""},
      {"nothing", "", ""},
      {"a prefix alone", "$6$", ""},
      {"none that is known", "$7$salt$hash", ""},
      {"locked", "*", ""},
      {"locked, with its hash", "!!$6$salt$hash", ""},
      {"a name of a scheme already", "{PLAIN}secret", ""},
      {"a line end", "$6$salt$ha\nsh", ""},
      {"another field", "$6$salt$hash:0:0", ""},
      {"another cell", "$6$salt$hash;True", ""},
      {"a quote", "$6$salt$\"hash", ""},
      {"a blank", "$6$salt$hash nopassword=y", ""},
      {"too long for a table", "$6$" + std::string(238, 'x'), ""},
      {"not ASCII", "$6$salt$h\xc3\xa4sh", ""},
  };
  for (const Case& one : cases) {
    EXPECT_EQ(scheme_of(one.hash), one.scheme) << one.what;
    EXPECT_EQ(is_weak_scheme(one.hash), one.is_weak) << one.what;
    EXPECT_EQ(with_scheme(one.hash), one.scheme.empty() ? "" : '{' + one.scheme + '}' + one.hash) << one.what;
  }
}

}  // namespace
}  // namespace mailhaul::account
