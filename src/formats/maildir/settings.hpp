#pragma once

#include <memory>

#include "formats/maildir/tree.hpp"
#include "mailhaul/store/settings.hpp"

namespace mailhaul::formats::maildir {

/// Subscriptions and access lists of a tree: Dovecot's `subscriptions` and `dovecot-acl`, and where a tree has none of
/// them Courier's `courierimapsubscribed` and `courierimapacl` (maildir.md sections 5 and 6). One thread.
class Settings final : public store::SettingsSource {
 public:
  explicit Settings(Tree& tree) : tree_(tree) {}
  [[nodiscard]] store::Subscriptions subscriptions(const std::string& mailbox) override;
  [[nodiscard]] store::Acl acl(const store::FolderRef& folder) override;

 private:
  Tree& tree_;
};

class TargetSettings final : public store::SettingsTarget {
 public:
  TargetSettings(Tree& tree, const fs::Birth& birth) : tree_(tree), birth_(birth) {}
  void subscribe(const std::string& mailbox, const store::Subscriptions& folders) override;
  [[nodiscard]] bool set_acl(const store::FolderRef& folder, const store::Acl& acl) override;

 private:
  Tree& tree_;
  fs::Birth birth_;
};

}  // namespace mailhaul::formats::maildir
