#pragma once

#include <string_view>

#include "mailhaul/mail/flags.hpp"
#include "mailhaul/mail/keyword.hpp"

namespace mailhaul::mail {

/// What Thunderbird keeps in three headers of a message in its mboxes: X-Mozilla-Status, -Status2, -Keys (mbox.md
/// section 6). They are part of the message's octets: only read here, never taken out.
struct MozillaStatus {
  bool present = false;
  FlagSet flags{};
  KeywordSet keywords{};
  bool is_new = false;
  bool expunged = false;  ///< removed by its user, and there only until the folder is compacted: no mail any more
};

/// Believed only where Thunderbird writes them: above every header that came with the message. A sender can put the
/// same names into his mail, and `0008` would make it vanish; but what he wrote stands below the Received lines of the
/// way here.
[[nodiscard]] MozillaStatus parse_mozilla_status(std::string_view header_block);

/// Whether it is worth the call above; one look for the name.
[[nodiscard]] bool may_have_mozilla_status(std::string_view header_block);

}  // namespace mailhaul::mail
