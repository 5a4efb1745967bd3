#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include "formats/mbox/left_overs.hpp"
#include "formats/mbox/store.hpp"
#include "formats/mboxdir/first_mbox.hpp"
#include "formats/mboxdir/fitting_name.hpp"
#include "formats/mboxdir/settings.hpp"
#include "formats/mboxdir/tree.hpp"
#include "mailhaul/formats/mboxdir/mboxdir.hpp"

namespace mailhaul::formats::mboxdir {
namespace {

/// Walks of several folders, one after the other. A folder is opened when its turn comes.
class Chain final : public store::MessageCursor {
 public:
  using Open = std::function<std::unique_ptr<store::MessageCursor>(const store::FolderRef&)>;
  Chain(std::vector<store::FolderRef> folders, Open open) : folders_(std::move(folders)), open_(std::move(open)) {}

  bool next() override {
    for (;;) {
      if (current_ && current_->next()) return true;
      if (current_) ends_.emplace_back(folders_[at_ - 1], current_->end(folders_[at_ - 1]));
      current_.reset();
      if (at_ == folders_.size()) return false;
      current_ = open_(folders_[at_++]);
    }
  }
  [[nodiscard]] const store::FolderRef& folder() const override { return folders_[at_ - 1]; }
  [[nodiscard]] bool is_known() const override { return current_->is_known(); }
  [[nodiscard]] const store::MessageInfo& info() const override { return current_->info(); }
  [[nodiscard]] io::Source& content() override { return current_->content(); }
  [[nodiscard]] store::WalkEnd end(const store::FolderRef& folder) override {
    for (const auto& [ended, end] : ends_)
      if (ended == folder) return end;
    return {};
  }

 private:
  std::vector<store::FolderRef> folders_;
  Open open_;
  std::size_t at_ = 0;
  std::unique_ptr<store::MessageCursor> current_{};
  std::vector<std::pair<store::FolderRef, store::WalkEnd>> ends_{};
};

/// A cursor keeps its mailbox's reader alive.
class Owning final : public store::MessageCursor {
 public:
  Owning(std::shared_ptr<const mbox::Reader> reader, std::unique_ptr<store::MessageCursor> cursor)
      : reader_(std::move(reader)), cursor_(std::move(cursor)) {}
  bool next() override { return cursor_->next(); }
  [[nodiscard]] const store::FolderRef& folder() const override { return cursor_->folder(); }
  [[nodiscard]] bool is_known() const override { return cursor_->is_known(); }
  [[nodiscard]] const store::MessageInfo& info() const override { return cursor_->info(); }
  [[nodiscard]] io::Source& content() override { return cursor_->content(); }
  [[nodiscard]] store::WalkEnd end(const store::FolderRef& folder) override { return cursor_->end(folder); }

 private:
  std::shared_ptr<const mbox::Reader> reader_;
  std::unique_ptr<store::MessageCursor> cursor_;
};

/// A folder's writer keeps its mailbox alive.
class OwningWriter final : public store::FolderWriter {
 public:
  OwningWriter(std::unique_ptr<mbox::Store> store, std::unique_ptr<store::FolderWriter> writer)
      : store_(std::move(store)), writer_(std::move(writer)) {}
  [[nodiscard]] std::unique_ptr<store::MessageWriter> append(const store::MessageInfo& info) override {
    return writer_->append(info);
  }
  void change_flags(const store::Handle& handle, const store::FlagChange& change) override {
    writer_->change_flags(handle, change);
  }
  void as_of(const store::Stamp& stamp) override { writer_->as_of(stamp); }
  void take(const store::FolderRef& from, const store::AsSeen& message) override { writer_->take(from, message); }
  void expunge(const store::AsSeen& message) override { writer_->expunge(message); }
  [[nodiscard]] bool batch_is_full() const override { return writer_->batch_is_full(); }
  std::vector<store::Receipt> flush() override { return writer_->flush(); }
  store::Finished finish(const store::FolderInfo& info, store::NumberedMessages& messages) override {
    return writer_->finish(info, messages);
  }

 private:
  std::unique_ptr<mbox::Store> store_;
  std::unique_ptr<store::FolderWriter> writer_;
};

/// The reading half, the same for a source and for a store: `Interface` is either.
template <class Interface>
class Reading : public Interface {
 public:
  Reading(Context& context, std::unique_ptr<Tree> tree, const mbox::SourceOptions& options)
      : context_(context), tree_(std::move(tree)), options_(options), settings_(*tree_) {}

  [[nodiscard]] store::StoreId identity() const override { return tree_->identity(); }
  [[nodiscard]] store::Capabilities capabilities() const override {
    store::Capabilities can = mbox::Reader::capabilities();
    can.folders = true;
    can.keeps_subscriptions = true;
    can.fitting_name = fitting_name;
    // What stands where a folder shall be decides its name, so they are made one after the other.
    can.parallel_folders = tree_->side() == Side::target ? 1 : 64;
    return can;
  }
  [[nodiscard]] std::vector<store::Mailbox> mailboxes() override { return {{"", tree_->folders()}}; }
  [[nodiscard]] store::FolderInfo folder(const store::FolderRef& folder) override {
    const auto reader = reader_of(folder);
    return reader ? reader->folder(folder) : store::FolderInfo{};
  }
  [[nodiscard]] store::SettingsSource* settings() override { return &settings_; }
  [[nodiscard]] std::optional<store::Stamp> stamp(const store::FolderRef& folder) override {
    const auto reader = reader_of(folder);
    return reader ? reader->stamp(folder) : std::nullopt;
  }
  [[nodiscard]] std::unique_ptr<store::MessageCursor> walk(std::span<const store::FolderSince> folders) override {
    std::vector<store::FolderRef> names;
    for (const store::FolderSince& folder : folders) names.push_back(folder.folder);
    std::vector<store::FolderSince> all(folders.begin(), folders.end());
    return std::make_unique<Chain>(std::move(names), [this, all = std::move(all)](const store::FolderRef& folder) {
      const auto wanted =
          std::find_if(all.begin(), all.end(), [&](const store::FolderSince& one) { return one.folder == folder; });
      const std::span<const store::FolderSince> one(&*wanted, 1);
      return cursor_of(folder, [&](const mbox::Reader& reader) { return reader.walk(one); });
    });
  }
  [[nodiscard]] std::unique_ptr<store::MessageCursor> fetch(const store::FolderRef& folder,
                                                            std::span<const store::Handle> handles) override {
    return cursor_of(folder, [&](const mbox::Reader& reader) { return reader.fetch(folder, handles); });
  }

 protected:
  [[nodiscard]] Context& context() const { return context_; }
  [[nodiscard]] Tree& tree() const { return *tree_; }

 private:
  [[nodiscard]] std::shared_ptr<const mbox::Reader> reader_of(const store::FolderRef& folder) {
    auto place = tree_->find(folder);
    if (!place) return nullptr;
    return std::make_shared<const mbox::Reader>(context_, std::move(*place), options_);
  }
  template <typename Begin>
  [[nodiscard]] std::unique_ptr<store::MessageCursor> cursor_of(const store::FolderRef& folder, const Begin& begin) {
    auto reader = reader_of(folder);
    if (!reader) return std::make_unique<mbox::NothingToWalk>();
    auto cursor = begin(*reader);
    return std::make_unique<Owning>(std::move(reader), std::move(cursor));
  }

  Context& context_;
  std::unique_ptr<Tree> tree_;
  mbox::SourceOptions options_;
  Settings settings_;
};

using TreeSource = Reading<store::MessageSource>;

class TreeStore final : public Reading<store::MessageStore> {
 public:
  TreeStore(Context& context, std::unique_ptr<Tree> tree, const mbox::TargetOptions& options)
      : Reading(context, std::move(tree), options.reading),
        options_(options),
        left_overs_(options.birth),
        target_settings_(Reading::tree(), options.birth) {
    // Such a tree is Dovecot's.
    if (!options_.variant) options_.variant = mbox::Variant::dovecot;
  }

  [[nodiscard]] store::Capabilities capabilities() const override {
    store::Capabilities can = Reading::capabilities();
    can.keeps_uids = options_.variant == mbox::Variant::dovecot;
    can.changes_flags = true;
    return can;
  }
  void begin() override {
    has_begun_ = true;
    settle_left_overs(tree().folders(), [this](const mbox::MailboxFile& mailbox, std::vector<std::string> names) {
      left_overs_.settle(mailbox, std::move(names));
    });
    left_overs_.began();
  }
  /// What programs that had a mailbox open all the time delivered into a file that a run replaced.
  void finish() override {
    const auto folders = tree().has_left_overs() ? tree().folders() : std::vector<mail::FolderName>();
    settle_left_overs(folders, [this](const mbox::MailboxFile& mailbox, const std::vector<std::string>& names) {
      left_overs_.settle_later(mailbox, names);
    });
  }
  [[nodiscard]] store::SettingsTarget* settings_target() override { return &target_settings_; }
  [[nodiscard]] std::unique_ptr<store::FolderWriter> open_folder(const store::FolderRef& folder,
                                                                 const store::FolderInfo& info) override {
    auto store = std::make_unique<mbox::Store>(context(), tree().make(folder, options_.birth), options_);
    static_cast<void>(store->reader().find_target());
    store->choose_variant();
    if (has_begun_) {
      left_overs_.before_append(store->reader().file());
      store->left_overs_were_settled();
    }
    auto writer = store->open_folder(folder, info);
    return std::make_unique<OwningWriter>(std::move(store), std::move(writer));
  }

 private:
  /// `settle` gets each mailbox with names beside it that may be left-overs.
  template <typename Settle>
  void settle_left_overs(const std::vector<mail::FolderName>& folders, const Settle& settle) {
    const auto settle_one = [&](const mail::FolderName& folder, std::vector<std::string> names, bool lists) {
      try {
        auto place = tree().find({"", folder});
        if (!place) return;
        const mbox::MailboxFile mailbox(context(), std::move(*place));
        settle(mailbox, lists ? mbox::LeftOvers::names_beside(mailbox) : std::move(names));
      } catch (const Error& error) {
        if (error.cause() == Cause::stopped) throw;
        // The folder says so in its own turn.
      }
    };
    settle_one({}, {}, true);  // it may be beside the tree
    for (const mail::FolderName& folder : folders)
      if (auto names = tree().left_overs_of(folder); !folder.is_inbox() && !names.empty())
        settle_one(folder, std::move(names), false);
  }

  mbox::TargetOptions options_;
  mbox::LeftOvers left_overs_;
  TargetSettings target_settings_;
  bool has_begun_ = false;
};

std::optional<fs::Directory> find_root(Context& context, const std::string& path, const fs::Rules& rules) {
  try {
    return fs::Directory::find_root(context.kernel, context.entropy, path, rules);
  } catch (const Error& error) {
    if (error.system_error() != ENOTDIR) throw;
    throw Error(Cause::not_a_store, Scope::run, "opening a tree of mboxes")
        .at(path)
        .because("not a directory")
        .on(rules.side);
  }
}

/// The INBOX that a location names beside the tree.
std::optional<mbox::MailboxPlace> inbox_place(Context& context, const std::string& path, const fs::Rules& rules) {
  if (path.empty()) return std::nullopt;
  const auto [parent, name] = fs::split_operator_path(path);
  auto directory = fs::Directory::find_root(context.kernel, context.entropy, parent, rules);
  if (!directory) {
    throw Error(rules.side == Side::target ? Cause::cannot_create : Cause::not_found, Scope::run, "opening the INBOX")
        .at(path)
        .because("its directory is missing")
        .on(rules.side);
  }
  return mbox::MailboxPlace{path, *directory, name, store::FolderRef{}, Scope::folder};
}

}  // namespace

store::Capabilities abilities() {
  store::Capabilities can;
  can.folders = true;
  can.keeps_keywords = true;
  can.keeps_subscriptions = true;
  can.fitting_name = fitting_name;
  return can;
}

std::unique_ptr<store::MessageSource> open_source(Context& context, const std::string& path, const fs::Rules& rules,
                                                  const TreeOptions& tree, const mbox::SourceOptions& options) {
  auto root = find_root(context, path, rules);
  if (!root)
    throw Error(Cause::not_found, Scope::run, "opening a tree of mboxes").at(path).because(ENOENT).on(rules.side);
  auto inbox = inbox_place(context, tree.inbox, rules);
  return std::make_unique<TreeSource>(
      context, std::make_unique<Tree>(context, std::move(*root), std::move(inbox), options), options);
}

std::unique_ptr<store::MessageStore> open_store(Context& context, const std::string& path, const fs::Rules& rules,
                                                const TargetOptions& options) {
  auto inbox = inbox_place(context, options.tree.inbox, rules);
  const auto found = find_root(context, path, rules);
  const fs::Directory root =
      found ? *found : fs::Directory::make_root(context.kernel, context.entropy, path, rules, options.files.birth);
  return std::make_unique<TreeStore>(
      context, std::make_unique<Tree>(context, root, std::move(inbox), options.files.reading), options.files);
}

Evidence detect(Context& context, const std::string& path, const fs::Rules& rules) {
  const auto root = [&]() -> std::optional<fs::Directory> {
    try {
      return fs::Directory::find_root(context.kernel, context.entropy, path, rules);
    } catch (const Error& error) {
      if (error.system_error() != ENOTDIR && error.cause() != Cause::refused) throw;
      return std::nullopt;
    }
  }();
  if (!root) return {false, "not a directory"};
  const std::string name = first_mbox(*root);
  if (name.empty()) return {false, "a directory without a file that begins as an mbox"};
  const bool is_below = name.find('/') != std::string::npos;
  return {true, std::string("a directory with mailboxes ") + (is_below ? "below" : "in") + " it, such as " + name};
}

}  // namespace mailhaul::formats::mboxdir
