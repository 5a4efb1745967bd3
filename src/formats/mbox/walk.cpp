#include "walk.hpp"

#include <utility>

namespace mailhaul::formats::mbox {
namespace {

constexpr std::chrono::seconds young_for{2};

std::string number(std::int64_t value) { return std::to_string(value); }

}  // namespace

store::Stamp stamp_of(const fs::Status& status, const Clock& clock) {
  store::Stamp stamp;
  stamp.token = "mbox " + std::to_string(status.size_octets) + " " +
                number(status.modified.time_since_epoch().count()) + " " +
                number(status.changed.time_since_epoch().count()) + " " + std::to_string(status.id.inode);
  stamp.young = clock.now() < std::chrono::time_point_cast<std::chrono::microseconds>(status.modified) + young_for;
  return stamp;
}

Walk::Walk(const MailboxFile& mailbox, fs::File file, const SourceOptions& options,
           std::optional<std::vector<std::uint64_t>> offsets, std::size_t block_octets)
    : mailbox_(mailbox),
      context_(mailbox.context()),
      options_(options),
      file_(std::move(file)),
      begun_(file_.status_now()),
      stamp_(stamp_of(begun_, context_.clock)),
      offsets_(std::move(offsets)),
      splitter_(file_, mailbox.side(), begun_.size_octets, block_octets) {}

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
    while (splitter_.next()) {
      follow_uids();
      if (!is_pseudo_message()) return true;
    }
    return false;
  }
  while (next_offset_ < offsets_->size())
    if (splitter_.seek((*offsets_)[next_offset_++]) && !is_pseudo_message()) return true;
  return false;
}

void Walk::follow_uids() {
  uid_.reset();
  if (!uids_.is_over()) uid_ = uids_.follow(mail::parse_store_headers(splitter_.header()));
}

bool Walk::is_pseudo_message() const {
  return splitter_.mark().offset == 0 && mail::parse_store_headers(splitter_.header()).pseudo;
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
  info_.flags = headers.flags;
  info_.keywords = headers.keywords;
  info_.recent = !headers.old;
  info_.internal_date = mark.postmark().instant(context_.clock);
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
  const Bytes piece = walk_.splitter_.read();
  if (piece.empty()) {
    ended_ = true;
    walk_.check_file(walk_.splitter_.ended_with_file() && !walk_.splitter_.length_holds());
  }
  return piece;
}

Bytes Walk::Unquoted::read() {
  const Bytes piece = inner_->read();
  if (!piece.empty() || std::exchange(counted_, true) || inner_->lines_changed() == 0) return piece;
  if (walk_.unquoted_lines_ == 0) walk_.first_unquoted_ = walk_.splitter_.mark().offset;
  walk_.unquoted_lines_ += inner_->lines_changed();
  return piece;
}

void Walk::check_file(bool at_last_message) {
  const fs::Status now = file_.status_now();
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
  file_.unlock();
}

store::WalkEnd Walk::end(const store::FolderRef& folder) {
  if (folder != folder_) return {};
  store::WalkEnd end;
  end.stable = stable_;
  if (stable_) end.stamp = stamp_;
  return end;
}

void Walk::tell(FindingKind kind, std::uint64_t count, std::uint64_t first, const char* text) const {
  if (count == 0) return;
  context_.findings.add({kind, Weight::note, folder_.display(),
                         mailbox_.path() + ", first at octet " + std::to_string(first), text, count});
}

void Walk::tell_findings() const {
  const SplitCounts& seen = splitter_.counts();
  tell(FindingKind::odd_postmark, seen.marks_without_header, seen.first_without_header,
       "postmark lines that no header line follows");
  tell(FindingKind::odd_postmark, seen.rejected_lines, seen.first_rejected_line,
       "lines beginning with \"From \" behind a blank line that are no postmarks: taken as text");
  tell(FindingKind::bad_content_length, seen.wrong_lengths, seen.first_wrong_length,
       "Content-Length fields that do not lead to the end of their message: not used");
  tell(FindingKind::header_too_long, seen.long_headers, seen.first_long_header,
       "header blocks over the limit: flags beyond it are not read");
  tell(FindingKind::unquoted_lines, unquoted_lines_, first_unquoted_,
       "quoted lines (>From ) that lost one '>' on reading");
}

}  // namespace mailhaul::formats::mbox
