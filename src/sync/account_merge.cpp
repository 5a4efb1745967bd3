#include "mailhaul/sync/account_merge.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include "mailhaul/mail/keyed_digest.hpp"

namespace mailhaul::sync {

namespace {

/// A run began to bring `base.source` to where `base.target` was, and none said since what became of it.
SettingAction decide_what_was_begun(const SettingSides& sides, const ledger::SettingBase& base) {
  if (sides.has_parts) {
    if (sides.source) return SettingAction::take;
    return sides.target ? SettingAction::take_away : SettingAction::nothing;
  }
  // One value: it is as it was, or as it was to be; or the target's own by now.
  const bool is_known = sides.target == base.target || sides.target == base.source;
  if (!sides.source) {
    if (!sides.target) return SettingAction::forget;
    const bool was_going = !base.source && sides.target == base.target;
    return was_going || sides.target == base.source ? SettingAction::take_away : SettingAction::nothing;
  }
  if (sides.source == sides.target) return SettingAction::adopt;
  return is_known ? SettingAction::take : SettingAction::keep_both_changed;
}

}  // namespace

SettingAction decide_setting(const SettingSides& sides) {
  const auto& base = sides.base;
  if (base && base->is_in_progress) return decide_what_was_begun(sides, *base);
  if (!sides.source) {
    if (!base) return SettingAction::nothing;
    if (!sides.target) return SettingAction::forget;
    if (!base->source || !base->ours) return SettingAction::nothing;
    return sides.target == base->target ? SettingAction::take_away : SettingAction::keep_own;
  }
  if (sides.source == sides.target) return SettingAction::adopt;
  if (!base) return !sides.target || sides.is_initial ? SettingAction::take : SettingAction::keep_both_changed;
  const bool source_changed = sides.source != base->source;
  if (base->ours && sides.target == base->target) return source_changed ? SettingAction::take : SettingAction::nothing;
  if (source_changed) return SettingAction::keep_both_changed;
  if (!base->ours) return SettingAction::nothing;
  return sides.target ? SettingAction::keep_own : SettingAction::keep_gone;
}

std::string_view to_string(SettingReport::Outcome outcome) {
  switch (outcome) {
  case SettingReport::Outcome::written: return "written";
  case SettingReport::Outcome::approximated: return "approximated";
  case SettingReport::Outcome::not_carried: return "not carried";
  case SettingReport::Outcome::removed: return "removed";
  case SettingReport::Outcome::kept_gone: return "stays removed";
  case SettingReport::Outcome::kept_own: return "target's own stays";
  case SettingReport::Outcome::kept_removed: break;
  }
  return "gone at the source, stays";
}

namespace {

using store::Setting;
using store::SettingId;
using Outcome = SettingReport::Outcome;

/// Lists of a forwarder that have members.
std::size_t lists_told_by(const store::SettingValue& value) {
  const auto* const forwarder = std::get_if<store::Forwarder>(&value);
  if (forwarder == nullptr) return 0;
  return static_cast<std::size_t>(std::count_if(forwarder->lists.begin(), forwarder->lists.end(),
                                                [](const auto& one) { return !one.second.members.empty(); }));
}
/// Those of what a digest was made of.
std::size_t lists_told_of(const std::string& digest) {
  return digest.size() - std::min(digest.size(), mail::keyed_digest_octets);
}

class Merge {
 public:
  Merge(store::AccountSource& source, store::AccountTarget& target, ledger::Ledger& ledger,
        const AccountOptions& options)
      : source_(source), target_(target), ledger_(ledger), options_(options) {}

  AccountOutcome run() {
    try {
      look();
      for (const SettingId& id : ids_) settle(id);
      judge_missing();
      take_away();
      apply();
      ledger_.commit();
    } catch (const Error& error) {
      outcome_.error = error;
      outcome_.is_complete = false;
    }
    outcome_.files = target_.file_changes();
    return std::move(outcome_);
  }

 private:
  struct AtSource {
    SettingId own_id{};
    store::SettingValue value{};
  };

  void look() {
    for (Setting& setting : source_.read()) {
      ++outcome_.settings;
      if (auto* const forwarder = std::get_if<store::Forwarder>(&setting.value);
          forwarder != nullptr && !target_.holds_lists())
        forwarder->lists.clear();
      seen_at_source_.insert(setting.id);
      std::optional<Setting> there = options_.rename ? options_.rename(setting, outcome_.renames) : setting;
      if (!there) continue;
      ids_.insert(there->id);
      if (!at_source_.emplace(there->id, AtSource{setting.id, std::move(there->value)}).second)
        report(there->id, Outcome::not_carried, "two settings of the source would have this name at the target",
               "give one of them another name at the source, or carry it by hand");
    }
    if (options_.source_is_complete && !options_.source_is_complete()) outcome_.is_complete = false;
    source_is_whole_ = outcome_.is_complete;
    take_from_target(target_.read());
    for (const auto& entry : at_target_) ids_.insert(entry.first);
    for (SettingId& id : ledger_.settings_with_base()) ids_.insert(std::move(id));
  }

  void take_from_target(std::vector<Setting> settings) {
    at_target_.clear();
    for (Setting& setting : settings) at_target_.emplace(setting.id, std::move(setting));
  }

  /// Behind it stands how many lists of a forwarder said what they hold: see keeps_for_want_of_a_list().
  [[nodiscard]] std::string digest(const store::SettingValue& value) const {
    return mail::keyed_digest(ledger_.secrets(), store::comparable(value)).append(lists_told_by(value), '+');
  }

  /// Nothing where it is not.
  [[nodiscard]] std::optional<std::string> digest_at_target(const SettingId& id) const {
    const auto there = at_target_.find(id);
    return there == at_target_.end() ? std::nullopt : std::optional(digest(there->second.value));
  }

  void settle(const SettingId& id) {
    const auto here = at_source_.find(id);
    const auto there = at_target_.find(id);
    SettingSides sides;
    if (here != at_source_.end()) sides.source = digest(here->second.value);
    sides.target = digest_at_target(id);
    sides.is_initial = there != at_target_.end() && target_.is_initial(there->second);
    sides.base = ledger_.find_base(id);
    sides.has_parts = target_.has_parts(id);
    if (sides.base) ++known_;
    // It is there under another name, or takes no part in this run.
    if (!sides.source && sides.base && seen_at_source_.count(sides.base->from) != 0) return;
    if (!sides.source && options_.concerns && !options_.concerns(id)) return;
    if (!target_.can_tell(id)) {
      if (sides.source)
        report(id, Outcome::not_carried, "what the target has of it can't be read",
               "see what is there, then run again");
      return;
    }
    switch (decide_setting(sides)) {
    case SettingAction::nothing:
      if (sides.source) ++outcome_.unchanged;
      return;
    case SettingAction::adopt:
      ++outcome_.unchanged;
      ledger_.set_base(id, {sides.source, sides.target, true, false, here->second.own_id});
      return;
    case SettingAction::take:
      if (sides.base && sides.base->ours && sides.target &&
          keeps_for_want_of_a_list(id, here->second.value, *sides.base))
        return;
      changes_.push_back({id, here->second.value, here->second.own_id});
      return;
    case SettingAction::take_away:
      if (source_is_whole_) gone_.push_back(id);
      return;
    case SettingAction::forget:
      if (source_is_whole_) ledger_.forget_base(id);
      return;
    case SettingAction::keep_gone: missing_.push_back({id, here->second.value, here->second.own_id}); return;
    case SettingAction::keep_own: report(id, Outcome::kept_own, "it was changed at the target", ""); return;
    case SettingAction::keep_both_changed:
      // Said once: from now on the target's is its own, until both are the same again.
      ledger_.set_base(id, {sides.source, sides.target, false, false, here->second.own_id});
      report(id, Outcome::kept_own,
             sides.base ? "changed at both ends; the source has: " + store::summary(here->second.value)
                        : "the source has: " + store::summary(here->second.value),
             "if the source's is the right one, make it so at the target");
      outcome_.is_complete = false;
      return;
    }
  }

  /// A list that says nothing today is no evidence that its members are gone (R2), nor is one that is empty, as a file
  /// is while it is written: what an earlier run brought of it stays. Says so.
  bool keeps_for_want_of_a_list(const SettingId& id, const store::SettingValue& value,
                                const ledger::SettingBase& base) {
    const auto* const forwarder = std::get_if<store::Forwarder>(&value);
    if (forwarder == nullptr || !base.source || lists_told_by(value) >= lists_told_of(*base.source)) return false;
    const auto list = std::find_if(forwarder->lists.begin(), forwarder->lists.end(), [this](const auto& one) {
      return !one.second.why_not.empty() || (one.second.members.empty() && !options_.take_away);
    });
    if (list == forwarder->lists.end()) return false;
    const bool is_empty = list->second.why_not.empty();
    report(id, Outcome::not_carried,
           "it stays as it was, since of the list " + list->first +
               " nothing is known now: " + (is_empty ? "it is empty" : list->second.why_not),
           is_empty ? "--delete takes its addresses away here too" : "see what became of the file, then run again");
    return true;
  }

  /// Single ones were taken away by somebody; a file that is gone, or an old backup, is no reason to leave it so.
  void judge_missing() {
    constexpr std::uint64_t few = 10;
    const bool is_much = missing_.size() >= few && missing_.size() * 5 >= known_;
    if (options_.missing == Missing::restore) {
      for (store::SettingChange& change : missing_) changes_.push_back(std::move(change));
      return;
    }
    if (is_much && options_.missing == Missing::ask)
      throw Error(Cause::guard, Scope::run, "comparing settings")
          .because(std::to_string(missing_.size()) + " of " + std::to_string(known_) +
                   " settings that an earlier run brought are missing at the target")
          .hint("look what became of them; then --restore-missing brings them again, --accept-missing leaves it so");
    for (const store::SettingChange& change : missing_) {
      report(change.id, Outcome::kept_gone, "it was taken away at the target", "");
      if (!is_much) continue;
      // Said once more would be asked once more: from now on that there is none is the target's own.
      ledger_.set_base(change.id, {digest(*change.value), std::nullopt, false, false, change.source});
    }
  }

  void take_away() {
    constexpr std::uint64_t always = 5;
    const std::uint64_t most = options_.most_taken_away.value_or(std::max<std::uint64_t>(always, known_ / 10));
    const bool is_too_many = gone_.size() > most;
    for (const SettingId& id : gone_) {
      if (options_.take_away && !is_too_many)
        changes_.push_back({id, std::nullopt, {}});
      else
        report(id, Outcome::kept_removed, "it is gone at the source",
               !options_.take_away ? "--delete takes it away here too"
                                   : "so many are gone there that it is not believed: look, then say --max-delete");
    }
    if (options_.take_away && is_too_many) outcome_.is_complete = false;
  }

  /// What is written before this run is killed, or finds the disk full, the next one must not take for the target's
  /// own; and of what lies in several places half may be there.
  void begin_changes() {
    for (const store::SettingChange& change : changes_) {
      const bool has_parts = target_.has_parts(change.id);
      ledger::SettingBase base = ledger_.find_base(change.id).value_or(
          ledger::SettingBase{{}, digest_at_target(change.id), true, false, change.source});
      if (!has_parts) {
        base.source = change.value ? std::optional(digest(*change.value)) : std::nullopt;
        base.target = digest_at_target(change.id);
      }
      base.is_in_progress = true;
      ledger_.set_base(change.id, base);
    }
    ledger_.commit();
  }

  void apply() {
    if (changes_.empty()) return;
    begin_changes();
    std::vector<store::SettingResult> results = target_.apply(changes_, source_);
    // What the target reads like afterwards is what the next run compares with: an approximation is not a change.
    std::set<SettingId> changed;
    for (const store::SettingChange& change : changes_) changed.insert(change.id);
    take_from_target(target_.read_again(changed));
    for (std::size_t i = 0; i < changes_.size() && i < results.size(); ++i) {
      const store::SettingChange& change = changes_[i];
      store::SettingResult& result = results[i];
      const bool is_carried = result.outcome != store::SettingResult::Outcome::not_carried;
      const auto here = at_source_.find(change.id);
      if (is_carried && !change.value)
        ledger_.forget_base(change.id);
      else
        remember(change.id,
                 is_carried && here != at_source_.end() ? std::optional(digest(here->second.value)) : std::nullopt);
      Outcome outcome = Outcome::not_carried;
      if (is_carried && !change.value)
        outcome = Outcome::removed;
      else if (result.outcome == store::SettingResult::Outcome::written)
        outcome = Outcome::written;
      else if (result.outcome == store::SettingResult::Outcome::approximated)
        outcome = Outcome::approximated;
      std::string text = std::move(result.text);
      if (text.empty() && change.value) text = store::summary(*change.value);
      report(change.id, outcome, std::move(text), std::move(result.what_to_do));
    }
    for (const store::UnfinishedSetting& one : target_.unfinished()) note_unfinished(one, changed.count(one.id) != 0);
  }

  /// It may read like the source's in the places that it has: the next run must not take that for all of it.
  void note_unfinished(const store::UnfinishedSetting& one, bool is_told) {
    std::optional<ledger::SettingBase> base = ledger_.find_base(one.id);
    // What is the target's own there is nobody's to finish.
    if (base && base->ours) {
      base->is_in_progress = true;
      ledger_.set_base(one.id, *base);
    }
    if (is_told) return;
    // A place that can't be read may look as if somebody had taken the setting away.
    std::erase_if(outcome_.reports, [&](const SettingReport& known) { return known.id == one.id; });
    report(one.id, Outcome::not_carried, one.text, one.what_to_do);
  }

  /// Without `source`: it could not be carried, or not all of it. The next run asks for it again, unless the target's
  /// is another one by then.
  void remember(const SettingId& id, const std::optional<std::string>& source) {
    const auto here = at_source_.find(id);
    ledger_.set_base(id,
                     {source, digest_at_target(id), true, false, here == at_source_.end() ? id : here->second.own_id});
  }

  void report(const SettingId& id, Outcome outcome, std::string text, std::string what_to_do) {
    // What was made nearly the same is told once, with what is left to do.
    const bool is_left = outcome == Outcome::approximated && !what_to_do.empty();
    if (outcome == Outcome::not_carried || is_left) outcome_.is_complete = false;
    outcome_.reports.push_back({id, outcome, std::move(text), std::move(what_to_do)});
  }

  store::AccountSource& source_;
  store::AccountTarget& target_;
  ledger::Ledger& ledger_;
  const AccountOptions& options_;
  std::map<SettingId, AtSource> at_source_{};
  std::map<SettingId, Setting> at_target_{};
  std::set<SettingId> seen_at_source_{};  ///< as the source calls them, whether they take part or not
  bool source_is_whole_ = true;
  std::set<SettingId> ids_{};
  std::uint64_t known_ = 0;
  std::vector<SettingId> gone_{};
  std::vector<store::SettingChange> missing_{};  ///< at the target, and the source has them
  std::vector<store::SettingChange> changes_{};
  AccountOutcome outcome_{};
};

}  // namespace

AccountOutcome merge_account(store::AccountSource& source, store::AccountTarget& target, ledger::Ledger& ledger,
                             const AccountOptions& options) {
  return Merge(source, target, ledger, options).run();
}

}  // namespace mailhaul::sync
