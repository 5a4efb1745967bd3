#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "doubts.hpp"
#include "mailhaul/base/bytes.hpp"
#include "mailhaul/mail/date.hpp"
#include "mailhaul/mail/loose_postmark.hpp"
#include "split_rules.hpp"
#include "window.hpp"

namespace mailhaul::formats::mbox {

/// A postmark line and where it stands. Owns its text.
struct Mark {
  std::uint64_t offset = 0;
  std::string sender{};
  std::optional<CivilSeconds> civil{};  ///< unset: the line has no date
  std::optional<std::chrono::minutes> zone{};
  bool bare = false;  ///< there is no line: the message begins at the offset itself

  /// Where no zone is named, in that of the clock.
  [[nodiscard]] std::optional<mail::InternalDate> instant(const Clock& clock) const;
};

/// Finds the messages of an mbox by Dovecot's rule (mbox.md section 3), or by one of the others in SplitRules, which
/// differ in the postmark lines they take.
///
///   mbox      = *message
///   message   = postmark-line *octet [line-end]     ; the line end before a postmark or the end is the separator's
///
/// A message ends at LF + valid postmark. The LF that ends its own postmark line does not count, so a second postmark
/// right behind the first is text; one inside the header block does end the message, with an empty body. A
/// Content-Length is believed only when a boundary stands exactly where it says; then the body is not searched.
///
/// next() goes to a message, header() is its header block, read() gives the body piece by piece without copying; next()
/// skips what was not read. Constant memory: a block and a header block. The result does not depend on the block size.
/// After an Error of scope message next() goes on behind the octets that could not be read. One thread.
class Splitter {
 public:
  /// Walks [rules.begin, end) of the file; nothing is read before next() or seek().
  /// `plain`: what is inside the file where it is compressed (Window); else null. Then seek() only goes forward.
  Splitter(const fs::File& file, Side side, std::uint64_t end, std::size_t block_octets = default_block_octets,
           SplitRules rules = {}, std::unique_ptr<io::Source> plain = nullptr);

  /// Goes to the next message; false at the end.
  [[nodiscard]] bool next();
  /// Goes to the message whose postmark stands at `offset`; false when there is none.
  [[nodiscard]] bool seek(std::uint64_t offset);

  /// Of the message that next() or seek() went to.
  [[nodiscard]] const Mark& mark() const { return mark_; }
  /// Its header block with the empty line, where it has one; the first part of it when it is too long. Valid until
  /// read(), next() or seek().
  [[nodiscard]] std::string_view header() const { return window_.from(header_).substr(0, header_octets_); }
  /// Where the body begins: behind the header block.
  [[nodiscard]] std::uint64_t body_offset() const { return header_ + header_octets_; }
  [[nodiscard]] bool header_is_whole() const { return header_is_whole_; }
  /// A Content-Length leads exactly to the end of this message, so nothing in it was quoted (mboxcl2) nor searched.
  [[nodiscard]] bool length_holds() const { return length_holds_; }
  /// The next octets behind the header block, without the separator; empty at the end of the message.
  [[nodiscard]] Bytes read();
  /// After read() gave nothing: the message ended because the file did, not because a postmark came.
  [[nodiscard]] bool ended_with_file() const { return state_ == State::between && !another_follows_; }

  [[nodiscard]] const SplitRules& rules() const { return rules_; }
  /// What was met so far.
  [[nodiscard]] Doubts& doubts() { return doubts_; }

 private:
  enum class State {
    fresh,    ///< nothing was looked at
    inside,   ///< in a message
    between,  ///< at the end of one: next_mark_ or the end of the file follows
    gap,      ///< behind octets that can't be read
    done
  };
  enum class Answer { no, yes, more };
  enum class Before { blank, text };  ///< the line before a postmark
  template <typename Step>
  auto guarded(const Step& step);

  [[nodiscard]] Answer judge(std::string_view text, std::uint64_t offset, Before before, bool file_ends);
  [[nodiscard]] static Answer prove(mail::LooseProof wanted, std::string_view behind, Before before, bool file_ends);
  void set_next_mark(std::uint64_t offset, std::string_view sender, std::optional<CivilSeconds> civil,
                     std::optional<std::chrono::minutes> zone);
  [[nodiscard]] const FromLine* decision_on(std::uint64_t offset) const;
  [[nodiscard]] bool mark_stands_at(std::uint64_t offset, std::uint64_t keep, Before before);
  [[nodiscard]] bool first_stands_at(std::uint64_t offset);
  void begin_message();
  void take_header();
  void header_ends(std::uint64_t body, std::uint64_t line);
  [[nodiscard]] bool length_leads_to_boundary(std::uint64_t body);
  void all_was_header(std::uint64_t line_feed);
  void text_ends(std::uint64_t end);
  void search();
  void skip();
  void resume();
  [[nodiscard]] std::uint64_t without_cr(std::uint64_t line_feed, std::uint64_t from) const;
  [[nodiscard]] std::uint64_t without_last_line_end(std::uint64_t from) const;
  [[nodiscard]] Before before_line_feed(std::uint64_t line_feed) const;
  [[nodiscard]] std::string_view line_at(std::uint64_t offset) const;

  Window window_;
  SplitRules rules_;
  State state_ = State::fresh;
  Mark mark_{};
  Mark next_mark_{};  ///< of the message that follows, once it is known
  bool another_follows_ = false;
  std::uint64_t header_ = 0;  ///< first octet behind the postmark line
  std::size_t header_octets_ = 0;
  bool header_is_whole_ = true;
  bool length_holds_ = false;
  std::uint64_t length_field_ = 0;  ///< where the first Content-Length field begins and ends; 0: there is none
  std::uint64_t length_field_end_ = 0;
  bool several_lengths_ = false;
  std::uint64_t body_ = 0;        ///< first octet that read() gives
  std::uint64_t given_ = 0;       ///< octets before it were handed out
  std::uint64_t clear_ = 0;       ///< octets before it belong to this message for certain
  std::uint64_t searched_ = 0;    ///< no boundary begins before it
  bool end_is_known_ = false;     ///< then it is clear_
  std::uint64_t gap_octets_ = 0;  ///< how far was skipped behind the last failed read
  Doubts doubts_{};
};

}  // namespace mailhaul::formats::mbox
