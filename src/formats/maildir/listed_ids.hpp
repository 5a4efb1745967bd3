#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/maildir/folder_directories.hpp"
#include "formats/maildir/listing.hpp"
#include "formats/maildir/tree.hpp"
#include "formats/maildir/uidlist.hpp"
#include "mailhaul/base/finding.hpp"

namespace mailhaul::formats::maildir {

/// Reads the folder's list once: `dovecot-uidlist`, else `courierimapuiddb`. Nothing when there is none that can be
/// trusted. What is wrong with it is told.
[[nodiscard]] std::optional<UidListHeader> read_uid_list(Tree& tree, const fs::Directory& home,
                                                         const std::string& folder, const UidListParser::Take& take);

/// Reads a list and gives each record to `take`.
using ReadUidList = std::function<std::optional<UidListHeader>(const UidListParser::Take& take)>;
/// Told what is wrong with a list.
using TellOfList = std::function<void(const Finding& finding)>;

/// What a list says that was read to its end; nothing where it can't be trusted. `name` is that of its file.
[[nodiscard]] std::optional<UidListHeader> settle_uid_list(const UidListParser& parser, const std::string& folder,
                                                           const std::string& name, const TellOfList& tell);
/// The same for a list that could not be read.
std::nullopt_t lost_uid_list(std::string_view reason, const std::string& folder, const std::string& name,
                             const TellOfList& tell);
/// S13. Several million records. Read through, not held.
inline constexpr std::uint64_t longest_uid_list = std::uint64_t{512} << 20U;
inline constexpr const char* too_long_uid_list_reason = "larger than 512 MiB";

/// What the list says about the messages of one listing: 12 octets a message, and the fields of those that have some.
/// Records of files that are not there (a server removes them when it likes) are read over.
class ListedIds {
 public:
  ListedIds() = default;
  /// Read after the names: a message of the listing that a server has numbered by then is in the list.
  ListedIds(Tree& tree, const fs::Directory& home, const std::string& folder, const Listing& listing);
  ListedIds(const ReadUidList& read, const TellOfList& tell, const std::string& folder, const Listing& listing);

  /// Which item stands at a place of the folder's order: by UID, then those without one as a server would number them.
  [[nodiscard]] std::size_t item_at(std::size_t place) const { return order_.empty() ? place : order_[place]; }
  [[nodiscard]] mail::ServerIds ids_of(const Listing& listing, std::size_t item) const;

 private:
  struct Row {
    std::uint32_t uid = 0;        ///< 0: not in the list
    std::uint32_t fields_at = 0;  ///< in `fields_`, which begins with an empty one
  };
  [[nodiscard]] std::uint32_t keep_fields(std::string_view fields);
  void sort();

  std::vector<Row> rows_;
  std::vector<std::uint32_t> order_;
  std::string fields_;  ///< each ends with LF
  std::size_t most_fields_ = 0;
  std::uint64_t fields_dropped_ = 0;
};

}  // namespace mailhaul::formats::maildir
