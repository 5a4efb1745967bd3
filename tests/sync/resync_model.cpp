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
    for (const bool only_another_name : {true, false})
      for (auto stranger = strangers_.begin(); stranger != strangers_.end();)
        stranger = is_known_again(*stranger, only_another_name) ? strangers_.erase(stranger) : std::next(stranger);
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
  [[nodiscard]] bool is_known_again(std::size_t stranger, bool only_another_name) {
    const std::string& folder = text_.target[stranger].folder;
    Compared* best = nullptr;
    int best_worth = 0;
    for (Compared& one : all_) {
      const Base& base = one.base;
      const bool is_put_back = base.source && !base.target;
      if (one.copy || !(one.missing || is_put_back) ||
          (only_another_name && !(one.missing && base.target_folder == folder)))
        continue;
      // What was where the stranger is, before others; what left just now before what was removed long ago.
      const int worth = is_put_back ? (base.target_folder == folder ? 2 : 1) : base.source ? 4 : 3;
      if (worth <= best_worth) continue;
      best = &one;
      best_worth = worth;
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
      if (!rules.moves) return false;
      text_.target[*best->copy].folder = text_.source->folder;
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
  std::set<std::string> looked = stores.source_folders;
  for (const auto& [name, bases] : memory) {
    result.stores.texts[name];  // it may be in neither store
    for (const Base& base : bases)
      if (base.ours && base.target) looked.insert(base.target->folder);
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
