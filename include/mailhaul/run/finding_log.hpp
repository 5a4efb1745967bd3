#pragma once

#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "mailhaul/base/finding.hpp"

namespace mailhaul::run {

/// Counts all findings and keeps the first of each kind and weight, so that a million odd files stay small. Any thread.
class FindingLog final : public Findings {
 public:
  static constexpr std::size_t kept_of_a_kind = 1000;

  struct Group {
    std::uint64_t count = 0;
    std::vector<Finding> kept{};
  };

  /// `listener` hears every finding at once (JSON lines, -v); may be null.
  explicit FindingLog(Findings* listener) : listener_(listener) {}
  void add(const Finding& finding) override;

  /// By weight (worst first), then kind.
  [[nodiscard]] const std::map<std::pair<Weight, FindingKind>, Group, std::greater<>>& groups() const {
    return groups_;
  }
  [[nodiscard]] std::uint64_t count(Weight weight) const;
  [[nodiscard]] std::uint64_t count(Weight weight, FindingKind kind) const;

 private:
  Findings* listener_;
  mutable std::mutex mutex_;
  std::map<std::pair<Weight, FindingKind>, Group, std::greater<>> groups_;
};

}  // namespace mailhaul::run
