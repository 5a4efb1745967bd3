#include "formats/maildir/stored_names.hpp"

namespace mailhaul::formats::maildir {

FolderOfStoredName::FolderOfStoredName(const Naming& naming, const std::map<mail::FolderName, std::string>& directories)
    : naming_(naming) {
  for (const auto& [folder, directory] : directories) folders_.emplace(directory, folder);
}

mail::FolderName FolderOfStoredName::find(const dovecot::StoredName& name) const {
  const bool nested = naming_.layout == Layout::fs;
  std::string directory;
  for (const std::string& level : name) {
    if (!nested || !directory.empty()) directory += nested ? '/' : '.';
    directory += level;
  }
  if (name.size() == 1 && is_inbox_level(name.front())) return {};
  if (const auto there = folders_.find(directory); there != folders_.end()) return there->second;
  return name_folders({directory}, naming_).front().folder;
}

std::vector<dovecot::StoredName> below_inbox(const std::vector<dovecot::StoredName>& list, std::size_t& others) {
  std::vector<dovecot::StoredName> names;
  others = 0;
  for (const dovecot::StoredName& name : list) {
    if (!is_inbox_level(name.front()))
      ++others;
    else if (name.size() == 1)
      names.push_back(name);
    else
      names.emplace_back(name.begin() + 1, name.end());
  }
  return names;
}

}  // namespace mailhaul::formats::maildir
