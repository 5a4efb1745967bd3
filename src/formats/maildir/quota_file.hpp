#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mailhaul::formats::maildir {

inline constexpr const char* quota_file_name = "maildirsize";

/// What a `maildirsize` says (maildir.md section 7): the limits in its first line, then changes to be summed.
struct QuotaFile {
  std::string limits{};  ///< "1000S,20C"; empty: the line is none
  std::int64_t octets = 0;
  std::int64_t messages = 0;
  bool is_readable = false;  ///< every line behind the first one is a change
};
[[nodiscard]] QuotaFile parse_quota_file(std::string_view text);

/// What a tree holds.
struct QuotaSum {
  std::int64_t octets = 0;
  std::int64_t messages = 0;
  bool operator==(const QuotaSum&) const = default;
};
/// One file with the limits and one line for all that is there.
[[nodiscard]] std::string quota_file_text(std::string_view limits, const QuotaSum& sum);

}  // namespace mailhaul::formats::maildir
