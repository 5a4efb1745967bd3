#include <thread>

#include "ledger/world.hpp"

namespace mailhaul::ledger {
namespace {

using LedgerThreads = LedgerTest;

Row row_with(FolderId folder, const std::string& token) {
  Row row;
  row.source_folder = folder;
  row.source = Sighting{{token}, {}, {}};
  return row;
}

TEST_F(LedgerThreads, ManyThreadsMayCallTheLedger) {
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
          (void)ledger.row(id);
        }
      });
  }
  ledger.commit();
  EXPECT_EQ(ledger.counts().removed_at_target, 4U * each * 2 / 3);
  EXPECT_EQ(ledger.folders(Side::source).size(), 4U);
}

}  // namespace
}  // namespace mailhaul::ledger
