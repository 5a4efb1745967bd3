#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mailhaul/mail/flags.hpp"

namespace mailhaul::formats::maildir {

/// Keyword letters a-z of one name, bit 0 is 'a'. Their names are in the folder's keyword file.
using SlotBits = std::uint32_t;
inline constexpr unsigned slot_count = 26;

/// A file name of new/ or cur/ taken apart, e.g. "1631.M2P7.mx1,S=840:2,FSa". maildir.md section 2.
///
/// Nothing is an error here: a name without ":2," has no flags, which is normal in new/. Views live as long as the
/// name.
struct FileName {
  std::string_view base;  ///< identity: octets up to the first ':', with ",S=" and ",W="
  std::string_view stem;  ///< octets up to the last ':', what a change of flags leaves alone
  mail::FlagSet flags{};
  SlotBits slots = 0;
  std::string extra{};  ///< unknown letters, sorted, then everything from a second ',' on
};
[[nodiscard]] FileName parse_file_name(std::string_view name);
[[nodiscard]] std::string_view base_of(std::string_view name);

/// The number after ",S=" or ",W=": the first one, and only if its digits end at ',', ':' or the end of the name.
/// A hint: it may lie, and a number that does not fit is none.
[[nodiscard]] std::optional<std::uint64_t> size_field(std::string_view name, char letter);

/// The name with those numbers put right, where it has any: a reader believes them (maildir.md section 2), and with a
/// wrong S= it does not serve the message.
[[nodiscard]] std::string with_right_sizes(std::string_view name, std::uint64_t octets, std::uint64_t octets_with_crlf);

/// ":2,…" with letters in ASCII order, none twice. Of `extra` only what a name may hold is taken.
[[nodiscard]] std::string info_suffix(mail::FlagSet flags, SlotBits slots, std::string_view extra);

/// How readers treat a name.
enum class NameKind {
  message,
  hidden,      ///< begins with '.': never mail
  line_end,    ///< holds CR or LF: Dovecot leaves it alone with a warning
  empty_base,  ///< begins with ':': Dovecot gives it a name, then serves it
  other_info,  ///< ends in ";2,S", "!2,S" or "-2,S", from a file system without ':': Dovecot sees a name without flags
};
[[nodiscard]] NameKind kind_of(std::string_view name);

/// Largest base name that leaves room for an info part (S13).
inline constexpr std::size_t longest_name = 255;
inline constexpr std::size_t longest_base = longest_name - 40;
/// Whether a base name that came from elsewhere may become a file name here as it is.
[[nodiscard]] bool is_usable_base(std::string_view base);

/// The leading decimal of a name; none is 0, too large for 64 bits is the largest.
[[nodiscard]] std::uint64_t leading_decimal(std::string_view base);
/// When the name was made, if it begins with a time that can be one: no Maildir is older than 1995.
[[nodiscard]] std::optional<std::chrono::sys_seconds> time_in_name(std::string_view base);
/// The order in which a server numbers files it has not seen (maildir.md section 4), made total: between names of one
/// second the server's rule ("number after M if both have one, else bytes") has cycles, so names with that number stand
/// together where ".M" would.
[[nodiscard]] bool is_numbered_before(std::string_view base_a, std::string_view base_b);
/// For many comparisons of names with one leading decimal: where these differ, the smaller one comes first.
[[nodiscard]] std::uint64_t place_in_second(std::string_view base);

/// What new names are made of.
struct NewBase {
  std::int64_t microseconds = 0;  ///< since 1970: an instant that no other message of this run has
  std::int64_t process = 0;
  std::uint64_t sequence = 0;
  std::string_view host;
  std::optional<std::uint64_t> octets{};
  std::optional<std::uint64_t> octets_with_crlf{};
};
/// "<sec>.M<usec>P<pid>Q<n>.<host>,S=<octets>,W=<octets with CRLF>", without the sizes that are not known.
[[nodiscard]] std::string make_base(const NewBase& parts);

}  // namespace mailhaul::formats::maildir
