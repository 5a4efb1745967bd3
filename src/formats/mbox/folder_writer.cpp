#include "folder_writer.hpp"

#include <cassert>
#include <span>
#include <utility>

#include "beginning.hpp"
#include "mailhaul/mail/keyword.hpp"
#include "mailhaul/mail/store_headers.hpp"
#include "offset_handle.hpp"
#include "pseudo_message.hpp"
#include "staged_append.hpp"
#include "walk.hpp"

namespace mailhaul::formats::mbox {
namespace {

/// D1 has 64 MiB; one append syncs once however many messages it holds, so more of them than files.
constexpr std::uint64_t batch_octets = 64 * 1024 * 1024;
constexpr std::size_t batch_messages = 4096;
/// How often the file may come and go between a look and the link before we give up.
constexpr int publish_tries = 16;

}  // namespace

FolderAppender::FolderAppender(const MailboxFile& mailbox, const TargetOptions& options, Variant variant,
                               const store::FolderInfo& info)
    : mailbox_(mailbox),
      options_(options),
      variant_(variant),
      info_(info),
      rewriter_(mailbox, options.birth, options.reading) {
  if (variant_ != Variant::dovecot) return;
  const auto now = std::chrono::floor<std::chrono::seconds>(mailbox_.context().clock.now()).time_since_epoch().count();
  numbers_.emplace(info_, mail::UidValidity{static_cast<std::uint32_t>(now)}, mailbox_.side());
}

std::unique_ptr<store::MessageWriter> FolderAppender::append(const store::MessageInfo& info) {
  assert(!writing_ && "one MessageWriter at a time");
  begin_batch();
  const auto now = std::chrono::floor<std::chrono::seconds>(mailbox_.context().clock.now());
  MessageHome& home = *this;
  auto writer = std::make_unique<MessageAppender>(home, *stage_, variant_, info, now);
  writing_ = true;
  return writer;
}

void FolderAppender::begin_batch() {
  if (!stage_) {
    makes_file_ = !mailbox_.look();
    try {
      stage_.emplace(mailbox_.create());
    } catch (const Error& error) {
      if (error.cause() != Cause::permission) throw;
      throw Error(Cause::cannot_create, Scope::run, "making an mbox")
          .at(mailbox_.path())
          .because(error.system_error())
          .on(Side::target);
    }
    begin_numbers();
  }
  stage_->cut(committed_octets_);  // what an uncommitted writer left
}

void FolderAppender::drop_batch() {
  stage_.reset();
  offsets_.clear();
  committed_octets_ = 0;
  batch_.clear();
  changed_.clear();
}

void FolderAppender::begin_numbers() {
  if (!numbers_) return;
  try {
    numbers_->begin_batch(mailbox_.open());
  } catch (Error& error) {
    if (error.scope() == Scope::message) error.reaching(Scope::folder);
    throw;
  }
}

bool FolderAppender::number(const store::MessageInfo& info, mail::StoreHeaders& headers) {
  lost_uid_ = !numbers_ && info_.uid_validity && info.ids.uid;
  return !numbers_ || numbers_->prepare(info, headers);
}

void FolderAppender::numbered(std::string_view lines, std::uint64_t offset) {
  if (numbers_) numbers_->written(lines, offset);
}

void FolderAppender::committed(std::uint64_t offset, const WriteCounts& counts) {
  offsets_.push_back(offset);
  batch_.append();
  committed_octets_ = stage_->size_octets();
  writing_ = false;
  if (numbers_) numbers_->committed();
  if (lost_uid_) ++counts_.lost_uids;
  counts_.quoted_lines += counts.quoted_lines;
  counts_.lost_keywords += counts.lost_keywords;
  counts_.lost_letters += counts.lost_letters;
  counts_.lost_uidls += counts.lost_uidls;
  counts_.lost_lines += counts.lost_lines;
}

bool FolderAppender::batch_is_full() const {
  return !makes_file_ && (committed_octets_ >= batch_octets || offsets_.size() >= batch_messages);
}

std::vector<store::Receipt> FolderAppender::flush() {
  assert(!writing_ && "flush() ends the MessageWriter's stage");
  if (batch_.empty()) return {};
  std::vector<store::Receipt> receipts;
  try {
    const std::uint64_t base = publish();
    std::vector<store::Receipt> appended;
    appended.reserve(offsets_.size());
    for (const std::uint64_t offset : offsets_)
      appended.push_back({store::Receipt::Outcome::done, handle_of(base + offset)});
    receipts = batch_.receipts(appended, changed_);
  } catch (Error& error) {
    drop_batch();  // D3: written once more, into a new file
    if (error.scope() == Scope::message) error.reaching(Scope::run);
    error.on(Side::target);
    throw;
  }
  if (numbers_) counts_.lost_uids += numbers_->lost_uids();
  drop_batch();
  rewriter_.tell_findings();  // who only changes what is there never comes to finish()
  return receipts;
}

/// Returns where the stage's first octet now is.
std::uint64_t FolderAppender::publish() {
  if (stage_) stage_->cut(committed_octets_);
  // Until they are made: when the file is missing, so are its messages.
  changed_.assign(batch_.changes().size(), store::Receipt::Outcome::gone_or_changed);
  for (int i = 0; i < publish_tries; ++i)
    if (const auto at = publish_once()) return *at;
  throw Error(Cause::locked, Scope::folder, "writing an mbox")
      .at(mailbox_.path())
      .because("the file appears and disappears again")
      .on(Side::target);
}

std::optional<std::uint64_t> FolderAppender::publish_once() {
  if (makes_file_ && committed_octets_ > 0 && publish_as_new() == fs::LinkResult::done) {
    makes_file_ = false;
    return 0;
  }
  if (committed_octets_ == 0 && !batch_.may_change()) return 0;
  if (auto lock = WriteLock::take(mailbox_, options_.birth)) {
    if (batch_.may_change()) changed_ = rewriter_.apply(*lock, batch_);
    if (committed_octets_ == 0) return 0;
    const std::uint64_t at = append_to(*lock);
    lock.reset();
    mailbox_.settle_directory();
    return at;
  }
  if (committed_octets_ == 0) return 0;
  makes_file_ = true;
  return std::nullopt;
}

fs::LinkResult FolderAppender::publish_as_new() {
  if (numbers_) numbers_->settle_new(*stage_);
  fs::NewFile& file = stage_->file();
  file.dress(options_.birth, std::nullopt);
  if (mailbox_.durability() != fs::Durability::none) file.sync();
  const fs::LinkResult result = mailbox_.link(file);
  try {
    if (result == fs::LinkResult::done && numbers_) numbers_->published(file.status_now());
  } catch (const Error&) {
    // It stands there, whatever else: told as failed its messages would be written once more, behind themselves.
  }
  return result;
}

std::uint64_t FolderAppender::append_to(WriteLock& lock) {
  const fs::File& file = lock.file();
  const Beginning beginning = look_at_beginning(file);
  if (!beginning.is_mbox) {
    throw Error(Cause::not_a_store, Scope::folder, "appending to an mbox")
        .at(mailbox_.path())
        .because(beginning.text)
        .on(Side::target);
  }
  const store::Stamp before = stamp_of(file.status_now(), mailbox_.context().clock);
  const bool durable = mailbox_.durability() != fs::Durability::none;
  if (numbers_) numbers_->settle_existing(file, *stage_, durable);
  const std::uint64_t at = append_staged(mailbox_, lock, *stage_);
  try {
    const fs::Status now = file.status_now();
    if (numbers_) numbers_->published(now);
    batch_.grew(before, stamp_of(now, mailbox_.context().clock));
  } catch (const Error&) {
    // They stand there, whatever else: told as failed they would be written once more.
  }
  return at;
}

/// Without a message there is no place for the numbers of the folder: so they get one that is no mail.
void FolderAppender::keep_empty_folder(const store::FolderInfo& info) {
  if (!numbers_ || !info.uid_validity) return;
  const auto now = std::chrono::floor<std::chrono::seconds>(mailbox_.context().clock.now());
  const mail::Uid next = info.next_uid.value_or(mail::Uid{1});
  if (!mail::has_room(next)) return;
  begin_batch();
  mail::ImapBase base;
  base.uid_validity = *info.uid_validity;
  base.last_uid = mail::Uid{next.value - 1};
  base.spare_octets = FolderNumbers::spare_octets;
  mail::BaseRoom room;
  for (const std::string& name : info.keywords)
    if (mail::is_keyword(name) && room.take(name)) base.keywords.push_back(name);
  stage_->write(pseudo_message(base, mailbox_.context().host, now));
  stage_->settle();
  committed_octets_ = stage_->size_octets();
  numbers_.reset();  // it has its own, and nothing follows
  try {
    static_cast<void>(publish());
  } catch (Error& error) {
    drop_batch();
    throw error.on(Side::target);
  }
  drop_batch();
}

void FolderAppender::raise_base(const store::FolderInfo& info) {
  if (!numbers_) return;
  const auto file = mailbox_.open();
  if (!file || !raised_base(*file, mailbox_.side(), info)) return;
  const auto lock = WriteLock::take(mailbox_, options_.birth);
  const auto change = lock ? raised_base(lock->file(), mailbox_.side(), info) : std::nullopt;
  if (!change) return;
  lock->file().write_at(as_bytes(change->text), change->at);
  if (mailbox_.durability() != fs::Durability::none) lock->file().sync();
}

store::Finished FolderAppender::finish(const store::FolderInfo& info, store::NumberedMessages& /*messages*/) {
  const auto there = mailbox_.look();
  if (!there || (there->kind == fs::EntryKind::regular && there->size_octets == 0))
    keep_empty_folder(info);
  else
    raise_base(info);
  if (!mailbox_.look()) {
    Stage empty(mailbox_.create());
    empty.file().dress(options_.birth, std::nullopt);
    if (mailbox_.durability() != fs::Durability::none) empty.file().sync();
    static_cast<void>(mailbox_.link(empty.file()));  // made by another meanwhile: as good
  }
  rewriter_.settle();
  rewriter_.tell_findings();
  tell_findings();
  return {};  // no stamp: other programs may write as soon as the lock is gone
}

void FolderAppender::tell_findings() {
  const auto tell = [&](FindingKind kind, Weight weight, std::uint64_t count, const char* text) {
    if (count > 0)
      mailbox_.context().findings.add({kind, weight, mailbox_.folder().display(), mailbox_.path(), text, count});
  };
  tell(FindingKind::quoted_lines, Weight::note, counts_.quoted_lines, "lines that gained a '>' on writing");
  tell(FindingKind::keyword, Weight::lost, counts_.lost_keywords,
       "messages with a keyword that an mbox can't hold: left out");
  tell(FindingKind::flag_letters, Weight::lost, counts_.lost_letters,
       "messages whose file names hold flag letters or more that only a Maildir has: left out");
  tell(FindingKind::uid_list, Weight::lost, counts_.lost_uids,
       numbers_ ? "messages that get new UIDs: the file has numbers of its own"
                : "messages that lose their UID: only --mbox-variant dovecot keeps it");
  tell(FindingKind::uid_list, Weight::lost, counts_.lost_uidls,
       "messages with a POP3 UIDL, for which an mbox has no place: POP3 clients fetch them again");
  tell(FindingKind::keyword, Weight::lost, counts_.lost_lines,
       "messages whose header block has no place for flags and keywords: left out");
  counts_ = {};
}

void FolderAppender::change_flags(const store::Handle& handle, const store::FlagChange& change) {
  batch_.change_flags(handle, change);
}

void FolderAppender::take(const store::FolderRef& /*from*/, const store::AsSeen& /*message*/) {
  throw Error(Cause::unsupported, Scope::folder, "moving a message into an mbox")
      .at(mailbox_.path())
      .because("a message is not moved between mboxes: it is copied, and then expunged")
      .on(Side::target);
}

void FolderAppender::expunge(const store::AsSeen& message) { batch_.expunge(message); }

}  // namespace mailhaul::formats::mbox
