#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mailhaul/io/source.hpp"
#include "mailhaul/mail/content_key.hpp"
#include "mailhaul/store/message.hpp"
#include "mailhaul/store/settings.hpp"

namespace mailhaul::store {

/// Same after a reboot: file system, inode and path. Opaque.
struct StoreId {
  std::string text{};
  bool operator==(const StoreId&) const = default;
};

struct Mailbox {
  std::string name{};
  std::vector<mail::FolderName> folders{};
};

/// A folder beside its messages. Unset: the store does not know.
struct FolderInfo {
  std::optional<mail::UidValidity> uid_validity{};
  std::optional<mail::Uid> next_uid{};  ///< larger than every UID that was ever given to a message here
  std::string guid{};
  std::string list_fields{};  ///< Maildir: fields of its UID list that nobody here knows, " Xabc"
  /// Maildir, for finish(): of the UID list as this program last wrote it here; a list that is another now belongs to a
  /// server, who alone adds to it. Empty: it never wrote one, or that is not known. Never told by folder().
  std::string list_digest{};
  std::vector<std::string> keywords{};  ///< names in use, where the store lists them
  std::optional<std::uint64_t> messages{};
  std::optional<std::uint64_t> octets{};
};

/// Opaque token: equal means that the folder has not changed since. `young`: taken less than 2 s after the last change,
/// so not to be trusted.
struct Stamp {
  std::string token{};
  bool young = false;
  /// What the store needs to see that the folder only grew since; empty: it can't.
  std::string resume{};
  bool operator==(const Stamp& other) const { return token == other.token; }
};

/// What to walk. With a stamp that has `resume`, and the handles of all messages that the folder had then, a store
/// whose handles do not last may find that the folder only grew: then those messages are where they were, and are told
/// as known (MessageCursor::is_known). Where that turns out to be wrong half way the walk ends in Error(source_changed,
/// folder), to be begun again without.
struct FolderSince {
  FolderRef folder{};
  std::optional<Stamp> since{};
  std::vector<Handle> known{};
};

/// What a walk saw of a folder, told after its last message.
struct WalkEnd {
  std::optional<Stamp> stamp{};
  /// D11: the folder held still while it was walked. False: what was copied is right, absence means nothing, run again.
  bool stable = true;
  /// False: a part of it that messages lie in is missing. What was seen is right, absence means nothing; that may stay
  /// so.
  bool whole = true;
};

struct Capabilities {
  bool fetch = false;           ///< messages can be asked for by handle
  bool stable_handles = false;  ///< a handle outlives a change of the folder
  bool moves = false;           ///< FolderWriter::take works
  bool changes_flags = true;    ///< FolderWriter::change_flags works
  bool folders = false;         ///< holds more than INBOX
  bool mailboxes = false;       ///< holds more than one mailbox, each with its name
  bool keeps_keywords = false;
  bool keeps_uids = false;
  bool keeps_base_names = false;
  bool compresses = false;  ///< messages can be stored compressed
  bool keeps_subscriptions = false;
  bool keeps_acls = false;
  std::size_t parallel_folders = 1;  ///< how many folders may be worked on at once
  /// The name under which a folder can be held: its own, or one made of it by a rule that is the same in every run and
  /// leaves its own results alone. Empty: every name can be held.
  std::function<mail::FolderName(const mail::FolderName&)> fitting_name{};
};

/// Walks messages in storage order. One thread.
class MessageCursor {
 public:
  MessageCursor() = default;
  MessageCursor(const MessageCursor&) = delete;
  MessageCursor& operator=(const MessageCursor&) = delete;
  virtual ~MessageCursor() = default;

  /// Goes to the next message; false at the end. Error of scope message: that one can't be read, next() goes on after
  /// it.
  virtual bool next() = 0;
  [[nodiscard]] virtual const FolderRef& folder() const = 0;
  /// The message is one of FolderSince::known, at its old handle; its flags are as they are now.
  [[nodiscard]] virtual bool is_known() const { return false; }
  /// Costs no body. `internal_date` and `size_octets` may still be unset where they cost an open file (Maildir);
  /// after content() they are as complete as the store can have them.
  [[nodiscard]] virtual const MessageInfo& info() const = 0;
  /// Canonical octets, opened on demand, gone at next(). Once a message: a second call is a bug of the caller.
  /// Error of scope message, at the call or while it is read: the message failed, nothing of it may be kept.
  [[nodiscard]] virtual io::Source& content() = 0;
  /// Reads content() through the hasher.
  [[nodiscard]] virtual mail::ContentKey key(const mail::KeySecrets& secrets);
  /// After next() was false.
  [[nodiscard]] virtual WalkEnd end(const FolderRef& folder) = 0;
};

/// All that may be held of a source: it can't write.  Any number of threads; a cursor each.
class MessageSource {
 public:
  MessageSource() = default;
  MessageSource(const MessageSource&) = delete;
  MessageSource& operator=(const MessageSource&) = delete;
  virtual ~MessageSource() = default;

  [[nodiscard]] virtual StoreId identity() const = 0;
  [[nodiscard]] virtual Capabilities capabilities() const = 0;
  /// Each mailbox with its folders, INBOX first, the others sorted.
  [[nodiscard]] virtual std::vector<Mailbox> mailboxes() = 0;
  [[nodiscard]] virtual FolderInfo folder(const FolderRef& folder) = 0;
  /// Nothing when the folder does not exist.
  [[nodiscard]] virtual std::optional<Stamp> stamp(const FolderRef& folder) = 0;
  /// Null: such a store has none.
  [[nodiscard]] virtual SettingsSource* settings() { return nullptr; }
  /// All messages of each folder.
  [[nodiscard]] virtual std::unique_ptr<MessageCursor> walk(std::span<const FolderSince> folders) = 0;
  /// These messages, in the order the store likes; those that are gone are left out. Only with Capabilities::fetch.
  [[nodiscard]] virtual std::unique_ptr<MessageCursor> fetch(const FolderRef& folder,
                                                             std::span<const Handle> handles) = 0;
};

}  // namespace mailhaul::store
