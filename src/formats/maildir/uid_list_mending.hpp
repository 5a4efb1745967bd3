#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace mailhaul::formats::maildir {

/// A UID list as it should be.
struct MendedUidList {
  std::string text{};
  std::vector<std::string> faults{};  ///< what a server would not have taken; one sentence each
  std::uint64_t followed = 0;         ///< records that have the new base name of their message
  std::set<std::string> left{};       ///< old base names whose records can't follow: the files must stay as they are

  [[nodiscard]] bool is_changed() const { return !faults.empty() || followed > 0; }
};

/// Keeps the UIDVALIDITY and every good record: lines that are none go, records that do not ascend are put in order, of
/// several with one UID the first one stays whose file is there (else the first one). A server that meets any of these
/// throws the list away (maildir.md section 4); a next UID that is too low is no fault, it appends without rewriting
/// it.
///
/// `renames`: new base names of messages by old ones. Their records follow, and say what a server would have taken from
/// the old name: the GUID, and the POP3 UIDL where that is the name. One whose new name is listed already stays.
/// Nothing: no UIDVALIDITY can be told from it. Pure but for `is_there`, which is asked only about such UIDs.
[[nodiscard]] std::optional<MendedUidList> mend_uid_list(const std::string& text,
                                                         const std::map<std::string, std::string>& renames,
                                                         const std::function<bool(std::string_view)>& is_there);

}  // namespace mailhaul::formats::maildir
