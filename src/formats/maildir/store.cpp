#include <cerrno>
#include <memory>
#include <utility>

#include "formats/maildir/cursor.hpp"
#include "formats/maildir/fitting_name.hpp"
#include "formats/maildir/folder_finder.hpp"
#include "formats/maildir/listed_ids.hpp"
#include "formats/maildir/recognise.hpp"
#include "formats/maildir/settings.hpp"
#include "formats/maildir/target_uid_list.hpp"
#include "formats/maildir/tree.hpp"
#include "formats/maildir/writer.hpp"
#include "mailhaul/formats/maildir/maildir.hpp"
#include "mailhaul/fs/control_file.hpp"

namespace mailhaul::formats::maildir {

namespace {

store::FolderInfo folder_info(Tree& tree, const store::FolderRef& folder) {
  const auto directories = tree.find(folder);
  if (!directories) {
    throw Error(Cause::not_found, Scope::folder, "opening a folder")
        .in(folder.display())
        .at(tree.root().place())
        .on(tree.side());
  }
  store::FolderInfo info;
  try {
    if (const auto file = fs::read_control_file(directories->home, keyword_file_name, keyword_file_limit))
      info.keywords = KeywordSlots::parse(file->text).all_names();
  } catch (const Error& error) {
    tree.tell({FindingKind::keyword, Weight::lost, folder.display(), keyword_file_name,
               "names of keywords can't be read: " + error.reason()});
  }
  if (auto list = read_uid_list(tree, directories->home, folder.display(), [](const UidRecord&) {})) {
    info.uid_validity = list->validity;
    info.next_uid = list->next;
    info.guid = std::move(list->guid);
    info.list_fields = std::move(list->other);
  }
  return info;
}

store::Capabilities abilities(const Naming& naming) {
  store::Capabilities can;
  can.folders = true;
  can.keeps_keywords = true;
  can.keeps_subscriptions = true;
  can.keeps_acls = true;
  can.compresses = true;
  can.moves = true;
  can.fitting_name = [naming](const mail::FolderName& folder) { return fitting_name(folder, naming); };
  return can;
}

/// The reading half, the same for a source and for a store: `Interface` is either.
template <class Interface>
class Reading : public Interface {
 public:
  explicit Reading(std::shared_ptr<Tree> tree) : tree_(std::move(tree)), settings_(*tree_) {}

  [[nodiscard]] store::StoreId identity() const override { return tree_->identity(); }

  [[nodiscard]] store::Capabilities capabilities() const override {
    store::Capabilities can = abilities(tree_->naming());
    can.fetch = true;
    can.stable_handles = true;
    can.changes_flags = true;
    can.keeps_uids = true;
    can.keeps_base_names = true;
    can.parallel_folders = 64;
    return can;
  }

  [[nodiscard]] std::vector<store::Mailbox> mailboxes() override { return {{"", tree_->folders()}}; }

  [[nodiscard]] store::FolderInfo folder(const store::FolderRef& folder) override {
    return folder_info(*tree_, folder);
  }

  [[nodiscard]] std::optional<store::Stamp> stamp(const store::FolderRef& folder) override {
    const auto directories = tree_->find(folder);
    if (!directories) return std::nullopt;
    return FolderTimes::of(*directories, tree_->context().clock).stamp();
  }

  [[nodiscard]] std::unique_ptr<store::MessageCursor> walk(std::span<const store::FolderSince> folders) override {
    std::vector<store::FolderRef> refs;
    for (const store::FolderSince& folder : folders) refs.push_back(folder.folder);
    return std::make_unique<Cursor>(tree_, std::move(refs));
  }

  [[nodiscard]] std::unique_ptr<store::MessageCursor> fetch(const store::FolderRef& folder,
                                                            std::span<const store::Handle> handles) override {
    return std::make_unique<Cursor>(tree_, folder, std::vector<store::Handle>(handles.begin(), handles.end()));
  }

  [[nodiscard]] store::SettingsSource* settings() override { return &settings_; }

 protected:
  std::shared_ptr<Tree> tree_;

 private:
  Settings settings_;
};

using MaildirSource = Reading<store::MessageSource>;

class MaildirStore final : public Reading<store::MessageStore> {
 public:
  MaildirStore(std::shared_ptr<Tree> tree, const TargetOptions& options)
      : Reading(std::move(tree)), options_(options), target_settings_(*tree_, options.birth) {}

  [[nodiscard]] std::unique_ptr<store::FolderWriter> open_folder(const store::FolderRef& folder,
                                                                 const store::FolderInfo& /*info*/) override {
    return std::make_unique<Writer>(tree_, folder, make_folder(*tree_, folder, options_.birth), options_);
  }

  [[nodiscard]] store::SettingsTarget* settings_target() override { return &target_settings_; }

  void finish() override { write_last_validity(tree_->root(), options_.birth, tree_->largest_validity()); }

 private:
  TargetOptions options_;
  TargetSettings target_settings_;
};

Error not_a_store(const std::string& path, Side side, std::string_view seen) {
  return Error(Cause::not_a_store, Scope::run, "opening a Maildir").at(path).because(seen).on(side);
}

bool is_maildir(const fs::Directory& root) {
  return root.look_at("cur") || root.look_at("new") || !find_marked_folder(root).empty();
}

bool is_empty(const fs::Directory& root) {
  bool empty = true;
  root.list([&empty](const fs::Entry&) { empty = false; });
  return empty;
}

std::optional<fs::Directory> find_root(Context& context, const std::string& path, const fs::Rules& rules) {
  try {
    return fs::Directory::find_root(context.kernel, context.entropy, path, rules);
  } catch (const Error& error) {
    if (error.system_error() != ENOTDIR) throw;
    throw not_a_store(path, rules.side, "not a directory");
  }
}

}  // namespace

TreeFacts look_at_tree(Context& context, const std::string& path, const fs::Rules& rules, const TreeOptions& said) {
  try {
    if (const auto root = fs::Directory::find_root(context.kernel, context.entropy, path, rules)) {
      const Recognised found = recognise(*root, said);
      return {{found.naming.layout, found.naming.utf8}, found.evidence};
    }
  } catch (const Error& error) {
    if (error.cause() == Cause::usage) throw;  // what can't be looked at says so when it is opened
  }
  return {said, {}};
}

store::Capabilities abilities_of(const TreeOptions& options) {
  return abilities({options.layout.value_or(Layout::maildir_plus_plus), options.utf8});
}

std::unique_ptr<store::MessageSource> open_source(Context& context, const std::string& path, const fs::Rules& rules,
                                                  const TreeOptions& options) {
  auto root = find_root(context, path, rules);
  if (!root) throw Error(Cause::not_found, Scope::run, "opening a Maildir").at(path).because(ENOENT).on(rules.side);
  if (!is_maildir(*root)) throw not_a_store(path, rules.side, "a directory without cur and new");
  return open_source(context, *root, options);
}

std::unique_ptr<store::MessageSource> open_source(Context& context, const fs::Directory& root,
                                                  const TreeOptions& options) {
  return std::make_unique<MaildirSource>(std::make_shared<Tree>(context, root, options));
}

std::unique_ptr<store::MessageStore> open_store(Context& context, const std::string& path, const fs::Rules& rules,
                                                const TargetOptions& options) {
  const auto found = find_root(context, path, rules);
  // Looked at once more: another run may have begun to make it between the two looks.
  if (found && !is_maildir(*found) && !is_empty(*found) && !is_maildir(*found))
    throw not_a_store(path, rules.side, "a directory that holds other things than a Maildir");
  if (found) return open_store(context, *found, options);
  const auto made = fs::Directory::make_root(context.kernel, context.entropy, path, rules, options.birth);
  return open_store(context, made, options);
}

std::unique_ptr<store::MessageStore> open_store(Context& context, const fs::Directory& root,
                                                const TargetOptions& options) {
  const auto tree = std::make_shared<Tree>(context, root, options.tree);  // before anything is made in it
  bool is_changed = false;
  for (const char* part : {"cur", "new", "tmp"}) {  // "cur" first: what a kill leaves is then known for a Maildir
    if (root.find_directory(part)) continue;
    static_cast<void>(root.make_directory(part, options.birth));
    is_changed = true;
  }
  if (is_changed && root.rules().durability != fs::Durability::none) root.sync();
  return std::make_unique<MaildirStore>(tree, options);
}

}  // namespace mailhaul::formats::maildir
