#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mailhaul/mail/date.hpp"
#include "mailhaul/mail/folder_name.hpp"

namespace mailhaul::sync {

/// `*` any run of characters, `%` any run without '/', `?` one character; everything else is itself, with its case.
/// INBOX matches in any case. Linear in pattern times text, no recursion (S13).
[[nodiscard]] bool matches_glob(std::string_view pattern, std::string_view text);

/// Which source folders take part: with at least one include only those that match one; never those that match an
/// exclude. Patterns are globs on the decoded name ("Work/2024").
struct FolderFilter {
  std::vector<std::string> includes{};
  std::vector<std::string> excludes{};
  [[nodiscard]] bool selects(const mail::FolderName& folder) const;
};

/// Which messages take part. A message without a date is never left out by date.
struct MessageFilter {
  std::optional<std::uint64_t> min_octets{};
  std::optional<std::uint64_t> max_octets{};
  std::optional<mail::InternalDate> not_before{};
  std::optional<mail::InternalDate> not_after{};
  [[nodiscard]] bool selects_date(std::optional<mail::InternalDate> date) const;
  [[nodiscard]] bool selects_size(std::uint64_t octets) const;
  [[nodiscard]] bool any() const { return min_octets || max_octets || not_before || not_after; }
};

/// `A=B` pairs. A folder that is A, or lies below it, becomes B, or lies below that; A with glob characters sends every
/// match to B itself, so "*=INBOX" puts everything into one folder. The first pair that fits counts.
class FolderMap {
 public:
  /// "A=B" as typed; false when it is not of that form.
  [[nodiscard]] bool add(std::string_view pair);
  /// "spam=Junk,Sent Items=Sent" as typed: each pair as add(), but matched without case, and below INBOX too, as
  /// servers with an "INBOX." prefix have them. Asked after all others. False when one is not of that form.
  [[nodiscard]] bool add_special_uses(std::string_view pairs);
  [[nodiscard]] mail::FolderName map(const mail::FolderName& folder) const;
  /// Those of add_special_uses().
  [[nodiscard]] const std::vector<std::pair<mail::FolderName, mail::FolderName>>& special_uses() const {
    return special_uses_;
  }

 private:
  std::vector<std::pair<std::string, mail::FolderName>> pairs_;
  std::vector<std::pair<mail::FolderName, mail::FolderName>> special_uses_;
};

}  // namespace mailhaul::sync
