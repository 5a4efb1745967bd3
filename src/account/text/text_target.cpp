#include "account/text/text_target.hpp"

#include "account/text/result.hpp"

namespace mailhaul::account {

std::vector<store::SettingResult> TextTarget::apply(std::span<const store::SettingChange> changes,
                                                    store::AccountSource& /*files*/) {
  std::vector<store::SettingResult> results(changes.size());
  edit(files_, changes, results);
  if (is_dry_) {
    files_.keep_as_preview();
  } else {
    for (const EditedFiles::Failure& failure : files_.commit())
      for (const std::size_t number : failure.changes)
        results[number] = not_carried(failure.reason, failure.what_to_do);
  }
  file_changes_.clear();
  for (const auto& [path, change] : files_.changes()) file_changes_.push_back(change);
  return results;
}

}  // namespace mailhaul::account
