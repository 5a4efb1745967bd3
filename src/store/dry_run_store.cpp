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
  explicit DryMessageWriter(std::vector<Receipt>& receipts) : receipts_(receipts) {}
  [[nodiscard]] bool wants_octets() const override { return false; }
  void write(Bytes /*octets*/) override {}
  void commit() override { receipts_.emplace_back(); }

 private:
  std::vector<Receipt>& receipts_;
};

class DryFolderWriter final : public FolderWriter {
 public:
  [[nodiscard]] std::unique_ptr<MessageWriter> append(const MessageInfo& /*info*/) override {
    return std::make_unique<DryMessageWriter>(receipts_);
  }
  void change_flags(const Handle& handle, const FlagChange& /*change*/) override { answer(handle); }
  void take(const FolderRef& /*from*/, const AsSeen& message) override { answer(message.handle); }
  void expunge(const AsSeen& message) override { answer(message.handle); }
  [[nodiscard]] bool batch_is_full() const override { return receipts_.size() >= batch_limit; }
  std::vector<Receipt> flush() override { return std::exchange(receipts_, {}); }
  Finished finish(const FolderInfo& info, NumberedMessages& /*messages*/) override {
    return {std::nullopt, info.list_digest};
  }

 private:
  void answer(const Handle& handle) { receipts_.push_back({Receipt::Outcome::done, handle}); }

  static constexpr std::size_t batch_limit = 4096;
  std::vector<Receipt> receipts_;
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
