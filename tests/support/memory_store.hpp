#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mailhaul/base/error.hpp"
#include "mailhaul/store/store.hpp"

namespace mailhaul::support {

/// Settings beside the mail of a MemoryStore.
class MemorySettings final : public store::SettingsSource, public store::SettingsTarget {
 public:
  store::Subscriptions subscribed{};
  std::map<store::FolderRef, store::Acl> acls{};
  std::size_t writes = 0;
  std::optional<Error> failure{};  ///< thrown by subscribe()

  [[nodiscard]] store::Subscriptions subscriptions(const std::string& /*mailbox*/) override { return subscribed; }
  [[nodiscard]] store::Acl acl(const store::FolderRef& folder) override { return acls[folder]; }
  void subscribe(const std::string& /*mailbox*/, const store::Subscriptions& folders) override {
    if (failure) throw Error(*failure);
    ++writes;
    subscribed.insert(folders.begin(), folders.end());
  }
  [[nodiscard]] bool set_acl(const store::FolderRef& folder, const store::Acl& acl) override {
    ++writes;
    acls[folder] = acl;
    return true;
  }
};

/// A whole store in memory: the third implementation of the interface, and the double that `sync` is tested with.
///
/// It can have unstable handles (renumbered by every flush, as offsets of an mbox are), fail on demand, and crash:
/// whatever was not flushed is gone.
class MemoryStore final : public store::MessageStore {
 public:
  struct Message {
    std::string octets{};
    store::MessageInfo info{};
    bool unreadable = false;  ///< content() throws an Error of scope message
  };
  struct Options {
    bool stable_handles = true;
    bool folders = true;
    bool fetch = true;
    bool changes_flags = true;
    bool moves = true;  ///< only with stable handles
    /// With stable handles UIDs come by finish(), as in a Maildir; else with the message, as in an mbox.
    bool keeps_uids = true;
    bool dates_need_content = false;  ///< as Maildir: date and size known after content() only
    std::size_t batch_messages = 256;
    std::function<mail::FolderName(const mail::FolderName&)> fitting_name{};
    bool settings = true;
  };

  MemoryStore();
  explicit MemoryStore(Options options);

  /// Puts a message there as a delivery would; returns its handle.
  store::Handle deliver(const store::FolderRef& folder, std::string octets, store::MessageInfo info = {});
  void make_folder(const store::FolderRef& folder);
  /// To be changed by hand, as by another program: the stamp of the folder changes.
  [[nodiscard]] std::vector<Message>& messages(const store::FolderRef& folder);
  /// To be looked at.
  [[nodiscard]] const std::vector<Message>& seen(const store::FolderRef& folder) const;
  /// After messages were taken out by hand: handles that do not last are given anew.
  void renumber(const store::FolderRef& folder);
  void remove_folder(const store::FolderRef& folder);
  [[nodiscard]] store::FolderInfo& info(const store::FolderRef& folder);
  /// Walks say that the folder did not hold still.
  void set_unstable(bool unstable) { unstable_ = unstable; }
  /// Walking that folder throws an Error of scope folder.
  void break_folder(const store::FolderRef& folder) { broken_ = folder; }
  /// The next `count` flushes throw Error(cause, Scope::run, target) and drop their batch.
  void fail_flushes(std::size_t count, Cause cause);
  /// The program dies in a flush that comes after `flushes` others, before or after its batch is durable: that flush
  /// and all later ones throw Error(stopped), until revive().
  void crash_after(std::size_t flushes, bool is_durable) { crash_ = Crash{flushes, is_durable}; }
  void revive() { crash_.reset(); }
  /// A write that would make the store hold more than this throws Error(no_space).
  void limit_octets(std::uint64_t octets) { limit_octets_ = octets; }
  [[nodiscard]] std::size_t flushes() const { return flushes_; }
  /// Changes so far: appended, flags, moved, expunged, numbered.
  [[nodiscard]] std::size_t changes() const { return changes_; }
  /// Octets handed out by content() so far.
  [[nodiscard]] std::uint64_t octets_read() const { return octets_read_; }

  [[nodiscard]] store::StoreId identity() const override { return {"memory"}; }
  [[nodiscard]] store::Capabilities capabilities() const override;
  [[nodiscard]] std::vector<store::Mailbox> mailboxes() override;
  [[nodiscard]] store::FolderInfo folder(const store::FolderRef& folder) override;
  [[nodiscard]] std::optional<store::Stamp> stamp(const store::FolderRef& folder) override;
  [[nodiscard]] std::unique_ptr<store::MessageCursor> walk(std::span<const store::FolderSince> folders) override;
  [[nodiscard]] std::unique_ptr<store::MessageCursor> fetch(const store::FolderRef& folder,
                                                            std::span<const store::Handle> handles) override;
  [[nodiscard]] std::unique_ptr<store::FolderWriter> open_folder(const store::FolderRef& folder,
                                                                 const store::FolderInfo& info) override;
  [[nodiscard]] store::SettingsSource* settings() override { return options_.settings ? &beside : nullptr; }
  [[nodiscard]] store::SettingsTarget* settings_target() override { return options_.settings ? &beside : nullptr; }

  MemorySettings beside;

 private:
  class Cursor;
  class Writer;
  class OctetsWriter;
  struct Folder {
    std::vector<Message> messages{};
    std::uint64_t version = 0;
    store::FolderInfo info{};
  };
  void number_messages(Folder& folder, const store::FolderInfo& info, store::NumberedMessages& messages);
  /// Where handles do not last: anew, also those of new messages in `receipts`.
  void number_handles(Folder& folder, std::span<store::Receipt> receipts) const;

  struct Crash {
    std::size_t flushes_left = 0;
    bool is_durable = false;
  };
  [[noreturn]] static void crash();

  Options options_;
  std::mutex mutex_;
  std::optional<Crash> crash_{};
  std::map<store::FolderRef, Folder> folders_;
  const std::vector<Message> no_messages_{};
  std::uint64_t next_handle_ = 1;
  std::uint64_t versions_ = 0;  ///< of all folders: one that is made again is another one
  std::optional<store::FolderRef> broken_{};
  bool unstable_ = false;
  std::size_t failing_flushes_ = 0;
  Cause failing_cause_ = Cause::io_error;
  std::optional<std::uint64_t> limit_octets_{};
  std::size_t flushes_ = 0;
  std::size_t changes_ = 0;
  std::uint64_t octets_read_ = 0;
};

}  // namespace mailhaul::support
