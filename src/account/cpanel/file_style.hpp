#pragma once

#include <string_view>

#include "mailhaul/fs/directory.hpp"

namespace mailhaul::account::cpanel {

/// How a file of an account is written.
struct FileStyle {
  fs::Birth birth{};        ///< of what is new; what is there keeps its owner and its mode
  bool has_backup = false;  ///< the text of before the first change stays beside it
  bool is_secret = false;   ///< passwords are in it
};

/// The account, and the group by which the mail server reads what it needs of it.
struct AccountOwner {
  fs::Owner owner{};
  gid_t mail_group = 0;
};

/// Of a file, or of a directory, below the home: cpanel.md section 2.
[[nodiscard]] FileStyle home_file_style(std::string_view path, const AccountOwner& account);
/// Of /etc/valiases/DOMAIN and its like.
[[nodiscard]] FileStyle server_file_style(const AccountOwner& account);

/// What is there keeps its owner and mode; but passwords are shown to nobody who need not see them.
[[nodiscard]] fs::Birth birth_in_place_of(const fs::Status& was, const FileStyle& style);

/// What is added to the name of a file for its backup. It makes no domain of a domain: nobody is called that.
inline constexpr std::string_view backup_ending = ".mailhaul-backup";

}  // namespace mailhaul::account::cpanel
