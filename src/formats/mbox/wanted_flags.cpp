#include "wanted_flags.hpp"

namespace mailhaul::formats::mbox {
namespace {

/// What IMAP clients call Flag::passed, and an mbox can only say as a keyword.
constexpr std::string_view forwarded = "$Forwarded";

}  // namespace

bool WantedFlags::can_hold(const std::string& name) const {
  return mail::is_keyword(name) && name.size() <= mail::keyword_limit_octets && names_ < mail::keywords_limit &&
         base_.has_room_for(name, flags_.keywords);
}

bool WantedFlags::apply(const store::FlagChange& change) {
  const MessageFlags before = flags_;
  mail::KeywordSet add = change.add_keywords;
  mail::KeywordSet remove = change.remove_keywords;
  if (change.add.has(mail::Flag::passed) && !before.flags.has(mail::Flag::passed)) add.add(forwarded);
  if (change.remove.has(mail::Flag::passed)) remove.add(forwarded);
  for (const std::string& name : add.without(remove)) {
    if (flags_.keywords.has(name)) continue;
    if (!can_hold(name)) {
      lost_keywords_ = true;
      continue;
    }
    flags_.keywords.add(name);
    ++names_;
  }
  for (const std::string& name : remove) flags_.keywords.remove(name);
  flags_.flags = (before.flags | change.add) - change.remove;
  flags_.flags.remove(mail::Flag::passed);
  if (flags_.keywords.has(forwarded)) flags_.flags.add(mail::Flag::passed);
  if (mozilla_) {
    const MessageFlags said = flags_of({}, mozilla_);
    const bool keeps_keywords = said.keywords.without(remove) == said.keywords;
    lost_mozilla_ = lost_mozilla_ || !keeps_keywords || !(said.flags & change.remove).empty();
    flags_.flags = flags_.flags | said.flags;
    for (const std::string& name : said.keywords) flags_.keywords.add(name);
  }
  return !(flags_ == before);
}

}  // namespace mailhaul::formats::mbox
