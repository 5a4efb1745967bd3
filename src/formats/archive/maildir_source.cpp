#include <utility>

#include "formats/archive/maildir_cursor.hpp"
#include "formats/archive/maildir_tree.hpp"
#include "formats/dovecot/acl_file.hpp"
#include "formats/dovecot/subscription_file.hpp"
#include "formats/maildir/stored_names.hpp"
#include "mailhaul/formats/archive/maildir.hpp"

namespace mailhaul::formats::archive {
namespace {

constexpr std::uint64_t list_limit = std::uint64_t{1} << 20U;

/// Subscriptions and access lists: Dovecot's, and where there are none Courier's. One thread.
class ArchivedSettings final : public store::SettingsSource {
 public:
  explicit ArchivedSettings(const MaildirTree& tree) : tree_(tree) {}

  [[nodiscard]] store::Subscriptions subscriptions(const std::string& /*mailbox*/) override {
    std::vector<dovecot::StoredName> list;
    if (const auto text = read({}, "subscriptions")) {
      list = dovecot::parse_subscriptions(*text, '.');
    } else if (const auto couriers = read({}, "courierimapsubscribed")) {
      std::size_t others = 0;
      list = maildir::below_inbox(dovecot::parse_subscriptions(*couriers, '.'), others);
      if (others > 0)
        tree_.tell({FindingKind::setting, Weight::lost, "", "courierimapsubscribed",
                    "subscriptions of folders that are not in this mailbox", others});
    }
    const maildir::FolderOfStoredName names(tree_.naming(), tree_.directories());
    store::Subscriptions out;
    for (const dovecot::StoredName& name : list) out.insert(names.find(name));
    return out;
  }

  [[nodiscard]] store::Acl acl(const store::FolderRef& folder) override {
    if (const auto text = read(folder, "dovecot-acl")) return dovecot::parse_acl(*text);
    const auto couriers = read(folder, "courierimapacl");
    if (!couriers) return {};
    std::size_t untranslated = 0;
    store::Acl acl = dovecot::parse_courier_acl(*couriers, untranslated);
    if (untranslated > 0)
      tree_.tell({FindingKind::setting, Weight::lost, folder.display(), "courierimapacl",
                  "rights of somebody whom no other server knows by that name", untranslated});
    return acl;
  }

 private:
  [[nodiscard]] std::optional<std::string> read(const store::FolderRef& folder, const char* name) const {
    const auto home = tree_.home_of(folder);
    if (!home) return std::nullopt;
    return tree_.read(home->empty() ? std::string(name) : *home + "/" + name, list_limit);
  }

  const MaildirTree& tree_;
};

class ArchivedMaildir final : public store::MessageSource {
 public:
  ArchivedMaildir(std::shared_ptr<MaildirTree> tree, store::StoreId identity)
      : tree_(std::move(tree)), identity_(std::move(identity)), settings_(*tree_) {}

  [[nodiscard]] store::StoreId identity() const override { return identity_; }

  [[nodiscard]] store::Capabilities capabilities() const override {
    store::Capabilities can;
    can.fetch = true;
    can.stable_handles = true;
    can.changes_flags = false;
    can.folders = true;
    can.keeps_keywords = true;
    can.keeps_uids = true;
    can.keeps_base_names = true;
    can.keeps_subscriptions = true;
    can.keeps_acls = true;
    // What has to be read from its beginning for each folder is read by one at a time.
    constexpr std::size_t most_folders = 64;
    can.parallel_folders = tree_->archive().can_go_back() ? most_folders : 1;
    return can;
  }

  [[nodiscard]] std::vector<store::Mailbox> mailboxes() override {
    store::Mailbox mailbox{"", {mail::FolderName{}}};
    for (const auto& entry : tree_->directories()) mailbox.folders.push_back(entry.first);
    return {std::move(mailbox)};
  }

  [[nodiscard]] store::FolderInfo folder(const store::FolderRef& folder) override {
    const std::string home = tree_->existing_home_of(folder);
    store::FolderInfo info;
    if (const auto keywords = tree_->read_keywords(home, folder.display())) info.keywords = keywords->all_names();
    if (auto list = tree_->read_uid_list(home, folder.display(), [](const maildir::UidRecord&) {})) {
      info.uid_validity = list->validity;
      info.next_uid = list->next;
      info.guid = std::move(list->guid);
      info.list_fields = std::move(list->other);
    }
    return info;
  }

  [[nodiscard]] std::optional<store::Stamp> stamp(const store::FolderRef& folder) override {
    return tree_->home_of(folder) ? std::optional(tree_->stamp()) : std::nullopt;
  }

  [[nodiscard]] store::SettingsSource* settings() override { return &settings_; }

  [[nodiscard]] std::unique_ptr<store::MessageCursor> walk(std::span<const store::FolderSince> folders) override {
    std::vector<store::FolderRef> refs;
    for (const store::FolderSince& folder : folders) refs.push_back(folder.folder);
    return std::make_unique<MaildirCursor>(tree_, std::move(refs));
  }

  [[nodiscard]] std::unique_ptr<store::MessageCursor> fetch(const store::FolderRef& folder,
                                                            std::span<const store::Handle> handles) override {
    return std::make_unique<MaildirCursor>(tree_, folder, std::set<store::Handle>(handles.begin(), handles.end()));
  }

 private:
  std::shared_ptr<MaildirTree> tree_;
  store::StoreId identity_;
  ArchivedSettings settings_;
};

}  // namespace

std::unique_ptr<store::MessageSource> open_maildir(Context& context, std::shared_ptr<const Archive> archive,
                                                   const std::string& path, const maildir::TreeOptions& options,
                                                   store::StoreId identity) {
  return std::make_unique<ArchivedMaildir>(std::make_shared<MaildirTree>(context, std::move(archive), path, options),
                                           std::move(identity));
}

}  // namespace mailhaul::formats::archive
