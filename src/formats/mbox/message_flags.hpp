#pragma once

#include <optional>
#include <string_view>

#include "mailhaul/mail/flags.hpp"
#include "mailhaul/mail/keyword.hpp"
#include "mailhaul/mail/mozilla_status.hpp"
#include "mailhaul/mail/store_headers.hpp"
#include "splitter.hpp"

namespace mailhaul::formats::mbox {

struct MessageFlags {
  mail::FlagSet flags{};
  mail::KeywordSet keywords{};
  bool operator==(const MessageFlags&) const = default;
};

/// What Thunderbird says of a message in an mbox of its own; nothing elsewhere.
[[nodiscard]] std::optional<mail::MozillaStatus> mozilla_status_of(const Mark& mark, std::string_view header);

/// The flags of a message, from all places where a program may have put them.
[[nodiscard]] MessageFlags flags_of(const mail::StoreHeaders& headers,
                                    const std::optional<mail::MozillaStatus>& mozilla);

}  // namespace mailhaul::formats::mbox
