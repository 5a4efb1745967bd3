#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "failure.hpp"
#include "mailhaul/fs/directory.hpp"
#include "resolver.hpp"

namespace mailhaul::fs {

/// What the copies of a Directory share.
struct Directory::Handle {
  Kernel* kernel = nullptr;  ///< takes names as the directory's owner does (S9)
  Entropy* entropy = nullptr;
  Rules rules{};
  uid_t root_owner = 0;
  std::shared_ptr<Resolver> resolver{};  ///< one a root: what it learns of the kernel holds for all below
  std::shared_ptr<const Descriptor> descriptor{};
  Status opened_as{};
  std::string place{};

  /// Where a path ends: the directory that holds the last component.
  struct Leaf {
    Descriptor parent{};  ///< kept open when `path` had more than one component
    int dir = -1;
    std::string name{};
    int result = 0;  ///< negative errno when the way there could not be gone
  };
  /// Throws Error(refused) when the path is not plain.
  [[nodiscard]] Leaf leaf_of(const std::string& path, std::string_view doing) const;

  /// A file and the name that it is to get.
  struct Way {
    Leaf from{};
    Leaf to{};
  };
  /// Nothing: `from` is not there, or no longer the file expected.
  [[nodiscard]] std::optional<Way> way_between(const std::string& from, const FileId& expected, const Handle& to_handle,
                                               const std::string& to, std::string_view doing) const;

  /// Takes an open directory: looks at it, and from now on takes names in it as its owner. 0 or the negative errno.
  [[nodiscard]] int take(Descriptor opened);
  [[nodiscard]] bool allows(uid_t owner) const;
  [[nodiscard]] bool allows_anybody_but_root() const;
  /// Root runs this, and the directory is his.
  [[nodiscard]] bool acts_as_root() const;
  /// For names in both: as their owner, or as the runner where they have two.
  [[nodiscard]] Kernel& kernel_for_both(const Handle& other) const;
  /// Opens a leaf as whoever it belongs to, where that is another allowed owner (S6) than the directory's, which may
  /// not. -EACCES: it is nobody else's.
  [[nodiscard]] int open_as_its_owner(const Leaf& leaf, int flags) const;
  /// Whether a leaf that the directory's owner may not open belongs to somebody who is not allowed: what the kernel
  /// said to us as him has that reason.
  [[nodiscard]] bool is_foreign(const Leaf& leaf) const;

  [[nodiscard]] std::string place_of(std::string_view name) const;
  [[nodiscard]] Error fail(Scope scope, std::int64_t result, std::string_view doing, std::string_view name = {}) const;
  [[nodiscard]] Error refuse(Scope scope, std::string_view doing, std::string_view name, std::string_view reason) const;
};

}  // namespace mailhaul::fs
