#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/maildir/name.hpp"
#include "mailhaul/fs/directory.hpp"
#include "mailhaul/mail/keyword.hpp"

namespace mailhaul::formats::maildir {

inline constexpr const char* keyword_file_name = "dovecot-keywords";
/// 26 lines need far less; junk lines are read over up to here.
inline constexpr std::uint64_t keyword_file_limit = std::uint64_t{1} << 20U;

/// What letter means what keyword in one folder: `dovecot-keywords`, maildir.md section 3.
///
///   file = *( index SP name LF )      index 0..25 for 'a'..'z'; anything else in the file is read over
class KeywordSlots {
 public:
  /// A name seen before (without regard to case) is skipped; a slot named twice has its last name.
  [[nodiscard]] static KeywordSlots parse(std::string_view text);
  [[nodiscard]] std::string to_text() const;

  /// Empty: no line.
  [[nodiscard]] const std::string& name(unsigned slot) const { return names_.at(slot); }
  [[nodiscard]] std::optional<unsigned> slot(std::string_view name) const;
  /// The name, or what a server invents for a letter without one: "unknown-<index>", with '?' while that is taken.
  [[nodiscard]] std::string shown_name(unsigned slot) const;
  /// Gives `name` the lowest slot that has no name and is none of `taken`. Nothing when there is none.
  std::optional<unsigned> add(std::string_view name, SlotBits taken);

  [[nodiscard]] mail::KeywordSet names_of(SlotBits slots) const;
  /// Names in use, by slot.
  [[nodiscard]] std::vector<std::string> all_names() const;

 private:
  std::array<std::string, slot_count> names_{};
};

}  // namespace mailhaul::formats::maildir
