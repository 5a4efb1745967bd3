// Making messages visible. Nothing has a name before flush(): first the keyword file, so that no letter shows without
// its name; then changes of flags, which can be done twice without harm; then messages that come from other folders;
// then the new files, by the batch (D1), which makes the directories durable for all of them.
//
// A flush that fails gives no receipts, and its messages are written once more (D3). Those that got their name before
// the failure would then be there twice, and whether they are whole on the disk nobody knows: so they are taken back,
// each only while it still is the very file that this flush made (S11). Those that were moved here go back.

#include "formats/maildir/writer.hpp"

#include <algorithm>
#include <utility>

#include "formats/maildir/name.hpp"
#include "formats/maildir/new_message.hpp"
#include "formats/maildir/scan.hpp"
#include "formats/maildir/target_uid_list.hpp"
#include "mailhaul/fs/left_overs.hpp"

namespace mailhaul::formats::maildir {

namespace {

/// D1.
constexpr std::size_t most_files = 256;
constexpr std::uint64_t most_octets = std::uint64_t{64} << 20U;
constexpr std::size_t most_changes = 4096;

}  // namespace

WritableFolder make_folder(Tree& tree, const store::FolderRef& folder, const fs::Birth& birth) {
  std::vector<fs::Directory> above;
  bool was_made = false;
  const auto open_or_make = [&](const fs::Directory& parent, const std::string& name) {
    if (auto found = parent.find_directory(name)) return *found;
    fs::Directory made = parent.make_directory(name, birth);
    was_made = true;
    return made;
  };
  const std::string directory = tree.directory_for(folder);
  try {
    fs::Directory home = tree.root();
    for (std::string_view rest = directory; !rest.empty();) {  // LAYOUT=fs: parents too
      const std::string_view level = rest.substr(0, rest.find('/'));
      above.push_back(home);
      home = open_or_make(home, std::string(level));
      rest.remove_prefix(std::min(rest.size(), level.size() + 1));
    }
    above.push_back(home);
    const fs::Directory cur = open_or_make(home, "cur");
    const fs::Directory fresh = open_or_make(home, "new");
    const fs::Directory tmp = open_or_make(home, "tmp");
    const bool is_marked = tree.naming().layout == Layout::maildir_plus_plus && !directory.empty();
    if (is_marked && !home.look_at("maildirfolder")) {
      fs::NewFile mark = home.create_file();
      mark.dress(birth, std::nullopt);
      static_cast<void>(mark.link(home, "maildirfolder"));
      was_made = true;
    }
    tree.made(folder, directory);
    const fs::FileTime now = tree.context().clock.now();
    fs::remove_left_overs(tmp, now);
    fs::remove_left_overs(home, now);
    return {{home, fresh, cur}, tmp, std::move(above), was_made};
  } catch (Error& error) {
    throw error.in(folder.display());
  }
}

Writer::Writer(std::shared_ptr<Tree> tree, const store::FolderRef& folder, WritableFolder opened,
               const TargetOptions& options)
    : tree_(std::move(tree)),
      folder_(folder),
      display_(folder.display()),
      opened_(std::move(opened)),
      options_(options),
      keywords_(*tree_, opened_.directories, options_.birth, display_),
      bases_(tree_->context(), opened_.directories, tree_->known_listings().find(folder)),
      changer_(*tree_, folder, opened_.directories, keywords_),
      mover_(*tree_, opened_.directories, keywords_, bases_, display_),
      batch_(opened_.directories.home) {}

std::unique_ptr<store::MessageWriter> Writer::append(const store::MessageInfo& info) {
  return std::make_unique<NewMessage>(*this, info);
}

std::optional<io::Compression> Writer::compression_for(const store::MessageInfo& info) const {
  switch (options_.compress) {
  case Compress::keep: return info.hints.compression;
  case Compress::none: return std::nullopt;
  case Compress::gzip: return io::Compression::gzip;
  }
  return std::nullopt;
}

void Writer::add(Waiting waiting) {
  const std::string& hint = waiting.info.hints.base_name;
  const std::string wanted = with_right_sizes(hint, waiting.octets, waiting.octets_with_crlf);
  const bool is_kept = is_usable_base(wanted) && !bases_.is_taken(wanted);
  if (is_kept) {
    waiting.base = wanted;
    bases_.take(wanted);
    if (wanted != hint) wrongly_sized_.note(hint);
  } else {
    waiting.base = bases_.make(waiting.octets, waiting.octets_with_crlf);
    if (!hint.empty()) renamed_.note(hint);
  }
  if (waiting.looked_compressed) {
    looked_compressed_.note(waiting.base);
  } else if (waiting.is_compressed) {
    compressed_.note(waiting.base);
  } else if (waiting.info.hints.compression) {
    unpacked_.note(waiting.base);
  }
  waiting_octets_ += waiting.octets;
  asked_.emplace_back(Asked::append, waiting_.size());
  waiting_.push_back(std::move(waiting));
}

void Writer::change_flags(const store::Handle& handle, const store::FlagChange& change) {
  asked_.emplace_back(Asked::change, changes_.size());
  changes_.push_back({{handle}, change, false});
}

void Writer::expunge(const store::AsSeen& message) {
  asked_.emplace_back(Asked::change, changes_.size());
  changes_.push_back({message, {}, true});
}

void Writer::take(const store::FolderRef& from, const store::AsSeen& message) {
  asked_.emplace_back(Asked::move, moves_.size());
  moves_.push_back({from, message});
}

bool Writer::batch_is_full() const {
  return waiting_.size() >= most_files || waiting_octets_ >= most_octets ||
         changes_.size() + moves_.size() >= most_changes;
}

void Writer::settle_keywords() {
  mail::KeywordSet wanted;
  bool is_removing = false;
  for (const Waiting& one : waiting_) wanted.add_all(one.info.keywords.names());
  for (const Change& change : changes_) {
    wanted.add_all(change.flags.add_keywords.names());
    is_removing = is_removing || !change.flags.remove_keywords.empty();
  }
  for (const Move& move : moves_) wanted.add_all(move.message.keywords.names());
  if (!wanted.empty()) {
    keywords_.settle(wanted);
  } else if (is_removing) {
    keywords_.refresh();
  }
}

void Writer::choose_name(Waiting& waiting) {
  const store::MessageInfo& info = waiting.info;
  if (!waiting.in_new) {
    waiting.suffix = info_suffix(info.flags, keywords_.letters_of(info.keywords), info.hints.info_extra);
    if (!info.hints.info_extra.empty()) {  // sizes are believed even behind the flags
      const std::string as_it_was = waiting.suffix;
      waiting.suffix = with_right_sizes(waiting.base + as_it_was, waiting.octets, waiting.octets_with_crlf)
                           .substr(waiting.base.size());
      if (waiting.suffix != as_it_was) wrongly_sized_.note(waiting.base + as_it_was);
    }
    if (waiting.base.size() + waiting.suffix.size() > longest_name) {
      waiting.base = bases_.make(waiting.octets, waiting.octets_with_crlf);
    }
    if (waiting.base.size() + waiting.suffix.size() > longest_name) {
      waiting.suffix.resize(longest_name - waiting.base.size());
      tree_->tell({FindingKind::over_limit, Weight::lost, display_, waiting.base,
                   "the part of the file name behind the flags was too long and is cut"});
    }
  }
  keywords_.count_lost(info.keywords);
  waiting.name = waiting.base + waiting.suffix;
}

void Writer::flush_batch(std::vector<store::Receipt>& receipts) {
  settle_keywords();
  for (const fs::Directory& directory : opened_.above) batch_.also_sync(directory);
  const auto touched = [this](const fs::Directory& where) { batch_.also_sync(where); };
  const auto changed = changer_.apply(changes_, touched);
  const auto moved = mover_.apply(moves_, touched);
  for (Waiting& one : waiting_) {
    choose_name(one);
    batch_.add(std::move(one.file), opened_.directories.holding(one.in_new), one.name);
  }
  batch_.flush([this](std::size_t index) {
    Waiting& one = waiting_[index];
    one.base = bases_.make(one.octets, one.octets_with_crlf);
    return one.name = one.base + one.suffix;
  });
  for (const auto& [asked, index] : asked_) {
    switch (asked) {
    case Asked::append: receipts.push_back({store::Receipt::Outcome::done, {waiting_[index].base}}); break;
    case Asked::change: receipts.push_back(changed[index]); break;
    case Asked::move: receipts.push_back(moved[index]); break;
    }
  }
}

std::vector<store::Receipt> Writer::flush() {
  std::vector<store::Receipt> receipts;
  if (asked_.empty() && !opened_.was_made) return receipts;
  if (!waiting_.empty() || !moves_.empty()) tree_->known_listings().forget(folder_);
  try {
    flush_batch(receipts);
  } catch (Error& error) {
    take_back();
    if (error.folder().empty()) error.in(display_);
    throw;
  } catch (...) {
    take_back();
    throw;
  }
  opened_.above.clear();
  opened_.was_made = false;
  keywords_.tell_lost();
  tell(renamed_, FindingKind::duplicate_name,
       "the base name is taken in the folder, or can't be one: written under a new name");
  tell(wrongly_sized_, FindingKind::wrong_size,
       "the size in the file name is not that of the message: put right in the name of the copy");
  tell(compressed_, FindingKind::compression, "written compressed");
  tell(looked_compressed_, FindingKind::compression,
       "begins like a compressed file: written compressed, or every reader would take it for one");
  tell(unpacked_, FindingKind::compression, "compressed at the source, written plain");
  forget_batch();
  return receipts;
}

void Writer::tell(Noted& noted, FindingKind kind, const std::string& text) {
  if (noted.messages > 0)
    tree_->context().findings.add({kind, Weight::note, display_, noted.example, text, noted.messages});
  noted = {};
}

void Writer::take_back() {
  batch_.drop();
  mover_.take_back();
  for (const Waiting& one : waiting_) {
    bases_.give_back(one.base);
    if (one.name.empty()) continue;
    try {
      static_cast<void>(opened_.directories.holding(one.in_new).remove(one.name, one.id));
    } catch (const Error&) {
      // It stays, complete; the next run finds it by its content.
    }
  }
  keywords_.forget_lost();
  forget_batch();
}

void Writer::forget_batch() {
  waiting_.clear();
  changes_.clear();
  moves_.clear();
  mover_.forget();
  asked_.clear();
  waiting_octets_ = 0;
  renamed_ = wrongly_sized_ = compressed_ = looked_compressed_ = unpacked_ = {};
}

store::Finished Writer::finish(const store::FolderInfo& info, store::NumberedMessages& messages) {
  static_cast<void>(flush());
  try {
    // No stamp: no lock keeps a server from delivering, so nobody can vouch.
    return {std::nullopt, TargetUidList(*tree_, opened_.directories, options_.birth, display_).settle(info, messages)};
  } catch (Error& error) {
    if (error.folder().empty()) error.in(display_);
    throw;
  }
}

}  // namespace mailhaul::formats::maildir
