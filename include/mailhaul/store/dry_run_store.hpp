#pragma once

#include <memory>

#include "mailhaul/store/store.hpp"

namespace mailhaul::store {

/// What `-n` writes to: reads go to the real target, changes are answered with receipts and forgotten. Nothing else in
/// the program asks whether it is a dry run.
class DryRunStore final : public MessageStore {
 public:
  /// `target` null: the target does not exist yet and is taken for an empty store with `abilities`.
  DryRunStore(std::unique_ptr<MessageSource> target, Capabilities abilities);

  [[nodiscard]] StoreId identity() const override;
  [[nodiscard]] Capabilities capabilities() const override;
  [[nodiscard]] std::vector<Mailbox> mailboxes() override;
  [[nodiscard]] FolderInfo folder(const FolderRef& folder) override;
  [[nodiscard]] std::optional<Stamp> stamp(const FolderRef& folder) override;
  [[nodiscard]] std::unique_ptr<MessageCursor> walk(std::span<const FolderSince> folders) override;
  [[nodiscard]] std::unique_ptr<MessageCursor> fetch(const FolderRef& folder, std::span<const Handle> handles) override;
  [[nodiscard]] std::unique_ptr<FolderWriter> open_folder(const FolderRef& folder, const FolderInfo& info) override;
  [[nodiscard]] SettingsSource* settings() override { return target_ ? target_->settings() : nullptr; }
  [[nodiscard]] SettingsTarget* settings_target() override { return &nowhere_; }

 private:
  class Nowhere final : public SettingsTarget {
   public:
    void subscribe(const std::string& /*mailbox*/, const Subscriptions& /*folders*/) override {}
    [[nodiscard]] bool set_acl(const FolderRef& /*folder*/, const Acl& /*acl*/) override { return true; }
  };
  std::unique_ptr<MessageSource> target_;
  Capabilities abilities_;
  Nowhere nowhere_;
};

}  // namespace mailhaul::store
