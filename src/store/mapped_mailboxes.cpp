#include "mailhaul/store/mapped_mailboxes.hpp"

#include <map>
#include <utility>
#include <vector>

#include "mailhaul/base/error.hpp"

namespace mailhaul::store {
namespace {

/// Names outside and inside.
class Names {
 public:
  void add(const std::string& inner, const std::string& outer) {
    const auto known = inner_.emplace(outer, inner);
    if (!known.second && known.first->second != inner)
      throw Error(Cause::usage, Scope::run, "choosing mailboxes")
          .in(outer)
          .because("both " + known.first->second + " and " + inner + " would go there")
          .hint("give each a name of its own");
    outer_[inner] = outer;
  }
  [[nodiscard]] FolderRef inside(const FolderRef& folder) const {
    const auto known = inner_.find(folder.mailbox);
    // Never asked for but by a name that was told: what is not known is not there, under no name of the source.
    return {known == inner_.end() ? std::string("\0", 1) + folder.mailbox : known->second, folder.folder};
  }
  /// Nothing: it takes no part.
  [[nodiscard]] std::optional<std::string> outside(const std::string& mailbox) const {
    const auto known = outer_.find(mailbox);
    return known == outer_.end() ? std::nullopt : std::optional(known->second);
  }
  [[nodiscard]] FolderRef outside(const FolderRef& folder) const {
    return {outside(folder.mailbox).value_or(folder.mailbox), folder.folder};
  }

 private:
  std::map<std::string, std::string> inner_{};
  std::map<std::string, std::string> outer_{};
};

class MappedCursor final : public MessageCursor {
 public:
  MappedCursor(std::unique_ptr<MessageCursor> cursor, const Names& names) : cursor_(std::move(cursor)), names_(names) {}
  bool next() override {
    if (!cursor_->next()) return false;
    const FolderRef& inner = cursor_->folder();
    if (inner != inner_) {
      inner_ = inner;
      folder_ = names_.outside(inner);
    }
    return true;
  }
  [[nodiscard]] const FolderRef& folder() const override { return folder_; }
  [[nodiscard]] bool is_known() const override { return cursor_->is_known(); }
  [[nodiscard]] const MessageInfo& info() const override { return cursor_->info(); }
  [[nodiscard]] io::Source& content() override { return cursor_->content(); }
  [[nodiscard]] mail::ContentKey key(const mail::KeySecrets& secrets) override { return cursor_->key(secrets); }
  [[nodiscard]] WalkEnd end(const FolderRef& folder) override { return cursor_->end(names_.inside(folder)); }

 private:
  std::unique_ptr<MessageCursor> cursor_;
  const Names& names_;
  FolderRef inner_{"\n", {}};  // that of no mailbox
  FolderRef folder_{};
};

class MappedSource final : public MessageSource {
 public:
  MappedSource(std::unique_ptr<MessageSource> source, const MailboxMap& map)
      : source_(std::move(source)), settings_(*source_, names_) {
    for (const Mailbox& mailbox : source_->mailboxes())
      if (const auto outer = map(mailbox.name)) names_.add(mailbox.name, *outer);
  }

  [[nodiscard]] StoreId identity() const override { return source_->identity(); }
  [[nodiscard]] Capabilities capabilities() const override { return source_->capabilities(); }
  [[nodiscard]] std::vector<Mailbox> mailboxes() override {
    std::vector<Mailbox> out;
    for (Mailbox& mailbox : source_->mailboxes())
      // One that came meanwhile takes part in the next run.
      if (const auto outer = names_.outside(mailbox.name)) out.push_back({*outer, std::move(mailbox.folders)});
    return out;
  }
  [[nodiscard]] FolderInfo folder(const FolderRef& folder) override { return source_->folder(names_.inside(folder)); }
  [[nodiscard]] std::optional<Stamp> stamp(const FolderRef& folder) override {
    return source_->stamp(names_.inside(folder));
  }
  [[nodiscard]] SettingsSource* settings() override { return source_->settings() == nullptr ? nullptr : &settings_; }
  [[nodiscard]] std::unique_ptr<MessageCursor> walk(std::span<const FolderSince> folders) override {
    std::vector<FolderSince> inner(folders.begin(), folders.end());
    for (FolderSince& one : inner) one.folder = names_.inside(one.folder);
    return std::make_unique<MappedCursor>(source_->walk(inner), names_);
  }
  [[nodiscard]] std::unique_ptr<MessageCursor> fetch(const FolderRef& folder,
                                                     std::span<const Handle> handles) override {
    return std::make_unique<MappedCursor>(source_->fetch(names_.inside(folder), handles), names_);
  }

 private:
  class Settings final : public SettingsSource {
   public:
    Settings(MessageSource& source, const Names& names) : source_(source), names_(names) {}
    [[nodiscard]] Subscriptions subscriptions(const std::string& mailbox) override {
      return source_.settings()->subscriptions(names_.inside({mailbox, {}}).mailbox);
    }
    [[nodiscard]] Acl acl(const FolderRef& folder) override { return source_.settings()->acl(names_.inside(folder)); }

   private:
    MessageSource& source_;
    const Names& names_;
  };

  std::unique_ptr<MessageSource> source_;
  Names names_{};
  Settings settings_;
};

}  // namespace

std::unique_ptr<MessageSource> map_mailboxes(std::unique_ptr<MessageSource> source, const MailboxMap& map) {
  return std::make_unique<MappedSource>(std::move(source), map);
}

}  // namespace mailhaul::store
