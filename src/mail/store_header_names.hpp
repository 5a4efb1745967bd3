#pragma once

#include <array>
#include <string_view>

namespace mailhaul::mail {

/// The seven of mbox.md section 5, for those who parse them and for the folding, which drops them.
inline constexpr std::array<std::string_view, 7> store_header_names{
    "Content-Length", "Status", "X-IMAP", "X-IMAPbase", "X-Keywords", "X-Status", "X-UID"};

}  // namespace mailhaul::mail
