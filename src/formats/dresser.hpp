#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "formats/mending.hpp"
#include "mailhaul/formats/context.hpp"
#include "mailhaul/fs/adoption.hpp"
#include "mailhaul/fs/directory.hpp"

namespace mailhaul::formats {

/// Owners and modes of what is in one tree (S7). Paths are below its root. One thread.
class Dresser {
 public:
  Dresser(const Context& context, Mending& mending, fs::Directory root, const fs::AdoptionRules& rules)
      : context_(context), mending_(mending), root_(std::move(root)), rules_(rules) {}

  /// A regular file that was seen there. One with several names waits until all of the tree was seen.
  void file(const fs::Directory& directory, const std::string& path, const std::string& name, const fs::Status& seen,
            const std::string& folder);
  void directory(const fs::Directory& directory, const std::string& path, const std::string& folder);
  /// All below `directory`, then itself where `and_itself`. What is no file and no directory is told of.
  enum class Itself { no, yes };
  void all_below(const fs::Directory& directory, const std::string& path, const std::string& folder, Itself itself);
  /// Opens a directory for all that is in it; tells why where it can't.
  [[nodiscard]] std::optional<fs::Directory> look_into(const fs::Directory& above, const std::string& path,
                                                       const std::string& name, const std::string& folder);
  /// After the last name.
  void settle_linked();
  /// Tells of SELinux types, where the system has them, that are not those of mail: setting them is the system's own
  /// tools' work.
  void tell_security_types() const;
  /// Tells of groups that lose what they had in directories meant for them: those with the set-group-id bit.
  void tell_shared_groups() const;

  /// Tells of an entry that is not touched.
  void pass_over(FindingKind kind, const std::string& folder, const std::string& where, const char* text);

 private:
  struct Linked {
    fs::Status seen{};
    std::string folder{};
    std::vector<std::string> paths{};
  };
  [[nodiscard]] store::Repair repair_of(const fs::Status& seen, const std::string& folder, std::string where) const;
  void tell_shut(const fs::Status& seen, const std::string& folder, const std::string& where);
  void level_below(const fs::Directory& directory, const std::string& path, const std::string& folder, Itself itself,
                   std::size_t depth);

  const Context& context_;
  Mending& mending_;
  fs::Directory root_;
  const fs::AdoptionRules& rules_;
  std::map<fs::FileId, Linked> linked_{};
  std::size_t linked_names_ = 0;
  std::set<std::string> security_types_{};
  std::set<gid_t> shared_with_{};
};

/// "a/b", or "b" where `path` is the root.
[[nodiscard]] std::string joined(const std::string& path, const std::string& name);

}  // namespace mailhaul::formats
