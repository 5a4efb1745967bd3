#pragma once

#include <optional>

#include "formats/maildir/courier_keywords.hpp"
#include "formats/maildir/keyword_file.hpp"
#include "formats/maildir/name.hpp"
#include "mailhaul/fs/directory.hpp"
#include "mailhaul/store/store.hpp"

namespace mailhaul::formats::maildir {

/// What keywords the messages of a folder show, by name, as a walk has them: to see whether one is as it was. The files
/// are read at the first question, so ask after the messages were listed: a server writes the name of a keyword before
/// the first letter shows. One thread.
class ShownKeywords {
 public:
  explicit ShownKeywords(fs::Directory home) : home_(std::move(home)) {}

  /// Whether a message with that name in its folder has the flags and keywords of `message`. False also where nobody
  /// can say, since the names of its letters can't be read.
  [[nodiscard]] bool are_as_seen(const FileName& name, const store::AsSeen& message);

 private:
  struct Files {
    bool are_readable = false;
    KeywordSlots slots{};
    std::optional<CourierKeywords> courier{};
  };
  [[nodiscard]] Files read() const;
  [[nodiscard]] std::optional<mail::KeywordSet> of(const FileName& name);

  fs::Directory home_;
  std::optional<Files> files_;
};

}  // namespace mailhaul::formats::maildir
