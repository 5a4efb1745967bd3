#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "account/text/problem.hpp"

/// The lines `LOCAL_PART:FIELD:FIELD…` that passwd, shadow and quota below etc/DOMAIN are made of (cpanel.md 1.2).
namespace mailhaul::account {

struct KeyedLine {
  std::size_t number = 0;    ///< from 1
  std::string local_part{};  ///< octet for octet
  std::string rest{};        ///< what stands behind the first ':'
};

struct KeyedLines {
  std::vector<KeyedLine> lines{};  ///< one a local part: the first of several, as readers of such files take it
  std::vector<Problem> problems{};
};

/// Blank lines and those that begin with '#' are nobody's. Left out and reported as lost: a line without ':', a local
/// part that could leave its directory or break a line (empty, ".", "..", with '/' or control octets, over 64 octets),
/// or that begins as a password's hash does ('$', '*', '!'). Problems of these hold nothing of the line, which may be a
/// hash whose name is lost.
[[nodiscard]] KeyedLines parse_keyed_lines(std::string_view text);

/// At each ':'; at least one field.
[[nodiscard]] std::vector<std::string> split_fields(std::string_view rest);

/// `text` with one line for this local part, in the place of the first that it has, else at the end. Further lines of
/// the same local part go: which of two a server takes is not for a new password to depend on. All others stay octet
/// for octet.
///
/// Error(refused, folder): the local part is not safe, or a field has a ':' or a control octet (S14).
[[nodiscard]] std::string with_line(std::string_view text, std::string_view local_part,
                                    const std::vector<std::string>& fields);

/// `text` without any line of this local part. Raises as with_line() does.
[[nodiscard]] std::string without_line(std::string_view text, std::string_view local_part);

}  // namespace mailhaul::account
