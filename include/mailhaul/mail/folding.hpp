#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mailhaul/io/sink.hpp"

namespace mailhaul::mail {

/// What the content key sees, so that identity survives every format: CRLF becomes LF, a line `^>*From ` begins with
/// `From `, the seven store headers are dropped (with their folded lines, in the header block only), CR and LF at the
/// very end are cut. Never applied to a copy. (architecture.md section 1, "folding")
///
/// Any size in constant memory: a header line is only held as far as its name can matter, a run of '>' or LF is only
/// counted. The result does not depend on how the input was cut into writes.
class FoldingSink final : public io::Sink {
 public:
  explicit FoldingSink(io::Sink& out);
  void write(Bytes octets) override;
  /// After the last write. Held octets go out, pending line ends don't. The sink is as new afterwards.
  void finish();

  /// Of line ends that may turn out to be the very end, so many runs "LF… CR…" are remembered; before one more, those
  /// seen so far count as content. No real message has more than a few; a hostile one must not fill the memory.
  static constexpr std::size_t line_end_runs_limit = 4096;

 private:
  enum class State {
    line_ends,  ///< in a run of CR and LF, or at the very start
    undecided,  ///< in the first octets of a line, in `quotes_` and `held_`
    kept,       ///< in a line that goes out
    dropped     ///< in a line that does not
  };
  struct LineEnds {
    std::uint64_t newlines = 0;
    std::uint64_t returns = 0;
  };

  void line_ends(std::string_view& text);
  void undecided(std::string_view& text);
  void kept(std::string_view& text);
  void dropped(std::string_view& text);

  void take_newline();
  void begin_line(char first);
  void keep_line();
  void drop_line();
  void settle_line_ends();
  void give(std::string_view text);
  void give_repeated(char c, std::uint64_t count);
  void flush();

  io::Sink& out_;
  std::string buffer_{};  ///< small pieces on their way out

  State state_ = State::line_ends;
  bool in_header_ = true;
  bool dropping_field_ = false;
  bool line_is_empty_ = true;        ///< nothing of this line was seen, but for CRs of `last_`
  std::vector<LineEnds> pending_{};  ///< line ends that may turn out to be the very end: all but the last run …
  LineEnds last_{};                  ///< … and the last
  std::uint64_t quotes_ = 0;         ///< '>' counted at the start of this line
  std::string held_{};               ///< what follows them, as long as undecided
};

}  // namespace mailhaul::mail
