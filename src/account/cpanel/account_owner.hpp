#pragma once

#include <string_view>

#include "account/text/file_style.hpp"
#include "mailhaul/fs/directory.hpp"

namespace mailhaul::account::cpanel {

/// The account, and the group by which the mail server reads what it needs of it.
struct AccountOwner {
  fs::Owner owner{};
  gid_t mail_group = 0;
};

/// Of a file, or of a directory, below the home: cpanel.md section 2.
[[nodiscard]] FileStyle home_file_style(std::string_view path, const AccountOwner& account);
/// Of /etc/valiases/DOMAIN and its like.
[[nodiscard]] FileStyle server_file_style(const AccountOwner& account);

}  // namespace mailhaul::account::cpanel
