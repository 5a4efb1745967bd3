#include "opening.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "beginning.hpp"
#include "mailhaul/base/error.hpp"
#include "mailhaul/mail/header_block.hpp"
#include "mailhaul/mail/loose_postmark.hpp"
#include "mailhaul/mail/postmark.hpp"
#include "plain_stream.hpp"
#include "splitter.hpp"

namespace mailhaul::formats::mbox {
namespace {

constexpr std::size_t looked_at_octets = 4096;
constexpr std::size_t shown_octets = 80;
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr std::string_view from_word = "From ";
constexpr std::string_view line_end_octets = "\r\n";

/// Where the first line ends. Between lines that end in LF a lone CR is text, as for who splits the file.
std::size_t end_of_first_line(std::string_view text, LineEnds line_ends) {
  if (line_ends == LineEnds::cr) return text.find_first_of(line_end_octets);
  const std::size_t line_feed = text.find('\n');
  const bool crlf = line_feed != std::string_view::npos && line_feed > 0 && text[line_feed - 1] == '\r';
  return crlf ? line_feed - 1 : line_feed;
}

std::string_view first_line(std::string_view text, LineEnds line_ends) {
  return text.substr(0, std::min(end_of_first_line(text, line_ends), mail::postmark_limit_octets));
}

std::string_view behind_first_line(std::string_view text, LineEnds line_ends) {
  const std::size_t end = end_of_first_line(text, line_ends);
  if (end == std::string_view::npos) return {};
  const bool crlf = text.substr(end, 2) == "\r\n";
  return text.substr(end + (crlf ? 2 : 1));
}

/// Which grammar takes the first line of `text`, if any.
std::optional<PostmarkForm> form_of(std::string_view text, LineEnds line_ends, bool ended, PostmarkRule rule) {
  if (!ended) return std::nullopt;
  const std::string_view line = first_line(text, line_ends);
  if (mail::parse_postmark(line)) {
    if (rule == PostmarkRule::strict) return PostmarkForm::strict;
    return rule == PostmarkRule::loose ? PostmarkForm::loose : PostmarkForm::dovecot;
  }
  if (rule != PostmarkRule::loose && rule != PostmarkRule::first_line) return std::nullopt;
  const auto loose = mail::parse_loose_postmark(line);
  if (!loose) return std::nullopt;
  if (loose->proof != mail::LooseProof::none && !mail::looks_like_header_line(behind_first_line(text, line_ends)))
    return std::nullopt;
  return PostmarkForm::loose;
}

/// What a message without its postmark line begins with.
bool begins_like_a_message(std::string_view text, LineEnds line_ends) {
  if (text.substr(0, from_word.size()) == from_word) text = behind_first_line(text, line_ends);
  return mail::looks_like_header_line(text.substr(0, looked_at_octets));
}

std::string sentence(std::uint64_t begin, PostmarkForm form, LineEnds line_ends, std::string_view line) {
  std::string text;
  if (begin != 0) text = "behind blank lines or a byte order mark, at octet " + std::to_string(begin) + ", ";
  text += "the first line is a postmark: " + std::string(line.substr(0, shown_octets));
  if (form == PostmarkForm::loose && !mail::parse_postmark(line)) text += " (not one for Dovecot)";
  if (line_ends == LineEnds::cr) text += " (lines end in CR)";
  return text;
}

PostmarkForm form_for(PostmarkRule rule) {
  switch (rule) {
  case PostmarkRule::strict: return PostmarkForm::strict;
  case PostmarkRule::loose: return PostmarkForm::loose;
  case PostmarkRule::first_line:
  case PostmarkRule::dovecot: break;
  }
  return PostmarkForm::dovecot;
}

/// A file that is looked into, from its beginning as often as need be.
struct Looked {
  const fs::File& file;
  Side side;
  std::uint64_t size = 0;
  std::optional<io::Compression> compression{};

  [[nodiscard]] Splitter splitter(const SplitRules& rules, std::size_t block_octets = default_block_octets) const {
    return {file, side, size, block_octets, rules, plain_stream(file, compression, side, size)};
  }
  [[nodiscard]] Window window() const {
    return {file, side, size, looked_at_octets, LineEnds::lf, plain_stream(file, compression, side, size)};
  }
};

/// The first octets of what is read as an mbox.
struct FirstOctets {
  std::string text{};
  bool whole = false;              ///< there are no others
  std::optional<Error> failure{};  ///< why they could not be decompressed further
};

FirstOctets stored_octets(const fs::File& file) {
  FirstOctets first;
  first.text.resize(looked_at_octets);
  first.text.resize(file.read_at(std::as_writable_bytes(std::span(first.text)), 0));
  first.whole = first.text.size() < looked_at_octets;
  return first;
}

FirstOctets plain_octets(const Looked& looked) {
  FirstOctets first;
  const auto plain = plain_stream(looked.file, looked.compression, looked.side, looked.size);
  try {
    while (first.text.size() < looked_at_octets && !first.whole) {
      const Bytes piece = plain->read();
      first.whole = piece.empty();
      first.text += as_text(piece);
    }
  } catch (const Error& error) {
    first.failure = error;
  }
  first.text.resize(std::min(first.text.size(), looked_at_octets));
  return first;
}

/// The first postmark behind octet `from`: the text before it is taken for a message without one, whose end is looked
/// for. Nothing when there is none.
std::optional<std::uint64_t> search(const Looked& looked, const SplitRules& rules) {
  SplitRules bare = rules;
  bare.first_is_bare = true;
  Splitter splitter = looked.splitter(bare);
  if (!splitter.next() || !splitter.next()) return std::nullopt;
  return splitter.mark().offset;
}

/// Looks further than the beginning; `opening` says what was seen there.
void search_whole(const Looked& looked, std::string_view beginning, PostmarkRule rule, Opening& opening) {
  SplitRules& rules = opening.rules;
  const bool may_be_loose = rule == PostmarkRule::first_line || rule == PostmarkRule::loose;
  rules.form = may_be_loose ? PostmarkForm::loose : form_for(rule);
  const auto found = search(looked, rules);
  if (!found) return;
  if (rule == PostmarkRule::first_line) {
    SplitRules dovecot = rules;
    dovecot.form = PostmarkForm::dovecot;
    if (looked.splitter(dovecot, looked_at_octets).seek(*found)) rules.form = PostmarkForm::dovecot;
  }
  opening.is_readable = true;
  const std::string where = "the first postmark stands at octet " + std::to_string(*found);
  if (begins_like_a_message(beginning.substr(std::min<std::uint64_t>(rules.begin, beginning.size())),
                            rules.line_ends)) {
    rules.first_is_bare = true;
    opening.text = "it begins with a message that has no postmark line; " + where;
  } else {
    rules.begin = *found;
    opening.before = Opening::Before::text;
    opening.text = where + ", behind text that is no mail";
  }
}

Error bad_from_line(const Looked& looked, std::uint64_t offset, std::string_view reason) {
  return Error(Cause::usage, Scope::run, "reading --from-line " + std::to_string(offset))
      .at(looked.file.place())
      .because(reason)
      .on(looked.side);
}

/// `window` is at no later place.
void check_from_line(const Looked& looked, Window& window, const FromLine& line) {
  std::array<char, 1 + from_word.size()> octets{};
  const std::size_t before = line.offset == 0 ? 0 : 1;
  window.jump(line.offset - before);
  const std::size_t got = window.peek(std::span(octets).first(before + from_word.size()), line.offset - before);
  const std::string_view text(octets.data(), got);
  // A byte order mark may stand before the first line.
  const bool begins_line = before == 0 || (!text.empty() && text[0] != ' ' &&
                                           (text[0] == '\n' || text[0] == '\r' || text[0] == byte_order_mark.back()));
  if (!begins_line || text.substr(before) != from_word)
    throw bad_from_line(looked, line.offset, "no line that begins with \"From \" stands there")
        .hint("scan --audit lists the offsets of doubtful lines");
}

void apply_from_lines(const Looked& looked, const std::vector<FromLine>& lines, Opening& opening) {
  SplitRules& rules = opening.rules;
  rules.decided = lines;
  std::sort(rules.decided.begin(), rules.decided.end(),
            [](const FromLine& a, const FromLine& b) { return a.offset < b.offset; });
  Window window = looked.window();
  for (const FromLine& line : rules.decided) {
    check_from_line(looked, window, line);
    if (line.is == FromLine::Is::split && (!opening.is_readable || line.offset < rules.begin)) {
      rules.begin = line.offset;
      rules.first_is_bare = false;
      opening.is_readable = true;
      opening.before = line.offset == 0 ? Opening::Before::nothing : Opening::Before::text;
      opening.text = "the operator says that a message begins at octet " + std::to_string(line.offset);
    }
  }
  for (const FromLine& line : rules.decided)
    if (opening.is_readable && line.is == FromLine::Is::body && line.offset == rules.begin)
      throw bad_from_line(looked, line.offset, "the first message begins there, so it is in no body");
}

}  // namespace

Opening judge_opening(std::string_view text, bool whole, PostmarkRule rule) {
  Opening opening;
  const Beginning beginning = judge_beginning(text, whole);
  opening.text = beginning.text;
  opening.rules.form = form_for(rule);
  if (beginning.is_empty) {
    opening.is_readable = true;
    return opening;
  }
  if (beginning.is_other_format) return opening;
  std::size_t begin = text.substr(0, byte_order_mark.size()) == byte_order_mark ? byte_order_mark.size() : 0;
  begin = std::min(text.find_first_not_of(line_end_octets, begin), text.size());
  const std::string_view rest = text.substr(begin);
  opening.rules.begin = begin;
  opening.before = begin == 0 ? Opening::Before::nothing : Opening::Before::blank;
  if (rest.empty() && whole) {
    opening.is_readable = true;
    opening.text = "it holds nothing but blank lines";
    return opening;
  }
  if (has_cr_line_ends(rest)) opening.rules.line_ends = LineEnds::cr;
  const LineEnds line_ends = opening.rules.line_ends;
  const bool ended = !whole || end_of_first_line(rest, line_ends) != std::string_view::npos;
  if (const auto form = form_of(rest, line_ends, ended, rule)) {
    opening.is_readable = true;
    opening.rules.form = *form;
    opening.text = sentence(begin, *form, line_ends, first_line(rest, line_ends));
  }
  return opening;
}

Opening look_for_mail(const fs::File& file, Side side, const SourceOptions& options, Depth depth) {
  FirstOctets beginning = stored_octets(file);
  const Looked looked{file, side, file.status_now().size_octets, io::detect_compression(as_bytes(beginning.text))};
  if (looked.compression) beginning = plain_octets(looked);
  Opening opening = judge_opening(beginning.text, beginning.whole, options.postmark);
  if (beginning.failure && (!opening.is_readable || beginning.text.empty())) {
    if (depth == Depth::whole) throw *beginning.failure;
    opening.is_readable = false;
    opening.text = beginning.failure->reason();
  }
  const bool search =
      !opening.is_readable && depth == Depth::whole && !judge_beginning(beginning.text, false).is_other_format;
  if (search) search_whole(looked, beginning.text, options.postmark, opening);
  if (!options.from_lines.empty()) apply_from_lines(looked, options.from_lines, opening);
  opening.compression = looked.compression;
  if (looked.compression)
    opening.text = "it is compressed with " + std::string(to_string(*looked.compression)) + "; inside: " + opening.text;
  return opening;
}

}  // namespace mailhaul::formats::mbox
