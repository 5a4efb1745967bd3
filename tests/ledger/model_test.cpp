// Random operations against a std::map: rows, counts, lookups, commits and ends without one.
#include <map>
#include <random>
#include <set>

#include "ledger/world.hpp"

namespace mailhaul::ledger {
namespace {

using LedgerModel = LedgerTest;
using Rows = std::map<RowId, Row>;

class History {
 public:
  explicit History(unsigned seed) : random_(seed) {}
  unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }
  bool one_in(unsigned times) { return below(times) == 0; }

  Row row() {
    Row row;
    row.source_folder = below(4);
    row.target_folder = 10 + below(3);
    if (row.source_folder != 0 && !one_in(4)) row.source = sighting();
    if (!one_in(4)) row.target = sighting();
    row.key = {below(50), {below(50), 1, 2, 3}};
    if (one_in(2)) row.ids.uid = mail::Uid{1 + below(1000)};
    if (one_in(8)) row.ids.guid = "g" + std::to_string(below(1000));
    row.ours = one_in(2);
    row.touched = one_in(4);
    row.gone_run = below(3);
    return row;
  }
  void change(Row& row) {
    switch (below(4)) {
    case 0:
      if (row.source) row.source->flags = mail::FlagSet::from_bits(below(64));
      break;
    case 1: row.target.reset(); break;
    case 2: break;  // as it was
    default: {
      const RowId id = row.id;
      row = this->row();
      row.id = id;
    }
    }
  }
  RowId one_of(const Rows& rows) { return std::next(rows.begin(), below(static_cast<unsigned>(rows.size())))->first; }

 private:
  /// Handles of a small set: messages of one folder share some.
  Sighting sighting() {
    Sighting sighting{{"h" + std::to_string(below(400))}, mail::FlagSet::from_bits(below(64)), {}};
    if (one_in(5)) sighting.keywords.add("k" + std::to_string(below(5)));
    return sighting;
  }

  std::mt19937 random_;
};

bool is_same(const Row& a, const Row& b) {
  return a.source_folder == b.source_folder && a.target_folder == b.target_folder && a.source == b.source &&
         a.target == b.target && a.key == b.key && a.ids == b.ids && a.ours == b.ours && a.touched == b.touched &&
         a.gone_run == b.gone_run;
}

void expect_counts(const Rows& model, Ledger& ledger) {
  Counts wanted;
  std::map<FolderId, Counts> by_source;
  for (const auto& [id, row] : model) {
    count(wanted, row);
    count(by_source[row.source_folder], row);
  }
  expect_same(wanted, ledger.counts());
  for (const FolderId folder : {1, 2, 3}) expect_same(by_source[folder], ledger.counts_of_source(folder));
}

using Numbered = std::multiset<std::pair<std::string, std::uint32_t>>;  // handle and UID

void expect_numbered(const Rows& model, Ledger& ledger) {
  for (const FolderId source : {0, 1, 2, 3}) {
    for (const FolderId target : {0, 10, 11, 12}) {
      Numbered wanted;
      for (const auto& [id, row] : model)
        if (row.source_folder == source && row.target_folder == target && row.source && row.target && row.ids.uid)
          wanted.emplace(row.target->handle.token, row.ids.uid->value);
      Numbered got;
      ledger.each_numbered(source, target, [&](std::string_view handle, const mail::ServerIds& ids) {
        got.emplace(std::string(handle), ids.uid->value);
      });
      EXPECT_EQ(got, wanted);
    }
  }
}

void expect_rows(const Rows& model, Ledger& ledger) {
  for (const auto& [side, folders] :
       std::map<Side, std::vector<FolderId>>{{Side::source, {0, 1, 2, 3}}, {Side::target, {0, 10, 11, 12}}}) {
    for (const FolderId folder : folders) {
      std::vector<RowId> in;
      std::vector<RowId> gone;
      for (const auto& [id, row] : model) {
        if ((side == Side::source ? row.source_folder : row.target_folder) != folder || folder == 0) continue;
        ((side == Side::source ? row.source : row.target) ? in : gone).push_back(id);
      }
      std::vector<RowId> got;
      ledger.each_in(side, folder, [&](const Row& row) {
        got.push_back(row.id);
        expect_same(model.at(row.id), row);
      });
      EXPECT_EQ(got, in);
      got.clear();
      const bool at_source = side == Side::source;
      ledger.each_end_in(side, folder, [&](const End& end) {
        got.push_back(end.row);
        const Row& row = model.at(end.row);
        EXPECT_EQ((at_source ? row.source : row.target),
                  (Sighting{{std::string(end.handle)}, end.flags, end.keywords}));
      });
      EXPECT_EQ(got, in);
      got.clear();
      ledger.each_gone_from(side, folder, [&](const Row& row) { got.push_back(row.id); });
      EXPECT_EQ(got, gone);
    }
  }
  expect_numbered(model, ledger);
}

TEST_F(LedgerModel, TenThousandOperationsAgreeWithAMap) {
  History history(20'240'229);
  std::optional<Ledger> ledger = open();
  Rows model;
  Rows committed;
  std::uint64_t written = 0;
  for (int step = 0; step < 10'000 && !HasFailure(); ++step) {
    SCOPED_TRACE(step);
    const unsigned dice = history.below(100);
    if (dice < 35 || model.empty()) {
      Row row = history.row();
      row.id = ledger->add(row);
      ASSERT_TRUE(model.emplace(row.id, row).second) << "an id was given twice";
      ++written;
    } else if (dice < 65) {
      Row row = model.at(history.one_of(model));
      const Row before = row;
      history.change(row);
      ledger->update(row);
      if (!is_same(before, row)) ++written;
      model[row.id] = row;
    } else if (dice < 80) {
      const RowId id = history.one_of(model);
      ledger->forget(id);
      model.erase(id);
      ++written;
    } else if (dice < 98) {
      ledger->commit();
      committed = model;
    } else if (dice < 99) {
      expect_rows(model, *ledger);
      expect_counts(model, *ledger);
    } else {
      EXPECT_EQ(ledger->rows_written(), written);
      ledger.reset();
      ledger = open();
      model = committed;
      written = 0;
      expect_rows(model, *ledger);
      expect_counts(model, *ledger);
    }
  }
}

}  // namespace
}  // namespace mailhaul::ledger
