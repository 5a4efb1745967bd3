#include "support/memory_store.hpp"

#include <algorithm>
#include <utility>

namespace mailhaul::support {

using store::FolderRef;
using store::Handle;
using store::MessageInfo;
using store::Receipt;

/// Works on a snapshot, as a real cursor would on what it listed.
class MemoryStore::Cursor final : public store::MessageCursor {
 public:
  struct Item {
    FolderRef folder;
    Message message;
  };
  Cursor(MemoryStore& owner, std::vector<Item> items, std::map<FolderRef, store::WalkEnd> ends)
      : owner_(owner), items_(std::move(items)), ends_(std::move(ends)) {}

  bool next() override {
    source_.reset();
    if (at_ == items_.size()) return false;
    current_ = &items_[at_++];
    info_ = current_->message.info;
    if (owner_.options_.dates_need_content) {
      info_.internal_date.reset();
      info_.size_octets.reset();
    }
    return true;
  }
  [[nodiscard]] const FolderRef& folder() const override { return current_->folder; }
  [[nodiscard]] const MessageInfo& info() const override { return info_; }
  [[nodiscard]] io::Source& content() override {
    if (current_->message.unreadable)
      throw Error(Cause::io_error, Scope::message, "reading a message").at(info_.handle.token).on(Side::source);
    info_ = current_->message.info;
    info_.size_octets = current_->message.octets.size();
    {
      const std::lock_guard guard(owner_.mutex_);
      owner_.octets_read_ += current_->message.octets.size();
    }
    source_ = std::make_unique<io::MemorySource>(as_bytes(current_->message.octets), 7);
    return *source_;
  }
  [[nodiscard]] store::WalkEnd end(const FolderRef& folder) override { return ends_.at(folder); }

 private:
  MemoryStore& owner_;
  std::vector<Item> items_;
  std::map<FolderRef, store::WalkEnd> ends_;
  std::size_t at_ = 0;
  const Item* current_ = nullptr;
  MessageInfo info_;
  std::unique_ptr<io::MemorySource> source_;
};

class MemoryStore::Writer final : public store::FolderWriter {
 public:
  Writer(MemoryStore& owner, FolderRef folder) : owner_(owner), folder_(std::move(folder)) {}

  struct Change {
    enum class Kind { append, flags, take, expunge } kind;
    Message message{};
    store::AsSeen seen{};
    store::FlagChange flags{};
    FolderRef from{};
    std::optional<store::Stamp> as_of{};
  };

  [[nodiscard]] std::unique_ptr<store::MessageWriter> append(const MessageInfo& info) override;
  void as_of(const store::Stamp& stamp) override { as_of_ = stamp; }
  void change_flags(const Handle& handle, const store::FlagChange& change) override {
    batch_.push_back({Change::Kind::flags, {}, {handle, {}, {}}, change, {}, as_of_});
  }
  void take(const FolderRef& from, const store::AsSeen& message) override {
    if (!owner_.capabilities().moves || from == folder_)
      throw Error(Cause::unsupported, Scope::folder, "moving a message");
    batch_.push_back({Change::Kind::take, {}, message, {}, from, as_of_});
  }
  void expunge(const store::AsSeen& message) override {
    batch_.push_back({Change::Kind::expunge, {}, message, {}, {}, as_of_});
  }
  [[nodiscard]] bool batch_is_full() const override {
    // As in an mbox, changes of flags wait for one flush: the next would find all handles changed.
    const auto n = owner_.options_.stable_handles
                       ? batch_.size()
                       : static_cast<std::size_t>(std::count_if(batch_.begin(), batch_.end(), [](const Change& c) {
                           return c.kind == Change::Kind::append;
                         }));
    return n >= owner_.options_.batch_messages;
  }

  std::vector<Receipt> flush() override {
    const std::lock_guard guard(owner_.mutex_);
    const std::vector<Change> batch = std::exchange(batch_, {});
    staged_octets_ = 0;
    if (owner_.failing_flushes_ > 0) {
      --owner_.failing_flushes_;
      throw Error(owner_.failing_cause_, Scope::run, "flushing").on(Side::target);
    }
    bool dies = false;
    if (owner_.crash_ && !batch.empty()) {
      dies = owner_.crash_->flushes_left == 0;
      if (dies && !std::exchange(owner_.crash_->is_durable, false)) crash();
      if (!dies) --owner_.crash_->flushes_left;
    }
    if (!batch.empty()) ++owner_.flushes_;
    Folder& folder = owner_.folders_[folder_];
    const std::size_t changes = owner_.changes_;
    std::vector<Receipt> receipts;
    const store::Stamp now{std::to_string(folder.version), false};
    for (const Change& change : batch) {
      const bool is_named = change.kind != Change::Kind::append;
      const bool is_of_another = is_named && !owner_.options_.stable_handles && !(change.as_of && *change.as_of == now);
      receipts.push_back(is_of_another ? Receipt{Receipt::Outcome::gone_or_changed, change.seen.handle}
                                       : apply(folder, change));
    }
    owner_.number_handles(folder, receipts);
    if (owner_.changes_ != changes) folder.version = ++owner_.versions_;
    if (dies) crash();
    return receipts;
  }
  store::Finished finish(const store::FolderInfo& info, store::NumberedMessages& messages) override {
    if (owner_.options_.keeps_uids && info.uid_validity) {
      const std::lock_guard guard(owner_.mutex_);
      owner_.number_messages(owner_.folders_[folder_], info, messages);
    }
    return {owner_.stamp(folder_), {}};
  }

  void commit(Message message) { batch_.push_back({Change::Kind::append, std::move(message), {}, {}, {}, {}}); }
  void check_room(std::uint64_t more) {
    const std::lock_guard guard(owner_.mutex_);
    if (!owner_.limit_octets_) return;
    std::uint64_t held = staged_octets_ + more;
    for (const auto& [name, folder] : owner_.folders_)
      for (const Message& message : folder.messages) held += message.octets.size();
    if (held > *owner_.limit_octets_)
      throw Error(Cause::no_space, Scope::run, "writing a message").because(28).on(Side::target);
    staged_octets_ += more;
  }

 private:
  static bool holds_already(const MessageInfo& info, const store::FlagChange& change) {
    const auto has = [&info](const std::string& name) { return info.keywords.has(name); };
    return (change.add - info.flags).empty() && (change.remove & info.flags).empty() &&
           std::all_of(change.add_keywords.begin(), change.add_keywords.end(), has) &&
           std::none_of(change.remove_keywords.begin(), change.remove_keywords.end(), has);
  }
  Receipt apply(Folder& folder, const Change& change) {
    if (change.kind == Change::Kind::append) {
      Message message = change.message;
      message.info.handle = {"h" + std::to_string(owner_.next_handle_++)};
      message.info.size_octets = message.octets.size();
      if (!owner_.options_.keeps_uids || owner_.options_.stable_handles) message.info.ids = {};
      folder.messages.push_back(message);
      ++owner_.changes_;
      return {Receipt::Outcome::done, folder.messages.back().info.handle};
    }
    const bool moves = change.kind == Change::Kind::take;
    if (moves && owner_.folders_.count(change.from) == 0)
      return {Receipt::Outcome::gone_or_changed, change.seen.handle};
    Folder& place = moves ? owner_.folders_.at(change.from) : folder;
    const auto found = std::find_if(place.messages.begin(), place.messages.end(),
                                    [&](const Message& m) { return m.info.handle == change.seen.handle; });
    const bool must_be_as_seen = change.kind != Change::Kind::flags;
    if (found == place.messages.end() ||
        (must_be_as_seen && !(found->info.flags == change.seen.flags && found->info.keywords == change.seen.keywords)))
      return {Receipt::Outcome::gone_or_changed, change.seen.handle};
    if (change.kind == Change::Kind::flags && holds_already(found->info, change.flags))
      return {Receipt::Outcome::unchanged, change.seen.handle};
    ++owner_.changes_;
    if (change.kind == Change::Kind::flags) {
      found->info.flags = (found->info.flags | change.flags.add) - change.flags.remove;
      for (const auto& name : change.flags.add_keywords) found->info.keywords.add(name);
      for (const auto& name : change.flags.remove_keywords) found->info.keywords.remove(name);
    } else {
      if (moves) {
        folder.messages.push_back(*found);
        folder.messages.back().info.ids = {};
        place.version = ++owner_.versions_;
      }
      place.messages.erase(found);
    }
    return {Receipt::Outcome::done, change.seen.handle};
  }

  MemoryStore& owner_;
  FolderRef folder_;
  std::vector<Change> batch_;
  std::optional<store::Stamp> as_of_{};
  std::uint64_t staged_octets_ = 0;
};

class MemoryStore::OctetsWriter final : public store::MessageWriter {
 public:
  OctetsWriter(Writer& writer, MessageInfo info) : writer_(writer), info_(std::move(info)) {}
  void write(Bytes octets) override {
    writer_.check_room(octets.size());
    octets_ += as_text(octets);
  }
  void commit() override { writer_.commit({std::move(octets_), std::move(info_), false}); }

 private:
  Writer& writer_;
  MessageInfo info_;
  std::string octets_;
};

std::unique_ptr<store::MessageWriter> MemoryStore::Writer::append(const MessageInfo& info) {
  return std::make_unique<OctetsWriter>(*this, info);
}

MemoryStore::MemoryStore() : MemoryStore(Options{}) {}
MemoryStore::MemoryStore(Options options) : options_(options) {}

void MemoryStore::number_messages(Folder& folder, const store::FolderInfo& info, store::NumberedMessages& messages) {
  if (folder.info.uid_validity != info.uid_validity || folder.info.next_uid != info.next_uid) ++changes_;
  folder.info.uid_validity = info.uid_validity;
  folder.info.next_uid = info.next_uid;
  folder.info.guid = info.guid;
  Handle handle;
  mail::ServerIds ids;
  std::optional<mail::Uid> last;
  while (messages.next(handle, ids)) {
    if (!ids.uid || (last && !(*last < *ids.uid)))
      throw Error(Cause::usage, Scope::run, "numbering").because("UIDs do not ascend");
    last = ids.uid;
    const auto found = std::find_if(folder.messages.begin(), folder.messages.end(),
                                    [&](const Message& m) { return m.info.handle == handle; });
    if (found == folder.messages.end() || found->info.ids == ids) continue;
    found->info.ids = ids;
    ++changes_;
  }
}

void MemoryStore::number_handles(Folder& folder, std::span<Receipt> receipts) const {
  if (options_.stable_handles) return;
  std::uint64_t offset = 0;
  for (Message& message : folder.messages) {
    const Handle before = std::exchange(message.info.handle, {std::to_string(offset)});
    // Only of a new message: the others were named as they had been.
    for (Receipt& receipt : receipts)
      if (before.token.front() == 'h' && receipt.handle == before) receipt.handle = message.info.handle;
    offset += message.octets.size() + 1;
  }
}

Handle MemoryStore::deliver(const FolderRef& folder, std::string octets, MessageInfo info) {
  const std::lock_guard guard(mutex_);
  Folder& place = folders_[folder];
  info.handle = {"h" + std::to_string(next_handle_++)};
  info.size_octets = octets.size();
  place.messages.push_back({std::move(octets), std::move(info), false});
  number_handles(place, {});
  place.version = ++versions_;
  return place.messages.back().info.handle;
}

void MemoryStore::make_folder(const FolderRef& folder) {
  const std::lock_guard guard(mutex_);
  folders_[folder];
}

std::vector<MemoryStore::Message>& MemoryStore::messages(const FolderRef& folder) {
  Folder& place = folders_[folder];
  place.version = ++versions_;
  return place.messages;
}

const std::vector<MemoryStore::Message>& MemoryStore::seen(const FolderRef& folder) const {
  const auto found = folders_.find(folder);
  return found == folders_.end() ? no_messages_ : found->second.messages;
}

void MemoryStore::renumber(const FolderRef& folder) { number_handles(folders_[folder], {}); }

void MemoryStore::remove_folder(const FolderRef& folder) {
  const std::lock_guard guard(mutex_);
  folders_.erase(folder);
}

store::FolderInfo& MemoryStore::info(const FolderRef& folder) { return folders_[folder].info; }

void MemoryStore::fail_flushes(std::size_t count, Cause cause) {
  failing_flushes_ = count;
  failing_cause_ = cause;
}

void MemoryStore::crash() { throw Error(Cause::stopped, Scope::run, "flushing").on(Side::target); }

store::Capabilities MemoryStore::capabilities() const {
  store::Capabilities abilities;
  abilities.fetch = options_.fetch;
  abilities.stable_handles = options_.stable_handles;
  abilities.folders = options_.folders;
  abilities.keeps_keywords = true;
  abilities.keeps_uids = options_.keeps_uids;
  abilities.changes_flags = options_.changes_flags;
  abilities.moves = options_.moves && options_.stable_handles;
  abilities.parallel_folders = 8;
  abilities.keeps_subscriptions = options_.settings;
  abilities.keeps_acls = options_.settings;
  abilities.fitting_name = options_.fitting_name;
  return abilities;
}

std::vector<store::Mailbox> MemoryStore::mailboxes() {
  const std::lock_guard guard(mutex_);
  std::map<std::string, store::Mailbox> by_name;
  for (const auto& [ref, folder] : folders_) {
    store::Mailbox& mailbox = by_name[ref.mailbox];
    mailbox.name = ref.mailbox;
    mailbox.folders.push_back(ref.folder);
  }
  std::vector<store::Mailbox> all;
  for (auto& [name, mailbox] : by_name) {
    std::stable_partition(mailbox.folders.begin(), mailbox.folders.end(),
                          [](const mail::FolderName& f) { return f.is_inbox(); });
    all.push_back(std::move(mailbox));
  }
  return all;
}

store::FolderInfo MemoryStore::folder(const FolderRef& folder) {
  const std::lock_guard guard(mutex_);
  const auto found = folders_.find(folder);
  return found == folders_.end() ? store::FolderInfo{} : found->second.info;
}

std::optional<store::Stamp> MemoryStore::stamp(const FolderRef& folder) {
  const std::lock_guard guard(mutex_);
  const auto found = folders_.find(folder);
  if (found == folders_.end()) return std::nullopt;
  return store::Stamp{std::to_string(found->second.version), false};
}

std::unique_ptr<store::MessageCursor> MemoryStore::walk(std::span<const store::FolderSince> folders) {
  const std::lock_guard guard(mutex_);
  std::vector<Cursor::Item> items;
  std::map<FolderRef, store::WalkEnd> ends;
  for (const auto& since : folders) {
    if (broken_ && since.folder == *broken_)
      throw Error(Cause::permission, Scope::folder, "opening a folder").because("no permission").on(Side::source);
    const auto found = folders_.find(since.folder);
    if (found == folders_.end()) {
      ends[since.folder] = {std::nullopt, !unstable_};
      continue;
    }
    for (const Message& message : found->second.messages) items.push_back({since.folder, message});
    ends[since.folder] = {store::Stamp{std::to_string(found->second.version), false}, !unstable_};
  }
  return std::make_unique<Cursor>(*this, std::move(items), std::move(ends));
}

std::unique_ptr<store::MessageCursor> MemoryStore::fetch(const FolderRef& folder, std::span<const Handle> handles) {
  const std::lock_guard guard(mutex_);
  std::vector<Cursor::Item> items;
  for (const Message& message : folders_[folder].messages)
    if (std::find(handles.begin(), handles.end(), message.info.handle) != handles.end())
      items.push_back({folder, message});
  return std::make_unique<Cursor>(*this, std::move(items),
                                  std::map<FolderRef, store::WalkEnd>{{folder, store::WalkEnd{}}});
}

std::unique_ptr<store::FolderWriter> MemoryStore::open_folder(const FolderRef& folder, const store::FolderInfo& info) {
  {
    const std::lock_guard guard(mutex_);
    Folder& place = folders_[folder];
    place.info.keywords = info.keywords;
  }
  return std::make_unique<Writer>(*this, folder);
}

}  // namespace mailhaul::support
