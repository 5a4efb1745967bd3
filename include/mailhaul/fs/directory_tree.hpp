#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "mailhaul/fs/directory.hpp"
#include "mailhaul/io/tree.hpp"

namespace mailhaul::fs {

/// The files below a directory of this machine, by the rules of its root: links are told and never followed (S2), what
/// belongs to somebody else is refused (S4, S6), and so is another file system.
///
/// visit() goes on after a file that can't be opened, and throws for the first of them when the others are done.
class DirectoryTree final : public io::Tree {
 public:
  explicit DirectoryTree(Directory root);

  [[nodiscard]] io::Node look_at(const std::string& path) override;
  void list(const std::string& path,
            const std::function<void(const std::string& name, io::NodeKind kind)>& take) override;
  [[nodiscard]] std::optional<std::string> read(const std::string& path, std::uint64_t limit_octets) override;
  void visit(const std::set<std::string>& paths,
             const std::function<void(const std::string& path, io::Source& content)>& take) override;
  [[nodiscard]] const std::string& place() const override;

  /// For what a Tree can't say: owners, and opening a store there.
  [[nodiscard]] const Directory& root() const { return root_; }

 private:
  /// Nothing where there is none, or where a symlink or a file stands in the way.
  [[nodiscard]] std::optional<Directory> find(const std::string& path) const;

  Directory root_;
  std::vector<std::byte> buffer_{};
};

}  // namespace mailhaul::fs
