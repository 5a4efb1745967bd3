#include "mailhaul/sync/decide.hpp"

namespace mailhaul::sync {

store::FlagChange unite_flags(mail::FlagSet source_flags, const mail::KeywordSet& source_keywords,
                              mail::FlagSet target_flags, const mail::KeywordSet& target_keywords) {
  using mail::Flag;
  static constexpr mail::FlagSet united{Flag::seen, Flag::answered, Flag::flagged, Flag::passed};
  store::FlagChange change;
  change.add = (source_flags & united) - target_flags;
  change.add_keywords = source_keywords.without(target_keywords);
  return change;
}

}  // namespace mailhaul::sync
