#include "mailhaul/sync/decide.hpp"

#include <array>

namespace mailhaul::sync {

Fate decide(Presence presence) {
  // By source, base, target as the digits of a binary number.
  static constexpr std::array<Fate, 8> table{
      Fate::nothing,       // 0 0 0
      Fate::leave_alone,   // 0 0 1
      Fate::tombstone,     // 0 1 0
      Fate::keep,          // 0 1 1
      Fate::copy,          // 1 0 0
      Fate::adopt,         // 1 0 1
      Fate::stay_removed,  // 1 1 0
      Fate::merge_flags,   // 1 1 1
  };
  return table[(presence.source ? 4U : 0U) + (presence.base ? 2U : 0U) + (presence.target ? 1U : 0U)];
}

store::FlagChange unite_flags(mail::FlagSet source_flags, const mail::KeywordSet& source_keywords,
                              mail::FlagSet target_flags, const mail::KeywordSet& target_keywords) {
  using mail::Flag;
  static constexpr mail::FlagSet united{Flag::seen, Flag::answered, Flag::flagged, Flag::passed};
  store::FlagChange change;
  change.add = (source_flags & united) - target_flags;
  change.add_keywords = source_keywords.without(target_keywords);
  return change;
}

store::FlagChange merge_flags(const Observed& source, const Observed& target) {
  const mail::FlagSet touched_there = (target.now.flags - target.base.flags) | (target.base.flags - target.now.flags);
  store::FlagChange change;
  change.add = ((source.now.flags - source.base.flags) - target.now.flags) - touched_there;
  change.remove = ((source.base.flags - source.now.flags) & target.now.flags) - touched_there;

  const mail::KeywordSet set = source.now.keywords.without(source.base.keywords);
  const mail::KeywordSet cleared = source.base.keywords.without(source.now.keywords);
  const mail::KeywordSet cleared_there = target.base.keywords.without(target.now.keywords);
  const mail::KeywordSet set_there = target.now.keywords.without(target.base.keywords);
  change.add_keywords = set.without(target.now.keywords).without(cleared_there);
  for (const std::string& name : cleared)
    if (target.now.keywords.has(name) && !set_there.has(name)) change.remove_keywords.add(name);
  return change;
}

ledger::Sighting changed(ledger::Sighting sighting, const store::FlagChange& change) {
  sighting.flags = (sighting.flags - change.remove) | change.add;
  sighting.keywords = sighting.keywords.without(change.remove_keywords);
  sighting.keywords.add_all(change.add_keywords.names());
  return sighting;
}

ledger::Sighting without_change(ledger::Sighting source, const store::FlagChange& change) {
  return changed(std::move(source), {change.remove, change.add, change.remove_keywords, change.add_keywords});
}

ledger::Sighting without_differences(ledger::Sighting source, const Observed& target) {
  return changed(std::move(source), {target.base.flags - target.now.flags, target.now.flags - target.base.flags,
                                     target.base.keywords.without(target.now.keywords),
                                     target.now.keywords.without(target.base.keywords)});
}

}  // namespace mailhaul::sync
