#include "ledger/world.hpp"

#include <chrono>
#include <map>

namespace mailhaul::ledger {
namespace {

using LedgerRows = LedgerTest;

using Ids = std::vector<RowId>;

Ids ids_gone_from(Ledger& ledger, Side side, FolderId folder) {
  Ids ids;
  ledger.each_gone_from(side, folder, [&](const Row& row) { ids.push_back(row.id); });
  return ids;
}

Ids ids_in(Ledger& ledger, Side side, FolderId folder) {
  Ids ids;
  for (const Row& row : rows_in(ledger, side, folder)) ids.push_back(row.id);
  return ids;
}

TEST_F(LedgerRows, ARowComesBackAsItWasWrittenWhateverItsOctets) {
  std::string every_octet;
  for (int i = 0; i < 256; ++i) every_octet += static_cast<char>(i);
  std::map<RowId, Row> written;
  {
    Ledger ledger = open();
    const auto add = [&](const Row& row) { written[ledger.add(row)] = row; };
    Row row = known_row(1, 2, 1);
    add(row);
    for (const std::string& token : {std::string(), std::string(1, '\0'), std::string("a\0b", 3), std::string("a\nb"),
                                     std::string(255, 'x'), every_octet.substr(0, 255), std::string(300, '\xff')}) {
      row.source->handle.token = token;
      row.target->handle.token = token + "t";
      add(row);
    }
    row.source->keywords = {"$Forwarded", "with space", "with\nline", "Ünïcode"};
    row.target->keywords.add(every_octet);
    row.source->flags = mail::FlagSet::from_bits(63);
    row.target->flags = {};
    add(row);
    row.ids = {mail::Uid{0xffff'ffffU}, every_octet, std::string("uidl\0x", 6), 0xffff'fffeU, " Xabc"};
    row.key = {~std::uint64_t{}, {~std::uint64_t{}, 0, 1, std::uint64_t{1} << 63U}};
    add(row);
    row.ids = {};
    row.ids.pop3_order = 0;
    row.ours = false;
    row.touched = true;
    row.gone_run = 5;
    add(row);
    row.source.reset();
    add(row);
    row.target.reset();
    add(row);
    ledger.commit();
  }
  Ledger ledger = open();
  for (const auto& [id, row] : written) {
    const auto got = ledger.row(id);
    ASSERT_TRUE(got);
    EXPECT_EQ(got->id, id);
    expect_same(row, *got);
  }
}

/// However many: the program writes as many of them in one statement as fit.
TEST_F(LedgerRows, ManyRowsAddedAtOnceAreThoseAddedOneByOne) {
  Ledger ledger = open();
  for (const unsigned many : {0U, 1U, 9U, 10U, 11U, 20U, 37U}) {
    SCOPED_TRACE(many);
    std::vector<Row> rows;
    for (unsigned i = 0; i < many; ++i) {
      Row row = known_row(100 + many, 200 + many, i);
      row.source->keywords = {"k" + std::to_string(i), "second"};
      row.target->flags = mail::FlagSet::from_bits(i);
      if (i % 2 == 0) row.ids = {mail::Uid{i + 1}, "g" + std::to_string(i), "u", i, " X"};
      if (i % 3 == 1) row.source.reset();
      if (i % 5 == 1) row.target.reset();
      row.ours = i % 4 != 0;
      row.touched = i % 7 == 0;
      rows.push_back(row);
    }
    const Counts before = ledger.counts();
    const std::uint64_t written = ledger.rows_written();
    const RowId last = ledger.add(known_row(1, 2, many));
    ledger.add_all(rows);
    EXPECT_EQ(ledger.rows_written(), written + 1 + many);
    for (unsigned i = 0; i < many; ++i) {
      const auto got = ledger.row(last + 1 + i);
      ASSERT_TRUE(got) << i;
      expect_same(rows[i], *got);
    }
    EXPECT_FALSE(ledger.row(last + 1 + many));
    Counts wanted;
    for (const Row& row : rows) count(wanted, row);
    expect_same(wanted, ledger.counts_of_source(100 + many));
    EXPECT_EQ(ledger.counts().known, before.known + 1 + wanted.known);
  }
}

TEST_F(LedgerRows, EachEndInShowsOneEndOfTheRowsOfAFolder) {
  Ledger ledger = open();
  Row row = known_row(1, 2, 1);
  row.source->handle.token = std::string("a\0b", 3);
  row.source->flags = mail::FlagSet::from_bits(5);
  row.source->keywords = {"one", "two"};
  const RowId id = ledger.add(row);
  (void)ledger.add(known_row(3, 4, 2));
  Row gone = known_row(1, 2, 3);
  gone.source.reset();
  const RowId gone_id = ledger.add(gone);
  std::vector<std::pair<RowId, Sighting>> ends;
  const auto take = [&ends](const End& end) {
    ends.push_back({end.row, {{std::string(end.handle)}, end.flags, end.keywords}});
  };
  ledger.each_end_in(Side::source, 1, take);
  EXPECT_EQ(ends, (std::vector{std::pair(id, *row.source)}));
  ends.clear();
  ledger.each_end_in(Side::target, 2, take);
  EXPECT_EQ(ends, (std::vector{std::pair(id, *row.target), std::pair(gone_id, *gone.target)}));
  ends.clear();
  ledger.each_end_in(Side::source, 2, take);
  EXPECT_TRUE(ends.empty());
  EXPECT_FALSE(ledger.row(id + 100));
}

TEST_F(LedgerRows, EachNumberedVisitsWhatHasBothEndsAndAUid) {
  Ledger ledger = open();
  Row whole = known_row(1, 2, 1);
  whole.ids.uid = mail::Uid{7};
  whole.ids.guid = "a guid";
  whole.ids.pop3_uidl = "an UIDL";
  whole.ids.pop3_order = 3;
  whole.ids.list_fields = "W10";
  (void)ledger.add(whole);
  Row other = whole;
  other.ids.uid.reset();
  (void)ledger.add(other);
  other = whole;
  other.source.reset();
  (void)ledger.add(other);
  other = whole;
  other.target.reset();
  (void)ledger.add(other);
  (void)ledger.add([&] {
    Row elsewhere = whole;
    elsewhere.source_folder = 3;
    return elsewhere;
  }());
  unsigned seen = 0;
  ledger.each_numbered(1, 2, [&](std::string_view handle, const mail::ServerIds& ids) {
    ++seen;
    EXPECT_EQ(handle, whole.target->handle.token);
    EXPECT_EQ(ids, whole.ids);
  });
  EXPECT_EQ(seen, 1U);
  ledger.each_numbered(2, 1, [&](std::string_view, const mail::ServerIds&) { ADD_FAILURE() << "no such pair"; });
}

TEST_F(LedgerRows, EachInVisitsTheRowsOfAFolderInTheOrderOfTheirIds) {
  Ledger ledger = open();
  Ids wanted;
  for (const unsigned number : {9U, 3U, 7U, 1U}) {
    wanted.push_back(ledger.add(known_row(1, 2, number)));
    (void)ledger.add(known_row(3, 4, number));
  }
  EXPECT_EQ(ids_in(ledger, Side::source, 1), wanted);
  EXPECT_EQ(ids_in(ledger, Side::target, 2), wanted);
  EXPECT_EQ(ids_in(ledger, Side::source, 2), Ids{});
  EXPECT_EQ(ids_in(ledger, Side::source, 0), Ids{});
  expect_same(known_row(1, 2, 3), rows_in(ledger, Side::source, 1)[1]);
}

TEST_F(LedgerRows, EachGoneFromVisitsThoseThatLostThatEnd) {
  Ledger ledger = open();
  Row row = known_row(1, 2, 1);
  const RowId both = ledger.add(row);
  row.target.reset();
  const RowId source_only = ledger.add(row);
  row = known_row(1, 2, 2);
  row.source.reset();
  const RowId target_only = ledger.add(row);
  row.target.reset();
  const RowId tombstone = ledger.add(row);
  row = known_row(0, 2, 3);
  row.source.reset();
  row.ours = false;
  const RowId delivered = ledger.add(row);

  EXPECT_EQ(ids_gone_from(ledger, Side::target, 2), (Ids{source_only, tombstone}));
  EXPECT_EQ(ids_gone_from(ledger, Side::source, 1), (Ids{target_only, tombstone}));
  EXPECT_EQ(ids_gone_from(ledger, Side::source, 0), Ids{}) << "it never was at the source";
  EXPECT_EQ(ids_in(ledger, Side::source, 1), (Ids{both, source_only}));
  EXPECT_EQ(ids_in(ledger, Side::target, 2), (Ids{both, target_only, delivered}));

  const Counts counts = ledger.counts();
  EXPECT_EQ(counts.known, 1U);
  EXPECT_EQ(counts.removed_at_target, 1U);
  EXPECT_EQ(counts.removed_at_source, 1U);
  EXPECT_EQ(counts.only_at_target, 1U);
  EXPECT_EQ(counts.tombstones, 1U);
  EXPECT_EQ(ledger.counts_of_source(1).known, 1U);
  EXPECT_EQ(ledger.counts_of_source(1).removed_at_target, 1U);
  EXPECT_EQ(ledger.counts_of_source(2).known, 0U);
}

TEST_F(LedgerRows, CountsLastAndFollowEveryChange) {
  Row row = known_row(1, 2, 1);
  {
    Ledger ledger = open();
    row.id = ledger.add(row);
    (void)ledger.add(known_row(1, 2, 2));
    ledger.commit();
  }
  {
    Ledger ledger = open();
    EXPECT_EQ(ledger.counts_of_source(1).known, 2U);
    row.source_folder = 5;
    ledger.update(row);
    EXPECT_EQ(ledger.counts_of_source(1).known, 1U);
    EXPECT_EQ(ledger.counts_of_source(5).known, 1U);
    row.target.reset();
    ledger.update(row);
    ledger.commit();
  }
  {
    Ledger ledger = open();
    EXPECT_EQ(ledger.counts_of_source(5).known, 0U);
    EXPECT_EQ(ledger.counts_of_source(5).removed_at_target, 1U);
    ledger.forget(row.id);
    ledger.forget(row.id);
    ledger.commit();
  }
  Ledger ledger = open();
  EXPECT_EQ(ledger.counts_of_source(5).removed_at_target, 0U);
  EXPECT_EQ(ledger.counts().known, 1U);
}

TEST_F(LedgerRows, WritesNothingForARowThatIsAsItWas) {
  make_ledger(2);
  const std::string before = octets_of(path());
  {
    Ledger ledger = open();
    const FolderId source = ledger.folder_id(Side::source, folder_ref({"INBOX"}));
    for (const Row& row : rows_in(ledger, Side::source, source)) ledger.update(row);
    EXPECT_EQ(ledger.rows_written(), 0U);
    ledger.commit();
  }
  EXPECT_TRUE(octets_of(path()) == before);
}

TEST_F(LedgerRows, CountsTheRowsThatWereWritten) {
  Ledger ledger = open();
  (void)ledger.begin_run(std::chrono::sys_seconds{});
  (void)ledger.folder_id(Side::source, folder_ref({"INBOX"}));
  EXPECT_EQ(ledger.rows_written(), 0U) << "runs and folders are no message rows";
  Row row = known_row(1, 2, 1);
  row.id = ledger.add(row);
  EXPECT_EQ(ledger.rows_written(), 1U);
  ledger.update(row);
  EXPECT_EQ(ledger.rows_written(), 1U);
  row.source->flags.add(mail::Flag::answered);
  ledger.update(row);
  EXPECT_EQ(ledger.rows_written(), 2U);
  ledger.commit();
  ledger.forget(row.id);
  EXPECT_EQ(ledger.rows_written(), 3U) << "since open(), not since commit()";
  ledger.forget(row.id);
  EXPECT_EQ(ledger.rows_written(), 3U);
}

/// Each field alone: one that the comparison forgot would never be written.
TEST_F(LedgerRows, AnyFieldThatChangesIsWritten) {
  const std::vector<std::function<void(Row&)>> changes{
      [](Row& row) { row.source_folder = 11; },
      [](Row& row) { row.target_folder = 12; },
      [](Row& row) { row.source->handle.token = "s"; },
      [](Row& row) { row.target->handle.token = "t"; },
      [](Row& row) { row.source->flags.add(mail::Flag::draft); },
      [](Row& row) { row.target->flags.add(mail::Flag::passed); },
      [](Row& row) { row.source->keywords.add("one"); },
      [](Row& row) { row.target->keywords.add("two"); },
      [](Row& row) { row.key.folded_octets = 1; },
      [](Row& row) { row.key.hash[3] = 1; },
      [](Row& row) { row.ids.uid = mail::Uid{4711}; },
      [](Row& row) { row.ids.uid.reset(); },
      [](Row& row) { row.ids.guid = "guid"; },
      [](Row& row) { row.ids.pop3_uidl = "uidl"; },
      [](Row& row) { row.ids.pop3_order = 3; },
      [](Row& row) { row.ids.list_fields = " Xabc"; },
      [](Row& row) { row.ours = false; },
      [](Row& row) { row.touched = true; },
      [](Row& row) { row.gone_run = 8; },
      [](Row& row) { row.source.reset(); },
      [](Row& row) { row.target.reset(); },
  };
  Ledger ledger = open();
  for (std::size_t i = 0; i < changes.size(); ++i) {
    SCOPED_TRACE(i);
    Row row = known_row(1, 2, static_cast<unsigned>(i));
    row.id = ledger.add(row);
    changes[i](row);
    const std::uint64_t before = ledger.rows_written();
    ledger.update(row);
    EXPECT_EQ(ledger.rows_written(), before + 1);
    expect_same(row, *ledger.row(row.id));
  }
}

TEST_F(LedgerRows, AnIdIsNotGivenTwiceWhileARunLasts) {
  Ledger ledger = open();
  const RowId first = ledger.add(known_row(1, 2, 1));
  ledger.forget(first);
  EXPECT_GT(ledger.add(known_row(1, 2, 2)), first);
}

TEST_F(LedgerRows, WhatAVisitorThrowsReachesTheCallerAndTheLedgerGoesOn) {
  Ledger ledger = open();
  (void)ledger.add(known_row(1, 2, 1));
  EXPECT_THROW(ledger.each_in(Side::source, 1, [](const Row&) { throw std::runtime_error("enough"); }),
               std::runtime_error);
  EXPECT_EQ(rows_in(ledger, Side::source, 1).size(), 1U);
}

}  // namespace
}  // namespace mailhaul::ledger
