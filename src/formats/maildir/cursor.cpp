#include "formats/maildir/cursor.hpp"

#include <algorithm>
#include <utility>

#include "formats/maildir/handle.hpp"
#include "formats/maildir/name.hpp"
#include "mailhaul/fs/control_file.hpp"

namespace mailhaul::formats::maildir {

namespace {

const char* reason_of(fs::Refusal refusal) {
  switch (refusal) {
  case fs::Refusal::symlink: return "a symbolic link, not followed";
  case fs::Refusal::special: return "a FIFO, socket or device, not opened";
  case fs::Refusal::directory: return "a directory";
  case fs::Refusal::foreign_owner: return "owned by somebody else than the mailbox";
  case fs::Refusal::sparse: return "a sparse file, far larger than what is stored of it";
  case fs::Refusal::other_mount: return "on another file system";
  default: return "not there";
  }
}

}  // namespace

Cursor::Cursor(std::shared_ptr<Tree> tree, std::vector<store::FolderRef> folders)
    : tree_(std::move(tree)), folders_(std::move(folders)) {}

Cursor::Cursor(std::shared_ptr<Tree> tree, store::FolderRef folder, std::vector<store::Handle> handles)
    : tree_(std::move(tree)), folders_{std::move(folder)}, wanted_(std::move(handles)) {}

Error Cursor::failure(Cause cause, std::string_view reason) const {
  const std::string place = directories_->home.place() + (in_new_ ? "/new/" : "/cur/") + name_;
  return Error(cause, Scope::message, "reading a message")
      .in(folder_.display())
      .at(place)
      .because(reason)
      .on(tree_->side());
}

bool Cursor::next() {
  content_.reset();
  for (;;) {
    if (!directories_) {
      if (next_folder_ == folders_.size()) return false;
      open_folder();
    }
    const Listing& listing = *listing_;
    while (next_place_ < listing.size() && !selected_.empty() && !selected_[listed_.item_at(next_place_)])
      ++next_place_;
    if (next_place_ == listing.size()) {
      close_folder();
      continue;
    }
    index_ = listed_.item_at(next_place_++);
    const Listing::Item& item = listing.item(index_);
    show(listing.name(index_), item.in_new);
    if (item.is_symlink) throw failure(Cause::refused, reason_of(fs::Refusal::symlink));
    if (newest_) static_cast<void>(follow_move());
    return true;
  }
}

void Cursor::open_folder() {
  folder_ = folders_[next_folder_++];
  try {
    directories_ = tree_->find(folder_);
    if (!directories_) {
      throw Error(Cause::not_found, Scope::folder, "opening a folder").at(tree_->root().place()).on(tree_->side());
    }
    const std::string display = folder_.display();
    if (wanted_)
      find_wanted(display);
    else
      scan(display);
    // After the names: a server writes the name of a keyword before the first letter shows.
    read_keywords();
    listed_ = ListedIds(*tree_, directories_->home, display, *listing_);
  } catch (Error& error) {
    directories_.reset();
    error.in(folder_.display());
    if (error.scope() == Scope::message) error.reaching(Scope::folder);
    throw;
  }
  nameless_told_ = 0;
  next_place_ = 0;
  newest_.reset();
}

void Cursor::scan(const std::string& display) {
  Scan seen = scan_folder(*directories_, tree_->context().clock, display);
  for (const Finding& finding : seen.findings) tree_->tell(finding);
  const bool is_whole = directories_->cur && directories_->fresh;
  // Without a stamp the next run looks again, and is told the same.
  end_ = {is_whole ? std::move(seen.stamp) : std::nullopt, seen.stable, is_whole};
  listing_ = std::make_shared<const Listing>(std::move(seen.listing));
  if (seen.has_namesakes)
    tree_->known_listings().forget(folder_);
  else
    tree_->known_listings().put(folder_, listing_);
}

void Cursor::find_wanted(const std::string& display) {
  const auto has_all = [this](const Listing& listing) {
    return std::all_of(wanted_->begin(), wanted_->end(),
                       [&](const store::Handle& handle) { return find_message(listing, handle) != listing.size(); });
  };
  listing_ = tree_->known_listings().find(folder_);
  if (!listing_ || !has_all(*listing_))
    listing_ =
        std::make_shared<const Listing>(scan_folder(*directories_, tree_->context().clock, display, has_all).listing);
  select_wanted();
}

void Cursor::select_wanted() {
  const Listing& listing = *listing_;
  selected_.assign(listing.size(), false);
  for (const store::Handle& handle : *wanted_) {
    const std::size_t index = find_message(listing, handle);
    if (index != listing.size()) selected_[index] = true;
  }
  if (listing.size() == 0) selected_.clear();
}

void Cursor::close_folder() {
  ends_[folder_] = std::exchange(end_, {});
  directories_.reset();
  listing_.reset();
  listed_ = {};
  newest_.reset();
}

store::WalkEnd Cursor::end(const store::FolderRef& folder) {
  const auto it = ends_.find(folder);
  // Not walked to its end: nothing may be concluded from what was not seen.
  return it == ends_.end() ? store::WalkEnd{std::nullopt, false} : it->second;
}

void Cursor::read_keywords() {
  keywords_are_fresh_ = true;
  courier_keywords_.reset();
  try {
    const auto file = fs::read_control_file(directories_->home, keyword_file_name, keyword_file_limit);
    keywords_ = file ? KeywordSlots::parse(file->text) : KeywordSlots{};
    keywords_are_readable_ = true;
    // One that Dovecot took over from Courier has a keyword file, and Courier's are of long ago.
    if (!file) read_courier_keywords();
  } catch (const Error& error) {
    // The mail matters more than its labels; and invented ones would stay for ever.
    keywords_are_readable_ = false;
    tree_->tell({FindingKind::keyword, Weight::lost, folder_.display(), keyword_file_name,
                 "names of keywords can't be read: " + error.reason()});
  }
}

void Cursor::read_courier_keywords() {
  courier_keywords_ = CourierKeywords::find(directories_->home, [this](std::string_view base) {
    const auto [first, end] = listing_->find(base);
    return first != end;
  });
  if (courier_keywords_ && courier_keywords_->left_out() > 0)
    tree_->tell({FindingKind::over_limit, Weight::lost, folder_.display(), "courierimapkeywords",
                 "keywords of more messages, or more keywords, than are kept", courier_keywords_->left_out()});
}

void Cursor::show(std::string_view name, bool in_new) {
  name_ = name;
  in_new_ = in_new;
  const FileName parsed = parse_file_name(name_);
  info_ = {};
  info_.handle = handle_of(*listing_, index_);
  info_.flags = parsed.flags;
  info_.recent = in_new;
  info_.ids = listed_.ids_of(*listing_, index_);
  info_.hints.base_name = parsed.base;
  info_.hints.info_extra = parsed.extra;
  info_.hints.time_in_name = time_in_name(parsed.base);
  if (parsed.slots != 0) show_keywords(parsed.slots);
  if (courier_keywords_) show_courier_keywords();
}

void Cursor::show_courier_keywords() {
  try {
    for (const std::string& name : courier_keywords_->of(info_.hints.base_name)) info_.keywords.add(name);
  } catch (const Error& error) {
    tree_->tell({FindingKind::keyword, Weight::lost, folder_.display(), info_.hints.base_name,
                 "its keywords can't be read: " + error.reason()});
  }
}

void Cursor::show_keywords(SlotBits slots) {
  const auto nameless = [&] {
    SlotBits out = 0;
    for (unsigned i = 0; i < slot_count; ++i)
      if ((slots >> i & 1U) != 0 && keywords_.name(i).empty()) out |= SlotBits{1} << i;
    return out;
  };
  // A letter that is newer than the file as we read it.
  if (nameless() != 0 && !keywords_are_fresh_) read_keywords();
  if (!keywords_are_readable_) return;
  info_.keywords = keywords_.names_of(slots);
  const SlotBits untold = nameless() & ~nameless_told_;
  nameless_told_ |= untold;
  for (unsigned i = 0; i < slot_count; ++i) {
    if ((untold >> i & 1U) == 0) continue;
    tree_->tell({FindingKind::keyword, Weight::note, folder_.display(),
                 std::string(1, static_cast<char>('a' + static_cast<int>(i))),
                 std::string("a keyword letter without a line in ") + keyword_file_name + ": shown as " +
                     keywords_.shown_name(i)});
  }
}

io::Source& Cursor::content() {
  fs::File file = open_current();
  const fs::Status& status = file.opened_as();
  if (status.size_octets > store::largest_message_octets) throw failure(Cause::limit, "larger than 4 GiB");
  const std::uint64_t stored_octets = status.size_octets;
  info_.internal_date = std::chrono::floor<std::chrono::seconds>(status.modified);
  info_.date_source = store::DateSource::file_time;
  Body& body = content_.emplace(std::move(file), tree_->side(), buffers_);
  // A name that states just what is stored is believed to be that of a plain message, so that who only counts (scan)
  // reads no body. Where it lies the octets are right all the same; only the hint is missing.
  if (size_field(name_, 'S') != stored_octets) info_.hints.compression = body.compression();
  if (!info_.hints.compression) info_.size_octets = stored_octets;
  return body;
}

fs::File Cursor::open_current() {
  for (unsigned look = 0;; ++look) {
    fs::OpenResult opened;
    try {
      opened = directories_->holding(in_new_).open_file(name_, fs::EntryKind::regular);
    } catch (Error& error) {
      throw error.in(folder_.display());
    }
    if (opened.file) return std::move(*opened.file);
    if (opened.refusal != fs::Refusal::missing) {
      Error error = failure(Cause::refused, reason_of(opened.refusal));
      if (opened.refusal == fs::Refusal::sparse) error.hint("--allow-sparse reads it");
      throw error;
    }
    // D10. Of files that share a base name none can be told from the others once it was renamed.
    if (look >= most_passes || listing_->item(index_).has_namesakes)
      throw failure(Cause::source_changed, "removed or renamed while the folder was read");
    list_again();
    static_cast<void>(follow_move());
  }
}

void Cursor::list_again() {
  try {
    newest_ = list_once(*directories_, 0, listing_.get(), folder_.display(), nullptr);
  } catch (Error& error) {
    throw error.in(folder_.display()).reaching(Scope::message);
  }
  keywords_are_fresh_ = false;
}

bool Cursor::follow_move() {
  const Listing::Item& item = listing_->item(index_);
  if (item.has_namesakes) return false;
  const auto [first, end] = newest_->find(listing_->base(index_));
  if (first == end) return false;
  // Seen in new/ and in cur/: on its way to cur/, which stands first.
  show(newest_->name(first), newest_->item(first).in_new);
  return true;
}

}  // namespace mailhaul::formats::maildir
