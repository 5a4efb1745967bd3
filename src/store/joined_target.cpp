#include "mailhaul/store/joined_target.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace mailhaul::store {
namespace {

void sort_by_id(std::vector<Setting>& settings) {
  std::sort(settings.begin(), settings.end(), [](const Setting& a, const Setting& b) { return a.id < b.id; });
}

}  // namespace

AccountTarget* JoinedTarget::part_of(SettingKind kind) const {
  for (const auto& part : parts_)
    if (part->concerns(kind)) return part.get();
  return nullptr;
}

std::vector<Setting> JoinedTarget::read() {
  std::vector<Setting> settings;
  for (const auto& part : parts_)
    for (Setting& setting : part->read())
      if (part_of(setting.id.kind) == part.get()) settings.push_back(std::move(setting));
  sort_by_id(settings);
  return settings;
}

std::vector<Setting> JoinedTarget::read_again(const std::set<SettingId>& settings) {
  std::vector<Setting> there;
  for (const auto& part : parts_)
    for (Setting& setting : part->read_again(settings))
      if (part_of(setting.id.kind) == part.get()) there.push_back(std::move(setting));
  sort_by_id(there);
  return there;
}

void JoinedTarget::visit_files(const std::set<SettingId>& files,
                               const std::function<void(const SettingId& id, io::Source& content)>& take) {
  if (AccountTarget* const part = part_of(SettingKind::file)) part->visit_files(files, take);
}

bool JoinedTarget::is_initial(const Setting& setting) const {
  const AccountTarget* const part = part_of(setting.id.kind);
  return part != nullptr && part->is_initial(setting);
}

bool JoinedTarget::can_tell(const SettingId& id) const {
  const AccountTarget* const part = part_of(id.kind);
  return part == nullptr || part->can_tell(id);
}

bool JoinedTarget::holds_lists() const {
  const AccountTarget* const part = part_of(SettingKind::forwarder);
  return part != nullptr && part->holds_lists();
}

bool JoinedTarget::has_parts(const SettingId& id) const {
  const AccountTarget* const part = part_of(id.kind);
  return part != nullptr && part->has_parts(id);
}

std::vector<SettingResult> JoinedTarget::apply(std::span<const SettingChange> changes, AccountSource& files) {
  std::vector<SettingResult> results(changes.size());
  file_changes_.clear();
  for (const auto& part : parts_) {
    std::vector<SettingChange> own;
    std::vector<std::size_t> numbers;
    for (std::size_t i = 0; i < changes.size(); ++i) {
      if (part_of(changes[i].id.kind) != part.get()) continue;
      own.push_back(changes[i]);
      numbers.push_back(i);
    }
    // Also where nothing of its own changes: what it makes may depend on what the others have.
    std::vector<SettingResult> its = part->apply(own, files);
    for (std::size_t i = 0; i < its.size(); ++i) results[numbers[i]] = std::move(its[i]);
    const auto& changed = part->file_changes();
    file_changes_.insert(file_changes_.end(), changed.begin(), changed.end());
  }
  return results;
}

std::vector<UnfinishedSetting> JoinedTarget::unfinished() const {
  std::vector<UnfinishedSetting> unfinished;
  for (const auto& part : parts_)
    for (UnfinishedSetting& one : part->unfinished()) unfinished.push_back(std::move(one));
  return unfinished;
}

std::vector<std::string> JoinedTarget::after_steps() const {
  std::vector<std::string> steps;
  for (const auto& part : parts_)
    for (std::string& step : part->after_steps())
      if (std::find(steps.begin(), steps.end(), step) == steps.end()) steps.push_back(std::move(step));
  return steps;
}

}  // namespace mailhaul::store
