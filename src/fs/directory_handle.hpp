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
  Kernel* kernel = nullptr;
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

  [[nodiscard]] std::string place_of(std::string_view name) const;
  [[nodiscard]] Error fail(Scope scope, std::int64_t result, std::string_view doing, std::string_view name = {}) const;
  [[nodiscard]] Error refuse(Scope scope, std::string_view doing, std::string_view name, std::string_view reason) const;
};

}  // namespace mailhaul::fs
