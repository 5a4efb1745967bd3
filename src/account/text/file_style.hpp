#pragma once

#include <string_view>

#include "mailhaul/fs/directory.hpp"
#include "mailhaul/fs/status.hpp"

namespace mailhaul::account {

/// How a text file is written.
struct FileStyle {
  fs::Birth birth{};        ///< of what is new; what is there keeps its owner and its mode
  bool has_backup = false;  ///< the text of before the first change stays beside it
  bool is_secret = false;   ///< passwords are in it
};

/// What is there keeps its owner and mode; but passwords are shown to nobody who need not see them.
[[nodiscard]] fs::Birth birth_in_place_of(const fs::Status& was, const FileStyle& style);

/// What is added to the name of a file for its backup. It makes no domain of a domain: nobody is called that.
inline constexpr std::string_view backup_ending = ".mailhaul-backup";

}  // namespace mailhaul::account
