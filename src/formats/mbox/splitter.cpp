#include "splitter.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "mailhaul/base/error.hpp"
#include "mailhaul/mail/header_block.hpp"
#include "mailhaul/mail/loose_postmark.hpp"
#include "mailhaul/mail/postmark.hpp"
#include "mailhaul/mail/scan.hpp"
#include "mailhaul/mail/store_headers.hpp"

namespace mailhaul::formats::mbox {
namespace {

constexpr std::string_view from_word = "From ";
constexpr std::string_view boundary = "\nFrom ";
constexpr std::string_view length_name = "content-length:";
/// Bad places of a disk come in pages; a long run of them is left in growing steps, so that errors stay few.
constexpr std::uint64_t page_octets = 4096;
/// So much of a line is looked at to see whether it begins like a header, and shown to who listens to doubts.
constexpr std::size_t header_look_octets = 256;
constexpr std::size_t shown_octets = 80;
constexpr std::uint64_t longest_gap_octets = 1024 * 1024;

/// Where `text` has it whole, else npos.
std::size_t find_boundary(std::string_view text) {
  for (std::size_t at = 0;;) {
    const std::size_t more = mail::first_pair(text.substr(at), [](auto here, auto next) {
      return mail::pairs_that_are(here, boundary[0], next, boundary[1]);
    });
    if (more == std::string_view::npos) return more;
    at += more;
    if (text.substr(at).starts_with(boundary)) return at;
    ++at;
  }
}

bool names_content_length(std::string_view line) {
  if (line.size() < length_name.size()) return false;
  return mail::equal_without_case(line.substr(0, length_name.size()), length_name);
}

}  // namespace

std::optional<mail::InternalDate> Mark::instant(const Clock& clock) const {
  if (!civil) return std::nullopt;
  return mail::Postmark{sender, *civil, zone}.instant(clock);
}

Splitter::Splitter(const fs::File& file, Side side, std::uint64_t end, std::size_t block_octets, SplitRules rules,
                   std::unique_ptr<io::Source> plain)
    : window_(file, side, end, block_octets, rules.line_ends, std::move(plain)), rules_(std::move(rules)) {}

template <typename Step>
auto Splitter::guarded(const Step& step) {
  try {
    return step();
  } catch (const Error& error) {
    state_ = error.scope() == Scope::message ? State::gap : State::done;
    throw;
  }
}

bool Splitter::next() {
  return guarded([&] {
    if (state_ == State::fresh) {
      state_ = State::between;
      if (rules_.begin != 0) window_.jump(rules_.begin);
      another_follows_ = window_.reaches(rules_.begin, rules_.begin);
      if (another_follows_ && !first_stands_at(rules_.begin))
        throw Error(Cause::source_changed, Scope::folder, "reading an mbox")
            .because("it no longer begins with a postmark line")
            .hint("run the same command again");
    }
    if (state_ == State::gap) resume();
    if (state_ == State::inside) skip();
    if (state_ == State::done || !another_follows_) {
      state_ = State::done;
      return false;
    }
    begin_message();
    return true;
  });
}

bool Splitter::seek(std::uint64_t offset) {
  return guarded([&] {
    state_ = State::between;
    another_follows_ = false;
    if (offset >= window_.end()) return false;
    const std::uint64_t line_feed = offset == rules_.begin ? offset : offset - 1;
    window_.jump(line_feed);
    if (window_.begin() > line_feed) return false;  // a stream is past it
    const bool stands =
        offset == rules_.begin ? first_stands_at(offset) : mark_stands_at(offset, line_feed, Before::blank);
    if (!stands) return false;
    another_follows_ = offset == rules_.begin || window_.at(line_feed) == '\n';
    if (!another_follows_) return false;
    begin_message();
    return true;
  });
}

Bytes Splitter::read() {
  return guarded([&]() -> Bytes {
    while (state_ == State::inside) {
      if (given_ < clear_) {
        const std::string_view piece = window_.from(given_).substr(0, static_cast<std::size_t>(clear_ - given_));
        if (piece.empty()) {
          window_.more(given_);
          continue;
        }
        given_ += piece.size();
        return as_bytes(piece);
      }
      if (end_is_known_)
        state_ = State::between;
      else
        search();
    }
    return {};
  });
}

/// Whether `text`, the beginning of a line at `offset`, begins with a postmark line; then it is in next_mark_.
/// A line that is not ended before the file is was cut while it was written: no postmark, unless the operator says so.
/// Of a longer one than any postmark is, the beginning decides, as in Dovecot.
Splitter::Answer Splitter::judge(std::string_view text, std::uint64_t offset, Before before, bool file_ends) {
  const std::size_t known = std::min(text.size(), from_word.size());
  if (text.substr(0, known) != from_word.substr(0, known)) return Answer::no;
  std::string_view line = text.substr(0, mail::postmark_limit_octets);
  std::string_view behind = text.substr(line.size());
  const FromLine* const decided = decision_on(offset);
  const std::size_t line_feed = line.find('\n');
  if (line_feed != std::string_view::npos) {
    behind = text.substr(line_feed + 1);
    line = line.substr(0, line_feed);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  } else if (text.size() < mail::postmark_limit_octets) {
    if (!file_ends) return Answer::more;
    if (decided == nullptr) return Answer::no;
  }
  if (decided != nullptr && decided->is == FromLine::Is::body) return Answer::no;
  const auto postmark = mail::parse_postmark(line);
  if (postmark) {
    if (rules_.form == PostmarkForm::strict && before != Before::blank && decided == nullptr) return Answer::no;
    set_next_mark(offset, postmark->sender, postmark->civil, postmark->zone);
    return Answer::yes;
  }
  if (rules_.form != PostmarkForm::loose && decided == nullptr) return Answer::no;
  if (const auto loose = mail::parse_loose_postmark(line)) {
    set_next_mark(offset, loose->sender, loose->civil, loose->zone);
    return decided != nullptr ? Answer::yes : prove(loose->proof, behind, before, file_ends);
  }
  if (decided == nullptr) return Answer::no;
  set_next_mark(offset, "", std::nullopt, std::nullopt);
  return Answer::yes;
}

// By assignment: the sender keeps its room from message to message.
void Splitter::set_next_mark(std::uint64_t offset, std::string_view sender, std::optional<CivilSeconds> civil,
                             std::optional<std::chrono::minutes> zone) {
  next_mark_.offset = offset;
  next_mark_.sender.assign(sender);
  next_mark_.civil = civil;
  next_mark_.zone = zone;
  next_mark_.bare = false;
}

/// Whether what stands around a loose postmark line is enough; `behind` is the text that follows it.
Splitter::Answer Splitter::prove(mail::LooseProof wanted, std::string_view behind, Before before, bool file_ends) {
  if (wanted == mail::LooseProof::none) return Answer::yes;
  if (wanted == mail::LooseProof::blank_before_header_behind && before != Before::blank) return Answer::no;
  const std::string_view look = behind.substr(0, header_look_octets);
  if (mail::looks_like_header_line(look)) return Answer::yes;
  const bool is_known = look.size() == header_look_octets || look.find('\n') != std::string_view::npos || file_ends;
  return is_known ? Answer::no : Answer::more;
}

const FromLine* Splitter::decision_on(std::uint64_t offset) const {
  if (rules_.decided.empty()) return nullptr;
  const auto found = std::lower_bound(rules_.decided.begin(), rules_.decided.end(), offset,
                                      [](const FromLine& line, std::uint64_t wanted) { return line.offset < wanted; });
  return found != rules_.decided.end() && found->offset == offset ? &*found : nullptr;
}

bool Splitter::mark_stands_at(std::uint64_t offset, std::uint64_t keep, Before before) {
  for (;;) {
    const Answer answer = judge(window_.from(offset), offset, before, window_.is_complete());
    if (answer == Answer::yes) another_follows_ = true;
    if (answer != Answer::more) return answer == Answer::yes;
    window_.more(keep);
  }
}

bool Splitter::first_stands_at(std::uint64_t offset) {
  if (!rules_.first_is_bare) return mark_stands_at(offset, offset, Before::blank);
  set_next_mark(offset, "", std::nullopt, std::nullopt);
  next_mark_.bare = true;
  another_follows_ = true;
  return true;
}

/// The line there, as far as it is in memory and worth showing.
std::string_view Splitter::line_at(std::uint64_t offset) const {
  const std::string_view line = window_.from(offset).substr(0, shown_octets);
  return line.substr(0, line.find_first_of("\r\n"));
}

void Splitter::begin_message() {
  std::swap(mark_, next_mark_);
  another_follows_ = false;
  end_is_known_ = false;
  header_is_whole_ = true;
  length_holds_ = false;
  length_field_ = length_field_end_ = 0;
  several_lengths_ = false;
  gap_octets_ = 0;

  std::uint64_t at = mark_.offset;
  if (at < window_.begin() || at >= window_.filled()) window_.jump(at);
  const std::string shown(doubts_.is_heard() ? line_at(at) : std::string_view());
  header_ = at;
  while (!mark_.bare) {
    const std::string_view text = window_.from(at);
    const std::size_t line_feed = text.find('\n');
    if (line_feed != std::string_view::npos) {
      header_ = at + line_feed + 1;
      break;
    }
    at = window_.filled();
    header_ = at;
    if (window_.is_complete()) break;
    window_.more(at);
  }
  take_header();
  if (!mark_.bare && !mail::looks_like_header_line(header()))
    doubts_.add(Doubt::mark_without_header, mark_.offset, shown);
  state_ = State::inside;
}

/// Goes through the header lines up to the empty one, a postmark, the bound or the end of the file.
void Splitter::take_header() {
  const std::uint64_t limit = header_ + mail::header_block_limit_octets;
  std::uint64_t field = header_;  // last line that continues none
  std::uint64_t line = header_;
  std::uint64_t looked = header_;  // no line feed between `line` and here
  for (;;) {
    const std::string_view text = window_.from(line);
    if (text.empty() && !window_.is_complete()) {
      window_.more(header_);
      continue;
    }
    if (text.empty()) return all_was_header(window_.end());
    const char first = text.front();
    if (first == 'F' && looked == line && (line != header_ || decision_on(line) != nullptr)) {
      if (mark_stands_at(line, header_, Before::text)) {
        doubts_.add(Doubt::mark_without_blank, line, line_at(line));
        return all_was_header(line - 1);
      }
      if (window_.from(line).substr(0, from_word.size()) == from_word)
        doubts_.add(Doubt::rejected_line, line, line_at(line));
      looked = line + 1;
      continue;  // the window may have moved
    }
    if (first != ' ' && first != '\t') {
      field = line;
      if (length_field_ != 0 && length_field_end_ == 0) length_field_end_ = line;
    }
    const auto skipped = static_cast<std::size_t>(looked - line);
    const std::size_t found = text.find('\n', skipped);
    const std::uint64_t line_feed = found == std::string_view::npos ? window_.filled() : line + found;
    if (line_feed >= limit) {
      header_is_whole_ = false;
      doubts_.add(Doubt::long_header, mark_.offset);
      return header_ends(field, line);
    }
    if (found == std::string_view::npos) {
      if (window_.is_complete()) return all_was_header(window_.end());
      looked = line_feed;
      window_.more(header_);
      continue;
    }
    if (found == 0 || (found == 1 && first == '\r')) return header_ends(line_feed + 1, line_feed + 1);
    if ((first == 'c' || first == 'C') && names_content_length(text)) {
      several_lengths_ = length_field_ != 0;
      if (!several_lengths_) length_field_ = line;
    }
    line = line_feed + 1;
    looked = line;
  }
}

/// The message has no empty line, or nothing stands behind it: `line_feed` is the one of the separator, or the end of
/// the file.
void Splitter::all_was_header(std::uint64_t line_feed) {
  const std::uint64_t end = line_feed == window_.end() ? without_last_line_end(header_)
                            : line_feed < header_      ? header_
                                                       : without_cr(line_feed, header_);
  header_octets_ = static_cast<std::size_t>(end - header_);
  body_ = given_ = searched_ = end;
  text_ends(end);
}

/// The header block ends before `body`; `line` is the first line start behind it that was not looked at.
void Splitter::header_ends(std::uint64_t body, std::uint64_t line) {
  header_octets_ = static_cast<std::size_t>(body - header_);
  body_ = given_ = clear_ = body;
  searched_ = line;
  if (header_is_whole_ && length_field_ != 0) {
    if (length_leads_to_boundary(body)) {
      length_holds_ = true;
      return;
    }
    doubts_.add(Doubt::wrong_length, mark_.offset);
  }
  // The line end before `line` may be the separator itself: "Subject: x", empty line, postmark.
  const bool file_ends = !window_.reaches(line, header_);
  const Before before = line == body && header_is_whole_ ? Before::blank : Before::text;
  if (!file_ends && (line == header_ || !mark_stands_at(line, header_, before))) {
    if (window_.from(line).substr(0, from_word.size()) == from_word)
      doubts_.add(Doubt::rejected_line, line, line_at(line));
    return;
  }
  if (!file_ends && before == Before::text) doubts_.add(Doubt::mark_without_blank, line, line_at(line));
  if (line == body) return all_was_header(file_ends ? window_.end() : line - 1);
  text_ends(file_ends ? without_last_line_end(body) : without_cr(line - 1, body));
}

bool Splitter::length_leads_to_boundary(std::uint64_t body) {
  // Of several the first good number counts; else the other fields need not be parsed.
  const std::string_view fields =
      several_lengths_
          ? header()
          : window_.from(length_field_).substr(0, static_cast<std::size_t>(length_field_end_ - length_field_));
  const auto length = mail::parse_store_headers(fields).content_length;
  if (!length || *length > window_.end() - body) return false;
  const std::uint64_t target = body + *length;
  const auto is_inside = [&](const FromLine& line) {
    return line.is == FromLine::Is::split && line.offset >= body && line.offset < target;
  };
  if (std::any_of(rules_.decided.begin(), rules_.decided.end(), is_inside)) return false;

  // Two octets before it are looked at too: at the end of the file a line end may have been counted.
  constexpr std::size_t before = 2;
  std::array<char, before + 2 + mail::postmark_limit_octets + header_look_octets> look;
  const std::uint64_t look_at = target - before;
  std::string_view text;
  if (look_at >= window_.begin() && (window_.is_complete() || look_at + look.size() <= window_.filled())) {
    text = window_.from(look_at).substr(0, look.size());
  } else {
    try {
      text = {look.data(), window_.peek(look, look_at)};
    } catch (const Error& error) {
      if (error.scope() != Scope::message) throw;
      return false;
    }
  }
  if (text.size() < before) return false;
  const bool file_ends = look_at + text.size() >= window_.end();
  std::string_view rest = text.substr(before);
  if (rest.empty()) {
    std::uint64_t end = target;
    if (end > body && text[1] == '\n') --end;
    if (end == target - 1 && end > body && text[0] == '\r') --end;
    if (end == body && target == body) return false;  // nothing to protect
    text_ends(end);
    return true;
  }
  if (rest.front() == '\r') rest.remove_prefix(1);
  if (rest.empty() || rest.front() != '\n') return false;
  rest.remove_prefix(1);
  // What the length leads to needs no empty line before it to be believed.
  const std::uint64_t at = look_at + text.size() - rest.size();
  if (!(rest.empty() && file_ends) && judge(rest, at, Before::blank, file_ends) != Answer::yes) return false;
  another_follows_ = !rest.empty();
  text_ends(target);
  return true;
}

void Splitter::text_ends(std::uint64_t end) {
  clear_ = end;
  end_is_known_ = true;
}

std::uint64_t Splitter::without_cr(std::uint64_t line_feed, std::uint64_t from) const {
  return line_feed > from && window_.at(line_feed - 1) == '\r' ? line_feed - 1 : line_feed;
}

std::uint64_t Splitter::without_last_line_end(std::uint64_t from) const {
  const std::uint64_t end = window_.end();
  if (end <= from || window_.at(end - 1) != '\n') return end;
  return without_cr(end - 1, from);
}

/// Looks further for the end of the message, until more octets are clear or the end is known.
void Splitter::search() {
  while (clear_ == given_ && !end_is_known_) {
    const std::string_view text = window_.from(searched_);
    const std::size_t found = find_boundary(text);
    if (found != std::string_view::npos) {
      const std::uint64_t line_feed = searched_ + found;
      const Before before = before_line_feed(line_feed);
      const Answer answer = judge(window_.from(line_feed + 1), line_feed + 1, before, window_.is_complete());
      if (answer == Answer::yes) {
        another_follows_ = true;
        if (before == Before::text) doubts_.add(Doubt::mark_without_blank, line_feed + 1, line_at(line_feed + 1));
        text_ends(without_cr(line_feed, body_));
        return;
      }
      if (answer == Answer::no) {
        doubts_.add(Doubt::rejected_line, line_feed + 1, line_at(line_feed + 1));
        searched_ = line_feed + 1;
        continue;
      }
      searched_ = line_feed;
      clear_ = std::max(clear_, line_feed - 1);  // its CR would be the separator's
    } else {
      if (window_.is_complete()) return text_ends(without_last_line_end(body_));
      // The last octets may be the beginning of CR LF "From ".
      if (window_.filled() >= searched_ + boundary.size()) searched_ = window_.filled() - (boundary.size() - 1);
      if (window_.filled() >= clear_ + boundary.size()) clear_ = window_.filled() - boundary.size();
    }
    // Two octets more are kept: they say whether a blank line, and whether a CR, stands before a boundary.
    if (clear_ == given_) window_.more(given_ - 2);
  }
}

void Splitter::skip() {
  while (!end_is_known_) {
    given_ = clear_;
    search();
  }
  given_ = clear_;
  state_ = State::between;
}

/// Goes on behind octets that can't be read: the message that they are in was reported, the search for a boundary
/// begins anew.
void Splitter::resume() {
  gap_octets_ = gap_octets_ == 0 ? page_octets : std::min(gap_octets_ * 2, longest_gap_octets);
  const std::uint64_t behind = (window_.unread_from() + gap_octets_) / page_octets * page_octets;
  another_follows_ = false;
  if (behind >= window_.end()) {
    state_ = State::done;
    return;
  }
  window_.jump(behind);
  body_ = given_ = clear_ = searched_ = behind;
  end_is_known_ = false;
  state_ = State::inside;
}

/// Of a line feed that the window holds together with the two octets before it.
Splitter::Before Splitter::before_line_feed(std::uint64_t line_feed) const {
  const char before = window_.at(line_feed - 1);
  const bool blank = before == '\n' || (before == '\r' && window_.at(line_feed - 2) == '\n');
  return blank ? Before::blank : Before::text;
}

}  // namespace mailhaul::formats::mbox
