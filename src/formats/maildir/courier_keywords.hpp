#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mailhaul/fs/directory.hpp"
#include "mailhaul/mail/keyword.hpp"

namespace mailhaul::formats::maildir {

/// `courierimapkeywords/:list`.
///
///   file = *( keyword LF ) LF *( key ":" index *( SP index ) LF )      index from 0; key = base name of a message
///
/// Indexes without a keyword, and lines that are none of these, are read over.
struct CourierKeywordList {
  static constexpr std::size_t most_names = 4096;
  std::uint64_t left_out = 0;  ///< names and messages over the limits
  std::vector<std::string> names{};
  std::map<std::string, std::vector<std::uint16_t>, std::less<>> messages{};
};
/// Whether a message of that base name is in the folder: what is said of others is not kept (S13).
using IsThere = std::function<bool(std::string_view base)>;
inline constexpr std::size_t most_courier_messages = 1'000'000;
[[nodiscard]] CourierKeywordList parse_courier_keywords(std::string_view text, const IsThere& is_there,
                                                        std::size_t most_messages = most_courier_messages);

/// Keywords of a folder that a Courier server kept: maildir.md section 8. Newer than the list are files named for their
/// message: `KEY` is the newest, else `.N.KEY` with the largest N; each holds all keywords of its message, a line each.
/// Source: svarshavchik/courier-libs:maildir/maildirkeywords2.c. One thread.
class CourierKeywords {
 public:
  /// Nothing when the folder has none. Errors as read_control_file; Error(limit, folder) for a large list that is
  /// linked into other folders too.
  [[nodiscard]] static std::optional<CourierKeywords> find(const fs::Directory& home, const IsThere& is_there,
                                                           std::size_t most_messages = most_courier_messages);
  /// Names of keywords, and messages whose keywords are not kept: over the limits.
  [[nodiscard]] std::uint64_t left_out() const { return left_out_ + list_.left_out; }

  [[nodiscard]] mail::KeywordSet of(std::string_view base) const;

 private:
  explicit CourierKeywords(fs::Directory directory) : directory_(std::move(directory)) {}
  struct Newer {
    std::uint64_t number = 0;
    std::string file{};
  };
  fs::Directory directory_;
  CourierKeywordList list_;
  std::map<std::string, Newer, std::less<>> newer_;
  std::uint64_t left_out_ = 0;
};

}  // namespace mailhaul::formats::maildir
