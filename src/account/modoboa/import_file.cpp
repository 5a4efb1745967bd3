#include "account/modoboa/import_file.hpp"

#include <algorithm>
#include <array>

#include "account/text/text_lines.hpp"
#include "mailhaul/account/address.hpp"
#include "mailhaul/base/csv.hpp"

namespace mailhaul::account::modoboa {
namespace {

constexpr char separator = ';';
constexpr std::string_view utf8_mark = "\xef\xbb\xbf";

struct RowWord {
  std::string_view word;
  RowClass row_class;
  std::size_t cells;  ///< at least
};
constexpr std::array row_words{
    RowWord{"domain", RowClass::domain, 5},      RowWord{"domainalias", RowClass::domain_alias, 4},
    RowWord{"relaydomain", RowClass::domain, 7}, RowWord{"account", RowClass::account, 7},
    RowWord{"alias", RowClass::alias, 4},        RowWord{"forward", RowClass::alias, 4},
    RowWord{"dlist", RowClass::alias, 5},
};

std::optional<RowKey> key_of(const std::vector<std::string>& cells) {
  if (cells.size() < 2) return std::nullopt;
  for (const RowWord& one : row_words)
    if (cells.front() == one.word && cells.size() >= one.cells) return RowKey{one.row_class, lower_case(cells[1])};
  return std::nullopt;
}

class Editor {
 public:
  Editor(const ImportFile& file, const ImportChanges& changes) : changes_(changes) {
    for (const ImportRow& row : file.rows) take(row);
  }

  std::string text() {
    move_what_leads_forward();
    std::map<std::size_t, std::string> inserted;
    for (const auto& [key, cells] : changes_.set)
      if (key.row_class != RowClass::alias && places_.count(key) == 0)
        inserted[place_behind(key.row_class)] += csv_row(cells, separator);
    std::string out;
    const auto add = [&out](const std::string& text) {
      if (!text.empty() && !out.empty() && out.back() != '\n') out += '\n';
      out += text;
    };
    for (std::size_t i = 0; i < items_.size(); ++i) {
      add(inserted[i]);
      add(items_[i].text);
    }
    add(inserted[items_.size()]);
    for (const RowKey& key : changes_.alias_order)
      if (const auto row = added_.find(key); row != added_.end()) add(csv_row(row->second, separator));
    return out;
  }

 private:
  struct Item {
    std::optional<RowKey> key{};
    std::vector<std::string> cells{};
    std::string text{};
  };

  void take(const ImportRow& row) {
    if (row.key && changes_.removed.count(*row.key) != 0) return;
    Item item{row.key, row.cells, row.text};
    if (row.key && places_.count(*row.key) == 0) {
      places_[*row.key] = items_.size();
      if (const auto set = changes_.set.find(*row.key); set != changes_.set.end()) {
        item.cells = set->second;
        item.text = csv_row(set->second, separator);
      }
    }
    items_.push_back(std::move(item));
  }

  /// An alias must come behind those it leads to: what does not, and is the account's own, goes to the end.
  void move_what_leads_forward() {
    std::set<RowKey> moved;
    for (const auto& [key, cells] : changes_.set)
      if (key.row_class == RowClass::alias && places_.count(key) == 0) {
        added_[key] = cells;
        moved.insert(key);
      }
    for (const RowKey& key : changes_.alias_order) {
      const auto place = places_.find(key);
      if (place == places_.end()) continue;
      Item& item = items_[place->second];
      const bool leads_forward = std::any_of(item.cells.begin() + 3, item.cells.end(), [&](const std::string& to) {
        const RowKey next{RowClass::alias, without_detail(to)};
        if (next == key || places_.count({RowClass::account, next.name}) != 0) return false;
        const auto there = places_.find(next);
        return moved.count(next) != 0 || (there != places_.end() && there->second > place->second);
      });
      if (!leads_forward) continue;
      moved.insert(key);
      added_[key] = std::move(item.cells);
      item = {};
    }
  }

  /// Where a new row of this kind stands before: behind the last that must come before it, or may.
  std::size_t place_behind(RowClass row_class) {
    const auto known = ends_.find(row_class);
    if (known != ends_.end()) return known->second;
    std::size_t place = 0;
    for (std::size_t i = 0; i < items_.size(); ++i)
      if (items_[i].key && items_[i].key->row_class <= row_class) place = i + 1;
    return ends_[row_class] = place;
  }

  const ImportChanges& changes_;
  std::vector<Item> items_{};
  std::map<RowKey, std::size_t> places_{};  ///< of the first row of each key
  Rows added_{};
  std::map<RowClass, std::size_t> ends_{};
};

}  // namespace

ImportFile parse_import(std::string_view text) {
  if (text.substr(0, utf8_mark.size()) == utf8_mark) text.remove_prefix(utf8_mark.size());
  ImportFile file;
  const Csv csv = parse_csv(text, separator);
  const std::vector<TextLine> lines = text_lines(text);
  for (std::size_t i = 0; i < csv.rows.size(); ++i) {
    ImportRow row;
    for (const std::string& cell : csv.rows[i].cells) row.cells.emplace_back(trimmed(cell));
    row.key = key_of(row.cells);
    const std::size_t end = i + 1 < csv.rows.size() ? csv.rows[i + 1].line - 1 : lines.size();
    for (std::size_t line = csv.rows[i].line - 1; line < end && line < lines.size(); ++line)
      row.text.append(lines[line].content).append(lines[line].end);
    file.rows.push_back(std::move(row));
  }
  if (csv.problem) file.problem = "line " + std::to_string(csv.problem->line) + ": " + std::string(csv.problem->what);
  return file;
}

bool is_true(std::string_view cell) {
  const std::string word = lower_case(cell);
  return word == "true" || word == "1" || word == "yes" || word == "y";
}

std::string with_changes(const ImportFile& file, const ImportChanges& changes) { return Editor(file, changes).text(); }

}  // namespace mailhaul::account::modoboa
