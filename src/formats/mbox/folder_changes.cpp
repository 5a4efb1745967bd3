#include "folder_changes.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "offset_handle.hpp"

namespace mailhaul::formats::mbox {

void FolderChanges::grew(const store::Stamp& before, const store::Stamp& after) {
  if (!stamps_.empty() && stamps_.back() == before) stamps_.push_back(after);
}

void FolderChanges::add(const store::Handle& handle, std::variant<store::FlagChange, store::AsSeen> what) {
  MessageChange change;
  change.offset = offset_of(handle);
  if (!stamps_.empty()) change.as_of = stamps_.size() - 1;
  change.what = std::move(what);
  order_.push_back(changes_.size());
  changes_.push_back(std::move(change));
  handles_.push_back(handle);
}

void FolderChanges::change_flags(const store::Handle& handle, const store::FlagChange& change) { add(handle, change); }

void FolderChanges::expunge(const store::AsSeen& message) { add(message.handle, message); }

bool FolderChanges::may_change() const {
  return std::any_of(changes_.begin(), changes_.end(),
                     [](const MessageChange& change) { return change.offset && change.as_of; });
}

std::vector<std::size_t> FolderChanges::holding(const store::Stamp& now) const {
  std::vector<std::size_t> held;
  for (std::size_t i = 0; i < changes_.size(); ++i)
    if (changes_[i].offset && changes_[i].as_of && stamps_[*changes_[i].as_of] == now) held.push_back(i);
  return held;
}

std::vector<store::Receipt> FolderChanges::receipts(const std::vector<store::Receipt>& appended,
                                                    const std::vector<store::Receipt::Outcome>& changed) const {
  assert(changed.size() == changes_.size());
  std::vector<store::Receipt> all;
  all.reserve(order_.size());
  auto next = appended.begin();
  for (const std::size_t asked : order_) {
    if (asked == append_mark)
      all.push_back(*next++);
    else
      all.push_back({changed[asked], handles_[asked]});
  }
  assert(next == appended.end());
  return all;
}

void FolderChanges::clear() {
  if (stamps_.size() > 1) stamps_.erase(stamps_.begin(), stamps_.end() - 1);
  changes_.clear();
  handles_.clear();
  order_.clear();
}

}  // namespace mailhaul::formats::mbox
