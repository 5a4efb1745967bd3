#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace mailhaul::mail {

/// The fixed set (RFC 9051 2.3.2), and `passed` of Maildir (P; Dovecot keeps it, names it nowhere).
enum class Flag : std::uint8_t { seen = 1, answered = 2, flagged = 4, deleted = 8, draft = 16, passed = 32 };

class FlagSet {
 public:
  constexpr FlagSet() = default;
  constexpr FlagSet(std::initializer_list<Flag> flags) {
    for (const Flag f : flags) add(f);
  }
  constexpr void add(Flag f) { bits_ = static_cast<std::uint8_t>(bits_ | static_cast<std::uint8_t>(f)); }
  constexpr void remove(Flag f) { bits_ = static_cast<std::uint8_t>(bits_ & ~static_cast<unsigned>(f)); }
  [[nodiscard]] constexpr bool has(Flag f) const { return (bits_ & static_cast<std::uint8_t>(f)) != 0; }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  [[nodiscard]] constexpr std::uint8_t bits() const { return bits_; }
  [[nodiscard]] static constexpr FlagSet from_bits(unsigned bits) {
    FlagSet set;
    set.bits_ = static_cast<std::uint8_t>(bits & 63U);
    return set;
  }
  [[nodiscard]] constexpr FlagSet operator|(FlagSet o) const { return from_bits(unsigned{bits_} | o.bits_); }
  [[nodiscard]] constexpr FlagSet operator&(FlagSet o) const { return from_bits(unsigned{bits_} & o.bits_); }
  /// What is here and not in `o`.
  [[nodiscard]] constexpr FlagSet operator-(FlagSet o) const { return from_bits(bits_ & ~unsigned{o.bits_}); }
  auto operator<=>(const FlagSet&) const = default;

 private:
  std::uint8_t bits_ = 0;
};

inline constexpr std::array all_flags{Flag::seen,    Flag::answered, Flag::flagged,
                                      Flag::deleted, Flag::draft,    Flag::passed};

/// "\Seen \Answered …" in the order of `all_flags`; `passed` is shown as "Passed".
[[nodiscard]] std::string to_string(FlagSet flags);

struct FlagLetter {
  char letter;
  Flag flag;
};

/// Letters after ":2," in the ASCII order that a name must keep (maildir.md section 2).
inline constexpr std::array maildir_letters{FlagLetter{'D', Flag::draft},  FlagLetter{'F', Flag::flagged},
                                            FlagLetter{'P', Flag::passed}, FlagLetter{'R', Flag::answered},
                                            FlagLetter{'S', Flag::seen},   FlagLetter{'T', Flag::deleted}};

/// Letters of X-Status; `Status` has R for \Seen and O for "not recent" (mbox.md section 5).
inline constexpr std::array x_status_letters{FlagLetter{'A', Flag::answered}, FlagLetter{'D', Flag::deleted},
                                             FlagLetter{'F', Flag::flagged}, FlagLetter{'T', Flag::draft}};

}  // namespace mailhaul::mail
