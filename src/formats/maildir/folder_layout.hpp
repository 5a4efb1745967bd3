#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mailhaul/formats/maildir/maildir.hpp"
#include "mailhaul/mail/folder_name.hpp"

namespace mailhaul::formats::maildir {

/// How the folders of one tree are named on disk: maildir.md section 9.
struct Naming {
  Layout layout = Layout::maildir_plus_plus;
  bool utf8 = false;  ///< else modified UTF-7
};

/// S13: levels of a tree.
inline constexpr std::size_t deepest_folder = 64;

/// The directory of a folder below the root: "Work/2024" is ".Work.2024", or with LAYOUT=fs "Work/2024"; INBOX is the
/// root (""). Nothing where the tree has no such name: fitting_name() gives one that it has.
[[nodiscard]] std::optional<std::string> folder_directory(const mail::FolderName& folder, const Naming& naming = {});

/// A directory below the root and the folder it is read as.
struct NamedDirectory {
  std::string directory;
  mail::FolderName folder;
  std::string remark;  ///< why the name is not simply the decoded one; empty: it is
};

/// Gives each directory a folder name of its own, so that nothing is hidden: modified UTF-7, else UTF-8, else Latin-1
/// (in a tree of UTF-8 names: UTF-8, else Latin-1); an empty level becomes "_". A directory in its canonical spelling
/// has its name whatever else is there. ".INBOX", and others that decode to one name, get a mark made of their
/// spelling, so that none gets the name that another had in an earlier run.
[[nodiscard]] std::vector<NamedDirectory> name_folders(std::vector<std::string> directories, const Naming& naming = {});

/// Whether it is "INBOX" in any case: hidden behind the root, which is INBOX.
[[nodiscard]] bool is_hidden_by_root(std::string_view directory, const Naming& naming = {});

/// One level in the spelling of the disk; nothing when it is not UTF-8.
[[nodiscard]] std::optional<std::string> encode_level(std::string_view level, const Naming& naming);
/// Whether a level is INBOX in any case.
[[nodiscard]] bool is_inbox_level(std::string_view level);

/// The encoding of a tree whose location does not say it, from the levels of its directories: UTF-8 when one of them is
/// that and more than ASCII, and none is modified UTF-7 that spells more than ASCII. `example`: the level that decided.
struct EncodingEvidence {
  bool utf8 = false;
  std::string example{};
};
[[nodiscard]] EncodingEvidence weigh_encoding(const std::vector<std::string>& directories, Layout layout);

}  // namespace mailhaul::formats::maildir
