#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mailhaul/mail/header_block.hpp"
#include "message_flags.hpp"
#include "text_edit.hpp"

namespace mailhaul::formats::mbox {

/// The lines of a message's header block in which a store keeps what is its own (mbox.md section 5), for who rewrites
/// them. A line that is there keeps its place and spelling, with what stands in it besides; one that is missing comes
/// behind the others. All offsets are those in `header`, which must be whole and outlive this.
class FlagLines {
 public:
  explicit FlagLines(std::string_view header);

  /// What makes a message that says `now` say `wanted`. Nothing: there is no place for a line that it needs, or the
  /// block would become longer than is read.
  [[nodiscard]] std::optional<TextEdits> change(const MessageFlags& now, const MessageFlags& wanted) const;

  /// Of a message that becomes the first of its file. `base` is the X-IMAPbase line that it shall have, empty: none;
  /// what it has of that kind itself never counted, and would now. Nothing: there is no place.
  [[nodiscard]] std::optional<TextEdits> become_first(std::string_view base) const;

  /// How many names its X-Keywords fields have.
  [[nodiscard]] std::size_t keyword_names() const;

  /// What lines end in here.
  [[nodiscard]] std::string_view line_end() const;

 private:
  [[nodiscard]] std::optional<std::size_t> place_for_lines() const;
  [[nodiscard]] bool is_free(std::size_t place) const;
  [[nodiscard]] bool has_room_for(const TextEdits& edits) const;
  void change_letters(std::string_view name, std::string_view drop, std::string_view add, std::string_view order,
                      TextEdits& edits, std::string& new_lines) const;
  void change_keywords(const mail::KeywordSet& drop, const mail::KeywordSet& add, TextEdits& edits,
                       std::string& new_lines) const;

  std::string_view header_;
  std::vector<mail::HeaderField> fields_;
};

}  // namespace mailhaul::formats::mbox
