#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "mailhaul/base/clock.hpp"
#include "mailhaul/mail/date.hpp"

namespace mailhaul::mail {

/// The line that starts a message in an mbox: `From SENDER DATE`. Views point into the line that was parsed.
struct Postmark {
  std::string_view sender;
  CivilSeconds civil{};
  std::optional<std::chrono::minutes>
      zone{};  ///< east of UTC; unset: the local zone of whoever reads (mbox.md section 4)

  [[nodiscard]] InternalDate instant(const Clock& clock) const;
};

/// Longest line that is looked at as a postmark, in octets.
inline constexpr std::size_t postmark_limit_octets = 1024;

/// Dovecot's grammar (mbox.md section 2, `mbox-from.c`), plus a numeric zone before the year (Takeout, emacs).
/// `line` is without its line end; it begins with "From " or it is no postmark.
[[nodiscard]] std::optional<Postmark> parse_postmark(std::string_view line);

/// "From SENDER  Thu Nov 29 22:33:52 2001 +0000" without a line end: two spaces and padded day as Dovecot writes them;
/// always UTC and always said, so that no reader has to guess (every reader of mbox.md section 2 takes this form).
/// A sender that no reader could take is written as MAILER-DAEMON.
[[nodiscard]] std::string format_postmark(std::string_view sender, InternalDate date);

}  // namespace mailhaul::mail
