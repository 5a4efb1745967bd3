#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mailhaul::account::dovecot {

/// A line of a passwd-file: `user:password:uid:gid:gecos:home:shell:extra` (targets.md section 3; db-passwd-file.c of
/// Dovecot). There is no quoting anywhere.
struct UserLine {
  std::string user{};
  std::string password{};
  std::string uid{};
  std::string gid{};
  std::string gecos{};
  std::string home{};
  std::string shell{};
  std::vector<std::string> extra{};  ///< "userdb_quota_rule=*:bytes=1", "nologin"; in order

  /// Of an extra field; nothing where it is not there, "" of one without '='.
  [[nodiscard]] std::optional<std::string> field(std::string_view key) const;
  /// Sets it in the place it has, or at the end; unset: takes it away.
  void set_field(std::string_view key, const std::optional<std::string>& value);
};

/// Nothing: empty, a comment, or it begins with ':'. Cells that are missing are empty.
[[nodiscard]] std::optional<UserLine> parse_user_line(std::string_view line);

/// Error(refused, folder): a cell that can't be written (S14): ':' or a control octet in it, or a blank in an extra
/// field.
[[nodiscard]] std::string to_text(const UserLine& line);

}  // namespace mailhaul::account::dovecot
