#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "mailhaul/base/finding.hpp"

namespace mailhaul::formats::archive {

/// Findings of one pass. An archive can have millions of odd members: past the first few of a sort they are only
/// counted.
class Oddities {
 public:
  explicit Oddities(Findings& findings) : findings_(findings) {}

  void add(FindingKind kind, Weight weight, const std::string& where, const std::string& text) {
    constexpr std::uint64_t told_one_by_one = 20;
    Told& told = told_[{kind, text}];
    told.weight = weight;
    if (++told.count <= told_one_by_one) findings_.add({kind, weight, {}, where, text, 1});
  }
  /// After the last one: how many were not told.
  void finish() {
    constexpr std::uint64_t told_one_by_one = 20;
    for (const auto& [what, told] : told_)
      if (told.count > told_one_by_one)
        findings_.add({what.first, told.weight, {}, "and others", what.second, told.count - told_one_by_one});
    told_.clear();
  }

 private:
  struct Told {
    Weight weight = Weight::note;
    std::uint64_t count = 0;
  };
  Findings& findings_;
  std::map<std::pair<FindingKind, std::string>, Told> told_{};
};

}  // namespace mailhaul::formats::archive
