#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace mailhaul::account::modoboa {

/// What Modoboa makes of a CSV file, by targets.md 1.1 alone: it shares nothing with what writes the file.
class Importer {
 public:
  struct Domain {
    bool is_enabled = false;
    std::uint64_t quota = 0;
  };
  struct Account {
    std::string password{};
    bool is_enabled = false;
    std::string group{};
    std::uint64_t quota = 0;
  };
  struct Alias {
    bool is_enabled = false;
    std::set<std::string> to{};
  };

  /// Row by row until the first error.
  explicit Importer(std::string_view text);

  std::string error{};  ///< empty: all of it was taken
  std::vector<std::string> skipped{};
  std::map<std::string, Domain> domains{};
  std::map<std::string, std::string> domain_aliases{};
  std::map<std::string, Account> accounts{};
  std::map<std::string, Alias> aliases{};

 private:
  using Cells = std::vector<std::string>;
  void take(const Cells& cells);
  void take_domain(const Cells& cells);
  void take_domain_alias(const Cells& cells);
  void take_account(const Cells& cells);
  void take_alias(const Cells& cells);
  std::string problem_of_recipient(const std::string& to, const std::string& own) const;
};

}  // namespace mailhaul::account::modoboa
