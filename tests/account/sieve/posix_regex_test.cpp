#include "account/sieve/posix_regex.hpp"

#include <gtest/gtest.h>
#include <regex.h>

#include <string>

namespace mailhaul::account::sieve {
namespace {

class Compiled {
 public:
  explicit Compiled(const std::string& text)
      : is_good_(::regcomp(&regex_, text.c_str(), REG_EXTENDED | REG_ICASE) == 0) {}
  ~Compiled() {
    if (is_good_) ::regfree(&regex_);
  }
  Compiled(const Compiled&) = delete;
  Compiled& operator=(const Compiled&) = delete;
  [[nodiscard]] bool is_good() const { return is_good_; }
  [[nodiscard]] bool matches(const char* text) const { return ::regexec(&regex_, text, 0, nullptr, 0) == 0; }

 private:
  regex_t regex_{};
  bool is_good_;
};

struct Row {
  const char* pcre;
  const char* posix;
  bool matches_empty = false;
};

TEST(SievePosixRegex, IsWhatTheOtherMeans) {
  const Row table[] = {
      {"", "", true},
      {"sale", "sale"},
      {R"(\d+\.\d)", R"([0-9]+\.[0-9])"},
      {R"(\w\W\s\S\D)", "[[:alnum:]_][^[:alnum:]_][[:space:]][^[:space:]][^0-9]"},
      {R"(^(a|b)*$)", "^(a|b)*$", true},
      {R"((?:ab)?c{2,3})", "(ab)?c{2,3}"},
      {R"(a{2}{)", R"(a{2}\{)"},
      {R"([\w.-]+@x)", R"([[:alnum:]._-]+@x)"},
      {R"([\d\s])", R"([[:space:]0-9])"},
      {R"([]a\]^-])", "[]a^-]"},
      {R"([\^\-])", "[-^]"},
      {R"([\^])", R"(\^)"},
      {R"([^a-c])", "[^a-c]"},
      {R"([[:alpha:]_])", "[[:alpha:]_]"},
      {R"([\x41\\])", R"([A\])"},
      {R"(\x2a\/\@\ )", R"(\*/@ )"},
      {R"(\A.*\z)", "^.*$", true},
      {"\xc3\xa9+", "(\xc3\xa9)+"},
      {"\xc3\xa9", "\xc3\xa9"},
      {R"(\Na\.b\N)", R"(a\.b)"},
      {R"(a\\\\.b)", R"(a\.b)"},
      {"}]x", R"(\}\]x)"},
      {"x*", "x*", true},
      {"x+", "x+"},
      {"a|b*", "a|b*", true},
  };
  for (const Row& row : table) {
    const PosixRegex got = posix_regex(row.pcre);
    ASSERT_TRUE(got.text) << row.pcre << ": " << got.reason;
    EXPECT_EQ(*got.text, row.posix) << row.pcre;
    EXPECT_EQ(got.matches_empty, row.matches_empty) << row.pcre;
    const Compiled compiled(*got.text);
    EXPECT_TRUE(compiled.is_good()) << *got.text;
    EXPECT_EQ(compiled.is_good() && compiled.matches(""), row.matches_empty) << *got.text;
  }
}

TEST(SievePosixRegex, WhatIsNotKnownToMeanTheSameIsRefused) {
  const char* table[] = {R"(\bword\b)",
                         "a+?",
                         "a*+",
                         "(?i)a",
                         "(?=a)",
                         "(?<!a)b",
                         "(?P<n>a)",
                         R"((a)\1)",
                         R"(\Qa\E)",
                         R"(\pL)",
                         R"(\n)",
                         R"([\D])",
                         R"([\b])",
                         "[z-a]",
                         "[[.a.]]",
                         "[[:word:]]",
                         "[\xc3\xa9]",
                         "[a",
                         "(a",
                         "a)",
                         "*a",
                         "a**",
                         "^*",
                         "a||b",
                         "()",
                         "|",
                         "a\\",
                         R"(\x0a)",
                         R"(\xg1)",
                         "a{300}",
                         "a{3,2}",
                         "(a{100}){100}",
                         "((((((((((((((((((((((a))))))))))))))))))))))"};
  for (const char* pcre : table) {
    const PosixRegex got = posix_regex(pcre);
    EXPECT_FALSE(got.text) << pcre << " as " << *got.text;
    EXPECT_FALSE(got.reason.empty()) << pcre;
  }
  EXPECT_FALSE(posix_regex(std::string(3000, 'a')).text);
  std::string many;
  for (int i = 0; i < 300; ++i) many += "|x{255}";
  EXPECT_FALSE(posix_regex(many.substr(1)).text);
}

}  // namespace
}  // namespace mailhaul::account::sieve
