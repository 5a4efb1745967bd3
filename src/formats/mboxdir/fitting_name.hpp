#pragma once

#include "mailhaul/mail/folder_name.hpp"

namespace mailhaul::formats::mboxdir {

/// The name under which a tree holds a folder: its own, where a reader would find that again, else one that is made of
/// it. Pure, so every run finds the same; a name that it gave is given back unchanged.
///
///   an octet that can't stand there    '\' and two hex digits, as in a Maildir: '/', the '.' that hides a name and
///   that
///                                      of a last ".lock" or ".msf", the first letter of a name like our temporary
///                                      ones, the '-' of what looks like a mark of ours. '\' in such a level is "\5c".
///   too long, or too deep              the beginning of the last level that there is room for, "-" and a hash of the
///                                      whole name
[[nodiscard]] mail::FolderName fitting_name(const mail::FolderName& folder);

}  // namespace mailhaul::formats::mboxdir
