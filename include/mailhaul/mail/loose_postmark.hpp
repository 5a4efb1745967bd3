#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "mailhaul/base/clock.hpp"

namespace mailhaul::mail {

/// What has to stand around a loose postmark line before it may split a message. A line with a whole date proves
/// itself.
enum class LooseProof : std::uint8_t {
  none,
  header_behind,               ///< "From - ": a header line follows
  blank_before_header_behind,  ///< "From a@b", "From ": and an empty line stands before
};

/// A postmark line that Dovecot does not take but other readers do.
struct LoosePostmark {
  std::string_view sender;                     ///< into the line; with its blanks ("bob at example.org")
  std::optional<CivilSeconds> civil{};         ///< unset: no date, or a month that nobody knows
  std::optional<std::chrono::minutes> zone{};  ///< east of UTC; unset: the zone of whoever wrote it
  LooseProof proof = LooseProof::none;
};

/// The other rows of mbox.md section 2: no sender; a sender of up to four words (pipermail writes "bob at
/// example.org"); a weekday of two letters; two zone words ("MET DST"); an unknown month; years of two digits; hours of
/// one digit; ISO dates; no date at all behind "-", one address, or nothing. Behind a date only zones and "remote from
/// HOST" may stand, so that prose is never taken. `line` is without its line end.
[[nodiscard]] std::optional<LoosePostmark> parse_loose_postmark(std::string_view line);

}  // namespace mailhaul::mail
