#pragma once

#include <memory>
#include <optional>

#include "mailhaul/base/finding.hpp"
#include "mailhaul/store/source.hpp"

namespace mailhaul::store {

/// Which date is tried first; what a message does not have is passed over.
enum class DateOrder {
  stored,    ///< what the store says (postmark line, file time), then name, Received, Date
  name,      ///< name, then Received, Date and what the store says
  received,  ///< Received, then name, Date and what the store says
};

/// A source whose internal dates come from where the operator trusts them most: the one place that knows the order of
/// trust. Warns where the file times of a folder look as if a copy had lost them. Headers are read only where a date
/// has to come from one; that of a message is known after content().
class DatedSource final : public MessageSource {
 public:
  DatedSource(std::unique_ptr<MessageSource> source, DateOrder order, Findings& findings)
      : source_(std::move(source)), order_(order), findings_(findings) {}

  [[nodiscard]] StoreId identity() const override { return source_->identity(); }
  [[nodiscard]] Capabilities capabilities() const override { return source_->capabilities(); }
  [[nodiscard]] std::vector<Mailbox> mailboxes() override { return source_->mailboxes(); }
  [[nodiscard]] FolderInfo folder(const FolderRef& folder) override { return source_->folder(folder); }
  [[nodiscard]] std::optional<Stamp> stamp(const FolderRef& folder) override { return source_->stamp(folder); }
  [[nodiscard]] SettingsSource* settings() override { return source_->settings(); }
  [[nodiscard]] std::unique_ptr<MessageCursor> walk(std::span<const FolderSince> folders) override;
  [[nodiscard]] std::unique_ptr<MessageCursor> fetch(const FolderRef& folder, std::span<const Handle> handles) override;

 private:
  std::unique_ptr<MessageSource> source_;
  DateOrder order_;
  Findings& findings_;
};

}  // namespace mailhaul::store
