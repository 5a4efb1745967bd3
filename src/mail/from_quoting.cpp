#include "mailhaul/mail/from_quoting.hpp"

#include <algorithm>

#include "mailhaul/mail/scan.hpp"

// Which '>' of a run is dropped or added makes no difference, so it is the last one: everything before it can go on at
// once, and what waits at the end of a piece is always a beginning of ">From ". It is kept as a length and handed out
// from the constant.

namespace mailhaul::mail {
namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::string_view quoted_from = ">From ";
constexpr std::string_view from = quoted_from.substr(1);

/// Where the run of '>' that `text` has at `at` ends.
std::size_t run_end(std::string_view text, std::size_t at) {
  return std::min(text.find_first_not_of('>', at), text.size());
}

}  // namespace

Bytes UnquotingSource::read() {
  if (quoting_ == FromQuoting::none) return inner_.read();
  for (;;) {
    if (rest_.empty()) {
      rest_ = as_text(inner_.read());
      if (rest_.empty()) {
        const std::string_view held = quoted_from.substr(0, matched_);
        matched_ = 0;
        return as_bytes(held);
      }
    }
    const std::string_view piece = matched_ > 0 ? go_on_matching() : next_piece();
    if (!piece.empty()) return as_bytes(piece);
  }
}

std::string_view UnquotingSource::take(std::size_t octets) {
  const std::string_view piece = rest_.substr(0, octets);
  rest_.remove_prefix(octets);
  return piece;
}

/// Something is held and `rest_` has what follows it. Returns what is decided, which may be nothing.
std::string_view UnquotingSource::go_on_matching() {
  const std::string_view held = quoted_from.substr(0, matched_);
  const std::string_view wanted = quoted_from.substr(matched_);
  const std::size_t common = common_prefix(rest_, wanted);
  if (common == rest_.size() && common < wanted.size()) {
    matched_ += common;
    rest_ = {};
    return {};
  }
  matched_ = 0;
  at_line_start_ = false;
  if (common == wanted.size()) {
    ++lines_changed_;
    return held.substr(1);
  }
  // The run of '>' goes on: then the octet that was held was not its last.
  if (held == ">" && rest_[0] == '>') at_line_start_ = quoting_ == FromQuoting::rd;
  return held;
}

std::string_view UnquotingSource::next_piece() {
  std::size_t at = 0;
  for (bool candidate = at_line_start_ && rest_[0] == '>';;) {
    if (!candidate) {
      const std::size_t newline =
          first_pair(rest_.substr(at), [](auto here, auto next) { return pairs_that_are(here, '\n', next, '>'); });
      if (newline == npos) {
        at_line_start_ = rest_.back() == '\n';
        return take(rest_.size());
      }
      at += newline + 1;
    }
    candidate = false;
    const std::size_t end = run_end(rest_, at);
    const bool may_change = quoting_ == FromQuoting::rd || end - at == 1;
    const std::size_t common = common_prefix(rest_.substr(end), from);
    at_line_start_ = false;
    if (may_change && common == from.size()) {
      ++lines_changed_;
      const std::string_view piece = take(end - 1);
      rest_.remove_prefix(1);
      return piece;
    }
    if (may_change && end + common == rest_.size()) {
      matched_ = 1 + common;
      const std::string_view piece = take(end - 1);
      rest_ = {};
      return piece;
    }
    at = end;
    if (at == rest_.size()) return take(at);
  }
}

void QuotingSink::write(Bytes octets) {
  if (quoting_ == FromQuoting::none) return out_.write(octets);
  std::string_view text = as_text(octets);
  const auto give = [&](std::size_t count) {
    if (count > 0) out_.write(as_bytes(text.substr(0, count)));
    text.remove_prefix(count);
  };
  if (matched_ > 0) go_on_matching(text);
  std::size_t seen = 0;  // octets of `text` that have been looked at and go out unchanged
  while (!text.empty()) {
    if (!at_line_start_) {
      const std::size_t newline = next_candidate(text.substr(seen));
      if (newline == npos) {
        at_line_start_ = text.back() == '\n';
        return give(text.size());
      }
      seen += newline + 1;
    }
    if (quoting_ == FromQuoting::rd) seen = run_end(text, seen);
    if (seen == text.size()) {
      at_line_start_ = true;
      return give(seen);
    }
    const std::size_t common = common_prefix(text.substr(seen), from);
    at_line_start_ = false;
    if (common == from.size()) {
      give(seen);
      seen = 0;
      quote();
    } else if (seen + common == text.size()) {
      give(seen);
      matched_ = common;
      return;
    }
  }
}

void QuotingSink::finish() {
  if (matched_ > 0) out_.write(as_bytes(from.substr(0, matched_)));
  matched_ = 0;
  at_line_start_ = true;
}

/// The first line end behind which a line to be quoted may begin.
std::size_t QuotingSink::next_candidate(std::string_view text) const {
  if (quoting_ == FromQuoting::o)
    return first_pair(text, [](auto here, auto next) { return pairs_that_are(here, '\n', next, 'F'); });
  return first_pair(text, [](auto here, auto next) {
    return pairs_that_are(here, '\n', next, '>') | pairs_that_are(here, '\n', next, 'F');
  });
}

void QuotingSink::go_on_matching(std::string_view& text) {
  const std::string_view wanted = from.substr(matched_);
  const std::size_t common = common_prefix(text, wanted);
  if (common == text.size() && common < wanted.size()) {
    matched_ += common;
    text = {};
    return;
  }
  if (common == wanted.size()) quote();
  out_.write(as_bytes(from.substr(0, matched_)));
  matched_ = 0;
}

void QuotingSink::quote() {
  ++lines_changed_;
  out_.write(as_bytes(quoted_from.substr(0, 1)));
}

}  // namespace mailhaul::mail
