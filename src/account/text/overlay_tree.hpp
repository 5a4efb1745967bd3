#pragma once

#include <map>
#include <optional>
#include <string>

#include "mailhaul/io/tree.hpp"

namespace mailhaul::account {

/// A tree as it will be once some small files of it are written.
class OverlayTree final : public io::Tree {
 public:
  /// Of a path below the root its text; unset: it will be gone.
  using Planned = std::map<std::string, std::optional<std::string>>;

  /// Both must outlive this; `planned` may change.
  OverlayTree(io::Tree& under, const Planned& planned) : under_(under), planned_(planned) {}

  [[nodiscard]] io::Node look_at(const std::string& path) override;
  void list(const std::string& path,
            const std::function<void(const std::string& name, io::NodeKind kind)>& take) override;
  [[nodiscard]] std::optional<std::string> read(const std::string& path, std::uint64_t limit_octets) override;
  void visit(const std::set<std::string>& paths,
             const std::function<void(const std::string& path, io::Source& content)>& take) override;
  [[nodiscard]] const std::string& place() const override { return under_.place(); }

 private:
  io::Tree& under_;
  const Planned& planned_;
};

}  // namespace mailhaul::account
