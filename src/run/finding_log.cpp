#include "mailhaul/run/finding_log.hpp"

namespace mailhaul::run {

void FindingLog::add(const Finding& finding) {
  const std::lock_guard guard(mutex_);
  Group& group = groups_[{finding.weight, finding.kind}];
  group.count += finding.count;
  if (group.kept.size() < kept_of_a_kind) group.kept.push_back(finding);
  if (listener_ != nullptr) listener_->add(finding);
}

std::uint64_t FindingLog::count(Weight weight) const {
  const std::lock_guard guard(mutex_);
  std::uint64_t sum = 0;
  for (const auto& [key, group] : groups_)
    if (key.first == weight) sum += group.count;
  return sum;
}

std::uint64_t FindingLog::count(Weight weight, FindingKind kind) const {
  const std::lock_guard guard(mutex_);
  const auto group = groups_.find({weight, kind});
  return group == groups_.end() ? 0 : group->second.count;
}

}  // namespace mailhaul::run
