#include "ledger/handle_index.hpp"

#include <thread>

#include "ledger/world.hpp"

namespace mailhaul::ledger {
namespace {

using LedgerHandleIndex = LedgerTest;

Row row_with(FolderId folder, const std::string& token) {
  Row row;
  row.source_folder = folder;
  row.source = Sighting{{token}, {}, {}};
  return row;
}

TEST_F(LedgerHandleIndex, FollowsAFolderThatWasAskedForAndReadsOneThatWasNot) {
  Ledger ledger = open();
  const RowId before = ledger.add(row_with(1, "before"));
  EXPECT_EQ(ledger.find(Side::source, 1, {"before"})->id, before);
  const RowId after = ledger.add(row_with(1, "after"));
  EXPECT_EQ(ledger.find(Side::source, 1, {"after"})->id, after);
  Row moved = *ledger.row(after);
  moved.source_folder = 2;
  ledger.update(moved);
  EXPECT_FALSE(ledger.find(Side::source, 1, {"after"}));
  EXPECT_EQ(ledger.find(Side::source, 2, {"after"})->id, after);
  ledger.forget(after);
  EXPECT_FALSE(ledger.find(Side::source, 2, {"after"}));
  EXPECT_EQ(ledger.find(Side::source, 1, {"before"})->id, before);
}

TEST_F(LedgerHandleIndex, RowsOfOneHandleAreAllCandidatesTheSmallestIdFirst) {
  sqlite::Connection connection(":memory:", "memory");
  connection.execute("CREATE TABLE message(id, source_folder, source_handle, target_folder, target_handle)");
  const HandleIndex::Secret secret{};
  HandleIndex index(secret);
  EXPECT_TRUE(index.candidates(connection, Side::source, 1, {"h"}).empty());
  for (const RowId id : {9, 4, 7}) index.add(id, row_with(1, "h"));
  EXPECT_EQ(index.candidates(connection, Side::source, 1, {"h"}), (std::vector<RowId>{4, 7, 9}));
  index.remove(4, row_with(1, "h"));
  EXPECT_EQ(index.candidates(connection, Side::source, 1, {"h"}), (std::vector<RowId>{7, 9}));
  EXPECT_TRUE(index.candidates(connection, Side::target, 1, {"h"}).empty());
}

TEST_F(LedgerHandleIndex, ManyThreadsMayCallTheLedger) {
  Ledger ledger = open();
  constexpr unsigned each = 300;
  {
    std::vector<std::jthread> threads;
    for (unsigned thread = 1; thread <= 4; ++thread)
      threads.emplace_back([&ledger, thread] {
        const FolderId folder = ledger.folder_id(Side::source, folder_ref({"F" + std::to_string(thread)}));
        for (unsigned i = 0; i < each; ++i) {
          const RowId id = ledger.add(row_with(folder, "h" + std::to_string(i)));
          if (i % 3 == 0) ledger.forget(id);
          if (i % 50 == 0) ledger.commit();
          (void)ledger.find(Side::source, folder, {"h" + std::to_string(i)});
        }
      });
  }
  ledger.commit();
  EXPECT_EQ(ledger.counts().removed_at_target, 4U * each * 2 / 3);
  EXPECT_EQ(ledger.folders(Side::source).size(), 4U);
}

}  // namespace
}  // namespace mailhaul::ledger
