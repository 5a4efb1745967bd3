#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "formats/maildir/folder_directories.hpp"
#include "formats/maildir/listing.hpp"
#include "mailhaul/formats/context.hpp"

namespace mailhaul::formats::maildir {

/// The base names of a folder that messages are added to: which are taken, and new ones. The folder is listed at the
/// first question; what a server adds later is met when a file gets its name. One thread.
class BaseNames {
 public:
  /// `known`: a listing of the folder that may stand for that one, or null.
  BaseNames(Context& context, const FolderDirectories& directories, std::shared_ptr<const Listing> known);

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
  [[nodiscard]] std::uint64_t hash_of(std::string_view base);

  Context& context_;
  const FolderDirectories& directories_;
  std::shared_ptr<const Listing> known_;
  std::string salt_;
  std::string salted_{};                    ///< memory for hash_of()
  std::unordered_set<std::uint64_t> ours_;  ///< hashes of those that were taken since
  std::uint64_t sequence_ = 0;
};

}  // namespace mailhaul::formats::maildir
