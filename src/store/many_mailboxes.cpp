#include "mailhaul/store/many_mailboxes.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include "mailbox_errors.hpp"

namespace mailhaul::store {
namespace {

FolderRef inner_ref(const FolderRef& folder) { return {"", folder.folder}; }

/// Inner stores that are open. Whoever uses one holds it, so that only what nobody uses is closed. Any number of
/// threads.
template <class Store>
class OpenMailboxes {
 public:
  using Find = std::function<std::unique_ptr<Store>(const std::string&)>;
  using Held = std::shared_ptr<Store>;

  OpenMailboxes(Find find, std::size_t most) : find_(std::move(find)), most_(most) {}

  /// Null: there is no such mailbox.
  [[nodiscard]] Held find(const std::string& mailbox) {
    const std::lock_guard guard(mutex_);
    return find_or(mailbox, find_);
  }
  [[nodiscard]] Held find_or_make(const std::string& mailbox, const Find& make) {
    const std::lock_guard guard(mutex_);
    if (Held found = find_or(mailbox, find_)) return found;
    return find_or(mailbox, make);
  }
  /// Called for a store before it is closed, and by each().
  void before_closing(std::function<void(const std::string&, Store&)> action) { before_closing_ = std::move(action); }
  void when_opened(std::function<void(Store&)> action) {
    const std::lock_guard guard(mutex_);
    when_opened_ = std::move(action);
    for (auto& [name, one] : open_) when_opened_(*one.store);
  }
  void each(const std::function<void(const std::string&, Store&)>& action) {
    const std::lock_guard guard(mutex_);
    for (auto& [name, one] : open_) action(name, *one.store);
  }

 private:
  struct One {
    Held store{};
    std::uint64_t used = 0;
  };

  Held find_or(const std::string& mailbox, const Find& opener) {
    const auto known = open_.find(mailbox);
    if (known != open_.end()) {
      known->second.used = ++uses_;
      return known->second.store;
    }
    Held opened = naming_mailbox(mailbox, [&] { return Held(opener(mailbox)); });
    if (!opened) return nullptr;
    if (when_opened_) when_opened_(*opened);
    make_room();
    open_.emplace(mailbox, One{opened, ++uses_});
    return opened;
  }

  void make_room() {
    while (open_.size() >= most_) {
      auto least = open_.end();
      for (auto it = open_.begin(); it != open_.end(); ++it) {
        const bool is_idle = it->second.store.use_count() == 1;
        if (is_idle && (least == open_.end() || it->second.used < least->second.used)) least = it;
      }
      if (least == open_.end()) return;  // all are in use: one more then
      if (before_closing_) before_closing_(least->first, *least->second.store);
      open_.erase(least);
    }
  }

  Find find_;
  std::size_t most_;
  std::mutex mutex_;
  std::map<std::string, One> open_;
  std::uint64_t uses_ = 0;
  std::function<void(const std::string&, Store&)> before_closing_{};
  std::function<void(Store&)> when_opened_{};
};

/// Walks folders of several mailboxes, those of one by one cursor of its own; one such cursor is open at a time.
template <class Store>
class Cursor final : public MessageCursor {
 public:
  Cursor(OpenMailboxes<Store>& open, std::span<const FolderSince> folders) : open_(open) {
    for (const FolderSince& folder : folders) {
      if (parts_.empty() || parts_.back().mailbox != folder.folder.mailbox) parts_.push_back({folder.folder.mailbox});
      parts_.back().folders.push_back({inner_ref(folder.folder), folder.since, folder.known});
    }
  }
  Cursor(OpenMailboxes<Store>& open, const FolderRef& folder, std::span<const Handle> handles) : open_(open) {
    parts_.push_back({folder.mailbox});
    fetched_ = inner_ref(folder);
    handles_.assign(handles.begin(), handles.end());
  }

  bool next() override {
    for (; at_ < parts_.size(); leave()) {
      if (!enter()) continue;
      const std::string& mailbox = parts_[at_].mailbox;
      if (!naming_mailbox(mailbox, [&] { return cursor_->next(); })) continue;
      if (folder_.mailbox != mailbox || folder_.folder != cursor_->folder().folder)
        folder_ = {mailbox, cursor_->folder().folder};
      return true;
    }
    return false;
  }
  [[nodiscard]] const FolderRef& folder() const override { return folder_; }
  [[nodiscard]] bool is_known() const override { return cursor_->is_known(); }
  [[nodiscard]] const MessageInfo& info() const override { return cursor_->info(); }
  [[nodiscard]] io::Source& content() override {
    content_ = std::make_unique<Content>(
        naming_mailbox(folder_.mailbox, [&]() -> io::Source& { return cursor_->content(); }), folder_.mailbox);
    return *content_;
  }
  [[nodiscard]] mail::ContentKey key(const mail::KeySecrets& secrets) override {
    return naming_mailbox(folder_.mailbox, [&] { return cursor_->key(secrets); });
  }
  [[nodiscard]] WalkEnd end(const FolderRef& folder) override {
    const auto known = ends_.find(folder);
    return known == ends_.end() ? WalkEnd{} : known->second;
  }

 private:
  /// What goes wrong while a message is read names its mailbox too.
  class Content final : public io::Source {
   public:
    Content(io::Source& inner, const std::string& mailbox) : inner_(inner), mailbox_(mailbox) {}
    [[nodiscard]] Bytes read() override {
      return naming_mailbox(mailbox_, [&] { return inner_.read(); });
    }

   private:
    io::Source& inner_;
    const std::string& mailbox_;
  };
  struct Part {
    std::string mailbox{};
    std::vector<FolderSince> folders{};
  };

  /// False: there is no such mailbox.
  bool enter() {
    if (cursor_) return true;
    const Part& part = parts_[at_];
    store_ = open_.find(part.mailbox);
    if (!store_) return false;
    cursor_ = naming_mailbox(
        part.mailbox, [&] { return fetched_ ? store_->fetch(*fetched_, handles_) : store_->walk(part.folders); });
    return true;
  }
  void leave() {
    const Part& part = parts_[at_++];
    if (!cursor_) return;
    for (const FolderSince& folder : part.folders)
      ends_[{part.mailbox, folder.folder.folder}] =
          naming_mailbox(part.mailbox, [&] { return cursor_->end(folder.folder); });
    if (fetched_) ends_[{part.mailbox, fetched_->folder}] = cursor_->end(*fetched_);
    content_.reset();
    cursor_.reset();
    store_.reset();
  }

  OpenMailboxes<Store>& open_;
  std::vector<Part> parts_{};
  std::optional<FolderRef> fetched_{};
  std::vector<Handle> handles_{};
  std::size_t at_ = 0;
  std::shared_ptr<Store> store_{};
  std::unique_ptr<MessageCursor> cursor_{};
  std::unique_ptr<Content> content_{};
  FolderRef folder_{};
  std::map<FolderRef, WalkEnd> ends_{};
};

template <class Store>
class Settings final : public SettingsSource {
 public:
  explicit Settings(OpenMailboxes<Store>& open) : open_(open) {}
  [[nodiscard]] Subscriptions subscriptions(const std::string& mailbox) override {
    const auto store = open_.find(mailbox);
    if (!store || store->settings() == nullptr) return {};
    return naming_mailbox(mailbox, [&] { return store->settings()->subscriptions(""); });
  }
  [[nodiscard]] Acl acl(const FolderRef& folder) override {
    const auto store = open_.find(folder.mailbox);
    if (!store || store->settings() == nullptr) return {};
    return naming_mailbox(folder.mailbox, [&] { return store->settings()->acl(inner_ref(folder)); });
  }

 private:
  OpenMailboxes<Store>& open_;
};

/// The reading half: `Interface` is that of a source or of a store, and of the inner ones too.
template <class Interface>
class Reading : public Interface {
 public:
  Reading(ManyMailboxes about, std::function<std::vector<std::string>()> names,
          typename OpenMailboxes<Interface>::Find find)
      : about_(std::move(about)), names_(std::move(names)), open_(std::move(find), about_.most_open) {}

  [[nodiscard]] StoreId identity() const override { return about_.identity; }
  [[nodiscard]] Capabilities capabilities() const override { return about_.abilities; }

  [[nodiscard]] std::vector<Mailbox> mailboxes() override {
    std::vector<Mailbox> all;
    for (const std::string& name : names_()) {
      try {
        const auto store = open_.find(name);
        if (!store) continue;
        Mailbox mailbox{name, {}};
        for (Mailbox& inner : naming_mailbox(name, [&] { return store->mailboxes(); }))
          mailbox.folders.insert(mailbox.folders.end(), inner.folders.begin(), inner.folders.end());
        all.push_back(std::move(mailbox));
      } catch (const Error& error) {
        if (error.scope() == Scope::run || about_.findings == nullptr) throw;
        const bool is_target = about_.side == Side::target;
        about_.findings->add({is_target ? FindingKind::unlisted : FindingKind::unreadable, Weight::failed, name,
                              error.place(), "this mailbox can't be read: " + error.reason()});
      }
    }
    return all;
  }
  [[nodiscard]] FolderInfo folder(const FolderRef& folder) override {
    const auto store = open_.find(folder.mailbox);
    if (!store)
      throw Error(Cause::not_found, Scope::folder, "opening a folder")
          .in(folder.display())
          .because("there is no such mailbox")
          .on(about_.side);
    return naming_mailbox(folder.mailbox, [&] { return store->folder(inner_ref(folder)); });
  }
  [[nodiscard]] std::optional<Stamp> stamp(const FolderRef& folder) override {
    const auto store = open_.find(folder.mailbox);
    if (!store) return std::nullopt;
    return naming_mailbox(folder.mailbox, [&] { return store->stamp(inner_ref(folder)); });
  }
  [[nodiscard]] SettingsSource* settings() override { return &settings_; }
  [[nodiscard]] std::unique_ptr<MessageCursor> walk(std::span<const FolderSince> folders) override {
    return std::make_unique<Cursor<Interface>>(open_, folders);
  }
  [[nodiscard]] std::unique_ptr<MessageCursor> fetch(const FolderRef& folder,
                                                     std::span<const Handle> handles) override {
    return std::make_unique<Cursor<Interface>>(open_, folder, handles);
  }

 protected:
  [[nodiscard]] OpenMailboxes<Interface>& mailboxes_held() { return open_; }
  [[nodiscard]] const ManyMailboxes& about() const { return about_; }

 private:
  ManyMailboxes about_;
  std::function<std::vector<std::string>()> names_;
  OpenMailboxes<Interface> open_;
  Settings<Interface> settings_{open_};
};

class OctetsWriter final : public MessageWriter {
 public:
  OctetsWriter(std::unique_ptr<MessageWriter> inner, const std::string& mailbox)
      : inner_(std::move(inner)), mailbox_(mailbox) {}
  [[nodiscard]] bool wants_octets() const override { return inner_->wants_octets(); }
  void write(Bytes octets) override {
    naming_mailbox(mailbox_, [&] { inner_->write(octets); });
  }
  void commit() override {
    naming_mailbox(mailbox_, [&] { inner_->commit(); });
  }

 private:
  std::unique_ptr<MessageWriter> inner_;
  const std::string& mailbox_;
};

class Writer final : public FolderWriter {
  template <class Call>
  decltype(auto) named(const Call& call) const {
    return naming_mailbox(folder_.mailbox, call);
  }

 public:
  Writer(std::shared_ptr<MessageStore> store, const FolderRef& folder, const FolderInfo& info, Side side)
      : store_(std::move(store)),
        folder_(folder),
        side_(side),
        inner_(named([&] { return store_->open_folder(inner_ref(folder), info); })) {}

  [[nodiscard]] std::unique_ptr<MessageWriter> append(const MessageInfo& info) override {
    return std::make_unique<OctetsWriter>(named([&] { return inner_->append(info); }), folder_.mailbox);
  }
  void as_of(const Stamp& stamp) override { inner_->as_of(stamp); }
  void change_flags(const Handle& handle, const FlagChange& change) override {
    named([&] { inner_->change_flags(handle, change); });
  }
  void take(const FolderRef& from, const AsSeen& message) override {
    if (from.mailbox != folder_.mailbox)
      throw Error(Cause::unsupported, Scope::folder, "moving a message")
          .in(folder_.display())
          .because("it is in another mailbox")
          .on(side_);
    named([&] { inner_->take(inner_ref(from), message); });
  }
  void expunge(const AsSeen& message) override {
    named([&] { inner_->expunge(message); });
  }
  [[nodiscard]] bool batch_is_full() const override { return inner_->batch_is_full(); }
  std::vector<Receipt> flush() override {
    return named([&] { return inner_->flush(); });
  }
  Finished finish(const FolderInfo& info, NumberedMessages& messages) override {
    return named([&] { return inner_->finish(info, messages); });
  }

 private:
  std::shared_ptr<MessageStore> store_;
  FolderRef folder_;
  Side side_;
  std::unique_ptr<FolderWriter> inner_;
};

class JoinedStore final : public Reading<MessageStore>, private SettingsTarget {
 public:
  JoinedStore(ManyMailboxes about, MailboxStores inner)
      : Reading(std::move(about), std::move(inner.names), std::move(inner.find)), make_(std::move(inner.make)) {
    mailboxes_held().before_closing(
        [this](const std::string& mailbox, MessageStore& store) { finish_one(mailbox, store); });
  }

  /// Each is begun when it is opened, and finished before it is closed.
  void begin() override {
    mailboxes_held().when_opened([](MessageStore& store) { store.begin(); });
  }
  [[nodiscard]] std::unique_ptr<FolderWriter> open_folder(const FolderRef& folder, const FolderInfo& info) override {
    {
      const std::lock_guard guard(mutex_);
      written_.insert(folder.mailbox);
    }
    return std::make_unique<Writer>(mailboxes_held().find_or_make(folder.mailbox, make_), folder, info, about().side);
  }
  void finish() override {
    mailboxes_held().each([this](const std::string& mailbox, MessageStore& store) { finish_one(mailbox, store); });
    if (failure_) throw Error(*std::exchange(failure_, std::nullopt));
  }
  [[nodiscard]] SettingsTarget* settings_target() override { return this; }

 private:
  /// The others are finished all the same.
  void finish_one(const std::string& mailbox, MessageStore& store) {
    {
      const std::lock_guard guard(mutex_);
      if (written_.erase(mailbox) == 0) return;
    }
    try {
      naming_mailbox(mailbox, [&] { store.finish(); });
    } catch (const Error& error) {
      if (!failure_) failure_ = error;
    }
  }
  void subscribe(const std::string& mailbox, const Subscriptions& folders) override {
    const auto store = mailboxes_held().find_or_make(mailbox, make_);
    naming_mailbox(mailbox, [&] {
      if (store->settings_target() != nullptr) store->settings_target()->subscribe("", folders);
    });
  }
  [[nodiscard]] bool set_acl(const FolderRef& folder, const Acl& acl) override {
    const auto store = mailboxes_held().find_or_make(folder.mailbox, make_);
    return naming_mailbox(folder.mailbox, [&] {
      return store->settings_target() != nullptr && store->settings_target()->set_acl(inner_ref(folder), acl);
    });
  }

  OpenMailboxes<MessageStore>::Find make_;
  std::mutex mutex_{};
  std::set<std::string> written_{};
  std::optional<Error> failure_{};
};

}  // namespace

std::unique_ptr<MessageSource> join_mailboxes(ManyMailboxes about, MailboxSources inner) {
  return std::make_unique<Reading<MessageSource>>(std::move(about), std::move(inner.names), std::move(inner.find));
}

std::unique_ptr<MessageStore> join_mailboxes(ManyMailboxes about, MailboxStores inner) {
  return std::make_unique<JoinedStore>(std::move(about), std::move(inner));
}

struct MailboxFindings::Told {
  std::mutex mutex{};
  std::set<std::string> keys{};
};

MailboxFindings::MailboxFindings(Findings& findings, std::string mailbox)
    : findings_(findings), mailbox_(std::move(mailbox)), told_(std::make_unique<Told>()) {}
MailboxFindings::~MailboxFindings() = default;

void MailboxFindings::add(const Finding& finding) {
  constexpr std::size_t most_remembered = 4096;
  Finding named = finding;
  named.folder = finding.folder.empty() ? mailbox_
                 : mailbox_.empty()     ? finding.folder
                                        : mailbox_ + ": " + finding.folder;
  const std::string key = std::to_string(static_cast<int>(finding.kind)) + '\0' + finding.folder + '\0' +
                          finding.where + '\0' + finding.text + '\0' + std::to_string(finding.count);
  {
    const std::lock_guard guard(told_->mutex);
    if (told_->keys.count(key) != 0) return;
    if (told_->keys.size() < most_remembered) told_->keys.insert(key);
  }
  findings_.add(named);
}

}  // namespace mailhaul::store
