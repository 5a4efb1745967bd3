#include "account/mail_places.hpp"

#include <algorithm>
#include <cerrno>
#include <map>
#include <optional>
#include <utility>

#include "account/mailbox_contexts.hpp"
#include "mailhaul/base/error.hpp"
#include "mailhaul/store/dry_run_store.hpp"
#include "mailhaul/store/many_mailboxes.hpp"

namespace mailhaul::account {
namespace {

using formats::maildir::TargetOptions;

class EmptyMailbox final : public store::MessageSource {
 public:
  [[nodiscard]] store::StoreId identity() const override { return {}; }
  [[nodiscard]] store::Capabilities capabilities() const override { return nothing_.capabilities(); }
  [[nodiscard]] std::vector<store::Mailbox> mailboxes() override { return {{"", {mail::FolderName{}}}}; }
  [[nodiscard]] store::FolderInfo folder(const store::FolderRef& /*folder*/) override { return {}; }
  [[nodiscard]] std::optional<store::Stamp> stamp(const store::FolderRef& /*folder*/) override { return std::nullopt; }
  [[nodiscard]] std::unique_ptr<store::MessageCursor> walk(std::span<const store::FolderSince> folders) override {
    return nothing_.walk(folders);
  }
  [[nodiscard]] std::unique_ptr<store::MessageCursor> fetch(const store::FolderRef& folder,
                                                            std::span<const store::Handle> handles) override {
    return nothing_.fetch(folder, handles);
  }

 private:
  store::DryRunStore nothing_{nullptr, abilities_of_places(false)};
};

/// Opens the mailboxes of one root. What they tell names them.
class Opener {
 public:
  Opener(formats::Context& context, fs::Directory root, std::unique_ptr<MailPlaces> places)
      : contexts_(context), root_(std::move(root)), places_(std::move(places)) {}

  std::vector<std::string> names() {
    std::vector<std::string> names;
    known_.clear();
    for (MailPlace& place : places_->list()) {
      if (place.not_maildir.empty() || is_target()) names.push_back(place.name);
      const std::string name = place.name;
      known_.insert_or_assign(name, std::move(place));
    }
    return names;
  }

  std::unique_ptr<store::MessageSource> find_source(const std::string& name) {
    const MailPlace place = place_of(name);
    if (const auto directory = find(place))
      return formats::maildir::open_source(contexts_.of(name), *directory, place.tree);
    const bool is_expected = known_.count(name) != 0 && place.not_maildir.empty() && !place.is_there;
    return is_expected ? empty_mailbox() : nullptr;
  }

  std::unique_ptr<store::MessageStore> find_store(const std::string& name, const TargetOptions& options) {
    const MailPlace place = place_of(name);
    const auto directory = find(place);
    return directory ? open_with(name, place, *directory, options) : nullptr;
  }

  std::unique_ptr<store::MessageStore> make(const std::string& name, const TargetOptions& options) {
    const MailPlace place = place_of(name);
    if (place.path.empty())
      throw Error(Cause::unsupported, Scope::folder, "making a mailbox")
          .in(name)
          .at(root_.place())
          .because("there is no place for a mailbox of that name")
          .hint("give it an address with --map-user OLD=NEW, or choose others with --mailbox")
          .on(root_.rules().side);
    fs::Directory directory = root_;
    for (std::size_t begin = 0; begin <= place.path.size();) {
      const std::size_t end = std::min(place.path.find('/', begin), place.path.size());
      const std::string part = place.path.substr(begin, end - begin);
      auto found = directory.find_directory(part);
      if (!found) {
        found = directory.make_directory(part, options.birth);
        if (root_.rules().durability != fs::Durability::none) directory.sync();
      }
      directory = *found;
      begin = end + 1;
    }
    return open_with(name, place, directory, options);
  }

 private:
  [[nodiscard]] bool is_target() const { return root_.rules().side == Side::target; }

  MailPlace place_of(const std::string& name) {
    const auto known = known_.find(name);
    return known != known_.end() ? known->second : places_->place_for(name);
  }

  std::optional<fs::Directory> find(const MailPlace& place) const {
    if (place.path.empty() || !place.is_there) {
      if (!is_target() || place.path.empty()) return std::nullopt;  // a target's may have been made meanwhile
    }
    if (!place.not_maildir.empty())
      throw Error(Cause::unsupported, Scope::folder, "opening a mailbox")
          .at(root_.place() + "/" + place.path)
          .because(place.not_maildir)
          .on(root_.rules().side);
    try {
      return root_.find_directory(place.path);
    } catch (const Error& error) {
      // A file in the way, or a link, is for making the mailbox to meet.
      if (error.system_error() == ENOENT) return std::nullopt;
      throw;
    }
  }

  std::unique_ptr<store::MessageStore> open_with(const std::string& name, const MailPlace& place,
                                                 const fs::Directory& directory, TargetOptions options) {
    const bool utf8 = options.tree.utf8;
    options.tree = place.tree;
    options.tree.utf8 = utf8 || place.tree.utf8;
    return formats::maildir::open_store(contexts_.of(name), directory, options);
  }

  MailboxContexts contexts_;
  fs::Directory root_;
  std::unique_ptr<MailPlaces> places_;
  std::map<std::string, MailPlace> known_{};
};

store::ManyMailboxes about(formats::Context& context, const fs::Directory& root, store::StoreId identity, bool utf8) {
  store::ManyMailboxes about;
  about.identity = std::move(identity);
  about.abilities = abilities_of_places(utf8);
  about.side = root.rules().side;
  about.findings = &context.findings;
  return about;
}

}  // namespace

store::Capabilities abilities_of_places(bool utf8) {
  store::Capabilities can = formats::maildir::abilities_of({formats::maildir::Layout::maildir_plus_plus, utf8});
  can.mailboxes = true;
  can.fetch = true;
  can.stable_handles = true;
  can.changes_flags = true;
  can.keeps_uids = true;
  can.keeps_base_names = true;
  can.parallel_folders = 64;
  return can;
}

std::unique_ptr<store::MessageSource> empty_mailbox() { return std::make_unique<EmptyMailbox>(); }

store::StoreId identity_of_root(const std::string& kind, const fs::Directory& root) {
  return {kind + ":" + std::to_string(root.file_system()) + ":" + std::to_string(root.opened_as().id.inode) + ":" +
          root.place()};
}

std::unique_ptr<store::MessageSource> open_places(formats::Context& context, const fs::Directory& root,
                                                  store::StoreId identity, std::unique_ptr<MailPlaces> places) {
  const auto opener = std::make_shared<Opener>(context, root, std::move(places));
  store::MailboxSources inner;
  inner.names = [opener] { return opener->names(); };
  inner.find = [opener](const std::string& name) { return opener->find_source(name); };
  return store::join_mailboxes(about(context, root, std::move(identity), false), std::move(inner));
}

std::unique_ptr<store::MessageStore> open_places(formats::Context& context, const fs::Directory& root,
                                                 store::StoreId identity, std::unique_ptr<MailPlaces> places,
                                                 const TargetOptions& options) {
  const auto opener = std::make_shared<Opener>(context, root, std::move(places));
  store::MailboxStores inner;
  inner.names = [opener] { return opener->names(); };
  inner.find = [opener, options](const std::string& name) { return opener->find_store(name, options); };
  inner.make = [opener, options](const std::string& name) { return opener->make(name, options); };
  return store::join_mailboxes(about(context, root, std::move(identity), options.tree.utf8), std::move(inner));
}

}  // namespace mailhaul::account
