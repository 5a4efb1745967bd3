#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mailhaul/account/sieve/script.hpp"
#include "support/scratch_directory.hpp"

namespace mailhaul::account::sieve::testing {

/// Pigeonhole's compiler and its interpreter without a server.
[[nodiscard]] bool has_sieve_programs();

/// A mailbox of nobody's, and scripts that are run on messages to it.
class SievePrograms {
 public:
  /// `plugin`: settings of Pigeonhole, which are otherwise the stock ones.
  explicit SievePrograms(std::string_view plugin = {});

  /// What `sievec` has to say about the script; empty: it compiles.
  [[nodiscard]] std::string complaint(std::string_view script) const;

  /// What `sieve-test` says that a server would do with the message to info@example.com, or its complaint. Nothing is
  /// done.
  [[nodiscard]] std::string actions(std::string_view script, std::string_view message) const;
  /// What it says while it does so, in a mailbox of its own; no mail is sent.
  [[nodiscard]] std::string log(std::string_view script, std::string_view message) const;

 private:
  [[nodiscard]] std::vector<std::string> arguments(const char* mode, std::string_view script,
                                                   std::string_view message) const;
  [[nodiscard]] std::string written(const char* name, std::string_view octets) const;

  support::ScratchDirectory directory_;
};

[[nodiscard]] inline bool has(std::string_view text, std::string_view piece) {
  return text.find(piece) != std::string_view::npos;
}

/// A message to info@example.com, with these lines before its other headers.
[[nodiscard]] std::string message(const std::string& headers, const std::string& body = "Hello\n");

}  // namespace mailhaul::account::sieve::testing
