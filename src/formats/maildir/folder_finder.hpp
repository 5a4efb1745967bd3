#pragma once

#include <functional>
#include <string>
#include <vector>

#include "mailhaul/base/finding.hpp"
#include "mailhaul/formats/maildir/maildir.hpp"
#include "mailhaul/fs/directory.hpp"

namespace mailhaul::formats::maildir {

/// Told what could be a folder and is not read, and why.
using NoteUnread = std::function<void(FindingKind kind, const std::string& where, const std::string& text)>;

/// Whether names in the root may be of other mailboxes, as TreeOptions::among_mailboxes has it.
enum class OtherMailboxes { no, yes };

/// Directories below `root` that are folders in that layout, by path, unsorted; INBOX, the root itself, is not among
/// them. One that ".INBOX" hides is only when it has mail.
[[nodiscard]] std::vector<std::string> find_folders(const fs::Directory& root, Layout layout, const NoteUnread& note,
                                                    OtherMailboxes others = OtherMailboxes::no);

/// What LAYOUT=fs would have as folders and Maildir++ has not, sorted: directories with cur or new below those of the
/// root that don't begin with a dot.
[[nodiscard]] std::vector<std::string> find_undotted(const fs::Directory& root);

/// A Maildir++ folder below `root` that says by its `maildirfolder` that it is one, the first by name: what lies around
/// it is a Maildir, whatever it has lost. Empty: none that can be looked into.
[[nodiscard]] std::string find_marked_folder(const fs::Directory& root);

/// Whether a directory has one of cur, new and tmp.
[[nodiscard]] bool is_folder(const fs::Directory& directory);

}  // namespace mailhaul::formats::maildir
