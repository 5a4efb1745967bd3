#pragma once

#include "mailhaul/store/store.hpp"

namespace mailhaul::support {

/// Forwards to a store that lives longer: "disk" is memory here, and is opened again and again.
class StoreView : public store::MessageStore {
 public:
  explicit StoreView(store::MessageStore& inner) : inner_(inner) {}
  [[nodiscard]] store::StoreId identity() const override { return inner_.identity(); }
  [[nodiscard]] store::Capabilities capabilities() const override { return inner_.capabilities(); }
  [[nodiscard]] std::vector<store::Mailbox> mailboxes() override { return inner_.mailboxes(); }
  [[nodiscard]] store::FolderInfo folder(const store::FolderRef& f) override { return inner_.folder(f); }
  [[nodiscard]] std::optional<store::Stamp> stamp(const store::FolderRef& f) override { return inner_.stamp(f); }
  [[nodiscard]] std::unique_ptr<store::MessageCursor> walk(std::span<const store::FolderSince> f) override {
    return inner_.walk(f);
  }
  [[nodiscard]] std::unique_ptr<store::MessageCursor> fetch(const store::FolderRef& f,
                                                            std::span<const store::Handle> h) override {
    return inner_.fetch(f, h);
  }
  [[nodiscard]] std::unique_ptr<store::FolderWriter> open_folder(const store::FolderRef& f,
                                                                 const store::FolderInfo& i) override {
    return inner_.open_folder(f, i);
  }
  [[nodiscard]] store::SettingsSource* settings() override { return inner_.settings(); }
  [[nodiscard]] store::SettingsTarget* settings_target() override { return inner_.settings_target(); }

 private:
  store::MessageStore& inner_;
};

}  // namespace mailhaul::support
