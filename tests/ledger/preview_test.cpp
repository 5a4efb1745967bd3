// --dry-run: the same calls, and nothing of it lasts.
#include "ledger/world.hpp"

namespace mailhaul::ledger {
namespace {

using LedgerPreview = LedgerTest;
constexpr auto preview = Ledger::Mode::preview;

std::vector<std::string> files_in(const std::string& directory) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) names.push_back(entry.path().filename());
  return names;
}

void do_everything(Ledger& ledger, int rows) {
  const FolderId folder = ledger.folder_id(Side::source, folder_ref({"New"}));
  FolderState state;
  state.stamp = store::Stamp{"s", false};
  ledger.set_state(folder, state);
  for (int i = 0; i < rows; ++i) (void)ledger.add(known_row(folder, 9, static_cast<unsigned>(i)));
  ledger.add_setting("acl", folder_ref({"New"}));
  ledger.renew_identity(Side::target, {"other"});
  (void)ledger.begin_run(std::chrono::sys_seconds{});
  ledger.commit();
}

TEST_F(LedgerPreview, LeavesTheFileOctetForOctet) {
  make_ledger(50);
  const std::string before = octets_of(path());
  for (const int rows : {0, 10, 120'000}) {  // the last one does not fit into memory
    SCOPED_TRACE(rows);
    {
      Ledger ledger = open(preview);
      EXPECT_FALSE(ledger.is_new());
      do_everything(ledger, rows);
      EXPECT_EQ(ledger.counts().known, 50U + static_cast<unsigned>(rows)) << "it sees what it wrote";
      EXPECT_EQ(ledger.rows_written(), static_cast<unsigned>(rows));
      EXPECT_TRUE(octets_of(path()) == before);
    }
    EXPECT_TRUE(octets_of(path()) == before);
    EXPECT_EQ(files_in(at("")), std::vector<std::string>{"bob.ledger"});
  }
  Ledger ledger = open();
  EXPECT_EQ(ledger.counts().known, 50U);
  EXPECT_FALSE(ledger.find_folder(Side::source, folder_ref({"New"})));
}

TEST_F(LedgerPreview, OfOneWithoutALogLeavesItToo) {
  make_ledger(50);
  tamper(path(), "PRAGMA journal_mode = DELETE");
  const std::string before = octets_of(path());
  {
    Ledger ledger = open(preview);
    do_everything(ledger, 120'000);
    EXPECT_TRUE(octets_of(path()) == before);
  }
  EXPECT_TRUE(octets_of(path()) == before);
  EXPECT_EQ(files_in(at("")), std::vector<std::string>{"bob.ledger"});
}

TEST_F(LedgerPreview, WhereThereIsNoneNoneIsMade) {
  {
    Ledger ledger = open(preview);
    EXPECT_TRUE(ledger.is_new());
    EXPECT_EQ(ledger.pair().source, bobs_pair.source);
    do_everything(ledger, 10);
    EXPECT_EQ(ledger.counts().known, 10U);
  }
  EXPECT_TRUE(files_in(at("")).empty());
  EXPECT_TRUE(Ledger::open(at("no/such/directory/l"), bobs_pair, entropy_, preview).is_new());
}

TEST_F(LedgerPreview, OfOneThatWasNeverCommittedIsNew) {
  write_octets(path(), "");
  {
    Ledger ledger = open(preview);
    EXPECT_TRUE(ledger.is_new());
    do_everything(ledger, 10);
  }
  EXPECT_TRUE(octets_of(path()) == "");
  EXPECT_EQ(files_in(at("")), std::vector<std::string>{"bob.ledger"});
}

TEST_F(LedgerPreview, IsLockedOutByARunAndLocksItOut) {
  make_ledger();
  {
    const Ledger run = open();
    EXPECT_EQ(error_of([&] { (void)open(preview); }).cause(), Cause::locked);
  }
  const Ledger looking = open(preview);
  EXPECT_EQ(error_of([&] { (void)open(); }).cause(), Cause::locked);
}

}  // namespace
}  // namespace mailhaul::ledger
