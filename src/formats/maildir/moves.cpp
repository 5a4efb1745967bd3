#include "formats/maildir/moves.hpp"

#include <map>

#include "formats/maildir/name.hpp"

namespace mailhaul::formats::maildir {

std::vector<store::Receipt> Moves::apply(const std::vector<Move>& moves,
                                         const std::function<void(const fs::Directory&)>& touched) {
  std::vector<store::Receipt> receipts(moves.size());
  std::map<store::FolderRef, std::vector<std::size_t>> by_folder;
  for (std::size_t i = 0; i < moves.size(); ++i) by_folder[moves[i].from].push_back(i);
  const std::size_t before = done_.size();
  for (const auto& [from, indexes] : by_folder) {
    std::vector<store::AsSeen> messages;
    messages.reserve(indexes.size());
    for (const std::size_t index : indexes) messages.push_back(moves[index].message);
    const std::vector<store::Receipt> some = move_all(from, messages);
    for (std::size_t i = 0; i < indexes.size(); ++i) receipts[indexes[i]] = some[i];
  }
  // A cut between two syncs may leave a message in both folders, and never in none.
  for (std::size_t i = before; i < done_.size(); ++i) touched(here_.holding(done_[i].in_new));
  for (std::size_t i = before; i < done_.size(); ++i) touched(done_[i].from);
  return receipts;
}

std::vector<store::Receipt> Moves::move_all(const store::FolderRef& from, const std::vector<store::AsSeen>& messages) {
  std::vector<store::Handle> handles;
  handles.reserve(messages.size());
  for (const store::AsSeen& message : messages) handles.push_back(message.handle);
  const auto directories = tree_.find(from);
  if (!directories) {
    std::vector<store::Receipt> gone;
    gone.reserve(handles.size());
    for (const store::Handle& handle : handles) gone.push_back({store::Receipt::Outcome::gone_or_changed, handle});
    return gone;
  }
  if (directories->home.opened_as().id == here_.home.opened_as().id) {
    throw Error(Cause::unsupported, Scope::folder, "moving a message between folders")
        .at(here_.home.place())
        .because("both are one folder")
        .on(Side::target);
  }
  ShownKeywords shown(directories->home);
  std::map<std::size_t, std::string> bases;
  LiveMessages there(*directories, from.display(), tree_.known_listings().find(from));
  auto receipts = there.each(handles, [&](std::size_t which, const Found& found) {
    if (!shown.are_as_seen(parse_file_name(found.name), messages[which])) return Result::impossible;
    const Result result = move(found, messages[which]);
    if (result == Result::done) bases[which] = done_.back().base;
    return result;
  });
  for (const auto& [which, base] : bases) receipts[which].handle = {base};
  return receipts;
}

std::string Moves::rest_of_name(const Found& found, const store::AsSeen& message, bool in_new) const {
  const FileName parsed = parse_file_name(found.name);
  if (in_new) return found.name.substr(parsed.base.size());
  return std::string(parsed.stem.substr(parsed.base.size())) +
         info_suffix(parsed.flags, keywords_.letters_of(message.keywords), parsed.extra);
}

Moves::Result Moves::move(const Found& found, const store::AsSeen& message) {
  constexpr int tries = 64;
  const FileName parsed = parse_file_name(found.name);
  const bool stays_new = found.in_new && parsed.flags.empty() && message.keywords.empty() && parsed.extra.empty();
  const std::string rest = rest_of_name(found, message, stays_new);
  std::string base(parsed.base);
  bool is_made = base.empty() || bases_.is_taken(base) || base.size() + rest.size() > longest_name;
  for (int i = 0; i < tries; ++i) {
    if (is_made) base = bases_.make_for(parsed.base);
    const std::string name = base + rest;
    if (name.size() > longest_name) {
      bases_.give_back(base);
      break;
    }
    const auto outcome = found.directory.move(found.name, found.id, here_.holding(stays_new), name);
    if (!outcome.found) {
      if (is_made) bases_.give_back(base);
      return Result::moved;
    }
    if (outcome.result == fs::LinkResult::done) {
      bases_.take(base);
      keywords_.count_lost(message.keywords);
      done_.push_back({found.directory, found.name, found.id, stays_new, base, name});
      return Result::done;
    }
    is_made = true;  // somebody put that name there just now
  }
  tree_.tell({FindingKind::over_limit, Weight::note, folder_, found.name,
              "no name was found under which it could stand here: it stays where it was"});
  return Result::impossible;
}

void Moves::take_back() {
  for (const Done& one : done_) {
    try {
      const auto outcome = here_.holding(one.in_new).move(one.name, one.id, one.from, one.old_name);
      if (outcome.found && outcome.result == fs::LinkResult::done) bases_.give_back(one.base);
    } catch (const Error&) {
      // It stays here, whole.
    }
  }
  done_.clear();
}

}  // namespace mailhaul::formats::maildir
