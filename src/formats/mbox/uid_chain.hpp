#pragma once

#include <cstdint>
#include <optional>

#include "mailhaul/mail/store_headers.hpp"

namespace mailhaul::formats::mbox {

/// Which X-UID headers of an mbox count, as Dovecot takes them (mbox.md section 5, rules 1 to 4): behind an X-IMAPbase
/// or X-IMAP in the first message, ascending, and none above its last UID. From the first message on that has no such
/// UID all get new ones.
class UidChain {
 public:
  /// The headers of each message, the pseudo message too, in the order of the file. Its UID, or nothing.
  std::optional<mail::Uid> follow(const mail::StoreHeaders& headers);
  /// Every message so far had its UID.
  [[nodiscard]] bool holds() const { return holds_; }
  /// Nothing that follows can have one: headers need not be looked at.
  [[nodiscard]] bool is_over() const { return !is_first_ && !holds_; }

 private:
  bool is_first_ = true;
  bool holds_ = false;
  std::uint32_t last_ = 0;   ///< UID seen
  std::uint32_t limit_ = 0;  ///< last UID of the base
};

}  // namespace mailhaul::formats::mbox
