#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "account/text/edited_files.hpp"
#include "mailhaul/account/sieve/section.hpp"
#include "mailhaul/fs/directory.hpp"
#include "mailhaul/store/account.hpp"

namespace mailhaul::account::sieve {

/// The scripts of many mailboxes below one root, each in its home: `sieve/mailhaul.sieve`, and `.dovecot.sieve`, the
/// relative link that says which script is run (targets.md 5.1). A link or a file of that name that is there already is
/// never touched: ours is written beside it then. One thread.
class Scripts {
 public:
  /// `shown_as` stands before a path where the admin sees it; `birth` is for what is new. `root` unset: it is not there
  /// yet, and nothing is but planned.
  Scripts(std::optional<fs::Directory> root, std::string shown_as, const fs::Birth& birth);

  /// As planned. `home` is a path below the root. Error of scope folder where it can't be read.
  [[nodiscard]] Sections sections(const std::string& home);

  /// Plans one section of the script, an empty text to take it away; `number` is told when it can't be written. A
  /// script that is somebody else's, and a section that was changed by hand, are left as they are: not carried.
  /// Approximated: it will be there, but another script is the one that is run. Raises as sections() does.
  [[nodiscard]] store::SettingResult plan(const std::string& home, const SectionChange& change, std::size_t number);

  /// Writes what is planned, durably, and forgets it. The link is there before its script, and goes before it: what a
  /// killed run has left undone is the script, which the next run plans again.
  [[nodiscard]] std::vector<EditedFiles::Failure> commit();
  /// The plan stays, and is what sections() says.
  void keep_as_preview() { files_.keep_as_preview(); }

  /// By path, of all scripts that were written, or would have been.
  [[nodiscard]] const std::map<std::string, store::FileChange>& changes() const { return files_.changes(); }

 private:
  enum class Link { missing, ours, others };
  [[nodiscard]] Link link_of(const std::string& home) const;
  /// Whether it was made.
  bool make_link(const std::string& home) const;
  void remove_link(const std::string& home) const;

  EditedFiles files_;
  std::string shown_as_;
  std::map<std::string, std::set<std::size_t>> planned_{};  ///< by home its changes
};

/// Of one setting, of which two things are to tell: the worse outcome, with both texts.
[[nodiscard]] store::SettingResult combined(store::SettingResult first, const store::SettingResult& second);

}  // namespace mailhaul::account::sieve
