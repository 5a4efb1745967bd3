#pragma once

#include <set>
#include <string>
#include <vector>

#include "mailhaul/store/message.hpp"

namespace mailhaul::store {

/// Folders that a user's programs show. One may name a folder that is not there (any more, or in a namespace of
/// others).
using Subscriptions = std::set<mail::FolderName>;

/// Who may do what with a folder: "user=bob" and "lrwst", in the words and letters of RFC 4314 as Dovecot has them;
/// named rights stand behind the letters, as they are.
struct AclEntry {
  std::string identifier{};
  std::string rights{};
  auto operator<=>(const AclEntry&) const = default;
  bool operator==(const AclEntry&) const = default;
};
using Acl = std::vector<AclEntry>;

/// What lies beside the mail of a store, as neutral values; it can't write. One thread.
class SettingsSource {
 public:
  SettingsSource() = default;
  SettingsSource(const SettingsSource&) = delete;
  SettingsSource& operator=(const SettingsSource&) = delete;
  virtual ~SettingsSource() = default;

  /// Errors are of scope mailbox or narrower.
  [[nodiscard]] virtual Subscriptions subscriptions(const std::string& mailbox) = 0;
  /// Empty: there is none, or no such folder.
  [[nodiscard]] virtual Acl acl(const FolderRef& folder) = 0;
};

/// Writes settings; what is there stays. What a store can hold its Capabilities say.
class SettingsTarget {
 public:
  SettingsTarget() = default;
  SettingsTarget(const SettingsTarget&) = delete;
  SettingsTarget& operator=(const SettingsTarget&) = delete;
  virtual ~SettingsTarget() = default;

  /// Adds those that are not there yet.
  virtual void subscribe(const std::string& mailbox, const Subscriptions& folders) = 0;
  /// Of a folder that has none. False: somebody was faster, and theirs stays.
  [[nodiscard]] virtual bool set_acl(const FolderRef& folder, const Acl& acl) = 0;
};

}  // namespace mailhaul::store
