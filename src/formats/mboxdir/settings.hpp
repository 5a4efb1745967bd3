#pragma once

#include "formats/mboxdir/tree.hpp"
#include "mailhaul/store/settings.hpp"

namespace mailhaul::formats::mboxdir {

/// Subscriptions of a tree: Dovecot's `.subscriptions` in its root, levels joined by '/' (maildir.md section 6). Access
/// lists of mboxes are kept by servers in places of their own and not read. One thread.
class Settings final : public store::SettingsSource {
 public:
  explicit Settings(Tree& tree) : tree_(tree) {}
  [[nodiscard]] store::Subscriptions subscriptions(const std::string& mailbox) override;
  [[nodiscard]] store::Acl acl(const store::FolderRef& /*folder*/) override { return {}; }

 private:
  Tree& tree_;
};

class TargetSettings final : public store::SettingsTarget {
 public:
  TargetSettings(Tree& tree, const fs::Birth& birth) : tree_(tree), birth_(birth) {}
  /// A folder that no file could have the name of is reported and left out.
  void subscribe(const std::string& mailbox, const store::Subscriptions& folders) override;
  [[nodiscard]] bool set_acl(const store::FolderRef& /*folder*/, const store::Acl& /*acl*/) override { return false; }

 private:
  Tree& tree_;
  fs::Birth birth_;
};

}  // namespace mailhaul::formats::mboxdir
