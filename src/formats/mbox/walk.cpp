#include "walk.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "mailhaul/mail/header_block.hpp"
#include "message_flags.hpp"
#include "plain_stream.hpp"
#include "pseudo_message.hpp"
#include "resume.hpp"

namespace mailhaul::formats::mbox {
namespace {

constexpr std::chrono::seconds young_for{2};

std::string number(std::int64_t value) { return std::to_string(value); }

struct DoubtText {
  Doubt doubt;
  FindingKind kind;
  bool is_about_line;  ///< listed one by one by an audit
  const char* one;
  const char* many;
};
constexpr std::array<DoubtText, doubts_number> doubt_texts{
    DoubtText{Doubt::mark_without_header, FindingKind::odd_postmark, true,
              "split: a postmark line, but no header line follows", "postmark lines that no header line follows"},
    DoubtText{Doubt::mark_without_blank, FindingKind::odd_postmark, true,
              "split: a postmark line, but no empty line stands before",
              "postmark lines without an empty line before: taken as such"},
    DoubtText{Doubt::rejected_line, FindingKind::odd_postmark, true, "body: begins with \"From \" and is no postmark",
              "lines beginning with \"From \" that are no postmarks: taken as text"},
    DoubtText{Doubt::wrong_length, FindingKind::bad_content_length, false, "",
              "Content-Length fields that do not lead to the end of their message: not used"},
    DoubtText{Doubt::long_header, FindingKind::header_too_long, false, "",
              "header blocks over the limit: flags beyond it are not read"},
};

const DoubtText& text_of(Doubt doubt) {
  return *std::find_if(doubt_texts.begin(), doubt_texts.end(),
                       [&](const DoubtText& text) { return text.doubt == doubt; });
}

}  // namespace

store::Stamp stamp_of(const fs::Status& status, const Clock& clock) {
  store::Stamp stamp;
  stamp.token = "mbox " + std::to_string(status.size_octets) + " " +
                number(status.modified.time_since_epoch().count()) + " " +
                number(status.changed.time_since_epoch().count()) + " " + std::to_string(status.id.inode);
  stamp.young = clock.now() < std::chrono::time_point_cast<std::chrono::microseconds>(status.modified) + young_for;
  return stamp;
}

store::Stamp stamp_of(const fs::Status& status, const Clock& clock, Side side, const SourceOptions& options) {
  store::Stamp stamp = stamp_of(status, clock);
  if (side == Side::source) stamp.token += " " + way_of_reading(options);
  return stamp;
}

Walk::Walk(const MailboxFile& mailbox, fs::File file, const SourceOptions& options, const Opening& opening,
           std::optional<std::vector<std::uint64_t>> offsets, std::size_t block_octets)
    : mailbox_(mailbox),
      context_(mailbox.context()),
      options_(options),
      file_(std::move(file)),
      opening_(opening),
      begun_(file_.status_now()),
      stamp_(stamp_of(begun_, context_.clock, mailbox.side(), options_)),
      offsets_(std::move(offsets)),
      trail_(way_of_reading(options_)),
      splitter_(file_, mailbox.side(), begun_.size_octets, block_octets, opening.rules,
                plain_stream(file_, opening.compression, mailbox.side(), begun_.size_octets)) {
  if (options_.audit && !offsets_) hear_doubts();
}

void Walk::hear_doubts() {
  splitter_.doubts().listen([this](Doubt doubt, std::uint64_t offset, std::string_view line) {
    const DoubtText& text = text_of(doubt);
    if (!text.is_about_line) return;
    context_.findings.add({text.kind, Weight::note, folder().display(),
                           mailbox_.path() + ", octet " + std::to_string(offset),
                           std::string(text.one) + ": " + std::string(line), 1});
  });
}

bool Walk::next() {
  if (finished_) return false;
  info_is_known_ = false;
  try {
    if (go_to_next()) return true;
    finish();
    return false;
  } catch (Error& error) {
    if (error.scope() != Scope::message) {
      finished_ = true;
      stable_ = false;
    }
    if (error.place().empty()) error.at(mailbox_.path());
    error.on(mailbox_.side());
    throw;
  }
}

bool Walk::go_to_next() {
  if (!offsets_) {
    if (!known_.empty() && go_to_known()) return true;
    is_known_ = false;
    while (splitter_.next())
      if (stands_at_mail()) return true;
    return false;
  }
  while (next_offset_ < offsets_->size())
    if (splitter_.seek((*offsets_)[next_offset_++]) && is_mail()) return true;
  return false;
}

bool Walk::stands_at_mail() {
  follow_uids();
  if (!is_mail()) return false;
  trail_.meet(splitter_.mark().offset, splitter_.header());
  return true;
}

/// Of a file that only grew: from one known message to the next, for their header blocks. False: the rest is new.
bool Walk::go_to_known() {
  // The first message has the numbers of the folder, also where it is no mail.
  if (!std::exchange(begun_walking_, true) && splitter_.next() && stands_at_mail()) {
    is_known_ = splitter_.mark().offset == known_.front();
    if (is_known_) ++next_known_;
    return true;
  }
  while (next_known_ < known_.size()) {
    if (!splitter_.seek(known_[next_known_++])) did_more_than_grow();
    is_known_ = true;
    if (stands_at_mail()) return true;
  }
  // Of messages of one length, as machines send them every day, one can have taken the place of another.
  if (const auto was = std::exchange(known_trail_, std::nullopt); was && *was != trail_.text()) did_more_than_grow();
  return false;
}

void Walk::did_more_than_grow() {
  finished_ = true;
  stable_ = false;
  throw Error(Cause::source_changed, Scope::folder, "reading an mbox")
      .at(mailbox_.path())
      .because("it did not only grow since it was read last")
      .on(mailbox_.side());
}

void Walk::follow_uids() {
  uid_.reset();
  if (!uids_.is_over()) uid_ = uids_.follow(mail::parse_store_headers(splitter_.header()));
}

/// Neither the pseudo message nor one that Thunderbird's user has removed.
bool Walk::is_mail() {
  const std::string_view header = splitter_.header();
  const std::uint64_t offset = splitter_.mark().offset;
  if (offset == opening_.rules.begin) {
    const mail::StoreHeaders headers = mail::parse_store_headers(header);
    if (headers.base) base_names_left_out_ = headers.base->left_out;
    if (headers.pseudo) {
      pseudo_is_odd_ = header.find("FOLDER INTERNAL DATA") == std::string_view::npos;
      return false;
    }
    is_nearly_pseudo_ = mail::header_value(header, "Subject") == pseudo_subject;
  }
  mozilla_ = mozilla_status_of(splitter_.mark(), header);
  if (!mozilla_ || !mozilla_->expunged) return true;
  if (expunged_++ == 0) first_expunged_ = offset;
  return false;
}

const store::MessageInfo& Walk::info() const {
  if (!info_is_known_) look_up_info();
  return info_;
}

void Walk::look_up_info() const {
  const Mark& mark = splitter_.mark();
  const mail::StoreHeaders headers = mail::parse_store_headers(splitter_.header());
  info_ = {};
  info_.handle.token = std::to_string(mark.offset);
  MessageFlags flags = flags_of(headers, mozilla_);
  info_.flags = flags.flags;
  info_.keywords = std::move(flags.keywords);
  if (headers.keywords_left_out && keywords_left_out_++ == 0) first_keywords_left_out_ = mark.offset;
  info_.recent = !headers.old;
  if (mozilla_ && mozilla_->present) info_.recent = info_.recent && mozilla_->is_new;
  info_.internal_date = mark.instant(context_.clock);
  if (info_.internal_date) info_.date_source = store::DateSource::postmark;
  if (!info_.internal_date) {
    if (without_date_++ == 0) first_without_date_ = mark.offset;
    info_.hints.file_time = std::chrono::floor<std::chrono::seconds>(begun_.modified);
  } else if (!mark.zone && without_zone_++ == 0) {
    first_without_zone_ = mark.offset;
  }
  info_.ids.uid = uid_;
  info_.hints.envelope_sender = mark.sender;
  info_is_known_ = true;
}

io::Source& Walk::content() {
  if (!info_is_known_) look_up_info();  // the header block is gone once the body is read
  text_.begin(mail::strip_store_headers(splitter_.header()));
  mail::FromQuoting quoting = splitter_.length_holds() ? mail::FromQuoting::none : mail::FromQuoting::rd;
  if (options_.quoting) quoting = *options_.quoting;
  if (quoting == mail::FromQuoting::none) return text_;
  unquoted_.begin(quoting);
  return unquoted_;
}

void Walk::Text::begin(std::string header) {
  header_ = std::move(header);
  header_given_ = false;
  ended_ = false;
}

Bytes Walk::Text::read() {
  if (ended_) return {};
  if (!std::exchange(header_given_, true) && !header_.empty()) return as_bytes(header_);
  const Bytes piece = walk_.read_body();
  if (piece.empty()) {
    ended_ = true;
    walk_.check_file(walk_.splitter_.ended_with_file() && !walk_.splitter_.length_holds());
  }
  return piece;
}

Bytes Walk::read_body() {
  try {
    return splitter_.read();
  } catch (const Error& error) {
    if (error.scope() != Scope::message) {
      finished_ = true;
      stable_ = false;
    }
    throw;
  }
}

Bytes Walk::Unquoted::read() {
  const Bytes piece = inner_->read();
  if (!piece.empty() || std::exchange(counted_, true) || inner_->lines_changed() == 0) return piece;
  if (walk_.unquoted_lines_ == 0) walk_.first_unquoted_ = walk_.splitter_.mark().offset;
  walk_.unquoted_lines_ += inner_->lines_changed();
  return piece;
}

/// While a program appends, the kernel sets the file's time before its size: what looks rewritten may have grown.
fs::Status Walk::settled_status() const {
  constexpr std::chrono::milliseconds between_time_and_size{20};
  const fs::Status now = file_.status_now();
  if (now.size_octets != begun_.size_octets || now.modified == begun_.modified) return now;
  context_.clock.sleep(between_time_and_size);
  return file_.status_now();
}

void Walk::check_file(bool at_last_message) {
  const fs::Status now = settled_status();
  const bool grew = now.size_octets > begun_.size_octets;
  if (now.size_octets < begun_.size_octets || (!grew && now.modified != begun_.modified)) {
    finished_ = true;
    stable_ = false;
    throw Error(Cause::source_changed, Scope::folder, "reading an mbox")
        .at(mailbox_.path())
        .because(now.size_octets < begun_.size_octets ? "it became shorter while it was read"
                                                      : "it was rewritten while it was read")
        .hint("run the same command again")
        .on(mailbox_.side());
  }
  if (!grew) return;
  stable_ = false;
  if (at_last_message) {
    throw Error(Cause::source_changed, Scope::message, "reading the last message of an mbox")
        .at(mailbox_.path())
        .because("the file grew while it was read, so the message may have been incomplete")
        .hint("run the same command again")
        .on(mailbox_.side());
  }
}

void Walk::finish() {
  finished_ = true;
  if (!offsets_) tell_findings();
  check_file(false);
  if (!mailbox_.is_still(file_)) {
    // What was read is whole, but no longer the mailbox.
    stable_ = false;
    context_.findings.add({FindingKind::changed, Weight::note, folder().display(), mailbox_.path(),
                           "another file took its place while it was read", 1});
  }
  if (stable_ && !offsets_) resume_ = resume_point(file_, begun_, trail_);
  file_.unlock();
}

store::WalkEnd Walk::end(const store::FolderRef& folder) {
  if (folder != this->folder()) return {};
  store::WalkEnd end;
  end.stable = stable_;
  if (stable_) end.stamp = stamp_;
  if (stable_ && !opening_.compression && !offsets_) end.stamp->resume = resume_;
  return end;
}

void Walk::tell(FindingKind kind, std::uint64_t count, std::uint64_t first, const std::string& text,
                Weight weight) const {
  if (count == 0) return;
  context_.findings.add(
      {kind, weight, folder().display(), mailbox_.path() + ", first at octet " + std::to_string(first), text, count});
}

void Walk::tell_opening() const {
  const SplitRules& rules = opening_.rules;
  const auto say = [&](FindingKind kind, Weight weight, const std::string& text) {
    context_.findings.add({kind, weight, folder().display(), mailbox_.path(), text, 1});
  };
  const std::string octets =
      std::to_string(rules.begin) + (rules.begin == 1 ? " octet" : " octets") + " before the first message";
  if (opening_.before == Opening::Before::blank)
    say(FindingKind::salvaged, Weight::note, octets + ", blank lines or a byte order mark: passed over");
  if (opening_.before == Opening::Before::text)
    say(FindingKind::salvaged, Weight::lost, octets + ", text that does not begin as mail: not copied, look at it");
  if (rules.first_is_bare)
    say(FindingKind::salvaged, Weight::note, "the first message has no postmark line: taken as it stands");
  if (rules.line_ends == LineEnds::cr)
    say(FindingKind::salvaged, Weight::note, "lines end in CR alone: read as if in LF");
  if (options_.postmark == PostmarkRule::first_line && rules.form == PostmarkForm::loose)
    say(FindingKind::odd_postmark, Weight::note,
        "the first postmark line is none for Dovecot, so others are taken as in --postmark=loose");
}

void Walk::tell_findings() {
  tell_opening();
  for (const DoubtText& text : doubt_texts) {
    if (text.is_about_line && options_.audit) continue;  // each was told
    const Doubts::Count& count = splitter_.doubts().count(text.doubt);
    std::string many = text.many;
    if (text.doubt == Doubt::wrong_length && opening_.compression)
      many += " (nor one that leads further ahead than is looked in a compressed file)";
    tell(text.kind, count.number, count.first, many);
  }
  tell(FindingKind::unquoted_lines, unquoted_lines_, first_unquoted_,
       "quoted lines (>From ) that lost one '>' on reading");
  tell(FindingKind::keyword, keywords_left_out_, first_keywords_left_out_,
       "messages with more than " + std::to_string(mail::keywords_limit) + " keywords, or longer ones than " +
           std::to_string(mail::keyword_limit_octets) + " octets: the others are left out",
       Weight::lost);
  tell(FindingKind::keyword, base_names_left_out_, opening_.rules.begin,
       "names of keywords in X-IMAPbase or X-IMAP that are too many (" + std::to_string(mail::base_keywords_limit) +
           ") or too long: left out",
       Weight::lost);
  tell(FindingKind::ignored_file, pseudo_is_odd_ ? 1 : 0, opening_.rules.begin,
       "message marked as internal data of a mail program (X-IMAP), which mail servers do not show: left out");
  tell(FindingKind::uid_list, is_nearly_pseudo_ ? 1 : 0, opening_.rules.begin,
       "message that calls itself internal data of a mail program, but has no UIDVALIDITY (X-IMAP): taken as mail");
  tell(FindingKind::expunged, expunged_, first_expunged_,
       "messages that Thunderbird has expunged (X-Mozilla-Status) and not compacted yet: left out");
  tell(FindingKind::no_zone, without_zone_, first_without_zone_,
       "received dates without a time zone, read in " + context_.clock.local_zone() + " (--source-tz says another)");
  tell(FindingKind::no_date, without_date_, first_without_date_,
       "messages without a received date: they get that of the topmost Received:, else of Date:, else the time of the "
       "file");
}

}  // namespace mailhaul::formats::mbox
