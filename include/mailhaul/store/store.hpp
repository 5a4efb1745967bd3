#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "mailhaul/io/sink.hpp"
#include "mailhaul/store/source.hpp"

namespace mailhaul::store {

/// What became of one change of a batch, in the order in which they were asked for.
struct Receipt {
  enum class Outcome {
    done,
    unchanged,        ///< the message is as asked for already, or the store can't hold more of it (a 27th keyword)
    gone_or_changed,  ///< the message was not there, or no longer as seen: nothing was done to it
  };
  Outcome outcome = Outcome::done;
  Handle handle{};  ///< final address; of an append the link may have had to take another name
};

/// Writes one message. Destroyed uncommitted: nothing was added.
class MessageWriter : public io::Sink {
 public:
  /// False: octets would be thrown away (dry run), so the caller need not read them.
  [[nodiscard]] virtual bool wants_octets() const { return true; }
  /// Joins the batch of its folder; not visible yet.
  virtual void commit() = 0;
};

/// UIDs of messages at the target, ascending, none twice: for the list that a server reads. Empty where nobody numbers.
class NumberedMessages {
 public:
  NumberedMessages() = default;
  NumberedMessages(const NumberedMessages&) = delete;
  NumberedMessages& operator=(const NumberedMessages&) = delete;
  virtual ~NumberedMessages() = default;
  virtual bool next(Handle& handle, mail::ServerIds& ids) = 0;
};

class NoNumberedMessages final : public NumberedMessages {
 public:
  bool next(Handle& /*handle*/, mail::ServerIds& /*ids*/) override { return false; }
};

/// A message as its caller last saw it: it is taken away only while it is still like that.
struct AsSeen {
  Handle handle{};
  mail::FlagSet flags{};
  mail::KeywordSet keywords{};
};

/// What is left to remember of a folder that was written to.
struct Finished {
  std::optional<Stamp> stamp{};  ///< only where a lock vouches for it
  std::string list_digest{};     ///< for FolderInfo::list_digest of the next run
};

/// All changes of one folder; they collect in a batch. One thread; one MessageWriter at a time.
/// Destroyed without flush(): nothing of the open batch was done.
class FolderWriter {
 public:
  FolderWriter() = default;
  FolderWriter(const FolderWriter&) = delete;
  FolderWriter& operator=(const FolderWriter&) = delete;
  virtual ~FolderWriter() = default;

  /// `info` as complete as the source can have it: after content() was called.
  [[nodiscard]] virtual std::unique_ptr<MessageWriter> append(const MessageInfo& info) = 0;
  /// Handles that are named from now on are those of a walk of this folder that ended with this stamp. A store whose
  /// handles do not last asks again under its lock: a folder that changed since gets none of the changes.
  virtual void as_of(const Stamp& /*stamp*/) {}
  virtual void change_flags(const Handle& handle, const FlagChange& change) = 0;
  /// Moves a message here from another folder of this store, where capabilities().moves.
  virtual void take(const FolderRef& from, const AsSeen& message) = 0;
  virtual void expunge(const AsSeen& message) = 0;
  /// The store would rather be flushed now (D1: 256 files or 64 MiB).
  [[nodiscard]] virtual bool batch_is_full() const = 0;
  /// Visible and durable; one receipt a change, in order. Throws: no receipts, nothing recorded, appended messages must
  /// be written once more (D3).
  virtual std::vector<Receipt> flush() = 0;
  /// After the last flush: control files (uidlist). `info` is that of the one source folder whose UIDs `messages` has;
  /// without a UIDVALIDITY nothing of them is kept.
  virtual Finished finish(const FolderInfo& info, NumberedMessages& messages) = 0;
};

class MessageStore : public MessageSource {
 public:
  /// Before anything is listed: takes away what runs that were killed have left half-done.
  virtual void begin() {}
  /// Opens the folder, made where it is missing. Distinct folders, distinct threads.
  [[nodiscard]] virtual std::unique_ptr<FolderWriter> open_folder(const FolderRef& folder, const FolderInfo& info) = 0;
  /// After the last folder: what belongs to the store as a whole.
  virtual void finish() {}
  /// Not null where capabilities() say that settings are kept.
  [[nodiscard]] virtual SettingsTarget* settings_target() { return nullptr; }
};

}  // namespace mailhaul::store
