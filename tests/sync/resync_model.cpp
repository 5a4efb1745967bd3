#include "sync/resync_model.hpp"

#include <algorithm>
#include <utility>

namespace mailhaul::sync::model {
namespace {

/// R5.
bool is_alarming(std::size_t missing, std::size_t rows) { return missing >= 10 && missing * 5 > rows; }

/// What the target has after changes of the source: those are taken, but of marks that its user changed.
Marks merged(Marks source_base, Marks source, Marks target_base, Marks target) {
  const Marks taken = (source_base ^ source) & ~(target_base ^ target);
  return (target & ~taken) | (source & taken);
}

/// A base while it is compared with what is there.
struct Compared {
  Base base{};
  std::optional<std::size_t> copy{};  ///< at the target, in Text::target
  bool missing = false;               ///< it should be there
  bool vanished = false;              ///< from its folder at the source
};

/// One content.
class Subject {
 public:
  Subject(Text& text, const std::vector<Base>& bases) : text_(text) {
    for (const Base& base : bases) all_.push_back({base, {}, false, false});
  }

  /// Finds the copies in the folders that are looked into, where they are; what is nowhere is missing.
  void find_copies(const std::set<std::string>* looked) {
    const auto is_looked_into = [&](const std::string& folder) { return !looked || looked->count(folder) != 0; };
    std::set<std::size_t> strangers;
    for (std::size_t i = 0; i < text_.target.size(); ++i)
      if (is_looked_into(text_.target[i].folder)) strangers.insert(i);
    for (Compared& one : all_) {
      one.copy.reset();
      one.missing = one.base.target && is_looked_into(one.base.target->folder);
      if (!one.base.target) continue;
      for (const std::size_t i : strangers)
        if (text_.target[i].folder == one.base.target->folder) one.copy = i;
      if (!one.copy) continue;
      strangers.erase(*one.copy);
      one.missing = false;
    }
    strangers_ = std::move(strangers);
  }
  [[nodiscard]] bool misses_any() const {
    return std::any_of(all_.begin(), all_.end(), [this](const Compared& one) {
      return one.missing || (one.copy && text_.target[*one.copy].identity != one.base.target->identity);
    });
  }

  /// A stranger is what its user filed elsewhere, or what was removed and is put back; else the target's own.
  void settle_strangers() {
    // The best pairs first, and of those that fit alike the folder that comes first by its name.
    std::vector<std::size_t> by_name(strangers_.begin(), strangers_.end());
    std::sort(by_name.begin(), by_name.end(),
              [this](std::size_t a, std::size_t b) { return text_.target[a].folder < text_.target[b].folder; });
    constexpr int best_fit = 9;
    for (int least = best_fit; least >= 0; --least)
      for (const std::size_t stranger : by_name)
        if (strangers_.count(stranger) != 0 && is_known_again(stranger, least)) strangers_.erase(stranger);
    for (const std::size_t stranger : strangers_) {
      all_.push_back({{}, stranger, false, false});
      see_target(all_.back());
    }
  }

  void count(std::map<std::string, std::size_t>& missing, std::map<std::string, std::size_t>& rows) const {
    for (const Compared& one : all_) {
      if (one.base.target) ++rows[one.base.target->folder];
      if (one.base.target && one.missing && one.base.ours) ++missing[one.base.target->folder];
    }
  }

  /// As if they had never been brought.
  void forget_missing() {
    all_.erase(
        std::remove_if(all_.begin(), all_.end(), [](const Compared& one) { return one.missing && one.base.ours; }),
        all_.end());
  }

  void settle_known(const std::set<std::string>& source_folders) {
    for (Compared& one : all_) {
      Base& base = one.base;
      if (base.target && one.copy && base.target->marks != text_.target[*one.copy].marks) base.touched = true;
      // A folder that is not there says nothing of what was in it (R6).
      if (!base.source || source_folders.count(base.source->folder) == 0) {
        see_target(one);
      } else if (text_.source && !source_is_known_ && text_.source->folder == base.source->folder) {
        source_is_known_ = true;
        merge(one);
      } else {
        one.vanished = true;
        if (!one.copy) see_target(one);
      }
    }
  }

  void bring(const Rules& rules) {
    if (!text_.source || source_is_known_) return;
    if (bring_vanished(rules)) return;
    for (Compared& one : all_) {
      if (one.base.source || !one.copy || text_.target[*one.copy].folder != text_.source->folder) continue;
      text_.target[*one.copy].marks |= text_.source->marks & ~own_of_target;
      return bind(one);
    }
    text_.target.push_back(*text_.source);
    all_.push_back({{}, text_.target.size() - 1, false, false});
    bind(all_.back());
  }

  void end_vanished() {
    for (Compared& one : all_)
      if (one.vanished) {
        one.base.source.reset();
        see_target(one);
      }
  }

  /// `evidence`: the source folders that are there and have mail (R2).
  void remove(const std::set<std::string>& evidence) {
    std::set<std::size_t> removed;
    for (Compared& one : all_) {
      const Base& base = one.base;
      if (!base.ours || base.source || !one.copy || base.touched || evidence.count(base.source_folder) == 0) continue;
      removed.insert(*std::exchange(one.copy, std::nullopt));
      one.base.target.reset();
    }
    std::vector<Message> left;
    for (std::size_t i = 0; i < text_.target.size(); ++i)
      if (removed.count(i) == 0) left.push_back(text_.target[i]);
    text_.target = std::move(left);
  }

  [[nodiscard]] std::vector<Base> bases() const {
    std::vector<Base> all;
    for (const Compared& one : all_)
      if (one.base.source || one.base.target) all.push_back(one.base);
    return all;
  }

 private:
  /// How well a stranger in `folder` fits a base; nothing when it can't be that message.
  [[nodiscard]] std::optional<int> fit(const Compared& one, const std::string& folder) const {
    if (is_put_back(one)) return one.base.target_folder == folder ? 1 : 0;
    if (one.copy || !one.missing) return std::nullopt;
    // It left its place just now, and is where the stranger is: rather where nothing was removed long ago that may be
    // the stranger too.
    const bool has_other =
        std::any_of(all_.begin(), all_.end(), [&](const Compared& other) { return fits_put_back(other, folder); });
    return (one.base.target_folder == folder ? 8 : has_other ? 4 : 6) + (one.base.source ? 1 : 0);
  }
  [[nodiscard]] static bool is_put_back(const Compared& one) {
    return !one.copy && one.base.source && !one.base.target;
  }
  [[nodiscard]] static bool fits_put_back(const Compared& one, const std::string& folder) {
    return is_put_back(one) && one.base.target_folder == folder;
  }

  [[nodiscard]] bool is_known_again(std::size_t stranger, int least) {
    const std::string& folder = text_.target[stranger].folder;
    Compared* best = nullptr;
    for (Compared& one : all_) {
      const auto fits = fit(one, folder);
      if (!fits || *fits < least) continue;
      best = &one;
      least = *fits + 1;
    }
    if (best == nullptr) return false;
    best->copy = stranger;
    best->missing = false;
    if (!best->base.target || best->base.target_folder != folder) best->base.touched = true;
    return true;
  }

  void see_target(Compared& one) {
    if (one.copy) {
      one.base.target = text_.target[*one.copy];
      one.base.target_folder = one.base.target->folder;
    } else if (one.missing) {
      one.base.target.reset();
    }
    one.missing = false;
  }

  void merge(Compared& one) {
    if (one.copy) {
      Marks& marks = text_.target[*one.copy].marks;
      const Marks target_base = one.base.target ? one.base.target->marks : marks;  // put back: as it comes
      marks = merged(one.base.source->marks, text_.source->marks, target_base, marks);
    }
    one.base.source = text_.source;
    one.base.source_folder = text_.source->folder;
    one.vanished = false;
    see_target(one);
  }

  void bind(Compared& one) {
    one.base.ours = true;
    one.base.source = text_.source;
    one.base.source_folder = text_.source->folder;
    see_target(one);
  }

  [[nodiscard]] bool has_candidate() const {
    return std::any_of(all_.begin(), all_.end(), [&](const Compared& one) {
      return !one.base.source && one.copy && text_.target[*one.copy].folder == text_.source->folder;
    });
  }

  /// It left one folder of the source and appeared in another.
  bool bring_vanished(const Rules& rules) {
    Compared* best = nullptr;
    int best_worth = -1;
    for (Compared& one : all_) {
      if (!one.vanished) continue;
      const int worth = (one.base.source->folder == text_.source->folder ? 2 : 0) + (one.copy ? 1 : 0);
      if (worth <= best_worth) continue;
      best = &one;
      best_worth = worth;
    }
    if (best == nullptr) return false;
    const bool is_in_place = best->copy && text_.target[*best->copy].folder == best->base.source->folder &&
                             best->base.source->folder != text_.source->folder;
    if (is_in_place && !best->base.touched) {
      // Carried where a store can't move; but not where one arrived both ways: that is adopted.
      if (!rules.moves && has_candidate()) return false;
      Message& copy = text_.target[*best->copy];
      copy.folder = text_.source->folder;
      if (!rules.moves) copy.identity = 0;  // another copy, not the same one somewhere else
    }
    merge(*best);
    return true;
  }

  Text& text_;
  std::vector<Compared> all_{};
  std::set<std::size_t> strangers_{};
  bool source_is_known_ = false;
};

}  // namespace

Result sync(Stores stores, Memory memory, const Rules& rules) {
  Result result{false, stores, memory};
  // Those of the source, and where a base says that something is. Into others a sync looks only when something is
  // missing: what was put back there meanwhile is a stranger, or not seen at all, until then.
  std::set<std::string> looked = stores.source_folders;
  for (const auto& [name, bases] : memory) {
    result.stores.texts[name];  // it may be in neither store
    for (const Base& base : bases)
      if (base.target) looked.insert(base.target->folder);
  }

  std::map<std::string, Subject> subjects;
  for (auto& [name, text] : result.stores.texts) subjects.emplace(name, Subject(text, memory[name]));
  for (auto& [name, subject] : subjects) subject.find_copies(&looked);
  const bool misses_any =
      std::any_of(subjects.begin(), subjects.end(), [](const auto& entry) { return entry.second.misses_any(); });
  std::map<std::string, std::size_t> missing;
  std::map<std::string, std::size_t> rows;
  for (auto& [name, subject] : subjects) {
    if (misses_any) subject.find_copies(nullptr);
    subject.settle_strangers();
    subject.count(missing, rows);
  }
  if (!rules.accepts && !rules.restores)
    for (const auto& [folder, count] : missing)
      if (is_alarming(count, rows[folder])) return {true, std::move(stores), std::move(memory)};

  std::set<std::string> evidence;
  for (const auto& [name, text] : stores.texts)
    if (text.source) evidence.insert(text.source->folder);
  for (auto& [name, subject] : subjects) {
    if (rules.restores) subject.forget_missing();
    subject.settle_known(stores.source_folders);
    subject.bring(rules);
    subject.end_vanished();
    if (rules.removes) subject.remove(evidence);
    result.memory[name] = subject.bases();
  }
  return result;
}

}  // namespace mailhaul::sync::model
