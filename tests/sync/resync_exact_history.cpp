#include "sync/resync_exact_history.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <utility>

namespace mailhaul::sync {
namespace {

using model::Text;

class ExactHistory final : public ResyncHistory {
 public:
  ExactHistory(std::uint64_t seed, UsedPair stores, const HistoryPlan& plan)
      : ResyncHistory(seed, std::move(stores), plan.files), dies_often_(plan.dies_often) {
    rules_.moves = target().as_target().capabilities().moves;
    target().close();
    // The run that misses something waits for the next one: it may be what can't be read.
    if (plan.has_unreadable) quiet_runs_ = 2;
    rules_.removes = seed / 8 % 3 == 0;
    if (!rules_.removes) return;
    note("with --delete");
    options_.removal = Removal::expunge;
    options_.max_removals = 1'000'000;
    // R2: what left may be that one.
    if (plan.has_unreadable) rules_.removes = false;
  }

  void play(std::size_t steps) {
    for (std::size_t i = 0; i < steps && !has_ended_; ++i) {
      now_ = look();
      step();
    }
    if (!has_ended_) sync();
  }

 private:
  void step() {
    switch (pick(22)) {
    case 0:
    case 1:
    case 2: return deliver_new(source());
    case 3: return deliver_new(target());
    case 4: return deliver_to_both();
    case 5: return deliver_many();
    case 6:
    case 7: return mark_at_source();
    case 8:
    case 9: return mark_at_target();
    case 10: return move_at_source();
    case 11: return move_at_target();
    case 12: return remove_at_source();
    case 13: return remove_at_target();
    case 14: return deliver_again_at_source();
    case 15: return put_back_at_target();
    case 16: return rare_step();
    default: return dies_often_ && one_in(4) ? die() : sync();
    }
  }
  void rare_step() {
    switch (pick(7)) {
    case 0: return lose();
    case 1: return swap();
    case 2: return has_files() ? die() : swap();
    case 3: return empty_target_folder();
    case 4: return remove_source_folder();
    case 5: return remove_target_folder();
    default: return empty_source_folder();
    }
  }

  // --- what users do ----------------------------------------------------------------------------------------------

  template <class Wanted>
  [[nodiscard]] const std::pair<const std::string, Text>* pick_text(Wanted wanted) {
    std::vector<const std::pair<const std::string, Text>*> all;
    for (const auto& entry : now_.texts)
      if (wanted(entry.second)) all.push_back(&entry);
    return all.empty() ? nullptr : all[pick(all.size())];
  }
  [[nodiscard]] const std::pair<const std::string, Text>* pick_at_source() {
    return pick_text([](const Text& text) { return text.source.has_value(); });
  }
  [[nodiscard]] const std::pair<const std::string, Text>* pick_at_target() {
    return pick_text([](const Text& text) { return !text.target.empty(); });
  }
  [[nodiscard]] std::string new_text() {
    known_.push_back("m" + std::to_string(known_.size()));
    return known_.back();
  }
  [[nodiscard]] static bool has_copy_in(const Text& text, const Folder& folder) {
    return std::any_of(text.target.begin(), text.target.end(), [&](const auto& copy) { return copy.folder == folder; });
  }

  void deliver_new(UsedStore& store) { deliver_somewhere(store, new_text(), &store == &target()); }
  void deliver_to_both() {
    const std::string text = new_text();
    const Folder folder = pick_folder();
    deliver(source(), text, folder, pick_marks());
    const auto marks = pick_marks();
    deliver(target(), text, one_in(4) ? pick_folder(true) : folder, marks);
  }
  void deliver_many() {
    if (!one_in(3)) return deliver_new(source());
    const Folder folder = pick_folder();
    for (int i = 0; i < 12; ++i) deliver(source(), new_text(), folder, pick_marks());
  }
  void mark_at_source() {
    if (const auto* one = pick_at_source()) mark(source(), one->first, one->second.source->folder, pick_marks());
  }
  void mark_at_target() {
    const auto* one = pick_at_target();
    if (one == nullptr) return;
    const auto marks = pick_marks();
    mark(target(), one->first, one->second.target[pick(one->second.target.size())].folder, marks);
  }
  void move_at_source() {
    const auto* one = pick_at_source();
    if (one == nullptr) return;
    const Folder to = pick_folder();
    const auto& [name, text] = *one;
    // Two copies of one content in one folder are for the histories that count.
    if (to == text.source->folder || (text.target.size() > 1 && has_copy_in(text, to))) return;
    move(source(), name, text.source->folder, to);
  }
  void move_at_target() {
    const auto* one = pick_text([](const Text& text) { return text.target.size() == 1; });
    if (one == nullptr) return;
    const Folder to = pick_folder(true);
    if (to != one->second.target[0].folder) move(target(), one->first, one->second.target[0].folder, to);
  }
  void remove_at_source() {
    if (const auto* one = pick_at_source()) erase(source(), one->first, one->second.source->folder);
  }
  void remove_at_target() {
    if (const auto* one = pick_at_target())
      erase(target(), one->first, one->second.target[pick(one->second.target.size())].folder);
  }
  void deliver_again_at_source() {
    if (known_.empty()) return;
    const std::string& text = known_[pick(known_.size())];
    if (!now_.texts[text].source) deliver_somewhere(source(), text, false);
  }
  void put_back_at_target() {
    if (known_.empty()) return;
    const std::string& text = known_[pick(known_.size())];
    if (now_.texts[text].target.empty()) deliver_somewhere(target(), text, true);
  }
  void empty_target_folder() {
    const Folder folder = pick_folder(true);
    for (const auto& [name, text] : now_.texts)
      if (has_copy_in(text, folder)) erase(target(), name, folder);
  }
  void empty_source_folder() {
    const Folder folder = pick_folder();
    for (const auto& [name, text] : now_.texts)
      if (text.source && text.source->folder == folder) erase(source(), name, folder);
  }
  void remove_source_folder() {
    if (const Folder folder = pick_folder(); folder != "INBOX") remove_folder(source(), folder);
  }
  void remove_target_folder() { remove_folder(target(), pick_folder(true)); }

  // --- runs -------------------------------------------------------------------------------------------------------

  void lose() {
    lose_ledger();
    memory_.clear();
  }
  void swap() {
    swap_ledger();
    std::swap(memory_, other_memory_);
    sync();
    if (has_ended_ || one_in(2)) return;
    swap_ledger();
    std::swap(memory_, other_memory_);
  }

  void sync() {
    now_ = look();
    model::Result wanted = model::sync(now_, memory_, rules_);
    model::Rules rules = rules_;
    if (wanted.alarm) {
      expect_alarm();
      (one_in(2) ? rules.accepts : rules.restores) = true;
      note(rules.accepts ? "--accept-missing" : "--restore-missing");
      wanted = model::sync(now_, memory_, rules);
      options_.missing = rules.accepts ? Missing::accept : Missing::restore;
    }
    const bool is_settled = settle();
    options_.missing = Missing::ask;
    EXPECT_TRUE(is_settled);
    compare(wanted);
  }

  void expect_alarm() {
    const std::size_t before = target().changes();
    const Outcome outcome = run();
    ASSERT_TRUE(outcome.error) << "R5";
    EXPECT_EQ(outcome.error->cause(), Cause::guard);
    EXPECT_EQ(target().changes(), before);
  }

  /// A run dies; the next one brings both stores to where it would have brought them.
  void die() {
    if (dies_often_) {  // amid something
      deliver_many();
      mark_at_source();
    }
    now_ = look();
    const model::Result wanted = model::sync(now_, memory_, rules_);
    if (wanted.alarm) return;
    crash();
    EXPECT_TRUE(settle());
    compare(wanted);
    // Whose flags the dying run changed unrecorded, that the next one can't know: it begins anew.
    if (!has_ended_) lose();
  }

  void compare(const model::Result& wanted) {
    const auto sorted = [](model::Stores stores) {
      for (auto entry = stores.texts.begin(); entry != stores.texts.end();) {
        Text& text = entry->second;
        for (model::Message& copy : text.target) copy.identity = 0;
        std::sort(text.target.begin(), text.target.end());
        entry = !text.source && text.target.empty() ? stores.texts.erase(entry) : std::next(entry);
      }
      return stores;
    };
    const model::Stores is = sorted(look());
    const model::Stores shall = sorted(wanted.stores);
    learn(wanted.memory);
    if (is.texts != shall.texts) {
      has_ended_ = true;
      model::Stores differ_is;
      model::Stores differ_shall;
      for (const auto& [name, text] : shall.texts)
        if (is.texts.count(name) == 0 || !(is.texts.at(name) == text)) differ_shall.texts[name] = text;
      for (const auto& [name, text] : is.texts)
        if (shall.texts.count(name) == 0 || !(shall.texts.at(name) == text)) differ_is.texts[name] = text;
      ADD_FAILURE() << "is\n" << told(differ_is) << "shall be\n" << told(differ_shall) << "it was\n" << told(now_);
    }
    for (const auto& [name, text] : is.texts)
      for (std::size_t i = 1; i < text.target.size(); ++i)
        if (text.target[i].folder == text.target[i - 1].folder) has_ended_ = true;
  }

  /// What was copied has an identity now.
  void learn(model::Memory memory) {
    memory_ = std::move(memory);
    const model::Stores stores = look();
    for (auto& [name, bases] : memory_)
      for (model::Base& base : bases) {
        const auto text = stores.texts.find(name);
        if (!base.target || base.target->identity != 0 || text == stores.texts.end()) continue;
        for (const model::Message& copy : text->second.target)
          if (copy.folder == base.target->folder) base.target->identity = copy.identity;
      }
  }

  bool dies_often_;
  model::Rules rules_{};
  model::Memory memory_{};
  model::Memory other_memory_{};
  model::Stores now_{};
  std::vector<std::string> known_{};
  bool has_ended_ = false;
};

}  // namespace

void play_exact_history(std::uint64_t seed, UsedPair stores, const HistoryPlan& plan) {
  ExactHistory history(seed, std::move(stores), plan);
  history.play(plan.steps);
  if (testing::Test::HasFailure()) std::cerr << "history " << seed << "\n" << history.steps();
}

}  // namespace mailhaul::sync
