#include "message_writer.hpp"

#include <algorithm>

#include "folder_numbers.hpp"
#include "mailhaul/mail/header_block.hpp"
#include "mailhaul/mail/keyword.hpp"
#include "mailhaul/mail/postmark.hpp"

namespace mailhaul::formats::mbox {
namespace {

/// Our lines, and a '>' here and there, come on top of it; and a reader with the bound must still find their end.
constexpr std::size_t our_lines_octets = 64 * 1024;
constexpr std::size_t longest_header_octets = mail::header_block_limit_octets - our_lines_octets;
/// All but keywords: names of fields, flags, numbers.
constexpr std::size_t other_lines_octets = 1024;
static_assert(mail::base_keywords_limit_octets + FolderNumbers::spare_octets +
                  mail::keywords_limit * (mail::keyword_limit_octets + 1) + other_lines_octets <=
              our_lines_octets);

mail::FromQuoting quoting_of(Variant variant) {
  switch (variant) {
  case Variant::rd: return mail::FromQuoting::rd;
  case Variant::o:
  case Variant::cl: return mail::FromQuoting::o;
  case Variant::cl2:
  case Variant::dovecot: break;
  }
  return mail::FromQuoting::none;
}

bool has_length(Variant variant) { return variant != Variant::rd && variant != Variant::o; }

std::string_view line_end_of(std::string_view text) {
  const std::size_t line_feed = text.find('\n');
  return line_feed != std::string_view::npos && line_feed > 0 && text[line_feed - 1] == '\r' ? "\r\n" : "\n";
}

std::string sender_of(const store::MessageInfo& info, std::string_view header) {
  if (!info.hints.envelope_sender.empty()) return info.hints.envelope_sender;
  std::string path = mail::header_value(header, "Return-Path").value_or("");
  if (const std::size_t open = path.find('<'); open != std::string::npos) {
    path.erase(0, open + 1);
    path.resize(std::min(path.find('>'), path.size()));
  }
  return path.empty() ? "MAILER-DAEMON" : path;
}

/// The last line start in `text` whose line continues no other.
std::size_t last_field_start(std::string_view text) {
  for (std::size_t at = text.size() - 1; at > 0; --at)
    if (text[at - 1] == '\n' && text[at] != ' ' && text[at] != '\t') return at;
  return 0;
}

/// Where text has its next line, behind its first, that a reader takes for a postmark; npos when there is none.
std::size_t next_postmark(std::string_view text) {
  constexpr std::string_view boundary = "\nFrom ";
  for (std::size_t at = text.find(boundary); at != std::string_view::npos; at = text.find(boundary, at + 1)) {
    std::string_view line = text.substr(at + 1, mail::postmark_limit_octets);
    line = line.substr(0, line.find('\n'));
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (mail::parse_postmark(line)) return at + 1;
  }
  return std::string_view::npos;
}

}  // namespace

MessageAppender::MessageAppender(MessageHome& home, Stage& stage, Variant variant, const store::MessageInfo& info,
                                 mail::InternalDate fallback_date)
    : home_(home),
      stage_(stage),
      variant_(variant),
      info_(info),
      date_(info.internal_date.value_or(fallback_date)),
      offset_(stage.size_octets()),
      header_quoting_(stage, quoting_of(variant)),
      body_quoting_(stage, quoting_of(variant)),
      safe_quoting_(stage, mail::FromQuoting::rd) {}

MessageAppender::~MessageAppender() {
  if (!committed_) home_.closed();
}

void MessageAppender::write(Bytes octets) {
  if (!in_body_ && header_.empty()) {
    // The usual case: the first piece holds the header block, and nothing need be collected.
    const std::string_view text = as_text(octets).substr(0, longest_header_octets + 1);
    if (const auto end = mail::find_header_end(text).end) {
      write_header(text.substr(0, *end));
      begin_body(quoting_of(variant_));
      octets = octets.subspan(*end);
    }
  }
  if (!in_body_) {
    const std::size_t room = longest_header_octets + 1 - header_.size();
    const Bytes taken = octets.first(std::min(room, octets.size()));
    header_ += as_text(taken);
    octets = octets.subspan(taken.size());
    const mail::HeaderEnd found = mail::find_header_end(header_, header_scanned_);
    header_scanned_ = found.scanned;
    if (found.end) {
      write_header(std::string_view(header_).substr(0, *found.end));
      begin_body(quoting_of(variant_));
      body_->write(as_bytes(std::string_view(header_).substr(*found.end)));
    } else if (header_.size() > longest_header_octets) {
      write_long_header();
    }
  }
  if (!in_body_ || octets.empty()) return;
  if (rest_of_header_)
    rest_of_header_->write(octets);
  else
    body_->write(octets);
}

void MessageAppender::begin_body(mail::FromQuoting quoting) {
  body_ = quoting == mail::FromQuoting::rd ? &safe_quoting_ : &body_quoting_;
  body_at_ = stage_.size_octets();
  in_body_ = true;
}

mail::StoreHeaders MessageAppender::store_headers() {
  mail::StoreHeaders headers;
  headers.flags = info_.flags;
  // Passed takes one: it is written as a keyword.
  const std::size_t most = mail::keywords_limit - (info_.flags.has(mail::Flag::passed) ? 1 : 0);
  for (const std::string& name : info_.keywords) {
    if (mail::is_keyword(name) && name.size() <= mail::keyword_limit_octets && headers.keywords.size() < most)
      headers.keywords.add(name);
    else
      counts_.lost_keywords = 1;
  }
  counts_.lost_uidls = info_.ids.pop3_uidl.empty() ? 0 : 1;
  counts_.lost_letters = info_.hints.info_extra.empty() ? 0 : 1;
  headers.old = !info_.recent;
  if (!home_.number(info_, headers)) counts_.lost_keywords = 1;
  return headers;
}

void MessageAppender::write_postmark(std::string_view header) {
  stage_.write(mail::format_postmark(sender_of(info_, header), date_));
  stage_.write("\n");
}

void MessageAppender::write_lines(std::string_view eol, bool with_length) {
  mail::StoreHeaders headers = store_headers();
  if (with_length) headers.content_length = 0;
  const mail::StoreHeaderLines lines = mail::format_store_headers(headers, eol);
  home_.numbered(lines.text, stage_.size_octets());
  if (lines.content_length_at) length_at_ = stage_.size_octets() + *lines.content_length_at;
  stage_.write(lines.text);
}

/// `fields`: whole lines of the header block.
void MessageAppender::write_fields(std::string_view fields) {
  const std::string stripped = mail::strip_store_headers(fields);
  std::string_view rest = stripped;
  if (quoting_of(variant_) == mail::FromQuoting::none) {
    for (std::size_t at = next_postmark(rest); at != std::string_view::npos; at = next_postmark(rest)) {
      stage_.write(rest.substr(0, at));
      stage_.write(">");
      ++counts_.quoted_lines;
      rest.remove_prefix(at);
    }
  }
  header_quoting_.write(as_bytes(rest));
}

/// `header` with its empty line.
void MessageAppender::write_header(std::string_view header) {
  write_postmark(header);
  const std::string_view empty_line = header.size() > 1 && header[header.size() - 2] == '\r' ? "\r\n" : "\n";
  write_fields(header.substr(0, header.size() - empty_line.size()));
  write_lines(line_end_of(header), has_length(variant_));
  stage_.write(empty_line);
}

void MessageAppender::write_text_without_empty_line() {
  const std::size_t last_line = header_.rfind('\n') + 1;  // npos + 1 is the first line
  if (header_.compare(last_line, std::string::npos, "\r") == 0) {
    // The line end that it lacks makes this an empty line.
    header_ += '\n';
    write_header(header_);
    return begin_body(quoting_of(variant_));
  }
  write_postmark(header_);
  const std::string_view eol = line_end_of(header_);
  if (!header_.empty() && header_.back() != '\n') header_ += eol;
  write_fields(header_);
  const std::uint64_t before = stage_.size_octets();
  write_lines(eol, has_length(variant_));
  if (stage_.size_octets() != before) stage_.write(eol);  // ends our lines; without any the text stays as it was
  begin_body(quoting_of(variant_));
}

/// The header block is over its bound. Ours go to the last place that is sure to be between two fields; what stands
/// behind passes through a filter, since a forged Content-Length there would swallow the messages that follow. No
/// length can be told, so every variant is quoted as rd, which the reader undoes.
void MessageAppender::write_long_header() {
  write_postmark(header_);
  const std::string_view text = header_;
  const std::size_t at = last_field_start(text);
  safe_quoting_.write(as_bytes(mail::strip_store_headers(text.substr(0, at))));
  if (at == 0 && (text.front() == ' ' || text.front() == '\t'))
    counts_.lost_lines = 1;  // a line before it would become one with it
  else
    write_lines(line_end_of(text), false);
  begin_body(mail::FromQuoting::rd);
  rest_of_header_.emplace(*body_);
  rest_of_header_->write(as_bytes(text.substr(at)));
}

void MessageAppender::commit() {
  if (!in_body_) write_text_without_empty_line();
  header_quoting_.finish();
  if (rest_of_header_) rest_of_header_->finish();
  body_->finish();
  if (stage_.last() != '\n') stage_.write("\n");
  if (length_at_) stage_.rewrite(mail::padded_length(stage_.size_octets() - body_at_), *length_at_);
  stage_.write("\n");
  counts_.quoted_lines +=
      header_quoting_.lines_changed() + body_quoting_.lines_changed() + safe_quoting_.lines_changed();
  // Now, and not with the next message: when the disk is full then, this one is safe in the file.
  stage_.settle();
  home_.committed(offset_, counts_);
  committed_ = true;
}

}  // namespace mailhaul::formats::mbox
