#include "account/cpanel/settings_reader.hpp"

#include "account/cpanel/reading.hpp"

namespace mailhaul::account::cpanel {

std::vector<store::Setting> SettingsReader::read() {
  Reading reading(places_, findings_);
  std::vector<store::Setting> settings = reading.read();
  is_complete_ = reading.is_complete();
  return settings;
}

void SettingsReader::visit_files(const std::set<store::SettingId>& files,
                                 const std::function<void(const store::SettingId& id, io::Source& content)>& take) {
  std::map<std::string, store::SettingId> by_path;
  std::set<std::string> paths;
  for (const store::SettingId& id : files) {
    if (id.kind != store::SettingKind::file) continue;
    paths.insert(id.name);
    by_path.emplace(id.name, id);
  }
  places_.home.visit(paths, [&](const std::string& path, io::Source& content) { take(by_path.at(path), content); });
}

}  // namespace mailhaul::account::cpanel
