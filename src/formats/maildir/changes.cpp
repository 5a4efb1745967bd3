#include "formats/maildir/changes.hpp"

#include "formats/maildir/name.hpp"

namespace mailhaul::formats::maildir {

std::vector<store::Receipt> Changes::apply(const std::vector<Change>& changes,
                                           const std::function<void(const fs::Directory&)>& touched) {
  std::vector<store::Handle> handles;
  handles.reserve(changes.size());
  for (const Change& change : changes) handles.push_back(change.message.handle);
  ShownKeywords shown(directories_.home);
  return messages_.each(handles, [&](std::size_t which, const Found& found) {
    const Change& change = changes[which];
    if (change.expunge) {
      const Result result = expunge(found, change.message, shown);
      if (result == Result::done) touched(found.directory);
      return result;
    }
    const Result result = change_flags(found, change.flags, touched);
    if (result == Result::done || result == Result::unchanged) keywords_.count_lost(change.flags.add_keywords);
    return result;
  });
}

Changes::Result Changes::expunge(const Found& found, const store::AsSeen& message, ShownKeywords& shown) {
  if (!shown.are_as_seen(parse_file_name(found.name), message)) return Result::impossible;
  return found.directory.remove(found.name, found.id) ? Result::done : Result::moved;
}

Changes::Result Changes::change_flags(const Found& found, const store::FlagChange& change,
                                      const std::function<void(const fs::Directory&)>& touched) {
  const auto wanted = changed_name(found.name, change);
  if (!wanted) return Result::impossible;
  if (*wanted == found.name) return Result::unchanged;
  const fs::Directory& cur = *directories_.cur;
  const auto outcome = found.directory.rename(found.name, found.id, cur, *wanted);
  if (!outcome.found) return Result::moved;
  if (outcome.result == fs::LinkResult::exists) return Result::impossible;
  touched(cur);
  if (found.in_new) touched(found.directory);
  messages_.renamed(found, false, *wanted);
  return Result::done;
}

std::optional<std::string> Changes::changed_name(const std::string& name, const store::FlagChange& change) {
  const FileName parsed = parse_file_name(name);
  const mail::FlagSet flags = (parsed.flags - change.remove) | change.add;
  const SlotBits slots =
      (parsed.slots & ~keywords_.letters_shown_as(change.remove_keywords)) | keywords_.letters_of(change.add_keywords);
  if (flags == parsed.flags && slots == parsed.slots) return name;
  std::string wanted = std::string(parsed.stem) + info_suffix(flags, slots, parsed.extra);
  if (wanted.size() <= longest_name) return wanted;
  tree_.tell({FindingKind::over_limit, Weight::lost, folder_, name, "no room in the file name for its flags"});
  return std::nullopt;
}

}  // namespace mailhaul::formats::maildir
