#include "formats/mboxdir/settings.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/dovecot/subscription_list.hpp"
#include "formats/mboxdir/marked_name.hpp"
#include "formats/mboxdir/names.hpp"

namespace mailhaul::formats::mboxdir {
namespace {

using dovecot::StoredName;

constexpr char separator = '/';

dovecot::SubscriptionPlace place_of(Tree& tree) { return {tree.root(), ".subscriptions", separator}; }

std::string joined(const StoredName& name) {
  std::string path;
  for (const std::string& level : name) path += (path.empty() ? "" : "/") + level;
  return path;
}

StoredName split(std::string_view path) {
  StoredName levels;
  for (;;) {
    const std::size_t end = path.find(separator);
    levels.emplace_back(path.substr(0, end));
    if (end == std::string_view::npos) return levels;
    path.remove_prefix(end + 1);
  }
}

mail::FolderName decoded(const StoredName& name) {
  if (name.size() == 1 && is_inbox_name(name.front())) return {};
  std::vector<std::string> parts;
  for (const std::string& level : name) {
    const bool is_last = parts.size() + 1 == name.size();
    const std::string_view meant = unmarked(level, is_last ? Mark::messages : Mark::children);
    parts.push_back(mail::decode_level(meant).utf8);
  }
  return mail::FolderName(std::move(parts));
}

/// How a folder that has no file stands in the list; nothing where no file could have its name.
std::optional<StoredName> stored(const mail::FolderName& folder) {
  if (folder.is_inbox()) return StoredName{"INBOX"};
  StoredName levels;
  for (const std::string& part : folder.parts()) {
    auto level = name_of_level(part);
    if (!level) return std::nullopt;
    levels.push_back(std::move(*level));
  }
  return levels;
}

}  // namespace

store::Subscriptions Settings::subscriptions(const std::string& /*mailbox*/) {
  const auto list = dovecot::read_subscriptions(place_of(tree_));
  if (!list) return {};
  std::map<std::string, mail::FolderName> folders;
  for (auto& [folder, path] : tree_.paths()) folders.emplace(path, folder);
  store::Subscriptions out;
  for (const StoredName& name : *list) {
    const auto there = folders.find(joined(name));
    out.insert(there != folders.end() ? there->second : decoded(name));
  }
  return out;
}

void TargetSettings::subscribe(const std::string& /*mailbox*/, const store::Subscriptions& folders) {
  const std::map<mail::FolderName, std::string> paths = tree_.paths();
  std::vector<StoredName> names;
  for (const mail::FolderName& folder : folders) {
    const auto there = paths.find(folder);
    // INBOX is listed by that name, wherever its file is.
    auto name = there != paths.end() && !folder.is_inbox() ? std::optional(split(there->second)) : stored(folder);
    if (name)
      names.push_back(std::move(*name));
    else
      tree_.context().findings.add({FindingKind::setting, Weight::lost, folder.display(), "",
                                    "a subscription of a folder that no file can have the name of", 1});
  }
  dovecot::write_subscriptions(tree_.context(), place_of(tree_), names, birth_);
}

}  // namespace mailhaul::formats::mboxdir
