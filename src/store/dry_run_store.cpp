#include "mailhaul/store/dry_run_store.hpp"

#include <algorithm>
#include <utility>

namespace mailhaul::store {
namespace {

/// A walk over nothing.
class EmptyCursor final : public MessageCursor {
 public:
  bool next() override { return false; }
  [[nodiscard]] const FolderRef& folder() const override { return folder_; }
  [[nodiscard]] const MessageInfo& info() const override { return info_; }
  [[nodiscard]] io::Source& content() override { return nothing_; }
  [[nodiscard]] WalkEnd end(const FolderRef& /*folder*/) override { return {}; }

 private:
  FolderRef folder_;
  MessageInfo info_;
  io::MemorySource nothing_{Bytes{}};
};

class DryMessageWriter final : public MessageWriter {
 public:
  explicit DryMessageWriter(std::size_t& changes) : changes_(changes) {}
  [[nodiscard]] bool wants_octets() const override { return false; }
  void write(Bytes /*octets*/) override {}
  void commit() override { ++changes_; }

 private:
  std::size_t& changes_;
};

class DryFolderWriter final : public FolderWriter {
 public:
  [[nodiscard]] std::unique_ptr<MessageWriter> append(const MessageInfo& /*info*/) override {
    return std::make_unique<DryMessageWriter>(changes_);
  }
  void change_flags(const Handle& /*handle*/, const FlagChange& /*change*/) override { ++changes_; }
  void take(const FolderRef& /*from*/, const AsSeen& /*message*/) override { ++changes_; }
  void expunge(const AsSeen& /*message*/) override { ++changes_; }
  [[nodiscard]] bool batch_is_full() const override { return changes_ >= batch_limit; }
  std::vector<Receipt> flush() override { return std::vector<Receipt>(std::exchange(changes_, 0)); }
  Finished finish(const FolderInfo& info, NumberedMessages& /*messages*/) override {
    return {std::nullopt, info.list_digest};
  }

 private:
  static constexpr std::size_t batch_limit = 4096;
  std::size_t changes_ = 0;
};

}  // namespace

DryRunStore::DryRunStore(std::unique_ptr<MessageSource> target, Capabilities abilities)
    : target_(std::move(target)), abilities_(abilities) {}

StoreId DryRunStore::identity() const { return target_ ? target_->identity() : StoreId{}; }

Capabilities DryRunStore::capabilities() const { return target_ ? target_->capabilities() : abilities_; }

std::vector<Mailbox> DryRunStore::mailboxes() { return target_ ? target_->mailboxes() : std::vector<Mailbox>{}; }

FolderInfo DryRunStore::folder(const FolderRef& folder) { return target_ ? target_->folder(folder) : FolderInfo{}; }

std::optional<Stamp> DryRunStore::stamp(const FolderRef& folder) {
  return target_ ? target_->stamp(folder) : std::nullopt;
}

std::unique_ptr<MessageCursor> DryRunStore::walk(std::span<const FolderSince> folders) {
  if (target_) return target_->walk(folders);
  return std::make_unique<EmptyCursor>();
}

std::unique_ptr<MessageCursor> DryRunStore::fetch(const FolderRef& folder, std::span<const Handle> handles) {
  if (target_) return target_->fetch(folder, handles);
  return std::make_unique<EmptyCursor>();
}

std::unique_ptr<FolderWriter> DryRunStore::open_folder(const FolderRef& /*folder*/, const FolderInfo& /*info*/) {
  return std::make_unique<DryFolderWriter>();
}

}  // namespace mailhaul::store
