#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "formats/mbox/world.hpp"
#include "mailhaul/formats/mboxdir/mboxdir.hpp"

namespace mailhaul::formats::mboxdir {

using mbox::contains;
using mbox::error_of;
using mbox::mark;
using mbox::packed;

/// A machine in memory with a tree of mboxes at /home/bob/mail, or a place for one.
class TreeWorld {
 public:
  static constexpr const char* root = "/home/bob/mail";
  static constexpr fs::Owner bob{1001, 1001};

  TreeWorld();
  /// Below the root; its directories are made.
  void put(const std::string& path, const std::string& octets, fs::Owner owner = bob);
  [[nodiscard]] std::string octets(const std::string& path) const { return memory.octets_of(at(path)); }
  [[nodiscard]] static std::string at(const std::string& path) { return std::string(root) + "/" + path; }

  [[nodiscard]] std::unique_ptr<store::MessageSource> source(const TreeOptions& tree = {});
  [[nodiscard]] std::unique_ptr<store::MessageStore> target(const TreeOptions& tree = {});
  /// Names of the folders as people read them.
  [[nodiscard]] static std::vector<std::string> folders(store::MessageSource& source);
  [[nodiscard]] std::vector<std::string> folders(const TreeOptions& tree = {}) { return folders(*source(tree)); }
  /// The texts in a folder.
  [[nodiscard]] static std::vector<std::string> texts(store::MessageSource& source, const std::string& folder);
  void append(store::MessageStore& target, const std::string& folder, const std::string& text);

  support::MemoryKernel memory{};
  SystemEntropy entropy{};
  mbox::TestClock clock{};
  mbox::CollectedFindings findings{};
  UniqueInstants instants{Instant{}};
  Context context{memory, entropy, clock, findings, instants, "host.example", 4711};
};

[[nodiscard]] store::FolderRef named(const std::string& folder);
/// One message with that text, as an mbox.
[[nodiscard]] std::string mbox_with(const std::string& text);

}  // namespace mailhaul::formats::mboxdir
