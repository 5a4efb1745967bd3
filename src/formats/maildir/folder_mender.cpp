#include "formats/maildir/folder_mender.hpp"

#include <array>
#include <set>
#include <utility>

#include "formats/maildir/name.hpp"
#include "formats/maildir/server_files.hpp"
#include "formats/maildir/uidlist.hpp"
#include "mailhaul/fs/control_file.hpp"

namespace mailhaul::formats::maildir {

namespace {

using store::Repair;
using store::RepairKind;

constexpr std::array parts{"cur", "new", "tmp"};
constexpr const char* marker_name = "maildirfolder";

bool is_part(const std::string& name) { return std::find(parts.begin(), parts.end(), name) != parts.end(); }

bool is_ours(const std::string& name) { return name.rfind(fs::NewFile::temporary_prefix, 0) == 0; }

/// A server leaves files in tmp/ alone for as long (maildir.md section 1), and no run lasts longer.
bool is_old(const fs::Status& seen, const Clock& clock) { return seen.changed < clock.now() - std::chrono::hours{36}; }

std::string remove(const fs::Directory& directory, const std::string& name, const fs::Status& seen) {
  return directory.remove(name, seen.id) ? "" : to_string(fs::AdoptionRefusal::changed);
}

}  // namespace

FolderMender::FolderMender(TreeMending& tree, fs::Directory home, std::string path, std::string folder, Place place,
                           bool marked)
    : tree_(tree),
      home_(std::move(home)),
      path_(std::move(path)),
      folder_(std::move(folder)),
      place_(place),
      marked_(marked),
      names_(tree.context, tree.mending, tree.options, home_, path_, folder_) {}

void FolderMender::mend() {
  for (const char* name : parts) mend_part(name);
  mend_marker();
  mend_beside();
  names_.mend();
  if (place_ == Place::subfolder) tree_.dresser.directory(home_, path_, folder_);
}

void FolderMender::mend_part(const char* name) {
  if (!home_.look_at(name)) return make_part(name);
  const auto part = tree_.dresser.look_into(home_, path_, name, folder_);
  if (!part) {
    tree_.sum.is_whole = false;
    return;
  }
  part->list([&](const fs::Entry& entry) {
    tree_.mending.looked_at_one();
    take(*part, name, entry);
  });
  tree_.dresser.directory(*part, joined(path_, name), folder_);
}

void FolderMender::make_part(const char* name) {
  const Repair repair{RepairKind::directory, folder_, joined(path_, name), "", "made", ""};
  tree_.mending.propose(repair, [&]() -> std::string {
    (void)home_.make_directory(name, tree_.options.birth());
    if (home_.rules().durability != fs::Durability::none) home_.sync();
    return "";
  });
}

void FolderMender::take(const fs::Directory& part, const std::string& part_name, const fs::Entry& entry) {
  const auto seen = part.look_at(entry.name);
  if (!seen) return;  // renamed or gone: the next run sees it
  const std::string path = joined(path_, part_name);
  const std::string where = joined(path, entry.name);
  switch (seen->kind) {
  case fs::EntryKind::regular: break;
  case fs::EntryKind::symlink:
    return tree_.dresser.pass_over(FindingKind::symlink, folder_, where,
                                   "a symbolic link: never followed and not touched");
  case fs::EntryKind::directory:
    return tree_.dresser.pass_over(FindingKind::directory_in_cur, folder_, where,
                                   "a directory among the messages: not touched");
  default:
    return tree_.dresser.pass_over(FindingKind::special_file, folder_, where, "a FIFO, socket or device: not touched");
  }
  if (is_ours(entry.name) && is_old(*seen, tree_.context.clock)) return take_left_over(part, path, entry.name, *seen);
  tree_.dresser.file(part, path, entry.name, *seen, folder_);
  if (part_name == "tmp" || kind_of(entry.name) == NameKind::hidden) return;
  if (!home_.allows(seen->owner.uid)) {
    tree_.sum.is_whole = false;
    return;
  }
  count(entry.name, names_.look_at(part, part_name, entry.name, *seen));
}

void FolderMender::take_left_over(const fs::Directory& directory, const std::string& path, const std::string& name,
                                  const fs::Status& seen) {
  const Repair repair{
      RepairKind::left_over, folder_, joined(path, name), "there", "", "a temporary file of a run that was killed"};
  if (!home_.allows(seen.owner.uid)) return tree_.mending.refuse(repair, to_string(fs::AdoptionRefusal::foreign_owner));
  tree_.mending.propose(repair, [&] { return remove(directory, name, seen); });
}

void FolderMender::count(const std::string& name, std::uint64_t octets) {
  const auto add = [&](QuotaSum& sum) {
    sum.octets += static_cast<std::int64_t>(octets);
    ++sum.messages;
  };
  add(tree_.sum.all);
  const bool is_trash = path_ == ".Trash" || path_.rfind(".Trash.", 0) == 0;
  if (!is_trash && !parse_file_name(name).flags.has(mail::Flag::deleted)) add(tree_.sum.as_courier);
}

void FolderMender::mend_marker() {
  if (!marked_ || home_.look_at(marker_name)) return;
  const Repair repair{RepairKind::marker, folder_, joined(path_, marker_name), "", "made", ""};
  tree_.mending.propose(repair, [&]() -> std::string {
    const bool is_made = fs::write_control_file(home_, marker_name, "", tree_.options.birth(), std::nullopt);
    return is_made ? "" : to_string(fs::AdoptionRefusal::changed);
  });
}

void FolderMender::mend_beside() {
  std::vector<std::string> names;
  home_.list([&](const fs::Entry& entry) {
    if (!is_part(entry.name) && (is_mail_file(entry.name) || is_mail_directory(entry.name)))
      names.push_back(entry.name);
    else if (!is_part(entry.name) && entry.kind == fs::EntryKind::regular)
      tree_.dresser.pass_over(FindingKind::ignored_file, folder_, joined(path_, entry.name),
                              "not part of the mail: left as it is");
  });
  const bool drops = tree_.options.drop_indexes || has_foreign_index();
  for (const std::string& name : names) take_beside(name, drops);
}

void FolderMender::take_beside(const std::string& name, bool drops_indexes) {
  const auto seen = home_.look_at(name);
  if (!seen) return;
  const std::string where = joined(path_, name);
  if (seen->kind == fs::EntryKind::directory && is_mail_directory(name)) {
    if (const auto directory = tree_.dresser.look_into(home_, path_, name, folder_))
      tree_.dresser.all_below(*directory, where, folder_, Dresser::Itself::yes);
    return;
  }
  if (seen->kind != fs::EntryKind::regular) {
    // ".dovecot.sieve" is a link by design (maildir.md section 5).
    if (seen->kind == fs::EntryKind::symlink && name.rfind(".dovecot.", 0) == 0) return;
    return tree_.dresser.pass_over(seen->kind == fs::EntryKind::symlink ? FindingKind::symlink
                                                                        : FindingKind::special_file,
                                   folder_, where, "no file, where a server has one: not touched");
  }
  if (is_ours(name) && is_old(*seen, tree_.context.clock)) return take_left_over(home_, path_, name, *seen);
  const bool drops = tree_.options.drop_indexes ? is_index_file(name) : is_folder_index_file(name);
  if (drops_indexes && drops) return drop_index(name, *seen);
  tree_.dresser.file(home_, path_, name, *seen, folder_);
}

bool FolderMender::has_foreign_index() const {
  // Only what its header says of itself: the numbers of its folder are not those of the list beside it. Everything else
  // may be the true state of a server (keywords beyond 26 are in no other place).
  try {
    const fs::OpenResult index = home_.open_file("dovecot.index");
    if (!index.file) return false;
    std::array<std::byte, index_beginning_octets> beginning{};
    const std::size_t got = index.file->read_at(beginning, 0);
    const auto validity = validity_in_index(Bytes(beginning).first(got));
    const fs::OpenResult list = home_.open_file(uid_list_name);
    if (!validity || !list.file) return false;
    std::string header(256, '\0');
    header.resize(list.file->read_at(std::as_writable_bytes(std::span(header)), 0));
    const std::size_t end = header.find('\n');
    if (end == std::string::npos) return false;
    UidListParser parser([](const UidRecord&) {});
    parser.write(header.substr(0, end + 1));
    return parser.header() && parser.header()->validity.value != *validity;
  } catch (const Error& error) {
    if (Mending::reaches_far(error)) throw;
    return false;
  }
}

void FolderMender::drop_index(const std::string& name, const fs::Status& seen) {
  const Repair repair{RepairKind::index_file,
                      folder_,
                      joined(path_, name),
                      "there",
                      "",
                      tree_.options.drop_indexes ? "asked for" : "its UIDVALIDITY is not that of the UID list"};
  if (!home_.allows(seen.owner.uid)) return tree_.mending.refuse(repair, to_string(fs::AdoptionRefusal::foreign_owner));
  tree_.mending.propose(repair, [&] { return remove(home_, name, seen); });
}

}  // namespace mailhaul::formats::maildir
