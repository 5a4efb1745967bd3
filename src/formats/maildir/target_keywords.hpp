#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "formats/maildir/folder_directories.hpp"
#include "formats/maildir/keyword_file.hpp"
#include "formats/maildir/tree.hpp"
#include "mailhaul/mail/keyword.hpp"

namespace mailhaul::formats::maildir {

/// The keyword file of a folder that we write to. Keywords go by name, never by letter. One thread.
class TargetKeywords {
 public:
  TargetKeywords(Tree& tree, const FolderDirectories& directories, const fs::Birth& birth, std::string folder)
      : tree_(tree), directories_(directories), birth_(birth), folder_(std::move(folder)) {}

  /// Reads the file, and gives each name of `wanted` a letter: the file is replaced, under the server's own lock,
  /// before this returns, so that no letter is ever visible without its name (maildir.md section 3). Error(locked,
  /// folder) when the lock can't be had.
  void settle(const mail::KeywordSet& wanted);

  /// Reads the file and adds nothing.
  void refresh() { read(); }

  /// Letters of the names that have one.
  [[nodiscard]] SlotBits letters_of(const mail::KeywordSet& keywords) const;
  /// Counts those that have none, for tell_lost().
  void count_lost(const mail::KeywordSet& keywords);
  /// Letters of the names as shown, an invented "unknown-3" among them.
  [[nodiscard]] SlotBits letters_shown_as(const mail::KeywordSet& keywords) const;
  /// Reports what was counted.
  void tell_lost();
  /// The batch came to nothing.
  void forget_lost() { lost_.clear(); }

 private:
  void read();
  [[nodiscard]] bool lacks(const mail::KeywordSet& wanted) const;
  /// False: the file changed meanwhile.
  [[nodiscard]] bool add_and_write(const mail::KeywordSet& wanted, SlotBits taken);
  void make_newer_than(fs::FileTime before) const;
  [[nodiscard]] SlotBits letters_in_use() const;

  Tree& tree_;
  const FolderDirectories& directories_;
  fs::Birth birth_;
  std::string folder_;
  KeywordSlots slots_;
  std::optional<fs::Status> status_;
  bool is_readable_ = true;
  std::map<std::string, std::uint64_t> lost_;
};

}  // namespace mailhaul::formats::maildir
