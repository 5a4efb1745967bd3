#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace mailhaul::sync::model {

/// Flags and keywords of a message, a bit each; the rules are the same for both, but for those in `own_of_target`.
using Marks = std::uint32_t;
/// Draft and Deleted, by the numbers of mail::Flag: never taken where there is no base.
inline constexpr Marks own_of_target = 8 | 16;

/// A message as it is: folders have the same names at both ends.
struct Message {
  std::string folder{};
  Marks marks = 0;
  std::uint64_t identity = 0;  ///< at a target that tells equal messages apart; 0: not known
  auto operator<=>(const Message&) const = default;
};

/// All messages of one content. At most one is at the source; at the target at most one in each folder.
struct Text {
  std::optional<Message> source{};
  std::vector<Message> target{};
  bool operator==(const Text&) const = default;
};

struct Stores {
  std::map<std::string, Text> texts{};
  std::set<std::string> source_folders{};
};

/// What the last sync saw of one message at both ends.
struct Base {
  std::optional<Message> source{};
  std::optional<Message> target{};
  std::string source_folder{};  ///< where it is, or last was
  std::string target_folder{};  ///< where it is, or last was
  bool ours = false;            ///< it was at both ends
  bool touched = false;         ///< its marks changed at the target since, or its user filed it or put it back
};

/// What one ledger should know.
using Memory = std::map<std::string, std::vector<Base>>;

struct Rules {
  bool moves = true;      ///< the target moves messages between folders
  bool removes = false;   ///< --delete, for good and without a limit
  bool accepts = false;   ///< --accept-missing
  bool restores = false;  ///< --restore-missing
};

struct Result {
  bool alarm = false;  ///< R5: then nothing changed
  Stores stores{};
  Memory memory{};
};

/// The table of safety.md section 4, told a second time: without handles, stamps, batches or a database, each content
/// by itself. What both stores and the memory are after a sync that was given the time it needs.
[[nodiscard]] Result sync(Stores stores, Memory memory, const Rules& rules);

}  // namespace mailhaul::sync::model
