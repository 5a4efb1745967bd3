#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "mailhaul/run/account_names.hpp"

namespace mailhaul::run {

/// What `--usermap` or `--groupmap` says, spelled as rsync's users know it: `FROM:TO[,FROM:TO…]`; the first rule that
/// matches an id gives what it becomes.
///
/// FROM is a name, a number, a range LOW-HIGH of numbers or `*`; TO a name or a number. Root is never meant by a slip
/// (S7, A21): TO is never 0, and only a FROM that is written `root` or `0` matches it.
class IdMap {
 public:
  struct Rule {
    std::uint32_t low = 0;
    std::uint32_t high = 0;
    bool is_one = false;  ///< FROM names one id, and is no range and no `*`
    std::uint32_t to = 0;
    std::optional<std::uint32_t> to_group{};  ///< of users: the login group of TO, where this machine knows one
  };

  /// Error(usage); see AccountNames.
  [[nodiscard]] static IdMap of_users(std::string_view text, NumericIds numeric);
  [[nodiscard]] static IdMap of_groups(std::string_view text, NumericIds numeric);

  /// The first rule that matches; null: none does.
  [[nodiscard]] const Rule* find(std::uint32_t id) const;
  /// Those ids that a rule names one by one and that become `to`.
  [[nodiscard]] std::vector<std::uint32_t> named_for(std::uint32_t to) const;
  [[nodiscard]] bool empty() const { return rules_.empty(); }

 private:
  std::vector<Rule> rules_{};
};

}  // namespace mailhaul::run
