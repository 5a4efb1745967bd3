#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "mailhaul/io/tree.hpp"

namespace mailhaul::io {

/// What lies below one directory of another tree, which must outlive it.
class SubTree final : public Tree {
 public:
  /// `directory` of `whole`, not "".
  SubTree(Tree& whole, std::string directory)
      : whole_(whole), directory_(std::move(directory)), place_(whole.place() + '/' + directory_) {}

  [[nodiscard]] Node look_at(const std::string& path) override { return whole_.look_at(in_whole(path)); }
  void list(const std::string& path, const std::function<void(const std::string& name, NodeKind kind)>& take) override {
    whole_.list(in_whole(path), take);
  }
  [[nodiscard]] std::optional<std::string> read(const std::string& path, std::uint64_t limit_octets) override {
    return whole_.read(in_whole(path), limit_octets);
  }
  void visit(const std::set<std::string>& paths,
             const std::function<void(const std::string& path, Source& content)>& take) override {
    std::set<std::string> there;
    for (const std::string& path : paths) there.insert(in_whole(path));
    whole_.visit(there,
                 [&](const std::string& path, Source& content) { take(path.substr(directory_.size() + 1), content); });
  }
  [[nodiscard]] const std::string& place() const override { return place_; }

 private:
  [[nodiscard]] std::string in_whole(const std::string& path) const {
    return path.empty() ? directory_ : directory_ + '/' + path;
  }

  Tree& whole_;
  std::string directory_;
  std::string place_;
};

}  // namespace mailhaul::io
