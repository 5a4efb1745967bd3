#include "formats/maildir/live_messages.hpp"

#include <set>

#include "formats/maildir/handle.hpp"
#include "formats/maildir/name.hpp"
#include "formats/maildir/scan.hpp"

namespace mailhaul::formats::maildir {

std::vector<store::Receipt> LiveMessages::each(const std::vector<store::Handle>& handles, const Act& act) {
  using Outcome = store::Receipt::Outcome;
  std::vector<store::Receipt> receipts(handles.size());
  struct Open {
    std::size_t index;
    unsigned misses;
    std::size_t listed_at = 0;
  };
  std::vector<Open> open;
  for (std::size_t i = 0; i < handles.size(); ++i) {
    receipts[i] = {Outcome::gone_or_changed, handles[i]};
    open.push_back({i, 0, 0});
  }
  // In rounds: one listing serves all that were not found. What two fresh listings do not have is gone.
  if (const auto known = std::exchange(known_, nullptr)) listing_ = *known;
  bool is_fresh = false;
  if (listing_ && !std::exchange(is_sorted_, true)) listing_->sort();  // renames of the batch before
  for (unsigned round = 0; round < most_passes && !open.empty(); ++round) {
    if (round > 0 || !listing_) {
      listing_ = list_once(directories_, 0, nullptr, folder_, nullptr);
      is_fresh = is_sorted_ = true;
    }
    // All are found before the first is renamed: what is renamed stands no longer in order.
    for (Open& one : open) one.listed_at = find_message(*listing_, handles[one.index]);
    std::vector<Open> still_open;
    for (Open one : open) {
      if (one.listed_at == listing_->size()) {
        if (!is_fresh || ++one.misses < 2) still_open.push_back(one);
        continue;
      }
      const Result result = try_one(handles[one.index], one.index, one.listed_at, act);
      if (result == Result::done) receipts[one.index].outcome = Outcome::done;
      if (result == Result::unchanged) receipts[one.index].outcome = Outcome::unchanged;
      if (result == Result::moved) still_open.push_back(one);
    }
    open = std::move(still_open);
  }
  return receipts;
}

bool LiveMessages::holds_one_file(std::size_t first, std::size_t end) const {
  std::set<fs::FileId> files;
  for (std::size_t i = first; i < end && files.size() < 2; ++i) {
    const auto status = directories_.holding(listing_->item(i).in_new).look_at(std::string(listing_->name(i)));
    if (status) files.insert(status->id);
  }
  return files.size() < 2;
}

LiveMessages::Result LiveMessages::try_one(const store::Handle& handle, std::size_t which, std::size_t listed_at,
                                           const Act& act) {
  const std::string name(listing_->name(listed_at));
  const bool names_one_file = name.size() + base_of(name).size() + 1 == handle.token.size();
  const std::size_t end = listing_->group_end(listed_at);
  if (!names_one_file && end != listed_at + 1)
    return holds_one_file(listed_at, end) ? Result::moved : Result::impossible;
  const bool in_new = listing_->item(listed_at).in_new;
  const fs::Directory& directory = directories_.holding(in_new);
  const auto status = directory.look_at(name);
  if (!status) return Result::moved;
  if (status->kind != fs::EntryKind::regular || !directory.allows(status->owner.uid)) return Result::impossible;
  return act(which, {directory, name, status->id, in_new, listed_at});
}

}  // namespace mailhaul::formats::maildir
