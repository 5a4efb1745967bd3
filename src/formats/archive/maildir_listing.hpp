#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "formats/archive/maildir_tree.hpp"
#include "formats/maildir/listing.hpp"
#include "mailhaul/store/message.hpp"

namespace mailhaul::formats::archive {

/// The messages of one folder, by name, and which members they are.
class MaildirListing {
 public:
  MaildirListing() = default;
  /// What is no message is told.
  MaildirListing(const MaildirTree& tree, const std::string& home, const std::string& folder);

  [[nodiscard]] const maildir::Listing& names() const { return names_; }
  [[nodiscard]] std::uint32_t member_of(std::size_t item) const;
  /// As of a live Maildir, and for members of one name their places among these behind it.
  [[nodiscard]] store::Handle handle_of(std::size_t item) const;
  /// Items in the order in which their contents are stored.
  [[nodiscard]] std::vector<std::uint32_t> storage_order(const Archive& archive) const;

 private:
  void take(const MaildirTree& tree, const Member& member, bool in_new);
  void settle_namesakes(const MaildirTree& tree);

  std::string folder_{};
  maildir::Listing names_{};
  /// By where an item's name begins, which a sorted listing still knows: they ascend as items were added.
  std::vector<std::pair<std::uint64_t, std::uint32_t>> members_{};
  std::uint64_t next_offset_ = 0;
};

}  // namespace mailhaul::formats::archive
