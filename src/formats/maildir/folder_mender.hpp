#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "formats/dresser.hpp"
#include "formats/maildir/name_mender.hpp"
#include "formats/maildir/quota_file.hpp"
#include "formats/mending.hpp"
#include "mailhaul/formats/context.hpp"
#include "mailhaul/formats/repair_options.hpp"

namespace mailhaul::formats::maildir {

/// What a tree's folders hold, as quotas count it.
struct TreeSum {
  QuotaSum all{};
  QuotaSum as_courier{};  ///< without Trash and what is flagged as deleted (maildir.md section 7)
  bool is_whole = true;   ///< all of it could be looked at
};

/// What the menders of one tree share.
struct TreeMending {
  const Context& context;
  Mending& mending;
  Dresser& dresser;
  const RepairOptions& options;
  TreeSum sum{};
};

/// One folder of a Maildir: what is in cur, new and tmp, and what stands beside them.
///
/// What is inside a directory is mended before the directory, so that one who ends a run half-way finds the rest as it
/// was: the root, whose owner tells whom a tree may be taken from, is the last of all. One thread.
class FolderMender {
 public:
  enum class Place { root, subfolder };
  /// `marked`: a subfolder has a `maildirfolder`.
  FolderMender(TreeMending& tree, fs::Directory home, std::string path, std::string folder, Place place, bool marked);
  void mend();

 private:
  void mend_part(const char* name);
  void make_part(const char* name);
  void take(const fs::Directory& part, const std::string& part_name, const fs::Entry& entry);
  void take_left_over(const fs::Directory& directory, const std::string& path, const std::string& name,
                      const fs::Status& seen);
  void count(const std::string& name, std::uint64_t octets);
  void mend_marker();
  void mend_beside();
  void take_beside(const std::string& name, bool drops_indexes);
  [[nodiscard]] bool has_foreign_index() const;
  void drop_index(const std::string& name, const fs::Status& seen);

  TreeMending& tree_;
  fs::Directory home_;
  std::string path_;
  std::string folder_;
  Place place_;
  bool marked_;
  NameMender names_;
};

}  // namespace mailhaul::formats::maildir
