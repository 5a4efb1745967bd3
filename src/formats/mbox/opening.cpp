#include "opening.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "beginning.hpp"
#include "mailhaul/base/error.hpp"
#include "mailhaul/mail/header_block.hpp"
#include "mailhaul/mail/loose_postmark.hpp"
#include "mailhaul/mail/postmark.hpp"
#include "splitter.hpp"

namespace mailhaul::formats::mbox {
namespace {

constexpr std::size_t looked_at_octets = 4096;
constexpr std::size_t shown_octets = 80;
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr std::string_view from_word = "From ";
constexpr std::string_view line_end_octets = "\r\n";

std::string_view first_line(std::string_view text) {
  return text.substr(0, std::min(text.find_first_of(line_end_octets), mail::postmark_limit_octets));
}

std::string_view behind_first_line(std::string_view text) {
  const std::size_t end = text.find_first_of(line_end_octets);
  if (end == std::string_view::npos) return {};
  const bool crlf = text.substr(end, 2) == "\r\n";
  return text.substr(end + (crlf ? 2 : 1));
}

/// Which grammar takes the first line of `text`, if any.
std::optional<PostmarkForm> form_of(std::string_view text, bool ended, PostmarkRule rule) {
  if (!ended) return std::nullopt;
  const std::string_view line = first_line(text);
  if (mail::parse_postmark(line)) {
    if (rule == PostmarkRule::strict) return PostmarkForm::strict;
    return rule == PostmarkRule::loose ? PostmarkForm::loose : PostmarkForm::dovecot;
  }
  if (rule != PostmarkRule::loose && rule != PostmarkRule::first_line) return std::nullopt;
  const auto loose = mail::parse_loose_postmark(line);
  if (!loose) return std::nullopt;
  if (loose->proof != mail::LooseProof::none && !mail::looks_like_header_line(behind_first_line(text)))
    return std::nullopt;
  return PostmarkForm::loose;
}

/// What a message without its postmark line begins with.
bool begins_like_a_message(std::string_view text) {
  if (text.substr(0, from_word.size()) == from_word) text = behind_first_line(text);
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

/// The first postmark behind octet `from`: the text before it is taken for a message without one, whose end is looked
/// for. Nothing when there is none.
std::optional<std::uint64_t> search(const fs::File& file, Side side, std::uint64_t size, const SplitRules& rules) {
  SplitRules bare = rules;
  bare.first_is_bare = true;
  Splitter splitter(file, side, size, default_block_octets, bare);
  if (!splitter.next() || !splitter.next()) return std::nullopt;
  return splitter.mark().offset;
}

/// Looks further than the beginning; `opening` says what was seen there.
void search_whole(const fs::File& file, Side side, std::uint64_t size, std::string_view beginning, PostmarkRule rule,
                  Opening& opening) {
  SplitRules& rules = opening.rules;
  const bool may_be_loose = rule == PostmarkRule::first_line || rule == PostmarkRule::loose;
  rules.form = may_be_loose ? PostmarkForm::loose : form_for(rule);
  const auto found = search(file, side, size, rules);
  if (!found) return;
  if (rule == PostmarkRule::first_line) {
    SplitRules dovecot = rules;
    dovecot.form = PostmarkForm::dovecot;
    if (Splitter(file, side, size, looked_at_octets, dovecot).seek(*found)) rules.form = PostmarkForm::dovecot;
  }
  opening.is_readable = true;
  const std::string where = "the first postmark stands at octet " + std::to_string(*found);
  if (begins_like_a_message(beginning.substr(std::min<std::uint64_t>(rules.begin, beginning.size())))) {
    rules.first_is_bare = true;
    opening.text = "it begins with a message that has no postmark line; " + where;
  } else {
    rules.begin = *found;
    opening.before = Opening::Before::text;
    opening.text = where + ", behind text that is no mail";
  }
}

Error bad_from_line(const fs::File& file, Side side, std::uint64_t offset, std::string_view reason) {
  return Error(Cause::usage, Scope::run, "reading --from-line " + std::to_string(offset))
      .at(file.place())
      .because(reason)
      .on(side);
}

void check_from_line(const fs::File& file, Side side, const FromLine& line) {
  std::array<char, 1 + from_word.size()> octets{};
  const std::size_t before = line.offset == 0 ? 0 : 1;
  const std::size_t got =
      file.read_at(std::as_writable_bytes(std::span(octets).first(before + from_word.size())), line.offset - before);
  const std::string_view text(octets.data(), got);
  // A byte order mark may stand before the first line.
  const bool begins_line = before == 0 || (!text.empty() && text[0] != ' ' &&
                                           (text[0] == '\n' || text[0] == '\r' || text[0] == byte_order_mark.back()));
  if (!begins_line || text.substr(before) != from_word)
    throw bad_from_line(file, side, line.offset, "no line that begins with \"From \" stands there")
        .hint("scan --audit lists the offsets of doubtful lines");
}

void apply_from_lines(const fs::File& file, Side side, const std::vector<FromLine>& lines, Opening& opening) {
  SplitRules& rules = opening.rules;
  rules.decided = lines;
  std::sort(rules.decided.begin(), rules.decided.end(),
            [](const FromLine& a, const FromLine& b) { return a.offset < b.offset; });
  for (const FromLine& line : rules.decided) {
    check_from_line(file, side, line);
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
      throw bad_from_line(file, side, line.offset, "the first message begins there, so it is in no body");
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
  const bool ended = !whole || rest.find_first_of(line_end_octets) != std::string_view::npos;
  if (const auto form = form_of(rest, ended, rule)) {
    opening.is_readable = true;
    opening.rules.form = *form;
    opening.text = sentence(begin, *form, opening.rules.line_ends, first_line(rest));
  }
  return opening;
}

Opening look_for_mail(const fs::File& file, Side side, const SourceOptions& options, Depth depth) {
  std::array<char, looked_at_octets> octets;
  const std::size_t got = file.read_at(std::as_writable_bytes(std::span(octets)), 0);
  const std::string_view beginning(octets.data(), got);
  Opening opening = judge_opening(beginning, got < octets.size(), options.postmark);
  const bool search =
      !opening.is_readable && depth == Depth::whole && !judge_beginning(beginning, false).is_other_format;
  if (search) search_whole(file, side, file.status_now().size_octets, beginning, options.postmark, opening);
  if (!options.from_lines.empty()) apply_from_lines(file, side, options.from_lines, opening);
  return opening;
}

}  // namespace mailhaul::formats::mbox
