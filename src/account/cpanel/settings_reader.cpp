#include "account/cpanel/settings_reader.hpp"

#include <map>
#include <utility>

#include "account/cpanel/opaque_files.hpp"
#include "account/cpanel/reading.hpp"
#include "account/cpanel/renamed_file.hpp"
#include "account/cpanel/webmail_database.hpp"
#include "mailhaul/base/error.hpp"

namespace mailhaul::account::cpanel {

std::vector<store::Setting> SettingsReader::keep(const Reading& reading, std::vector<store::Setting> settings) {
  is_complete_ = reading.is_complete();
  served_ = reading.served();
  return settings;
}

std::vector<store::Setting> SettingsReader::read() {
  Reading reading(places_, webmail_, findings_, limits_);
  std::vector<store::Setting> settings = reading.read();
  return keep(reading, std::move(settings));
}

std::vector<store::Setting> SettingsReader::read_with(const std::set<std::string>& files) {
  Reading reading(places_, webmail_, findings_, limits_);
  std::vector<store::Setting> settings = reading.read_with(files);
  return keep(reading, std::move(settings));
}

std::set<std::string> SettingsReader::find_served() {
  SilentFindings silent;
  return Reading(places_, webmail_, silent, limits_).find_served();
}

void SettingsReader::visit_files(const std::set<store::SettingId>& files,
                                 const std::function<void(const store::SettingId& id, io::Source& content)>& take) {
  std::map<std::string, store::SettingId> by_path;
  std::set<std::string> plain;
  std::set<std::string> databases;
  for (const store::SettingId& id : files) {
    if (id.kind != store::SettingKind::file) continue;
    const bool is_database = classify_home_path(id.name).kind == HomePathKind::database;
    (is_database ? databases : plain).insert(id.name);
    by_path.emplace(id.name, id);
  }
  places_.home.visit(plain, [&](const std::string& path, io::Source& content) {
    // read() has told of the changes, and of what is too long for them.
    std::vector<std::string> changes;
    static_cast<void>(give_renamed(path, content, webmail_.renaming, changes,
                                   [&](io::Source& renamed) { take(by_path.at(path), renamed); }));
  });
  DatabaseVisitor visitor;
  visitor.take = [&](const std::string& path, CleanDatabase& database) {
    const auto content = database.content();
    take(by_path.at(path), *content);
  };
  // read() has told why. The others are carried all the same; who wrote down what came knows that this did not.
  visitor.fail = [](const std::string& /*path*/, const Error& /*error*/) {};
  if (!databases.empty())
    visit_databases(places_.home, databases, webmail_.room, webmail_.clock, webmail_.renaming, visitor);
}

}  // namespace mailhaul::account::cpanel
