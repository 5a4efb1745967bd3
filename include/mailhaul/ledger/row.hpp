#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "mailhaul/mail/content_key.hpp"
#include "mailhaul/store/message.hpp"

namespace mailhaul::ledger {

using FolderId = std::int64_t;
using RowId = std::int64_t;

/// A message at one end, as the last run left or saw it.
struct Sighting {
  store::Handle handle{};
  mail::FlagSet flags{};
  mail::KeywordSet keywords{};
  bool operator==(const Sighting&) const = default;
};

/// One end of a row, good until the next one is read.
struct End {
  RowId row = 0;
  std::string_view handle{};
  mail::FlagSet flags{};
  mail::KeywordSet keywords{};
};

/// Flags and keywords, wherever the message is.
[[nodiscard]] inline bool has_same_flags(const Sighting& a, const Sighting& b) {
  return a.flags == b.flags && a.keywords == b.keywords;
}

/// One message of the pair. What it means lies in which ends it has (safety.md section 4):
///   both           known: the base of the three-way merge
///   source only    it was at both ends, and its user removed it at the target
///   target only    `ours`: it was at both ends, and is gone at the source; else: delivered at the target, its key
///                  remembered so that it need not be read again
///   neither        tombstone: gone at both
struct Row {
  RowId id = 0;
  FolderId source_folder = 0;  ///< where it is, or last was; 0: never was at the source
  FolderId target_folder = 0;  ///< where it is, or last was; 0: never was at the target
  std::optional<Sighting> source{};
  std::optional<Sighting> target{};
  mail::ContentKey key{};     ///< under the ledger's secrets
  mail::ServerIds ids{};      ///< the source's
  bool ours = false;          ///< it was at both ends once: evidence that a run of this pair put or found it there (R1)
  bool touched = false;       ///< never to be removed (R2): its user changed its flags at the target, filed or put it
                              ///< back, or it went with a source that is another one now
  std::int64_t gone_run = 0;  ///< the run that missed it first at an end where it was; 0: none
};

}  // namespace mailhaul::ledger
