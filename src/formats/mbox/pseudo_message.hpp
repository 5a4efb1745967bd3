#pragma once

#include <string>
#include <string_view>

#include "mailhaul/mail/date.hpp"
#include "mailhaul/mail/store_headers.hpp"

namespace mailhaul::formats::mbox {

/// What every program calls it. Only its X-IMAP makes it one: anybody may write such a subject.
inline constexpr std::string_view pseudo_subject = "DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA";

/// The message that is no mail and keeps UIDVALIDITY, last UID and keywords of an empty folder (mbox.md section 5). All
/// of an mbox: with its postmark and the empty line behind it.
[[nodiscard]] std::string pseudo_message(const mail::ImapBase& base, std::string_view host, mail::InternalDate date);

}  // namespace mailhaul::formats::mbox
