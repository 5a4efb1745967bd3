#pragma once

#include "formats/maildir/folder_layout.hpp"
#include "mailhaul/mail/folder_name.hpp"

namespace mailhaul::formats::maildir {

/// Whether a tree can hold a folder under its very name, so that a server that reads the tree can open it.
[[nodiscard]] bool is_expressible(const mail::FolderName& folder, const Naming& naming);

/// The name under which a tree holds a folder: its own where that is expressible, else one that is made of it. Pure, so
/// every run finds the same; a name that it gave is given back unchanged.
///
///   octet that the tree can't hold     '\' and two hex digits, as Dovecot's listescape plugin spells it: "A.B" is
///                                      "A\2eB", a leading '~' "\7e". In a level where that happens '\' is "\5c", so
///                                      the level can be turned back; Dovecot with the plugin does. Chosen over a
///                                      spelling of our own because other programs know it.
///   LAYOUT=fs, a reserved name         the same for its first letter: "cur" is "\63ur"
///   LAYOUT=fs, ".Name" as first level  "\2eName": the tree would be taken for Maildir++ (recognise.hpp)
///   too long, or too deep              the last level that there is room for becomes its beginning, "-" and a hash of
///                                      the whole name; the report names both
///   "inbox" with children              "INBOX"
[[nodiscard]] mail::FolderName fitting_name(const mail::FolderName& folder, const Naming& naming);

}  // namespace mailhaul::formats::maildir
