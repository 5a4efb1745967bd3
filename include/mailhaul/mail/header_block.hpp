#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mailhaul::mail {

/// No header is looked for behind this many octets (S13); the message itself always passes whole.
inline constexpr std::size_t header_block_limit_octets = 1024 * 1024;

/// So many blanks may stand between a name and its colon ("Status : R"): RFC 822 allowed them, Dovecot takes them.
inline constexpr std::size_t blanks_before_colon_limit = 1000;

/// Where the header block of the message that begins at text[0] ends: the offset just behind its empty line (LF or
/// CRLF), or nothing while no empty line was seen. `from` lets a caller go on where the last call stopped: give back
/// `scanned`.
struct HeaderEnd {
  std::optional<std::size_t> end{};
  std::size_t scanned = 0;
};
[[nodiscard]] HeaderEnd find_header_end(std::string_view text, std::size_t from = 0);

/// One field, with its folded lines, as it stands.
struct HeaderField {
  std::string_view name;   ///< without blanks; empty for a line that is no field ("From x", ">From x", junk)
  std::string_view body;   ///< behind the colon, with leading blanks, folds and the last line end
  std::string_view whole;  ///< all of it: name, colon, body
};

/// Splits a header block (with or without its empty line) into fields, in order; the empty line is not one of them.
/// A line that begins with blank or tab continues the one before it.
[[nodiscard]] std::vector<HeaderField> split_header(std::string_view block);

/// First field of that name (any case); its body unfolded and trimmed.
[[nodiscard]] std::optional<std::string> header_value(std::string_view block, std::string_view name);

/// Folds undone, line ends taken out, blanks at both ends cut.
[[nodiscard]] std::string unfold(std::string_view body);

[[nodiscard]] bool equal_without_case(std::string_view a, std::string_view b);

/// `^[!-9;-~]+:` — looks like the first line of a header (mbox.md, "must do" 1).
[[nodiscard]] bool looks_like_header_line(std::string_view line);

}  // namespace mailhaul::mail
