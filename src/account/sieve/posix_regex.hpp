#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mailhaul::account::sieve {

struct PosixRegex {
  std::optional<std::string> text{};  ///< an extended regular expression of POSIX; nothing: it can't be one
  std::string reason{};               ///< why not
  bool matches_empty = false;         ///< the empty text matches
};

/// Exim's filters match by PCRE, Sieve's `regex` extension by POSIX, where `\d` compiles but means "d"
/// (targets.md 5.3). What is not known to mean the same in both is refused, and so is what regcomp(3) would need much
/// memory for. Exim's own quoting, `\N…\N` and four backslashes for one, is undone first.
[[nodiscard]] PosixRegex posix_regex(std::string_view pcre);

/// An expression that the text itself matches, and no other.
[[nodiscard]] std::string escaped_for_regex(std::string_view text);

}  // namespace mailhaul::account::sieve
