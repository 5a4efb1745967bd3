#include "formats/archive/maildir_cursor.hpp"

#include <utility>

#include "formats/maildir/name.hpp"

namespace mailhaul::formats::archive {

MaildirCursor::MaildirCursor(std::shared_ptr<MaildirTree> tree, std::vector<store::FolderRef> folders)
    : tree_(std::move(tree)), folders_(std::move(folders)) {}

MaildirCursor::MaildirCursor(std::shared_ptr<MaildirTree> tree, store::FolderRef folder, std::set<store::Handle> wanted)
    : tree_(std::move(tree)), folders_{std::move(folder)}, wanted_(std::move(wanted)) {}

Error MaildirCursor::failure(Cause cause, std::string_view reason) const {
  return Error(cause, Scope::message, "reading a message")
      .in(folder_.display())
      .at(tree_->archive().place() + ": " + tree_->archive().path_of(member_.number))
      .because(reason)
      .on(tree_->archive().side());
}

bool MaildirCursor::next() {
  content_.reset();
  for (;;) {
    if (!is_open_) {
      if (next_folder_ == folders_.size()) return false;
      open_folder();
    }
    if (next_place_ == order_.size()) {
      close_folder();
      continue;
    }
    item_ = order_[next_place_++];
    if (wanted_ && wanted_->count(listing_.handle_of(item_)) == 0) continue;
    show();
    if (member_.kind == MemberKind::symlink) throw failure(Cause::refused, "a symbolic link, not followed");
    return true;
  }
}

void MaildirCursor::open_folder() {
  folder_ = folders_[next_folder_++];
  home_ = tree_->existing_home_of(folder_);
  const std::string display = folder_.display();
  listing_ = MaildirListing(*tree_, home_, display);
  order_ = listing_.storage_order(tree_->archive());
  next_place_ = 0;
  keywords_ = tree_->read_keywords(home_, display);
  ids_ = maildir::ListedIds(
      [&](const maildir::UidListParser::Take& take) { return tree_->read_uid_list(home_, display, take); },
      [this](const Finding& finding) { tree_->tell(finding); }, display, listing_.names());
  is_open_ = true;
}

void MaildirCursor::close_folder() {
  store::WalkEnd end;
  end.stable = !tree_->archive().damage() && tree_->archive().is_unchanged();
  if (end.stable && !wanted_) end.stamp = tree_->stamp();
  ends_[folder_] = std::move(end);
  listing_ = {};
  order_.clear();
  ids_ = {};
  is_open_ = false;
}

store::WalkEnd MaildirCursor::end(const store::FolderRef& folder) {
  const auto there = ends_.find(folder);
  // Not walked to its end: nothing may be concluded from what was not seen.
  return there == ends_.end() ? store::WalkEnd{std::nullopt, false} : there->second;
}

void MaildirCursor::show() {
  member_ = tree_->archive().member(listing_.member_of(item_));
  const maildir::FileName parsed = maildir::parse_file_name(listing_.names().name(item_));
  info_ = {};
  info_.handle = listing_.handle_of(item_);
  info_.flags = parsed.flags;
  info_.recent = listing_.names().item(item_).in_new;
  info_.ids = ids_.ids_of(listing_.names(), item_);
  info_.internal_date = mail::InternalDate{std::chrono::seconds{member_.modified_seconds}};
  info_.date_source = store::DateSource::file_time;
  info_.hints.base_name = parsed.base;
  info_.hints.info_extra = parsed.extra;
  info_.hints.time_in_name = maildir::time_in_name(parsed.base);
  if (parsed.slots != 0 && keywords_) show_keywords(parsed.slots);
}

void MaildirCursor::show_keywords(maildir::SlotBits slots) {
  info_.keywords = keywords_->names_of(slots);
  for (unsigned i = 0; i < maildir::slot_count; ++i) {
    if ((slots >> i & 1U) == 0 || !keywords_->name(i).empty()) continue;
    tree_->tell({FindingKind::keyword, Weight::note, folder_.display(),
                 std::string(1, static_cast<char>('a' + static_cast<int>(i))),
                 std::string("a keyword letter without a line in ") + maildir::keyword_file_name + ": shown as " +
                     keywords_->shown_name(i)});
  }
}

io::Source& MaildirCursor::content() {
  if (!member_.content) throw failure(Cause::damaged, "a hard link to something that is not in the archive before it");
  if (member_.size_octets > store::largest_message_octets) throw failure(Cause::limit, "larger than 4 GiB");
  if (!contents_) contents_ = tree_->archive().contents();
  io::Source* stored = nullptr;
  try {
    stored = &contents_->open(*member_.content);
  } catch (Error& error) {
    throw error.in(folder_.display());
  }
  const auto place = [this] {
    return io::StreamPlace{tree_->archive().place() + ": " + tree_->archive().path_of(member_.number),
                           tree_->archive().side()};
  };
  maildir::MessageOctets& octets = content_.emplace(*stored, place, plain_buffer_);
  // As of a live Maildir: a name that states just what is stored is believed to be that of a plain message.
  if (maildir::size_field(listing_.names().name(item_), 'S') != member_.size_octets)
    info_.hints.compression = octets.compression();
  if (!info_.hints.compression) info_.size_octets = member_.size_octets;
  return octets;
}

}  // namespace mailhaul::formats::archive
