#include "formats/mboxdir/tree.hpp"

#include <algorithm>
#include <utility>

#include "formats/mbox/left_over_name.hpp"
#include "formats/mboxdir/first_mbox.hpp"
#include "formats/mboxdir/marked_name.hpp"
#include "formats/mboxdir/names.hpp"
#include "mailhaul/mail/name_mark.hpp"

namespace mailhaul::formats::mboxdir {
namespace {

/// S13. Larger trees are nobody's mail.
constexpr std::size_t most_entries = 1'000'000;
constexpr int most_tries = static_cast<int>(most_marks);
/// Mail programs pass these over, so they cost a look and a line each only up to here.
constexpr std::size_t most_passed_over = 1000;
/// NAME_MAX, and what is left of it by a dotlock.
constexpr std::size_t longest_component = 255;
constexpr std::size_t longest_lockable_file = longest_component - std::string_view(".lock").size();

std::string joined(const std::string& directory, const std::string& name) {
  return directory.empty() ? name : directory + "/" + name;
}

FindingKind kind_of(fs::Refusal refusal) {
  switch (refusal) {
  case fs::Refusal::symlink: return FindingKind::symlink;
  case fs::Refusal::foreign_owner: return FindingKind::foreign_owner;
  case fs::Refusal::sparse: return FindingKind::sparse;
  default: return FindingKind::special_file;
  }
}

}  // namespace

/// A directory on the way of the listing.
struct Tree::Level {
  std::string path{};
  std::vector<std::string> parts{};
};

Tree::Tree(Context& context, fs::Directory root, std::optional<mbox::MailboxPlace> inbox,
           const mbox::SourceOptions& options)
    : context_(context), root_(std::move(root)), inbox_(std::move(inbox)), options_(options) {}

store::StoreId Tree::identity() const {
  return {"mboxdir:" + std::to_string(root_.file_system()) + ":" + std::to_string(root_.opened_as().id.inode) + ":" +
          root_.place()};
}

void Tree::note_once(const Finding& finding) {
  if (told_.emplace(std::string(to_string(finding.kind)) + '\0' + finding.folder + '\0' + finding.where, true).second)
    context_.findings.add(finding);
}

void Tree::note_unread(FindingKind kind, const std::string& where, const std::string& text) {
  // At the target nothing is missing by it: we only add.
  note_once({kind, side() == Side::target ? Weight::note : Weight::failed, {}, where, text});
}

void Tree::list() {
  files_.clear();
  left_overs_.clear();
  left_over_names_ = 0;
  entries_ = 0;
  passed_over_ = 0;
  list_level(root_, {});
  name_folders();
}

void Tree::list_level(const fs::Directory& directory, const Level& level) {
  if (level.parts.size() >= deepest_folder)
    return note_unread(FindingKind::over_limit, level.path, "directories nested too deep: not read");
  directory.list([&](const fs::Entry& entry) {
    if (is_temporary(entry.name)) take_left_over(level, entry.name);
    if (!is_passed_over(entry.name))
      take_entry(directory, level, entry);
    else if (side() == Side::source && can_hide_mail(entry.name) && ++passed_over_ <= most_passed_over)
      tell_passed_over(directory, level, entry);
  });
}

void Tree::take_left_over(const Level& level, const std::string& name) {
  const std::string_view mark = mbox::mark_in_left_over(name);
  if (mark.empty() || side() != Side::target || ++left_over_names_ > most_entries) return;
  left_overs_[joined(level.path, std::string(mark))].push_back(name);
}

std::vector<std::string> Tree::left_overs_of(const mail::FolderName& folder) {
  const std::lock_guard guard(mutex_);
  if (!spots_) list();
  const auto spot = spots_->find(folder);
  if (spot == spots_->end()) return {};
  const auto found = left_overs_.find(joined(spot->second.directory, mail::name_mark(spot->second.name)));
  return found == left_overs_.end() ? std::vector<std::string>() : found->second;
}

/// As with Dovecot it is no mailbox; but who put mail there may think that it is one.
void Tree::tell_passed_over(const fs::Directory& directory, const Level& level, const fs::Entry& entry) {
  const std::string path = joined(level.path, entry.name);
  std::string mbox;
  try {
    if (const fs::OpenResult opened = directory.open_file(entry.name, entry.kind); opened.file) {
      if (opened.file->opened_as().size_octets > 0 &&
          mbox::look_for_mail(*opened.file, Side::none, {}, mbox::Depth::beginning).is_readable)
        mbox = path;
    } else if (opened.refusal == fs::Refusal::directory) {
      const auto below = directory.find_directory(entry.name);
      const std::string first = below ? first_mbox(*below) : "";
      if (!first.empty()) mbox = joined(path, first);
    }
  } catch (const Error&) {
    return;  // what is not opened shows nothing, and no server would have opened it
  }
  if (mbox.empty()) return;
  note_once({FindingKind::ignored_file,
             Weight::note,
             {},
             path,
             (mbox == path ? "an mbox" : "a directory with an mbox in it, " + mbox) +
                 ", under a name that mail programs pass over: not read"});
}

void Tree::take_entry(const fs::Directory& directory, const Level& level, const fs::Entry& entry) {
  const std::string path = joined(level.path, entry.name);
  if (is_inbox_place(directory, entry.name)) return;  // one file is one folder
  if (++entries_ > most_entries)
    return note_unread(FindingKind::over_limit, level.path, "too many files: not all read");
  fs::EntryKind kind = entry.kind;
  if (kind == fs::EntryKind::unknown) {
    const auto status = directory.look_at(entry.name);
    if (!status) return;
    kind = status->kind;
  }
  if (kind == fs::EntryKind::directory) {
    try {
      const auto below = directory.find_directory(entry.name);
      if (!below) return;
      Level next{path, level.parts};
      next.parts.push_back(entry.name);
      list_level(*below, next);
    } catch (const Error& error) {
      note_unread(error.cause() == Cause::refused ? FindingKind::foreign_owner : FindingKind::unreadable, path,
                  "a directory that could hold mailboxes was not opened: " + error.reason());
    }
    return;
  }
  if (side() == Side::target) {
    if (kind == fs::EntryKind::regular) files_.emplace(path, Listed{level.parts});
  } else if (const auto opening = look_into(directory, path, entry)) {
    files_.emplace(path, Listed{level.parts, opening->compression});
  }
}

std::optional<mbox::Opening> Tree::look_into(const fs::Directory& directory, const std::string& path,
                                             const fs::Entry& entry) {
  try {
    const fs::OpenResult opened = directory.open_file(entry.name, entry.kind);
    if (opened.refusal == fs::Refusal::missing) return std::nullopt;
    if (opened.refusal != fs::Refusal::none) {
      note_unread(kind_of(opened.refusal), path, "not opened: no file that a mailbox of this tree may be");
      return std::nullopt;
    }
    mbox::Opening opening = mbox::look_for_mail(*opened.file, side(), options_, mbox::Depth::whole);
    if (opening.is_readable) return opening;
    note_once({FindingKind::ignored_file, Weight::note, {}, path, "no mbox: " + opening.text});
  } catch (const Error& error) {
    note_unread(FindingKind::unreadable, path, std::string("not read: ") + error.what());
  }
  return std::nullopt;
}

bool Tree::is_inbox_place(const fs::Directory& directory, const std::string& name) const {
  return inbox_ && name == inbox_->name && directory.opened_as().id == inbox_->directory.opened_as().id;
}

/// From the files, in the order of their names, so that of two that mean the same the choice is always the same one;
/// those first whose folder has the very name of the file.
void Tree::name_folders() {
  spots_.emplace();
  without_suffix_ = 0;
  for (const bool plain : {true, false})
    for (const auto& [path, listed] : files_) name_folder(path, listed, plain);
  if (without_suffix_ > 0 && side() == Side::source)
    note_once({FindingKind::folder_name,
               Weight::note,
               {},
               "",
               "files called NAME.mbox, as archives have them: read as folders NAME",
               without_suffix_});
}

void Tree::name_folder(const std::string& path, const Listed& listed, bool plain) {
  const std::size_t slash = path.rfind('/');
  Spot spot;
  if (slash != std::string::npos) spot.directory = path.substr(0, slash);
  spot.name = slash == std::string::npos ? path : path.substr(slash + 1);
  bool guessed = false;
  mail::FolderName folder = folder_of(meant_by(spot, listed), guessed);
  const mail::FolderName spelled = folder_of(spelled_by(spot, listed), guessed);
  if ((folder == spelled) != plain) return;
  // list.mbox and list.mbox.gz may be the same mail, or not; so may A/B and A-sub-1f3a9c/B.
  if (spots_->count(folder) != 0) folder = spelled;
  if (folder != spelled && listed.levels.empty() && has_mbox_suffix(spot.name)) ++without_suffix_;
  if (folder.is_inbox() && inbox_)
    return note_once(
        {FindingKind::folder_name, Weight::lost, {}, path, "hidden by the INBOX that the location names: not read"});
  if (guessed)
    note_once({FindingKind::folder_name, Weight::note, folder.display(), path, "a name that is not modified UTF-7"});
  add(std::move(folder), spot);
}

std::vector<std::string> Tree::spelled_by(const Spot& spot, const Listed& listed) {
  std::vector<std::string> names = listed.levels;
  names.push_back(spot.name);
  return names;
}

/// Without what stands there only because files are what they are.
std::vector<std::string> Tree::meant_by(const Spot& spot, const Listed& listed) {
  std::vector<std::string> names;
  for (const std::string& level : listed.levels) names.emplace_back(unmarked(level, Mark::children));
  std::string_view leaf = without_compression_suffix(spot.name, listed.compression);
  if (names.empty() && has_mbox_suffix(leaf)) leaf.remove_suffix(mbox_suffix.size());
  names.emplace_back(unmarked(leaf, Mark::messages));
  return names;
}

mail::FolderName Tree::folder_of(const std::vector<std::string>& names, bool& guessed) {
  if (names.size() == 1 && is_inbox_name(names.front())) return {};
  std::vector<std::string> parts;
  guessed = false;
  for (const std::string& name : names) {
    const mail::DecodedLevel decoded = mail::decode_level(name);
    guessed = guessed || decoded.encoding != mail::NameEncoding::modified_utf7;
    parts.push_back(decoded.utf8);
  }
  return mail::FolderName(std::move(parts));
}

void Tree::add(mail::FolderName folder, const Spot& spot) {
  const auto [there, is_new] = spots_->emplace(std::move(folder), spot);
  if (!is_new)
    note_unread(FindingKind::folder_name, spot.path(),
                "its folder has the same name as that of " + there->second.path() + ": not read");
}

std::map<mail::FolderName, std::string> Tree::paths() {
  const std::lock_guard guard(mutex_);
  if (!spots_) list();
  std::map<mail::FolderName, std::string> out;
  for (const auto& [folder, spot] : *spots_) out.emplace(folder, spot.path());
  return out;
}

std::vector<mail::FolderName> Tree::folders() {
  const std::lock_guard guard(mutex_);
  list();
  std::vector<mail::FolderName> names;
  const mail::FolderName inbox;
  if (inbox_ ? inbox_->directory.look_at(inbox_->name).has_value() : spots_->count(inbox) != 0) names.push_back(inbox);
  for (const auto& entry : *spots_)
    if (entry.first != inbox) names.push_back(entry.first);
  return names;
}

/// Where a folder that was not listed shall be. A name that is taken by the other kind of thing, or that would be read
/// as that of another folder, gets a mark.
std::optional<Spot> Tree::free_spot(const mail::FolderName& folder) {
  Spot spot;
  std::optional<fs::Directory> at = root_;
  const std::vector<std::string>& parts = folder.parts();
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    auto name = name_of_level(parts[i]);
    if (!name) return std::nullopt;
    const auto is_taken = [&] {
      const auto status = at ? at->look_at(*name) : std::nullopt;
      return (status && status->kind != fs::EntryKind::directory) || (at && is_inbox_place(*at, *name));
    };
    for (int tries = 0; tries < most_tries && is_taken(); ++tries) name = marked(*name, Mark::children);
    if (name->size() > longest_component) return std::nullopt;
    spot.directory = joined(spot.directory, *name);
    if (at) at = at->find_directory(*name);
  }
  auto name = folder.is_inbox() ? std::optional<std::string>("inbox") : name_of_level(parts.back());
  if (!name) return std::nullopt;
  const auto is_taken = [&] {
    const auto status = at ? at->look_at(*name) : std::nullopt;
    return (status && status->kind == fs::EntryKind::directory) || (at && is_inbox_place(*at, *name));
  };
  if (parts.size() == 1 && has_mbox_suffix(*name)) name = marked(*name, Mark::messages);
  for (int tries = 0; tries < most_tries && is_taken(); ++tries) name = marked(*name, Mark::messages);
  if (name->size() > longest_lockable_file) return std::nullopt;
  spot.name = *name;
  return spot;
}

std::optional<Spot> Tree::spot_of(const store::FolderRef& folder) {
  if (!folder.mailbox.empty()) return std::nullopt;
  if (!spots_) list();
  if (const auto it = spots_->find(folder.folder); it != spots_->end()) return it->second;
  return free_spot(folder.folder);
}

mbox::MailboxPlace Tree::place(const store::FolderRef& folder, const Spot& spot, const fs::Directory& directory) const {
  mbox::MailboxPlace place{root_.place() + "/" + spot.path(), directory, spot.name, folder, Scope::folder};
  place.reopen = [root = root_, below = spot.directory]() -> std::optional<fs::Directory> {
    if (!below.empty()) return root.find_directory(below);
    return fs::Directory::find_root(root.kernel(), root.entropy(), root.place(), root.rules());
  };
  return place;
}

std::optional<mbox::MailboxPlace> Tree::find(const store::FolderRef& folder) {
  const std::lock_guard guard(mutex_);
  if (inbox_ && folder == store::FolderRef{}) return inbox_;
  try {
    const auto spot = spot_of(folder);
    if (!spot) return std::nullopt;
    // Of its own: each folder may be another thread's.
    auto directory = place(folder, *spot, root_).reopen();
    if (!directory) return std::nullopt;
    return place(folder, *spot, *directory);
  } catch (Error& error) {
    error.reaching(Scope::folder).in(folder.display());
    throw;
  }
}

mbox::MailboxPlace Tree::make(const store::FolderRef& folder, const fs::Birth& birth) {
  const std::lock_guard guard(mutex_);
  if (inbox_ && folder == store::FolderRef{}) return *inbox_;
  const auto spot = spot_of(folder);
  if (!spot) {
    throw Error(Cause::unsupported, Scope::folder, "making a folder")
        .in(folder.display())
        .at(root_.place())
        .because("no file of an mbox tree can have its name: a level begins with '.', holds '/', ends in .lock or "
                 ".msf, is too long, or is no UTF-8")
        .hint("give it another name with --map-folder")
        .on(side());
  }
  fs::Directory at = *place(folder, {}, root_).reopen();
  for (std::size_t begin = 0; begin < spot->directory.size();) {
    const std::size_t slash = std::min(spot->directory.find('/', begin), spot->directory.size());
    const std::string name = spot->directory.substr(begin, slash - begin);
    auto below = at.find_directory(name);
    if (!below) {
      below = at.make_directory(name, birth);
      if (at.rules().durability != fs::Durability::none) at.sync();
    }
    at = *below;
    begin = slash + 1;
  }
  if (spots_->emplace(folder.folder, *spot).second) note_moved(folder, *spot);
  return place(folder, *spot, at);
}

/// A folder can be a file or a directory and not both (mbox.md section 7).
void Tree::note_moved(const store::FolderRef& folder, const Spot& spot) {
  std::string plain;
  for (const std::string& part : folder.folder.parts()) plain = joined(plain, name_of_level(part).value_or(part));
  if (folder.folder.is_inbox()) plain = "inbox";
  if (plain == spot.path()) return;
  note_once({FindingKind::folder_name, Weight::lost, folder.display(), spot.path(),
             "its own name is taken in this tree, or means something else there: the folder is kept under this one"});
}

}  // namespace mailhaul::formats::mboxdir
