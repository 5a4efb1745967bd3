#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "mailhaul/formats/mbox/mbox.hpp"
#include "mailhaul/fs/file.hpp"

namespace mailhaul::formats::mbox {

/// What the messages of a file are, by where they begin and by their header blocks: a digest over all that were met, in
/// order. Flags do not count, nor UIDs and lengths: programs change them in place.
class HeaderTrail {
 public:
  /// `how`: the file is read; messages that were told apart in another way are others.
  explicit HeaderTrail(std::string how) : digest_(std::move(how)) {}
  void meet(std::uint64_t offset, std::string_view header);
  [[nodiscard]] const std::string& text() const { return digest_; }

 private:
  std::string digest_;
};

/// How a file is read, as one word: equal means that the same octets give the same messages. "0" unless an option says
/// something.
[[nodiscard]] std::string way_of_reading(const SourceOptions& options);

/// Where a whole walk of a file ended: its size, its inode, a digest of its last octets, and the trail of its messages,
/// as text. mbox.md section 8.
[[nodiscard]] std::string resume_point(const fs::File& file, const fs::Status& status, const HeaderTrail& trail);

/// The trail of the messages that were there when `resume` was taken, if the file has only grown since, as far as its
/// end then shows: the same inode, no shorter, and the octets before the old end are the same. Messages before it may
/// still have been changed in place, or others of the same length have moved there: whether they did is to be seen when
/// their trail is known. Nothing: it did more than grow.
[[nodiscard]] std::optional<std::string> trail_if_only_grown(const fs::File& file, std::string_view resume);

}  // namespace mailhaul::formats::mbox
