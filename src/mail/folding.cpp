#include "mailhaul/mail/folding.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "mail/ascii.hpp"
#include "mail/store_header_names.hpp"
#include "mailhaul/mail/header_block.hpp"
#include "mailhaul/mail/scan.hpp"

// The problem: one pass over octets that come in pieces of any size, where three things are only known later. Whether a
// line end is the last one (so runs of line ends wait in `pending_` and `last_`), whether '>' stand before "From ", and
// whether a header line is one of the seven (so the first octets of a line wait in `quotes_` and `held_`). All other
// octets go through untouched, in the largest pieces there are; only the short pieces between are gathered in
// `buffer_`, because what follows is a hash that likes to be fed in blocks.

namespace mailhaul::mail {
namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::string_view from = "From ";
constexpr std::size_t buffer_octets = 16 * 1024;
/// From this size on a copy into the buffer costs more than one more call.
constexpr std::size_t large_piece_octets = 2 * 1024;

enum class Verdict { more, from_line, store_header, other };

bool may_become_store_header(std::string_view held, char next) {
  return std::any_of(store_header_names.begin(), store_header_names.end(), [&](std::string_view known) {
    return known.size() > held.size() && ascii::lower(known[held.size()]) == ascii::lower(next) &&
           ascii::equal(known.substr(0, held.size()), held);
  });
}

bool is_store_header_name(std::string_view name) {
  return std::any_of(store_header_names.begin(), store_header_names.end(),
                     [&](std::string_view known) { return ascii::equal(known, name); });
}

/// What a header line that begins with `held` and then `next` can still be. Called once an octet, so it must not look
/// at all blanks again.
Verdict judge_header(std::string_view held, char next) {
  const bool in_blanks = !held.empty() && ascii::is_blank(held.back());
  if (next == ':') return in_blanks || is_store_header_name(held) ? Verdict::store_header : Verdict::other;
  if (!ascii::is_blank(next)) return may_become_store_header(held, next) ? Verdict::more : Verdict::other;
  if (!in_blanks) return is_store_header_name(held) ? Verdict::more : Verdict::other;
  const std::size_t name = std::min(held.find_first_of(" \t"), held.size());
  return held.size() - name < blanks_before_colon_limit ? Verdict::more : Verdict::other;
}

/// What the line is that `text` begins with, where enough of it is there to know: most of the time, so that nothing is
/// held. Else `more`.
Verdict judge_at_once(std::string_view text) {
  constexpr std::size_t longest_name = 14;
  std::size_t name = 0;
  while (name < text.size() && name <= longest_name && ascii::is_graphic(text[name]) && text[name] != ':') ++name;
  if (name > longest_name) return Verdict::other;
  if (name == text.size() || ascii::is_blank(text[name])) return Verdict::more;
  return text[name] == ':' && is_store_header_name(text.substr(0, name)) ? Verdict::store_header : Verdict::other;
}

/// What a line that begins with `held` and then `next`, behind `quoted` '>', can still be.
Verdict judge(std::string_view held, char next, bool quoted, bool in_header) {
  const bool still_from = held.size() < from.size() && from.substr(0, held.size()) == held && next == from[held.size()];
  if (still_from) return held.size() + 1 == from.size() ? Verdict::from_line : Verdict::more;
  return in_header && !quoted ? judge_header(held, next) : Verdict::other;
}

/// How much of a body can be handed on as it is: up to a CR, or to line ends that are followed by `>…From ` or by
/// nothing.
std::size_t plain_body_length(std::string_view text) {
  const auto hits = [](auto here, auto next) {
    return octets_that_are(here, '\r') | pairs_that_are(here, '\n', next, '>');
  };
  std::size_t end = 0;
  for (;;) {
    const std::size_t found = first_pair(text.substr(end), hits);
    if (found == npos) {
      end = text.size() - (ascii::is_line_end(text.back()) ? 1 : 0);
      break;
    }
    end += found;
    if (text[end] == '\r') break;
    const std::size_t quotes = std::min(text.find_first_not_of('>', end + 1), text.size());
    const std::string_view rest = text.substr(quotes, from.size());
    if (rest == from.substr(0, rest.size())) break;
    end = quotes;  // a quoted line of a reply
  }
  while (end > 0 && text[end - 1] == '\n') --end;
  return end;
}

/// Whether a header line may be something else than plain text, by its first octet.
bool is_special_first(char c) {
  switch (c) {
  case '\r':
  case '\n':
  case '>':
  case 'C':
  case 'c':
  case 'S':
  case 's':
  case 'X':
  case 'x': return true;
  default: return false;
  }
}

/// How much of a header block, from within a line that is kept, can be handed on: up to a CR, or to a line end that is
/// followed by a line to be looked at or by nothing.
std::size_t plain_header_length(std::string_view text) {
  for (std::size_t at = 0;;) {
    const std::size_t newline = std::min(text.find('\n', at), text.size());
    const std::size_t carriage_return = text.substr(at, newline - at).find('\r');
    if (carriage_return != npos) return at + carriage_return;
    if (newline + 1 >= text.size() || is_special_first(text[newline + 1])) return newline;
    at = newline + 1;
  }
}

}  // namespace

FoldingSink::FoldingSink(io::Sink& out) : out_(out) { buffer_.reserve(buffer_octets); }

void FoldingSink::write(Bytes octets) {
  std::string_view text = as_text(octets);
  while (!text.empty()) {
    switch (state_) {
    case State::line_ends: line_ends(text); break;
    case State::undecided: undecided(text); break;
    case State::kept: kept(text); break;
    case State::dropped: dropped(text); break;
    }
  }
}

void FoldingSink::finish() {
  if (state_ == State::undecided) keep_line();
  flush();
  state_ = State::line_ends;
  in_header_ = true;
  dropping_field_ = false;
  line_is_empty_ = true;
  pending_.clear();
  last_ = {};
}

void FoldingSink::line_ends(std::string_view& text) {
  std::size_t i = 0;
  for (; i < text.size() && ascii::is_line_end(text[i]); ++i) {
    if (text[i] == '\r')
      ++last_.returns;
    else
      take_newline();
  }
  text.remove_prefix(i);
  if (text.empty()) return;
  if (last_.returns == 0 && line_is_empty_) return begin_line(text[0]);
  // CRs that end no line belong to one: either to the line before them, or they begin one that can't be a field.
  dropping_field_ = false;
  settle_line_ends();
  state_ = State::kept;
}

void FoldingSink::take_newline() {
  const bool empty = line_is_empty_ && last_.returns <= 1;
  if (last_.returns > 0) --last_.returns;  // CRLF is one line end
  if (last_.returns > 0) {
    dropping_field_ = false;  // CRs alone made a line, which is no field
    if (pending_.size() + 1 == line_end_runs_limit) {
      const LineEnds last = std::exchange(last_, {});
      settle_line_ends();
      last_ = last;
    }
    pending_.push_back(std::exchange(last_, {}));
  }
  ++last_.newlines;
  line_is_empty_ = true;
  if (empty) in_header_ = false;
}

void FoldingSink::begin_line(char first) {
  if (in_header_ && ascii::is_blank(first)) {
    if (dropping_field_) return drop_line();
    settle_line_ends();
    state_ = State::kept;
  } else if (in_header_ || first == '>') {
    state_ = State::undecided;
  } else {
    settle_line_ends();
    state_ = State::kept;
  }
}

void FoldingSink::undecided(std::string_view& text) {
  if (held_.empty() && text[0] == '>') {
    const std::size_t run = std::min(text.find_first_not_of('>'), text.size());
    quotes_ += run;
    text.remove_prefix(run);
    return;
  }
  const char next = text[0];
  Verdict verdict = Verdict::more;
  if (in_header_ && held_.empty() && quotes_ == 0) verdict = judge_at_once(text);
  if (verdict == Verdict::more) verdict = judge(held_, next, quotes_ > 0, in_header_);
  switch (verdict) {
  case Verdict::more:
    held_ += next;
    text.remove_prefix(1);
    break;
  case Verdict::from_line:
    quotes_ = 0;
    keep_line();
    break;
  case Verdict::store_header:
    quotes_ = 0;
    held_.clear();
    dropping_field_ = true;
    drop_line();
    break;
  case Verdict::other: keep_line(); break;
  }
}

/// What is held goes out; the octet that decided it is still to come.
void FoldingSink::keep_line() {
  settle_line_ends();
  give_repeated('>', std::exchange(quotes_, 0));
  give(held_);
  held_.clear();
  dropping_field_ = false;
  state_ = State::kept;
}

void FoldingSink::drop_line() { state_ = State::dropped; }

void FoldingSink::kept(std::string_view& text) {
  for (;;) {
    const std::size_t length = in_header_ ? plain_header_length(text) : plain_body_length(text);
    give(text.substr(0, length));
    text.remove_prefix(length);
    if (text.substr(0, 2) != "\r\n") break;
    text.remove_prefix(1);
  }
  if (text.empty()) return;
  state_ = State::line_ends;
  line_is_empty_ = false;
}

void FoldingSink::dropped(std::string_view& text) {
  const std::size_t newline = text.find('\n');
  text.remove_prefix(newline == npos ? text.size() : newline + 1);
  if (newline == npos) return;
  // The line end before the dropped line still waits to be the last one.
  state_ = State::line_ends;
  line_is_empty_ = true;
}

void FoldingSink::settle_line_ends() {
  for (const LineEnds& run : pending_) {
    give_repeated('\n', run.newlines);
    give_repeated('\r', run.returns);
  }
  pending_.clear();
  give_repeated('\n', last_.newlines);
  give_repeated('\r', last_.returns);
  last_ = {};
}

void FoldingSink::give_repeated(char c, std::uint64_t count) {
  while (count > 0) {
    const auto some = static_cast<std::size_t>(std::min<std::uint64_t>(count, buffer_octets - buffer_.size()));
    buffer_.append(some, c);
    count -= some;
    if (buffer_.size() == buffer_octets) flush();
  }
}

void FoldingSink::give(std::string_view text) {
  if (text.empty()) return;
  if (text.size() > buffer_octets - buffer_.size() || text.size() >= large_piece_octets) flush();
  if (text.size() >= large_piece_octets)
    out_.write(as_bytes(text));
  else
    buffer_ += text;
}

void FoldingSink::flush() {
  if (!buffer_.empty()) out_.write(as_bytes(buffer_));
  buffer_.clear();
}

}  // namespace mailhaul::mail
