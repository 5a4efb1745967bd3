#include "mailhaul/account/sieve/target.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "account/shell_word.hpp"
#include "account/sieve/preference_files.hpp"
#include "account/sieve/scripts.hpp"
#include "account/sieve/spam_box.hpp"
#include "account/sieve/spam_preferences.hpp"
#include "account/text/result.hpp"
#include "mailhaul/account/address.hpp"
#include "mailhaul/account/json/settings.hpp"

namespace mailhaul::account::sieve {
namespace {

using store::Setting;
using store::SettingId;
using store::SettingKind;
using store::SettingResult;
using store::SettingValue;

constexpr std::string_view setting_mark = "# setting: ";
/// Instead of it, where nothing of the setting is done: what follows are remarks that help to make it anew.
constexpr std::string_view lost_mark = "# nothing of this setting is carried over\n";

/// Of what is planned and makes no difference to its setting.
constexpr std::size_t nobodys_number = std::numeric_limits<std::size_t>::max();

bool is_of_scripts(SettingKind kind) {
  return kind == SettingKind::responder || kind == SettingKind::filters || kind == SettingKind::spam;
}

/// What stands in each script is as many times as large as there are mailboxes.
bool is_too_long(const store::Filters& filters) {
  constexpr std::size_t longest_octets = std::size_t{64} << 10U;
  return filters.yaml.size() + filters.exim.size() > longest_octets;
}

/// The setting that a section was made of; nothing where it does not say so.
std::optional<Setting> setting_in(const Section& section) {
  if (!section.text.starts_with(setting_mark)) return std::nullopt;
  const std::size_t end = std::min(section.text.find('\n'), section.text.size());
  try {
    return json::from_line(std::string_view(section.text).substr(setting_mark.size(), end - setting_mark.size()));
  } catch (const Error&) {
    return std::nullopt;
  }
}

/// What somebody made of it: no value that a source could have, so that it stays his.
SettingValue changed_by_hand(SettingKind kind, const std::string& text) {
  if (kind == SettingKind::responder) {
    store::Responder responder;
    responder.body = text;
    return responder;
  }
  if (kind == SettingKind::spam) {
    store::Spam spam;
    spam.preferences = text;
    return spam;
  }
  return store::Filters{{}, false, {}, text};
}

SettingId spam_id() { return {"", SettingKind::spam, ""}; }

/// What stands in the script of each mailbox.
std::array<SettingId, 2> account_ids() { return {{{"", SettingKind::filters, ""}, spam_id()}}; }

SettingId id_of_section(const Section& section, const std::string& mailbox) {
  if (section.name == autoresponder_section) return {mailbox, SettingKind::responder, ""};
  if (section.name == own_filters_section) return {mailbox, SettingKind::filters, ""};
  return {"", section.name == spam_box_section ? SettingKind::spam : SettingKind::filters, ""};
}

class ScriptsTarget final : public store::AccountTarget {
 public:
  ScriptsTarget(ScriptPlaces places, AccountFacts facts, Options options, bool is_dry)
      : scripts_(places.root, places.path + '/', places.birth),
        preferences_(places.root, places.path + '/', places.birth, places.preferences),
        places_(std::move(places)),
        facts_(std::move(facts)),
        options_(std::move(options)),
        is_dry_(is_dry) {
    for (const std::string& mailbox : facts_.mailboxes()) {
      const auto* state = facts_.find<store::MailboxState>({mailbox, SettingKind::mailbox, ""});
      if (state == nullptr || !state->has_login) continue;
      if (std::string home = places_.home(mailbox); !home.empty()) homes_.emplace(mailbox, std::move(home));
    }
  }

  [[nodiscard]] bool concerns(SettingKind kind) const override { return is_of_scripts(kind); }
  [[nodiscard]] bool is_initial(const Setting& /*setting*/) const override { return false; }
  /// What belongs to the account stands in all scripts.
  [[nodiscard]] bool has_parts(const SettingId& id) const override { return id.owner.empty(); }
  void visit_files(const std::set<SettingId>& /*files*/,
                   const std::function<void(const SettingId&, io::Source&)>& /*take*/) override {}
  [[nodiscard]] std::vector<store::UnfinishedSetting> unfinished() const override {
    std::vector<store::UnfinishedSetting> all;
    all.reserve(unfinished_.size());
    for (const auto& [id, one] : unfinished_) all.push_back({id, one.text, one.what_to_do});
    return all;
  }
  [[nodiscard]] const std::vector<store::FileChange>& file_changes() const override { return file_changes_; }
  [[nodiscard]] std::vector<Setting> read_again(const std::set<SettingId>& /*settings*/) override { return read(); }

  [[nodiscard]] std::vector<Setting> read() override {
    unreadable_.clear();
    std::map<SettingId, SettingValue> found;
    std::map<SettingId, Shared> shared;
    for (const auto& [mailbox, home] : homes_) {
      const auto there = sections(mailbox, home);
      for (const SettingId& id : account_ids())
        if (!there) shared[id].agrees = false;
      note_preferences(home, shared);
      if (!there || there->empty()) continue;
      for (const SettingId& id : account_ids()) note(id, section_of(*there, id, mailbox), shared[id]);
      for (const Section& section : *there) {
        const SettingId id = id_of_section(section, mailbox);
        if (id.owner.empty()) continue;
        if (section.is_as_written && section.text.starts_with(lost_mark)) continue;
        const auto setting = section.is_as_written ? setting_in(section) : std::nullopt;
        if (setting && setting->id.kind == id.kind)
          found.try_emplace(id, setting->value);
        else
          found.insert_or_assign(id, changed_by_hand(id.kind, section.text));
      }
    }
    for (auto& [id, value] : shared) {
      if (!value.agrees) continue;
      if (value.setting && !is_missing(value))
        found.emplace(id, std::move(value.setting->value));
      else if (!value.setting && !value.is_missing && value.changed)
        found.emplace(id, changed_by_hand(id.kind, *value.changed));
    }
    std::vector<Setting> settings;
    settings.reserve(found.size());
    for (auto& [id, value] : found) settings.push_back({id, std::move(value)});
    return settings;
  }

  [[nodiscard]] bool can_tell(const SettingId& id) const override { return unreadable_.count(id.owner) == 0; }

  [[nodiscard]] std::vector<SettingResult> apply(std::span<const store::SettingChange> changes,
                                                 store::AccountSource& /*files*/) override {
    std::map<SettingId, SettingValue> settings;
    for (Setting& setting : read())
      if (!setting.id.owner.empty()) settings.emplace(setting.id, std::move(setting.value));
    // What belongs to the account is never taken from a script: each is in a user's hands.
    for (const SettingId& id : account_ids())
      if (const auto value = facts_.settings.find(id); value != facts_.settings.end()) settings.insert(*value);
    std::map<SettingId, std::size_t> numbers;
    std::vector<SettingResult> results(changes.size());
    unfinished_.clear();
    unasked_.clear();
    for (std::size_t i = 0; i < changes.size(); ++i) {
      numbers.emplace(changes[i].id, i);
      if (changes[i].value)
        settings.insert_or_assign(changes[i].id, *changes[i].value);
      else
        settings.erase(changes[i].id);
      if (!changes[i].id.owner.empty() && homes_.count(changes[i].id.owner) == 0) results[i] = no_mailbox(changes[i]);
      const auto* const filters = find<store::Filters>(settings, changes[i].id);
      if (changes[i].id.owner.empty() && filters != nullptr && is_too_long(*filters))
        results[i] = not_carried("they are longer than 64 KiB, and would stand in the script of each mailbox",
                                 "make them shorter at the source, then run the same command again");
    }
    for (const auto& [mailbox, home] : homes_) plan(mailbox, home, settings, numbers, results);
    if (homes_.empty()) say_what_has_no_script(settings, changes, results);
    std::vector<SettingId> asked;
    asked.reserve(changes.size());
    for (const store::SettingChange& change : changes) asked.push_back(change.id);
    finish(asked, results);
    return results;
  }

  [[nodiscard]] std::vector<std::string> after_steps() const override {
    std::vector<std::string> steps;
    if (!preferences_.changes().empty())
      steps.push_back("spamd -x -u USER --virtual-config-dir=" + preferences_pattern() + "   (USER has the uid " +
                      mail_user() + ": so it reads each mailbox's preferences; amavis and rspamd do not)");
    if (scripts_.changes().empty()) return steps;
    if (counts_seconds())
      // Without it such a script is not run at all; below the minimum an interval is raised to it.
      steps.emplace_back("set in Dovecot's configuration, if it is not: plugin { sieve_extensions = +vacation-seconds "
                         "sieve_vacation_min_period = 0 }");
    steps.push_back(
        "sudo -u '#" + mail_user() + "' find " + shell_word(places_.path) +
        " -path '*/sieve/mailhaul.sieve' -exec sievec {} ';'   (else each is compiled at its first delivery)");
    return steps;
  }

 private:
  /// What several scripts say of one setting of the account.
  struct Shared {
    bool agrees = true;
    bool is_missing = false;  ///< in a script of ours
    std::optional<Setting> setting{};
    std::optional<std::string> changed{};  ///< by hand, in one of them
  };

  /// Nothing: it can't be read, or is not to be understood; then nothing of that mailbox is told.
  [[nodiscard]] std::optional<std::vector<Section>> sections(const std::string& mailbox, const std::string& home) {
    try {
      Sections there = scripts_.sections(home);
      if (there.form != ScriptForm::broken) return std::move(there.list);
      unreadable_.emplace(mailbox, SettingResult{});
    } catch (const Error& error) {
      if (error.scope() == Scope::run) throw;
      unreadable_.insert_or_assign(mailbox, result_of(error));
    }
    return std::nullopt;
  }

  [[nodiscard]] static SettingResult result_of(const Error& error) {
    return not_carried((error.place().empty() ? "" : error.place() + ": ") + error.reason(), error.what_to_do());
  }

  [[nodiscard]] static const Section* section_of(const std::vector<Section>& sections, const SettingId& id,
                                                 const std::string& mailbox) {
    for (const Section& section : sections)
      if (id_of_section(section, mailbox) == id) return &section;
    return nullptr;
  }

  /// Whether a script of ours has no section though that setting makes one.
  [[nodiscard]] bool is_missing(const Shared& shared) const {
    const auto* const spam = std::get_if<store::Spam>(&shared.setting->value);
    return shared.is_missing && (spam == nullptr || has_spam_rule(*spam, options_));
  }

  /// A mailbox without them says nothing of the others: its user may have taken them away.
  void note_preferences(const std::string& home, std::map<SettingId, Shared>& shared) {
    if (!options_.has_spam_preferences) return;
    Shared& spam = shared[spam_id()];
    try {
      if (const auto section = preferences_.section(home)) note(spam_id(), &*section, spam);
    } catch (const Error& error) {
      if (error.scope() == Scope::run) throw;
      spam.agrees = false;
    }
  }

  /// One that was changed by hand is its user's, and says nothing of the others; else all must be the same, so that one
  /// which could not be written is written by the next run.
  static void note(const SettingId& id, const Section* section, Shared& shared) {
    if (section != nullptr && !section->is_as_written) {
      shared.changed = section->text;
      return;
    }
    auto setting = section == nullptr ? std::nullopt : setting_in(*section);
    const bool is_it = setting && setting->id == id;
    if (!is_it) {
      shared.is_missing = true;
      return;
    }
    const bool is_same =
        !shared.setting || store::comparable(shared.setting->value) == store::comparable(setting->value);
    shared.agrees = shared.agrees && is_same;
    if (!shared.setting) shared.setting = std::move(setting);
  }

  [[nodiscard]] std::string mail_user() const { return std::to_string(places_.birth.owner.uid); }

  /// Where spamd finds them: "/srv/vmail/%d/%l/.spamassassin".
  [[nodiscard]] std::string preferences_pattern() const {
    const auto& [mailbox, home] = *homes_.begin();
    const auto address = split_address(mailbox);
    std::string pattern = places_.path;
    for (std::string_view rest = home; !rest.empty();) {
      const std::string_view part = rest.substr(0, std::min(rest.find('/'), rest.size()));
      rest.remove_prefix(std::min(part.size() + 1, rest.size()));
      pattern += '/';
      if (part == mailbox)
        pattern += "%u";
      else if (address && part == address->domain)
        pattern += "%d";
      else if (address && part == address->local_part)
        pattern += "%l";
      else
        pattern += part;
    }
    return shell_word(pattern + '/' + places_.preferences);
  }

  /// Whether a script that was written needs a server with that extension.
  [[nodiscard]] bool counts_seconds() const {
    return std::any_of(file_changes_.begin(), file_changes_.end(), [](const store::FileChange& change) {
      const Sections sections = read_sections(change.after);
      return std::any_of(sections.list.begin(), sections.list.end(), [](const Section& section) {
        return section.extensions.count(std::string(vacation_seconds)) > 0;
      });
    });
  }

  [[nodiscard]] static SettingResult no_mailbox(const store::SettingChange& change) {
    if (!change.value) return written();
    if (change.id.kind == SettingKind::responder)
      return not_carried("there is no mailbox with a login at that address, whose script could answer",
                         "make a mailbox of that address, then run the same command again");
    return not_carried("the mailbox has no login, so no script of its is run",
                       "give it a login, then run the same command again");
  }

  /// Of an account none of whose mailboxes has a script.
  void say_what_has_no_script(const std::map<SettingId, SettingValue>& settings,
                              std::span<const store::SettingChange> changes,
                              std::vector<SettingResult>& results) const {
    MailboxRules rules;
    rules.account_filters = find<store::Filters>(settings, {"", SettingKind::filters, ""});
    rules.spam = find<store::Spam>(settings, spam_id());
    for (const Part& part : parts(rules, options_))
      for (std::size_t i = 0; i < changes.size(); ++i) {
        if (changes[i].id != part.id || !changes[i].value) continue;
        const bool has_preferences = options_.has_spam_preferences && rules.spam != nullptr && part.id == spam_id() &&
                                     !carried_preferences(rules.spam->preferences).text.empty();
        const bool is_something = !part.text.empty() || (has_preferences && !rules.spam->is_disabled);
        results[i] = is_something ? not_carried("no mailbox of the account has a login, so there is no script for it",
                                                "give one a login, then run the same command again")
                                  : part.result;
      }
  }

  template <class Value>
  [[nodiscard]] static const Value* find(const std::map<SettingId, SettingValue>& settings, const SettingId& id) {
    const auto there = settings.find(id);
    return there == settings.end() ? nullptr : std::get_if<Value>(&there->second);
  }

  void plan(const std::string& mailbox, const std::string& home, const std::map<SettingId, SettingValue>& settings,
            const std::map<SettingId, std::size_t>& numbers, std::vector<SettingResult>& results) {
    MailboxRules rules;
    rules.address = mailbox;
    rules.responder = find<store::Responder>(settings, {mailbox, SettingKind::responder, ""});
    if (rules.responder != nullptr) rules.addresses = facts_.addresses_of(mailbox);
    rules.account_filters = find<store::Filters>(settings, {"", SettingKind::filters, ""});
    if (rules.account_filters != nullptr && is_too_long(*rules.account_filters)) rules.account_filters = nullptr;
    rules.own_filters = find<store::Filters>(settings, {mailbox, SettingKind::filters, ""});
    rules.spam = find<store::Spam>(settings, {"", SettingKind::spam, ""});
    const std::vector<Part> all = parts(rules, options_);
    const auto before = sections(mailbox, home);
    const bool has_script = !before || !before->empty();
    for (SectionChange& change : section_changes(all)) {
      const auto part =
          std::find_if(all.begin(), all.end(), [&](const Part& one) { return one.section == change.name; });
      Section named;
      named.name = change.name;
      const SettingId id = id_of_section(named, mailbox);
      if (part != all.end() && !change.text.empty()) {
        const bool is_lost = part->result.outcome == SettingResult::Outcome::not_carried;
        change.text.insert(0, is_lost ? std::string(lost_mark)
                                      : std::string(setting_mark) + json::to_line({id, settings.at(id)}) + '\n');
      }
      const auto number = numbers.find(id);
      const Section* const section = before ? section_of(*before, id, mailbox) : nullptr;
      const bool is_new = !change.text.empty() && (section == nullptr || section->text != change.text);
      // Of one that nobody asked to change only what follows from the others is made anew.
      const std::size_t told = number != numbers.end() ? number->second : number_of_unasked(id, is_new, results.size());
      // Of the account what nobody asked for goes only into a script that is new.
      if (number == numbers.end() && id.owner.empty() && has_script) {
        if (const SettingResult* const why = why_unreadable(mailbox); why != nullptr && is_new)
          leave_unfinished(id, *why);
        continue;
      }
      SettingResult result;
      try {
        result = scripts_.plan(home, change, told);
        if (id.owner.empty() && section != nullptr && !section->is_as_written)
          result = approximated("in the script of " + mailbox + " it was changed by hand, and stays so there");
        if (id.owner.empty() && result.outcome == SettingResult::Outcome::not_carried) leave_unfinished(id, result);
      } catch (const Error& error) {
        if (error.scope() == Scope::run) throw;
        result = result_of(error);
        if (is_new) leave_unfinished(id, result);
      }
      if (number == numbers.end()) continue;
      if (part != all.end()) result = combined(part->result, result);
      results[told] = combined(std::move(results[told]), result);
    }
    plan_preferences(mailbox, home, settings, numbers, has_script, results);
  }

  /// Beside the script. Of what nobody asked to change only a mailbox that has nothing of ours gets them.
  void plan_preferences(const std::string& mailbox, const std::string& home,
                        const std::map<SettingId, SettingValue>& settings,
                        const std::map<SettingId, std::size_t>& numbers, bool has_script,
                        std::vector<SettingResult>& results) {
    if (!options_.has_spam_preferences) return;
    const auto number = numbers.find(spam_id());
    const bool is_asked = number != numbers.end();
    if (!is_asked && has_script && why_unreadable(mailbox) == nullptr) return;
    const auto* const spam = find<store::Spam>(settings, spam_id());
    std::string text;
    if (spam != nullptr && !spam->is_disabled) text = carried_preferences(spam->preferences).text;
    if (!text.empty()) text = std::string(setting_mark) + json::to_line({spam_id(), *spam}) + '\n' + text;
    SettingResult result;
    try {
      if (!is_asked && (preferences_.has_file(home) || has_script)) return;
      result = preferences_.plan(
          home, text, is_asked ? number->second : number_of_unasked(spam_id(), !text.empty(), results.size()));
      if (result.outcome == SettingResult::Outcome::not_carried)
        result = approximated("for " + mailbox + ' ' + result.text, result.what_to_do);
    } catch (const Error& error) {
      if (error.scope() == Scope::run) throw;
      result = result_of(error);
      if (!text.empty()) leave_unfinished(spam_id(), result);
    }
    if (is_asked) results[number->second] = combined(std::move(results[number->second]), result);
  }

  /// Null: the script can be read, or is its user's own.
  [[nodiscard]] const SettingResult* why_unreadable(const std::string& mailbox) const {
    const auto found = unreadable_.find(mailbox);
    const bool is_read = found == unreadable_.end() || found->second.outcome != SettingResult::Outcome::not_carried;
    return is_read ? nullptr : &found->second;
  }

  void leave_unfinished(const SettingId& id, const SettingResult& why) {
    SettingResult& known = unfinished_[id];
    known = combined(std::move(known), why);
  }

  /// Under which what is planned for it is known to fail; nobody's, where that makes no difference to it.
  [[nodiscard]] std::size_t number_of_unasked(const SettingId& id, bool is_new, std::size_t changes) {
    if (!is_new) return nobodys_number;
    const auto known = std::find(unasked_.begin(), unasked_.end(), id);
    const auto number = static_cast<std::size_t>(known - unasked_.begin());
    if (known == unasked_.end()) unasked_.push_back(id);
    return changes + number;
  }

  void note_failure(const EditedFiles::Failure& failure, std::span<const SettingId> asked,
                    std::vector<SettingResult>& results) {
    const SettingResult why = not_carried(failure.reason, failure.what_to_do);
    for (const std::size_t number : failure.changes) {
      if (number == nobodys_number) continue;
      const bool is_asked = number < results.size();
      if (is_asked) results[number] = why;
      leave_unfinished(is_asked ? asked[number] : unasked_[number - results.size()], why);
    }
  }

  void finish(std::span<const SettingId> asked, std::vector<SettingResult>& results) {
    if (is_dry_) {
      scripts_.keep_as_preview();
      preferences_.keep_as_preview();
    } else {
      for (const auto& failures : {scripts_.commit(), preferences_.commit()})
        for (const EditedFiles::Failure& failure : failures) note_failure(failure, asked, results);
    }
    file_changes_.clear();
    for (const auto& [path, change] : scripts_.changes()) file_changes_.push_back(change);
    for (const auto& [path, change] : preferences_.changes()) file_changes_.push_back(change);
  }

  Scripts scripts_;
  PreferenceFiles preferences_;
  ScriptPlaces places_;
  AccountFacts facts_;
  Options options_;
  bool is_dry_;
  std::map<std::string, std::string> homes_{};  ///< by mailbox, of those with a login
  /// Mailboxes whose script can't be told, and why; "written": it is there, and is not as this program writes it.
  std::map<std::string, SettingResult> unreadable_{};
  std::map<SettingId, SettingResult> unfinished_{};
  /// Settings that no change is about, by the number of a change behind the last.
  std::vector<SettingId> unasked_{};
  std::vector<store::FileChange> file_changes_{};
};

}  // namespace

std::unique_ptr<store::AccountTarget> open_scripts(ScriptPlaces places, AccountFacts facts, Options options,
                                                   bool is_dry) {
  return std::make_unique<ScriptsTarget>(std::move(places), std::move(facts), std::move(options), is_dry);
}

}  // namespace mailhaul::account::sieve
