#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "mailhaul/io/source.hpp"

namespace mailhaul::io {

enum class NodeKind : std::uint8_t { missing, file, directory, symlink, other };

/// What a tree says of one name, without following it.
struct Node {
  NodeKind kind = NodeKind::missing;
  std::uint64_t size_octets = 0;      ///< of a file
  std::int64_t modified_seconds = 0;  ///< since 1970
  std::uint32_t mode = 0;             ///< 07777 bits
  std::string link_target{};          ///< of a symlink; text that is never followed
  [[nodiscard]] bool is_file() const { return kind == NodeKind::file; }
  [[nodiscard]] bool is_directory() const { return kind == NodeKind::directory; }
};

/// Files below one root, wherever they are: directories of this machine, or an archive. It can only be read.
///
/// Paths are relative, components joined by '/', none of them "", "." or ".."; "" is the root. No symlink is followed:
/// what lies behind one is missing. Any number of threads may not share one; one thread.
class Tree {
 public:
  Tree() = default;
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;
  virtual ~Tree() = default;

  [[nodiscard]] virtual Node look_at(const std::string& path) = 0;
  /// Each entry's name and kind, sorted by name. Nothing where there is no such directory. Error of scope folder where
  /// it may not be read.
  virtual void list(const std::string& path,
                    const std::function<void(const std::string& name, NodeKind kind)>& take) = 0;
  /// A small file whole; nothing where there is none. Error(limit, folder) when it is larger, Error(refused, folder)
  /// when it is no file or somebody else's.
  [[nodiscard]] virtual std::optional<std::string> read(const std::string& path, std::uint64_t limit_octets) = 0;
  /// Calls `take` with the content of each of those files that is there, in whatever order is cheap: an archive is read
  /// through once for all of them. Error of scope message: that one can't be read, `take` was not called or had a part.
  virtual void visit(const std::set<std::string>& paths,
                     const std::function<void(const std::string& path, Source& content)>& take) = 0;
  /// For messages only.
  [[nodiscard]] virtual const std::string& place() const = 0;
};

}  // namespace mailhaul::io
