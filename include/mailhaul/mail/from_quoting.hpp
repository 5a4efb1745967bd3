#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "mailhaul/base/bytes.hpp"
#include "mailhaul/io/sink.hpp"
#include "mailhaul/io/source.hpp"

namespace mailhaul::mail {

/// How `From ` at the start of a body line is kept apart from a postmark (mbox.md section 1).
/// rd: `^>*From ` gains a '>' and `^>+From ` loses one; o: only `From ` <-> `>From `; none: as it is.
enum class FromQuoting { none, o, rd };

/// Takes one '>' off while reading. Pieces of `inner` are handed on cut around the dropped octets, not copied. The
/// first octet it sees is at a line start.
class UnquotingSource final : public io::Source {
 public:
  UnquotingSource(io::Source& inner, FromQuoting quoting) : inner_(inner), quoting_(quoting) {}
  [[nodiscard]] Bytes read() override;
  [[nodiscard]] std::uint64_t lines_changed() const { return lines_changed_; }

 private:
  [[nodiscard]] std::string_view next_piece();
  [[nodiscard]] std::string_view go_on_matching();
  [[nodiscard]] std::string_view take(std::size_t octets);

  io::Source& inner_;
  FromQuoting quoting_;
  std::string_view rest_{};  ///< of the piece of `inner` that was read last
  /// So many octets of ">From " are held back, because a piece ended in them. Of a run of '>' only the last one waits.
  std::size_t matched_ = 0;
  bool at_line_start_ = true;
  std::uint64_t lines_changed_ = 0;
};

/// Adds one '>' while writing. The first octet it sees is at a line start. finish() after the last write; then it is as
/// new, but for the count.
class QuotingSink final : public io::Sink {
 public:
  QuotingSink(io::Sink& out, FromQuoting quoting) : out_(out), quoting_(quoting) {}
  void write(Bytes octets) override;
  void finish();
  [[nodiscard]] std::uint64_t lines_changed() const { return lines_changed_; }

 private:
  [[nodiscard]] std::size_t next_candidate(std::string_view text) const;
  void go_on_matching(std::string_view& text);
  void quote();

  io::Sink& out_;
  FromQuoting quoting_;
  std::size_t matched_ = 0;    ///< so many octets of "From " are held back, because a write ended in them
  bool at_line_start_ = true;  ///< or, for rd, behind '>' that begin a line
  std::uint64_t lines_changed_ = 0;
};

}  // namespace mailhaul::mail
