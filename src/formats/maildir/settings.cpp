#include "formats/maildir/settings.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/dovecot/acl_file.hpp"
#include "formats/dovecot/subscription_list.hpp"
#include "formats/maildir/folder_layout.hpp"
#include "formats/maildir/stored_names.hpp"
#include "mailhaul/fs/control_file.hpp"

namespace mailhaul::formats::maildir {
namespace {

using dovecot::StoredName;

constexpr const char* acl_name = "dovecot-acl";
constexpr const char* courier_acl_name = "courierimapacl";
constexpr const char* courier_subscriptions_name = "courierimapsubscribed";
constexpr std::uint64_t acl_limit = std::uint64_t{1} << 20U;

dovecot::SubscriptionPlace place_of(Tree& tree) {
  return {tree.root(), "subscriptions", tree.naming().layout == Layout::fs ? '/' : '.'};
}

/// Courier's list has the names that its IMAP server shows: all below INBOX.
std::vector<StoredName> read_courier_list(Tree& tree) {
  const dovecot::SubscriptionPlace place{tree.root(), courier_subscriptions_name, '.'};
  const auto list = dovecot::read_subscriptions(place);
  std::size_t others = 0;
  auto names = below_inbox(list.value_or(std::vector<StoredName>{}), others);
  if (others > 0)
    tree.tell({FindingKind::setting, Weight::lost, "", courier_subscriptions_name,
               "subscriptions of folders that are not in this mailbox", others});
  return names;
}

}  // namespace

store::Subscriptions Settings::subscriptions(const std::string& /*mailbox*/) {
  auto list = dovecot::read_subscriptions(place_of(tree_));
  if (!list) list = read_courier_list(tree_);
  const FolderOfStoredName names(tree_.naming(), tree_.directories());
  store::Subscriptions out;
  for (const StoredName& name : *list) out.insert(names.find(name));
  return out;
}

store::Acl Settings::acl(const store::FolderRef& folder) {
  const auto directories = tree_.find(folder);
  if (!directories) return {};
  if (const auto file = fs::read_control_file(directories->home, acl_name, acl_limit))
    return dovecot::parse_acl(file->text);
  const auto file = fs::read_control_file(directories->home, courier_acl_name, acl_limit);
  if (!file) return {};
  std::size_t untranslated = 0;
  store::Acl acl = dovecot::parse_courier_acl(file->text, untranslated);
  if (untranslated > 0)
    tree_.tell({FindingKind::setting, Weight::lost, folder.display(), courier_acl_name,
                "rights of somebody whom no other server knows by that name", untranslated});
  return acl;
}

void TargetSettings::subscribe(const std::string& /*mailbox*/, const store::Subscriptions& folders) {
  const std::map<mail::FolderName, std::string> directories = tree_.directories();
  std::vector<StoredName> names;
  for (const mail::FolderName& folder : folders) {
    const auto there = directories.find(folder);
    auto directory =
        there != directories.end() ? std::optional(there->second) : folder_directory(folder, tree_.naming());
    if (!directory) continue;  // not reached: names that the tree can't hold were changed before
    std::string_view stored = *directory;
    const bool dotted = tree_.naming().layout == Layout::maildir_plus_plus;
    if (dotted && !stored.empty()) stored.remove_prefix(1);
    StoredName levels;
    for (bool more = !stored.empty(); more;) {
      const std::size_t end = stored.find(place_of(tree_).separator);
      more = end != std::string_view::npos;
      levels.emplace_back(stored.substr(0, end));
      if (more) stored.remove_prefix(end + 1);
    }
    names.push_back(levels.empty() ? StoredName{"INBOX"} : std::move(levels));
  }
  dovecot::write_subscriptions(tree_.context(), place_of(tree_), names, birth_);
}

bool TargetSettings::set_acl(const store::FolderRef& folder, const store::Acl& acl) {
  const auto directories = tree_.find(folder);
  if (!directories) return true;  // a folder that was given up has no list either
  return fs::write_control_file(directories->home, acl_name, dovecot::acl_text(acl), birth_, std::nullopt);
}

}  // namespace mailhaul::formats::maildir
