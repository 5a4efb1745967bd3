#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "account/postfix/map_reader.hpp"
#include "account/postfix/map_rows.hpp"
#include "account/postfix/map_text.hpp"
#include "account/shell_word.hpp"
#include "account/text/result.hpp"
#include "account/text/text_target.hpp"
#include "mailhaul/account/address.hpp"
#include "mailhaul/account/text_targets.hpp"

// The rows of an account are made anew of what the tables say and of what changes, and only those that come out
// otherwise than before are written: a mailbox may need another row as soon as somebody else takes the rest of its
// domain. A row that nobody changes stays as the admin wrote it.

namespace mailhaul::account::postfix {
namespace {

using store::SettingChange;
using store::SettingId;
using store::SettingKind;
using store::SettingResult;

constexpr std::uint64_t table_limit = std::uint64_t{256} << 20U;

std::string path_of(Table table) { return std::string(name_of(table)); }

EditedFiles tables_in(const TextPlace& place, const TextTargetOptions& options) {
  const FileStyle style{{options.owner, 0644, 0755}, false, false};
  return EditedFiles(place.directory, place.path + '/', EditedFiles::Missing::is_refused,
                     [style](const std::string&) { return style; });
}

class PostfixTarget final : public TextTarget {
 public:
  PostfixTarget(const TextPlace& place, AccountFacts facts, const TextTargetOptions& options)
      : TextTarget(tables_in(place, options), options.is_dry), place_(place.path), facts_(std::move(facts)) {}

  [[nodiscard]] bool concerns(SettingKind kind) const override {
    switch (kind) {
    case SettingKind::domain:
    case SettingKind::mailbox:
    case SettingKind::suspension:
    case SettingKind::forwarder:
    case SettingKind::domain_forwarder: return true;
    default: return false;
    }
  }

  [[nodiscard]] std::vector<std::string> after_steps() const override {
    std::vector<std::string> steps;
    std::vector<std::string> hints;
    for (const Table table : tables) {
      const std::string path = place_ + '/' + path_of(table);
      const auto change = std::find_if(file_changes().begin(), file_changes().end(),
                                       [&](const store::FileChange& one) { return one.path == path; });
      if (change == file_changes().end()) continue;
      steps.push_back("postmap " + shell_word(path));
      if (change->before.empty())
        hints.push_back("# in main.cf, beside what it names already: " +
                        main_cf_line(table, "$default_database_type:" + path));
    }
    if (steps.empty()) return steps;
    if (steps.front() == "postmap " + shell_word(place_ + '/' + path_of(Table::domains)))
      hints.emplace_back(
          "# none of the domains may be in mydestination, virtual_alias_domains or relay_domains as well");
    steps.insert(steps.end(), hints.begin(), hints.end());
    steps.emplace_back("postfix reload");
    return steps;
  }

 private:
  [[nodiscard]] static MapRows rows_of(EditedFiles& files) {
    MapRows rows;
    for (const Table table : tables) rows.in(table) = map_values(files.text(path_of(table), table_limit).value_or(""));
    return rows;
  }

  [[nodiscard]] std::vector<store::Setting> parse(EditedFiles& files) override {
    return read_maps(rows_of(files), facts_);
  }

  void edit(EditedFiles& files, std::span<const SettingChange> changes, std::vector<SettingResult>& results) override {
    const MapRows there = rows_of(files);
    AccountFacts before = facts_;
    before.settings.clear();
    for (store::Setting& setting : read_maps(there, facts_)) before.settings.emplace(setting.id, setting.value);
    AccountFacts after = before;
    for (const SettingChange& change : changes) after.put(change.id, change.value);
    after.add_domains_of_mailboxes(facts_);
    give_up_what_cant_be(there, before, after, changes, results);
    std::vector<SettingChange> carried;
    for (std::size_t i = 0; i < changes.size(); ++i)
      if (results[i].outcome == SettingResult::Outcome::written) carried.push_back(changes[i]);
    write(files, there, MapWriter(before).all(), MapWriter(after).all(), changes, keys_of(carried));
    finish(after, changes, results);
  }

  /// What can't be written stays as it is there. Mailboxes first: what is said of a forwarder depends on them.
  static void give_up_what_cant_be(const MapRows& there, const AccountFacts& before, AccountFacts& after,
                                   std::span<const SettingChange> changes, std::vector<SettingResult>& results) {
    for (const bool is_about_mailboxes : {true, false}) {
      const AccountFacts wanted = after;
      const MapWriter writer(wanted);
      for (std::size_t i = 0; i < changes.size(); ++i) {
        const SettingId& id = changes[i].id;
        if (!changes[i].value || (id.kind == SettingKind::mailbox) != is_about_mailboxes) continue;
        MapWriter::Rendered rendered = writer.rendered(id);
        if (const std::string foreign = foreign_row(there, rendered.rows); !foreign.empty())
          rendered = {{},
                      not_carried("there is another row already: " + foreign,
                                  "take that row away if this one is the right one, and run the same command again")};
        if (rendered.result.outcome != SettingResult::Outcome::not_carried || !rendered.rows.is_empty()) continue;
        results[i] = std::move(rendered.result);
        const auto was = before.settings.find(id);
        after.put(id, was == before.settings.end() ? std::nullopt : std::optional(was->second));
      }
    }
  }

  /// One that the admin made for a key of `rows`; "": there is none.
  static std::string foreign_row(const MapRows& there, const MapRows& rows) {
    for (const Table table : {Table::transport, Table::access})
      for (const auto& [key, value] : rows.in(table)) {
        const std::string* const row = there.find(table, key);
        if (row != nullptr && !is_ours(table, *row)) return std::string(name_of(table)) + ": " + key + ' ' + *row;
      }
    return {};
  }

  using Keys = std::set<std::pair<Table, std::string>>;

  /// Keys of rows that the changes are about.
  static Keys keys_of(std::span<const SettingChange> changes) {
    Keys keys;
    for (const SettingChange& change : changes) {
      const std::string owner = lower_case(change.id.owner);
      switch (change.id.kind) {
      case SettingKind::domain: keys.emplace(Table::domains, owner); break;
      case SettingKind::mailbox: keys.emplace(Table::mailboxes, owner); break;
      case SettingKind::suspension: keys.emplace(Table::access, owner); break;
      case SettingKind::domain_forwarder: keys.emplace(Table::aliases, '@' + owner); break;
      case SettingKind::forwarder:
        for (const Table table : {Table::aliases, Table::transport, Table::access})
          keys.emplace(table, AccountFacts::address_of(change.id));
        break;
      default: break;
      }
    }
    return keys;
  }

  static void write(EditedFiles& files, const MapRows& there, const MapRows& before, const MapRows& after,
                    std::span<const SettingChange> changes, const Keys& asked_for) {
    std::set<std::size_t> numbers;
    for (std::size_t i = 0; i < changes.size(); ++i) numbers.insert(i);
    for (const Table table : tables) {
      std::map<std::string, std::optional<std::string>> rows;
      for (const auto& [key, value] : there.in(table)) {
        const bool is_asked_for = asked_for.count({table, key}) != 0;
        const std::string* const was = before.find(table, key);
        const std::string* const wanted = after.find(table, key);
        if (wanted == nullptr) {
          if ((is_asked_for || was != nullptr) && is_ours(table, value)) rows[key] = std::nullopt;
        } else if (!is_same(table, value, *wanted) &&
                   (is_asked_for || was == nullptr || !is_same(table, *was, *wanted))) {
          rows[key] = *wanted;
        }
      }
      for (const auto& [key, value] : after.in(table)) {
        const bool is_new = before.find(table, key) == nullptr || asked_for.count({table, key}) != 0;
        if (there.find(table, key) == nullptr && is_new) rows[key] = value;
      }
      if (rows.empty()) continue;
      const std::string path = path_of(table);
      const std::string text = files.text(path, table_limit).value_or("");
      files.plan(path, with_rows(text, rows), numbers);
    }
  }

  static void finish(const AccountFacts& after, std::span<const SettingChange> changes,
                     std::vector<SettingResult>& results) {
    const MapWriter writer(after);
    for (std::size_t i = 0; i < changes.size(); ++i)
      if (changes[i].value && results[i].outcome == SettingResult::Outcome::written)
        results[i] = writer.rendered(changes[i].id).result;
  }

  std::string place_;
  AccountFacts facts_;
};

}  // namespace
}  // namespace mailhaul::account::postfix

namespace mailhaul::account {

std::unique_ptr<store::AccountTarget> open_postfix_target(const TextPlace& place, AccountFacts facts,
                                                          const TextTargetOptions& options) {
  return std::make_unique<postfix::PostfixTarget>(place, std::move(facts), options);
}

}  // namespace mailhaul::account
