#include "formats/maildir/changes.hpp"

#include <algorithm>
#include <set>

#include "formats/maildir/handle.hpp"
#include "formats/maildir/name.hpp"
#include "formats/maildir/scan.hpp"

namespace mailhaul::formats::maildir {

std::vector<store::Receipt> Changes::apply(const std::vector<Change>& changes,
                                           const std::function<void(const fs::Directory&)>& touched) {
  std::vector<store::Receipt> receipts(changes.size());
  struct Open {
    std::size_t index;
    unsigned misses;
    std::size_t listed_at = 0;
  };
  std::vector<Open> open;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    receipts[i] = {store::Receipt::Outcome::gone_or_changed, changes[i].handle};
    open.push_back({i, 0, 0});
  }
  // In rounds: one listing serves all that were not found. What two fresh listings do not have is gone.
  bool is_fresh = !listing_.has_value();
  if (listing_) listing_->sort();  // renames of the batch before
  for (unsigned round = 0; round < most_passes && !open.empty(); ++round) {
    if (round > 0 || !listing_) {
      listing_ = list_once(directories_, 0, nullptr, folder_, nullptr);
      is_fresh = true;
    }
    // All are found before the first is renamed: what is renamed stands no longer in order.
    for (Open& one : open) one.listed_at = find_message(*listing_, changes[one.index].handle);
    std::vector<Open> still_open;
    for (Open one : open) {
      const Result result = try_one(changes[one.index], one.listed_at, touched);
      if (result == Result::done || result == Result::unchanged) {
        using Outcome = store::Receipt::Outcome;
        receipts[one.index].outcome = result == Result::done ? Outcome::done : Outcome::unchanged;
        keywords_.count_lost(changes[one.index].flags.add_keywords);
        continue;
      }
      if (result == Result::impossible) continue;
      if (result == Result::not_listed && is_fresh && ++one.misses == 2) continue;
      still_open.push_back(one);
    }
    open = std::move(still_open);
  }
  return receipts;
}

bool Changes::holds_one_file(std::size_t first, std::size_t end) const {
  std::set<fs::FileId> files;
  for (std::size_t i = first; i < end && files.size() < 2; ++i) {
    const auto status = directories_.holding(listing_->item(i).in_new).look_at(std::string(listing_->name(i)));
    if (status) files.insert(status->id);
  }
  return files.size() < 2;
}

Changes::Result Changes::try_one(const Change& change, std::size_t index,
                                 const std::function<void(const fs::Directory&)>& touched) {
  if (index == listing_->size()) return Result::not_listed;
  const std::string name(listing_->name(index));
  const bool names_one_file = name.size() + base_of(name).size() + 1 == change.handle.token.size();
  const std::size_t end = listing_->group_end(index);
  if (!names_one_file && end != index + 1) return holds_one_file(index, end) ? Result::moved : Result::impossible;
  const bool in_new = listing_->item(index).in_new;
  const fs::Directory& directory = directories_.holding(in_new);
  const auto status = directory.look_at(name);
  if (!status) return Result::moved;
  if (status->kind != fs::EntryKind::regular || !directory.allows(status->owner.uid)) return Result::impossible;

  if (change.expunge) {
    if (!directory.remove(name, status->id)) return Result::moved;
    touched(directory);
    return Result::done;
  }
  const auto wanted = changed_name(name, change.flags);
  if (!wanted) return Result::impossible;
  if (*wanted == name) return Result::unchanged;
  const fs::Directory& cur = *directories_.cur;
  const auto outcome = directory.rename(name, status->id, cur, *wanted);
  if (!outcome.found) return Result::moved;
  if (outcome.result == fs::LinkResult::exists) return Result::impossible;
  touched(cur);
  if (in_new) touched(directory);
  listing_->rename(index, false, *wanted);
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
