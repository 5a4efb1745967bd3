#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mailhaul::account::cpanel {

/// A responder's file taken apart. Header names keep their case; values are octets as stored, unfolded, without blanks
/// around them.
struct ResponderText {
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
  std::vector<std::string> raw_headers{};  ///< each header's lines as stored, with their line ends
  std::string separator{};                 ///< the blank line; empty: there is none
};

/// The headers end at the first blank line, or before the first line that is none; a file that does not begin with a
/// header is all body. A blank line at the very beginning is one after no headers.
[[nodiscard]] ResponderText parse_responder_text(std::string_view text);

/// The charset that the content type names; empty: none does.
[[nodiscard]] std::string charset_of(const std::vector<std::pair<std::string, std::string>>& headers);

/// `original` where it says this already; else with as much of it as says so.
[[nodiscard]] std::string responder_text(const std::vector<std::pair<std::string, std::string>>& headers,
                                         const std::string& body, const std::string& original);

}  // namespace mailhaul::account::cpanel
