#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base_line.hpp"
#include "mailhaul/mail/date.hpp"
#include "mailhaul/mail/keyword.hpp"
#include "mailhaul/mail/store_headers.hpp"
#include "text_edit.hpp"

namespace mailhaul::formats::mbox {

/// The base of an mbox that is rewritten: every keyword of a message must be named there, or Dovecot takes none of that
/// message (mbox.md section 5), and it must not get lost with the message in which it stands.
class BaseNames {
 public:
  /// From the header block of the first message, which begins at `offset`.
  void take_from(std::string_view header, std::uint64_t offset);
  [[nodiscard]] bool is_there() const { return base_.has_value(); }
  /// It makes the first message one that is no mail.
  [[nodiscard]] bool is_pseudo() const { return is_pseudo_; }

  /// Whether it has the name, or there is no base that had to; `more` names are to come before it.
  [[nodiscard]] bool has_room_for(std::string_view name, const mail::KeywordSet& more) const;
  void add(const mail::KeywordSet& names);

  /// What puts the new names where it stands; nothing when there are none.
  [[nodiscard]] std::optional<TextEdit> names_edit() const;
  /// All of it, with the new names, to stand elsewhere. Empty: there is no base.
  [[nodiscard]] std::string line(std::string_view line_end) const;
  [[nodiscard]] std::string as_pseudo_message(std::string_view host, mail::InternalDate now) const;

 private:
  [[nodiscard]] std::string new_names() const;

  std::optional<BaseLine> base_{};
  bool is_pseudo_ = false;
  bool is_closed_ = false;     ///< it has no room for another name
  std::string text_{};         ///< the field as it stands
  std::size_t names_end_ = 0;  ///< in it, where the next name goes
  std::uint64_t text_at_ = 0;  ///< in the file
  mail::KeywordSet names_{};
  mail::BaseRoom room_{};
  mail::KeywordSet new_names_{};
};

}  // namespace mailhaul::formats::mbox
