#include "mailhaul/sync/match.hpp"

#include <algorithm>
#include <utility>

namespace mailhaul::sync {
namespace {

constexpr std::size_t compared_copies = 64;

/// Smaller is better.
int distance(const Candidate& candidate, const store::MessageInfo& wanted) {
  const bool same_name = !wanted.hints.base_name.empty() && candidate.handle.token == wanted.hints.base_name;
  if (same_name) return 0;
  const mail::FlagSet more = candidate.flags - wanted.flags;
  const mail::FlagSet fewer = wanted.flags - candidate.flags;
  const bool has_keywords = wanted.keywords.without(candidate.keywords).empty();
  if (more.empty() && fewer.empty() && candidate.keywords == wanted.keywords) return 1;
  return fewer.empty() && has_keywords ? 2 : 3;
}

}  // namespace

void ContentIndex::add(const mail::ContentKey& key, Candidate candidate) {
  by_key_[key].candidates.push_back(std::move(candidate));
  ++size_;
}

std::optional<Candidate> ContentIndex::take(const mail::ContentKey& key, const store::MessageInfo& wanted) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return std::nullopt;
  Bucket& bucket = found->second;
  const std::size_t end = std::min(bucket.candidates.size(), bucket.taken + compared_copies);
  std::size_t best = bucket.taken;
  int best_distance = distance(bucket.candidates[best], wanted);
  for (std::size_t i = best + 1; i < end && best_distance > 0; ++i) {
    const int d = distance(bucket.candidates[i], wanted);
    if (d < best_distance) {
      best = i;
      best_distance = d;
    }
  }
  std::swap(bucket.candidates[best], bucket.candidates[bucket.taken]);
  Candidate taken = std::move(bucket.candidates[bucket.taken++]);
  if (bucket.taken == bucket.candidates.size()) by_key_.erase(found);
  --size_;
  return taken;
}

}  // namespace mailhaul::sync
