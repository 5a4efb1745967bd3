// What `fix` does to a Maildir that is there.

#include <algorithm>
#include <cerrno>
#include <functional>
#include <set>
#include <utility>

#include "formats/maildir/folder_finder.hpp"
#include "formats/maildir/folder_mender.hpp"
#include "formats/maildir/recognise.hpp"
#include "formats/maildir/uidlist.hpp"
#include "mailhaul/formats/maildir/maildir.hpp"
#include "mailhaul/fs/control_file.hpp"

namespace mailhaul::formats::maildir {

namespace {

using store::Repair;
using store::RepairKind;

constexpr std::uint64_t longest_quota_file = std::uint64_t{1} << 20U;

class TreeRepairs final : public store::Repairs {
 public:
  TreeRepairs(Context& context, fs::Directory root, const TreeOptions& said, RepairOptions options)
      : context_(context),
        root_(std::move(root)),
        naming_(recognise(root_, said).naming),
        options_(std::move(options)) {}

  void mend(store::Preview preview, store::RepairObserver& observer) override {
    Mending mending(preview, observer);
    Dresser dresser(context_, mending, root_, options_.adoption);
    TreeMending tree{context_, mending, dresser, options_, {}};
    for (const NamedDirectory& folder : name_folders(find(tree), naming_)) {
      const auto home = dresser.look_into(root_, "", folder.directory, folder.folder.display());
      if (!home) {
        tree.sum.is_whole = false;
        continue;
      }
      FolderMender(tree, *home, folder.directory, folder.folder.display(), FolderMender::Place::subfolder,
                   naming_.layout == Layout::maildir_plus_plus)
          .mend();
    }
    mend_between(tree);
    FolderMender(tree, root_, "", mail::FolderName{}.display(), FolderMender::Place::root, false).mend();
    mend_quota(tree);
    dresser.settle_linked();
    dresser.directory(root_, "", "");
    dresser.tell_security_types();
    dresser.tell_shared_groups();
  }

 private:
  /// Directories of folders but the root; what could be one and is closed to us is a refused repair.
  std::vector<std::string> find(TreeMending& tree) {
    auto found =
        find_folders(root_, naming_.layout, [&](FindingKind kind, const std::string& where, const std::string& text) {
          if (kind == FindingKind::symlink) return tree_note(kind, where, text);
          tree.sum.is_whole = false;
          tree.mending.refuse({RepairKind::owner, "", where, "", "", ""}, text);
        });
    if (naming_.layout == Layout::maildir_plus_plus) find_pruned(found);
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
  }

  /// Folders that lost cur, new and tmp because they were empty (rsync -m, a backup of files alone).
  void find_pruned(std::vector<std::string>& found) {
    root_.list([&](const fs::Entry& entry) {
      if (entry.name.front() != '.' || is_hidden_by_root(entry.name, naming_)) return;
      const auto seen = root_.look_at(entry.name);
      if (!seen || seen->kind != fs::EntryKind::directory || !root_.allows(seen->owner.uid)) return;
      std::optional<fs::Directory> directory;
      try {
        directory = root_.find_directory(entry.name);
      } catch (const Error& error) {
        if (Mending::reaches_far(error)) throw;  // what is closed was told by find_folders
      }
      if (!directory || is_folder(*directory)) return;
      if (directory->look_at("maildirfolder") || directory->look_at(uid_list_name)) found.push_back(entry.name);
    });
  }

  void tree_note(FindingKind kind, const std::string& where, const std::string& text) {
    context_.findings.add({kind, Weight::note, "", where, text, 1});
  }

  /// With LAYOUT=fs: directories that are no folders and lead to some.
  void mend_between(TreeMending& tree) {
    if (naming_.layout != Layout::fs) return;
    const auto folders =
        find_folders(root_, naming_.layout, [](auto, const auto&, const auto&) {});  // what is closed was told above
    std::set<std::string, std::greater<>> between;                                   // the deepest first
    for (const std::string& folder : folders)
      for (std::size_t slash = folder.rfind('/'); slash != std::string::npos && slash > 0;
           slash = folder.rfind('/', slash - 1))
        between.insert(folder.substr(0, slash));
    for (const std::string& folder : folders) between.erase(folder);
    for (const std::string& path : between)
      if (const auto directory = tree.dresser.look_into(root_, "", path, ""))
        tree.dresser.directory(*directory, path, "");
  }

  void mend_quota(TreeMending& tree) {
    std::optional<fs::ControlFile> found;
    Repair repair{RepairKind::quota_file, "", quota_file_name, "", "", ""};
    try {
      found = fs::read_control_file(root_, quota_file_name, longest_quota_file);
    } catch (const Error& error) {
      if (Mending::reaches_far(error)) throw;
      return tree.mending.refuse(repair, error.reason());
    }
    if (!found) return;
    const QuotaFile file = parse_quota_file(found->text);
    const QuotaSum is{file.octets, file.messages};
    if (file.is_readable && !file.limits.empty() && (is == tree.sum.all || is == tree.sum.as_courier)) return;
    repair.was = file.is_readable ? shown(is) : "unreadable";
    if (!tree.sum.is_whole)
      return tree.mending.refuse(repair, "not all of the tree could be looked at, so its size is not known");
    if (file.limits.empty()) {
      // Nothing is in it that a server could not find out.
      repair.reason = "it states no limit";
      tree.mending.propose(repair, [&]() -> std::string {
        return root_.remove(quota_file_name, found->status.id) ? "" : to_string(fs::AdoptionRefusal::changed);
      });
      return;
    }
    // The limits are in no other place, perhaps: they stay.
    const QuotaSum wanted = root_.look_at(courier_uid_list_name) ? tree.sum.as_courier : tree.sum.all;
    repair.becomes = shown(wanted);
    tree.mending.propose(repair, [&]() -> std::string {
      fs::Birth birth = options_.birth();
      birth.file_mode = fs::wanted_dress(found->status, options_.adoption).permissions;
      const std::string text = quota_file_text(file.limits, wanted);
      const bool is_done = fs::write_control_file(root_, quota_file_name, text, birth, found->status);
      return is_done ? "" : to_string(fs::AdoptionRefusal::changed);
    });
  }

  static std::string shown(const QuotaSum& sum) {
    return std::to_string(sum.octets) + " octets in " + std::to_string(sum.messages);
  }

  Context& context_;
  fs::Directory root_;
  Naming naming_;
  RepairOptions options_;
};

Error failed(Cause cause, const std::string& path) {
  return Error(cause, Scope::run, "opening a Maildir to mend it").at(path).on(Side::target);
}

}  // namespace

std::unique_ptr<store::Repairs> open_repairs(Context& context, const std::string& path, const fs::Rules& rules,
                                             const TreeOptions& tree, const RepairOptions& options) {
  auto root = [&] {
    try {
      return fs::Directory::find_root(context.kernel, context.entropy, path, rules);
    } catch (const Error& error) {
      if (error.system_error() != ENOTDIR) throw;
      throw failed(Cause::not_a_store, path).because("not a directory");
    }
  }();
  if (!root) throw failed(Cause::not_found, path).because(ENOENT);
  if (!is_folder(*root) && find_marked_folder(*root).empty())
    throw failed(Cause::not_a_store, path).because("a directory without cur, new and tmp");
  return std::make_unique<TreeRepairs>(context, std::move(*root), tree, options);
}

}  // namespace mailhaul::formats::maildir
