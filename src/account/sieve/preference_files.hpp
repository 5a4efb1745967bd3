#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "account/text/edited_files.hpp"
#include "mailhaul/account/sieve/section.hpp"
#include "mailhaul/fs/directory.hpp"
#include "mailhaul/store/account.hpp"

namespace mailhaul::account::sieve {

/// SpamAssassin's preferences of many mailboxes below one root, each in its home: `.spamassassin/user_prefs`
/// (targets.md 5.4). What is ours is one section, marked as those of a script are, since `#` begins a remark there too;
/// lines of others stay. One thread.
class PreferenceFiles {
 public:
  /// As Scripts has it; `directory`: of a home.
  PreferenceFiles(std::optional<fs::Directory> root, std::string shown_as, const fs::Birth& birth,
                  std::string directory);

  /// As planned; unset: there is none. Error of scope folder where it can't be read or understood.
  [[nodiscard]] std::optional<Section> section(const std::string& home);
  /// Whether there is such a file, whoever wrote it. Raises as section() does.
  [[nodiscard]] bool has_file(const std::string& home);

  /// Plans it, an empty text to take it away; `number` is told when it can't be written. Preferences that somebody else
  /// set, and a section that was changed by hand, stay as they are: not carried. Raises as section() does.
  [[nodiscard]] store::SettingResult plan(const std::string& home, const std::string& text, std::size_t number);

  /// Writes what is planned, durably, and forgets it.
  [[nodiscard]] std::vector<EditedFiles::Failure> commit() { return files_.commit(); }
  /// The plan stays, and is what section() says.
  void keep_as_preview() { files_.keep_as_preview(); }

  /// By path, of all files that were written, or would have been.
  [[nodiscard]] const std::map<std::string, store::FileChange>& changes() const { return files_.changes(); }

 private:
  [[nodiscard]] std::string file_in(const std::string& home) const;
  [[nodiscard]] std::string text_in(const std::string& home);

  EditedFiles files_;
  std::string shown_as_;
  std::string directory_;
};

}  // namespace mailhaul::account::sieve
