#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mailhaul/mail/folder_name.hpp"

namespace mailhaul::formats::maildir {

/// The directory of a folder below the root: "Work/2024" is ".Work.2024" in modified UTF-7, INBOX is the root ("").
/// Nothing where Maildir++ has no name for it: a level that holds '.', '/' or NUL, or over 255 octets in all (the whole
/// path is one file name). maildir.md section 9.
[[nodiscard]] std::optional<std::string> folder_directory(const mail::FolderName& folder);

/// A directory ".A.B" and the folder it is read as.
struct NamedDirectory {
  std::string directory;
  mail::FolderName folder;
  std::string remark;  ///< why the name is not simply the decoded one; empty: it is
};

/// Gives each directory a folder name of its own, so that nothing is hidden: modified UTF-7, else UTF-8, else Latin-1;
/// an empty level becomes "_"; ".INBOX", and what decodes to a name that is taken, gets " (2)" and so on. Directories
/// in their canonical spelling choose first, so a name does not depend on the order of listing.
[[nodiscard]] std::vector<NamedDirectory> name_folders(std::vector<std::string> directories);

/// Whether it is ".INBOX" in any case: hidden behind the root, which is INBOX.
[[nodiscard]] bool is_hidden_by_root(std::string_view directory);

}  // namespace mailhaul::formats::maildir
