#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "formats/maildir/folder_directories.hpp"
#include "mailhaul/formats/context.hpp"

namespace mailhaul::formats::maildir {

/// The base names of a folder that messages are added to: which are taken, and new ones. The folder is listed at the
/// first question; what a server adds later is met when a file gets its name. One thread.
class BaseNames {
 public:
  BaseNames(Context& context, const FolderDirectories& directories);

  [[nodiscard]] bool is_taken(std::string_view base);
  void take(std::string_view base);
  void give_back(std::string_view base);

  /// A new one, taken at once.
  [[nodiscard]] std::string make(std::uint64_t octets, std::uint64_t octets_with_crlf);
  /// The same with the sizes that `base` names, where it names any.
  [[nodiscard]] std::string make_for(std::string_view base);

 private:
  [[nodiscard]] std::string make_sized(std::optional<std::uint64_t> octets,
                                       std::optional<std::uint64_t> octets_with_crlf);
  [[nodiscard]] std::uint64_t hash_of(std::string_view base) const;
  [[nodiscard]] std::unordered_set<std::uint64_t>& hashes();

  Context& context_;
  const FolderDirectories& directories_;
  std::string salt_;
  std::optional<std::unordered_set<std::uint64_t>> hashes_;
  std::uint64_t sequence_ = 0;
};

}  // namespace mailhaul::formats::maildir
