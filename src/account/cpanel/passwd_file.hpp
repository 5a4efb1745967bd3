#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "account/text/problem.hpp"

namespace mailhaul::account::cpanel {

/// A line `LOCAL_PART:x:UID:GID::HOME:SHELL` of etc/DOMAIN/passwd (cpanel.md 1.2). Where the mail lies is told by the
/// domain and the local part, never by `home`.
struct PasswdRecord {
  std::size_t line = 0;
  std::string local_part{};
  std::optional<std::uint32_t> uid{};
  std::optional<std::uint32_t> gid{};
  std::string home{};
  std::string shell{};
};
struct PasswdFile {
  std::vector<PasswdRecord> records{};
  std::vector<Problem> problems{};
};

/// A user's or a group's number; nothing where it is none.
[[nodiscard]] std::optional<std::uint32_t> parse_id(std::string_view text);

/// A line with too few fields is a mailbox all the same: what is missing is empty, and reported.
[[nodiscard]] PasswdFile parse_passwd(std::string_view text);

/// What stands behind the local part. Error(refused, folder): an id is 0 (S7), or `home` is not absolute.
[[nodiscard]] std::vector<std::string> passwd_fields(std::uint32_t uid, std::uint32_t gid, const std::string& home,
                                                     const std::string& shell = "/usr/local/cpanel/bin/noshell");

}  // namespace mailhaul::account::cpanel
