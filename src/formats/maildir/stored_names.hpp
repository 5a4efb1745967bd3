#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "formats/dovecot/subscription_file.hpp"
#include "formats/maildir/folder_layout.hpp"
#include "mailhaul/mail/folder_name.hpp"

namespace mailhaul::formats::maildir {

/// Finds the folders that stored names mean: the directory of that spelling where there is one, so that odd ones have
/// the names under which they are read; else what the spelling says.
class FolderOfStoredName {
 public:
  FolderOfStoredName(const Naming& naming, const std::map<mail::FolderName, std::string>& directories);
  [[nodiscard]] mail::FolderName find(const dovecot::StoredName& name) const;

 private:
  Naming naming_;
  std::map<std::string, mail::FolderName> folders_{};
};

/// Courier's list has the names that its IMAP server shows: all below INBOX. `others`: how many are not.
[[nodiscard]] std::vector<dovecot::StoredName> below_inbox(const std::vector<dovecot::StoredName>& list,
                                                           std::size_t& others);

}  // namespace mailhaul::formats::maildir
