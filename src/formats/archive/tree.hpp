#pragma once

#include <set>
#include <string>

#include "formats/archive/index.hpp"
#include "mailhaul/formats/archive/archive.hpp"
#include "mailhaul/io/tree.hpp"

namespace mailhaul::formats::archive {

/// The files of an archive, by their paths below its root. What is not kept in memory costs some
/// reading each time: ask visit() for many at once.
///
/// A name that is a directory as well as something else is the directory: what is in it is there.
class ArchiveTree final : public io::Tree {
 public:
  /// Both are lent.
  ArchiveTree(const Archive& archive, const Index& index) : archive_(archive), index_(index) {}

  [[nodiscard]] io::Node look_at(const std::string& path) override;
  void list(const std::string& path,
            const std::function<void(const std::string& name, io::NodeKind kind)>& take) override;
  [[nodiscard]] std::optional<std::string> read(const std::string& path, std::uint64_t limit_octets) override;
  void visit(const std::set<std::string>& paths,
             const std::function<void(const std::string& path, io::Source& content)>& take) override;
  [[nodiscard]] const std::string& place() const override { return archive_.place(); }

 private:
  [[nodiscard]] std::optional<Member> file_at(const std::string& path) const;
  const Archive& archive_;
  const Index& index_;
};

}  // namespace mailhaul::formats::archive
