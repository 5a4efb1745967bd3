#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "folder_changes.hpp"
#include "mailhaul/fs/file.hpp"
#include "mailhaul/mail/date.hpp"
#include "split_rules.hpp"
#include "splitter.hpp"
#include "text_edit.hpp"

namespace mailhaul::formats::mbox {

/// How the octets of an mbox fall into messages: what must not change by itself when some of them get longer or go. A
/// Content-Length that led nowhere may lead to a later postmark then, and would swallow what stands between; or to the
/// end of the file, and quoting in that message would no longer be undone.
class Shape {
 public:
  /// `message_octets`: 0 where they are not told apart.
  void add(std::uint64_t message_octets, bool length_holds);
  bool operator==(const Shape&) const = default;

 private:
  std::uint64_t messages_ = 0;
  std::uint64_t digest_ = 14695981039346656037U;
};

/// What makes of an mbox the one that was asked for.
struct RewritePlan {
  TextEdits edits{};  ///< empty: it is like that already
  std::vector<store::Receipt::Outcome> outcomes{};
  std::uint64_t size_octets = 0;    ///< of the new file
  Shape shape{};                    ///< of the new file; of its first message without the length
  bool begins_with_pseudo = false;  ///< a message that is no mail is put in front; the shape leaves it out

  std::uint64_t lost_lines = 0;     ///< messages with no place for flags and keywords
  std::uint64_t lost_keywords = 0;  ///< messages that can't have a keyword
  std::uint64_t lost_mozilla = 0;   ///< messages with a flag that only Thunderbird can take away

  /// Whether every reader finds in `file` the messages that the plan has in mind.
  [[nodiscard]] bool is_in(const fs::File& file, Side side, const SplitRules& rules) const;
};

/// Whose host, and when: a pseudo message says both.
struct RewrittenBy {
  std::string host{};
  mail::InternalDate now{};
};

/// Walks an mbox from front to back, once. Of `changes` those at the indexes `asked` are worked on, the others are
/// answered with gone_or_changed, as are those where no mail stands. Errors of scope message: it can't be read.
///
/// When the first message goes, its X-IMAPbase goes over to the next one, or to a pseudo message when there is none or
/// it has no place: UIDVALIDITY and last UID stay whatever happens.
[[nodiscard]] RewritePlan plan_rewrite(const fs::File& file, Side side, const SplitRules& rules, const RewrittenBy& by,
                                       std::span<const MessageChange> changes, std::vector<std::size_t> asked);

/// Octets [begin, end) go; what stands before and behind them is read as if they had never been there.
[[nodiscard]] RewritePlan plan_cut(const fs::File& file, Side side, const SplitRules& rules, std::uint64_t begin,
                                   std::uint64_t end);

}  // namespace mailhaul::formats::mbox
