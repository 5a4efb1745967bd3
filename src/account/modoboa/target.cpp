#include <algorithm>
#include <set>
#include <utility>

#include "account/modoboa/import_file.hpp"
#include "account/modoboa/row_reader.hpp"
#include "account/modoboa/row_writer.hpp"
#include "account/shell_word.hpp"
#include "account/text/result.hpp"
#include "account/text/text_target.hpp"
#include "mailhaul/account/address.hpp"
#include "mailhaul/account/text_targets.hpp"

// The importer stops at the first row that it does not like, and takes nothing of the file then. So all of an account
// is made anew of what the file says and of what changes, by all of its rules; and of the rows only those are written
// that come out otherwise than before.

namespace mailhaul::account::modoboa {
namespace {

using store::SettingChange;
using store::SettingId;
using store::SettingKind;
using store::SettingResult;

constexpr std::uint64_t file_limit = std::uint64_t{256} << 20U;

EditedFiles file_in(const TextPlace& place, const TextTargetOptions& options) {
  const FileStyle style{{options.owner, 0600, 0700}, false, true};
  return EditedFiles(place.directory, place.path + '/', EditedFiles::Missing::is_refused,
                     [style](const std::string&) { return style; });
}

class ModoboaTarget final : public TextTarget {
 public:
  ModoboaTarget(const TextPlace& place, std::string name, AccountFacts facts, const TextTargetOptions& options)
      : TextTarget(file_in(place, options), options.is_dry),
        place_(place.path + '/' + name),
        name_(std::move(name)),
        facts_(std::move(facts)) {}

  [[nodiscard]] bool concerns(SettingKind kind) const override {
    switch (kind) {
    case SettingKind::domain:
    case SettingKind::mailbox:
    case SettingKind::password:
    case SettingKind::quota:
    case SettingKind::suspension:
    case SettingKind::forwarder:
    case SettingKind::domain_forwarder: return true;
    default: return false;
    }
  }

  /// What a row has of which nothing was said.
  [[nodiscard]] bool is_initial(const store::Setting& setting) const override {
    if (const auto* password = std::get_if<store::Password>(&setting.value)) return password->hash.empty();
    if (const auto* suspension = std::get_if<store::Suspension>(&setting.value)) return !suspension->login;
    return false;
  }

  [[nodiscard]] std::vector<std::string> after_steps() const override {
    if (file_changes().empty()) return {};
    const bool is_new = file_changes().front().before.empty();
    std::vector<std::string> steps;
    steps.emplace_back("# as Modoboa's user, in the directory of its instance, with its Python:");
    steps.push_back("python manage.py modo import " + std::string(is_new ? "" : "--continue-if-exists ") +
                    shell_word(place_));
    if (!is_new)
      steps.emplace_back("# rows that were imported before are not changed by that: change those in Modoboa");
    for (const std::string& domain : facts_.domains)
      if (is_safe_domain(domain)) steps.push_back("doveadm quota recalc -u '*@" + domain + "'");
    steps.push_back("# after the last run, since it holds passwords: rm " + shell_word(place_));
    return steps;
  }

 private:
  [[nodiscard]] ImportFile file_of(EditedFiles& files) const {
    ImportFile file = parse_import(files.text(name_, file_limit).value_or(""));
    if (!file.problem.empty())
      throw Error(Cause::refused, Scope::folder, "reading a file for Modoboa's import")
          .at(place_)
          .because(file.problem)
          .hint("mend the line, or move the file away");
    return file;
  }

  [[nodiscard]] std::vector<store::Setting> parse(EditedFiles& files) override {
    const ImportFile file = file_of(files);
    return read_rows(own_rows(file, facts_), facts_, others_in(file, facts_));
  }

  void edit(EditedFiles& files, std::span<const SettingChange> changes, std::vector<SettingResult>& results) override {
    const ImportFile file = file_of(files);
    const Others others = others_in(file, facts_);
    const Rows there = own_rows(file, facts_);
    AccountFacts before = facts_;
    before.settings.clear();
    for (store::Setting& setting : read_rows(there, facts_, others)) before.settings.emplace(setting.id, setting.value);
    AccountFacts after = before;
    for (const SettingChange& change : changes) after.put(change.id, change.value);
    after.add_domains_of_mailboxes(facts_);
    give_up_what_cant_be(before, after, others, changes, results);

    std::vector<SettingChange> carried;
    std::set<std::size_t> numbers;
    for (std::size_t i = 0; i < changes.size(); ++i) {
      if (results[i].outcome == SettingResult::Outcome::written) carried.push_back(changes[i]);
      numbers.insert(i);
    }
    const RowWriter writer(after, others);
    const ImportChanges edits = changes_of(there, RowWriter(before, others).rows(), writer, keys_of(carried));
    if (!edits.set.empty() || !edits.removed.empty()) files.plan(name_, with_changes(file, edits), numbers);
    for (std::size_t i = 0; i < changes.size(); ++i)
      if (changes[i].value && results[i].outcome == SettingResult::Outcome::written)
        results[i] = writer.result_of(changes[i].id);
  }

  /// What can't be imported stays as it is in the file.
  static void give_up_what_cant_be(const AccountFacts& before, AccountFacts& after, const Others& others,
                                   std::span<const SettingChange> changes, std::vector<SettingResult>& results) {
    // What is given up may be what another one leads to.
    for (std::vector<std::size_t> given_up{0}; !given_up.empty();) {
      given_up.clear();
      {
        const RowWriter writer(after, others);
        for (std::size_t i = 0; i < changes.size(); ++i) {
          const SettingId& id = changes[i].id;
          if (!changes[i].value || id.kind == SettingKind::suspension ||
              results[i].outcome == SettingResult::Outcome::not_carried ||
              writer.result_of(id).outcome != SettingResult::Outcome::not_carried)
            continue;
          results[i] = writer.result_of(id);
          given_up.push_back(i);
        }
      }
      for (const std::size_t i : given_up) {
        const auto was = before.settings.find(changes[i].id);
        after.put(changes[i].id, was == before.settings.end() ? std::nullopt : std::optional(was->second));
      }
    }
  }

  /// Keys of rows that the changes are about.
  static std::set<RowKey> keys_of(std::span<const SettingChange> changes) {
    std::set<RowKey> keys;
    for (const SettingChange& change : changes) {
      const std::string owner = lower_case(change.id.owner);
      switch (change.id.kind) {
      case SettingKind::domain: keys.insert({RowClass::domain, owner}); break;
      case SettingKind::mailbox:
      case SettingKind::password:
      case SettingKind::quota:
      case SettingKind::suspension: keys.insert({RowClass::account, owner}); break;
      case SettingKind::forwarder: keys.insert({RowClass::alias, AccountFacts::address_of(change.id)}); break;
      case SettingKind::domain_forwarder:
        keys.insert({RowClass::domain_alias, owner});
        keys.insert({RowClass::alias, '@' + owner});
        break;
      default: break;
      }
    }
    return keys;
  }

  static ImportChanges changes_of(const Rows& there, const Rows& before, const RowWriter& writer,
                                  const std::set<RowKey>& asked_for) {
    ImportChanges out;
    const Rows& after = writer.rows();
    for (const auto& [key, cells] : there) {
      const auto was = before.find(key);
      const auto wanted = after.find(key);
      const bool is_asked_for = asked_for.count(key) != 0;
      if (wanted == after.end()) {
        if (is_asked_for || was != before.end()) out.removed.insert(key);
      } else if (!is_same(key.row_class, cells, wanted->second) &&
                 (is_asked_for || was == before.end() || !is_same(key.row_class, was->second, wanted->second))) {
        out.set[key] = key.row_class == RowClass::account ? merged_account(cells, wanted->second) : wanted->second;
      }
    }
    for (const auto& [key, cells] : after)
      if (there.count(key) == 0 && (before.count(key) == 0 || asked_for.count(key) != 0)) out.set[key] = cells;
    out.alias_order = writer.alias_order();
    return out;
  }

  /// Names and groups stay as the admin wrote them.
  static std::vector<std::string> merged_account(std::vector<std::string> is, const std::vector<std::string>& wanted) {
    while (is.size() < wanted.size()) is.push_back(wanted[is.size()]);
    for (const std::size_t cell : {2U, 5U, 8U}) is[cell] = wanted[cell];
    return is;
  }

  std::string place_;
  std::string name_;
  AccountFacts facts_;
};

}  // namespace
}  // namespace mailhaul::account::modoboa

namespace mailhaul::account {

std::unique_ptr<store::AccountTarget> open_modoboa_target(const TextPlace& place, const std::string& name,
                                                          AccountFacts facts, const TextTargetOptions& options) {
  return std::make_unique<modoboa::ModoboaTarget>(place, name, std::move(facts), options);
}

}  // namespace mailhaul::account
