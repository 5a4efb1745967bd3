#include "ledger/world.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include <sqlite3.h>

namespace mailhaul::ledger {

LedgerTest::LedgerTest() {
  std::string pattern = (std::filesystem::temp_directory_path() / "ledger_test.XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::system_error(errno, std::generic_category(), pattern);
  directory_ = pattern;
}

LedgerTest::~LedgerTest() {
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

void LedgerTest::make_ledger(int rows) {
  Ledger ledger = open();
  const FolderId source = ledger.folder_id(Side::source, folder_ref({"INBOX"}));
  const FolderId target = ledger.folder_id(Side::target, folder_ref({"INBOX"}));
  for (int i = 0; i < rows; ++i) (void)ledger.add(known_row(source, target, static_cast<unsigned>(i)));
  ledger.commit();
}

store::FolderRef folder_ref(std::vector<std::string> parts, const std::string& mailbox) {
  return {mailbox, mail::FolderName(std::move(parts))};
}

Row known_row(FolderId source, FolderId target, unsigned number) {
  Row row;
  row.source_folder = source;
  row.target_folder = target;
  row.source = Sighting{{"source " + std::to_string(number)}, {mail::Flag::seen}, {}};
  row.target = Sighting{{"target " + std::to_string(number)}, {mail::Flag::seen, mail::Flag::flagged}, {"$Junk"}};
  row.key = {1000 + number, {number, ~std::uint64_t{number}, 3, 4}};
  row.ids.uid = mail::Uid{number + 1};
  row.ours = true;
  return row;
}

std::vector<Row> rows_in(Ledger& ledger, Side side, FolderId folder) {
  std::vector<Row> rows;
  ledger.each_in(side, folder, [&](const Row& row) { rows.push_back(row); });
  return rows;
}

void expect_same(const Row& wanted, const Row& got) {
  EXPECT_EQ(wanted.source_folder, got.source_folder);
  EXPECT_EQ(wanted.target_folder, got.target_folder);
  EXPECT_EQ(wanted.source, got.source);
  EXPECT_EQ(wanted.target, got.target);
  EXPECT_TRUE(wanted.key == got.key);
  EXPECT_EQ(wanted.ids, got.ids);
  EXPECT_EQ(wanted.ours, got.ours);
  EXPECT_EQ(wanted.touched, got.touched);
  EXPECT_EQ(wanted.gone_run, got.gone_run);
}

void count(Counts& counts, const Row& row) {
  const auto field = row.source && row.target ? &Counts::known
                     : row.source             ? &Counts::removed_at_target
                     : !row.target            ? &Counts::tombstones
                     : row.ours               ? &Counts::removed_at_source
                                              : &Counts::only_at_target;
  ++(counts.*field);
}

void expect_same(const Counts& wanted, const Counts& got) {
  EXPECT_EQ(wanted.known, got.known);
  EXPECT_EQ(wanted.removed_at_target, got.removed_at_target);
  EXPECT_EQ(wanted.removed_at_source, got.removed_at_source);
  EXPECT_EQ(wanted.only_at_target, got.only_at_target);
  EXPECT_EQ(wanted.tombstones, got.tombstones);
}

std::string octets_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("can't read " + path);
  std::ostringstream octets;
  octets << file.rdbuf();
  return octets.str();
}

void write_octets(const std::string& path, const std::string& octets) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << octets;
  if (!file.flush()) throw std::runtime_error("can't write " + path);
}

void tamper(const std::string& path, const std::string& statements) {
  sqlite3* handle = nullptr;
  char* text = nullptr;
  int code = sqlite3_open(path.c_str(), &handle);
  if (code == SQLITE_OK) code = sqlite3_exec(handle, statements.c_str(), nullptr, nullptr, &text);
  const std::string reason = text == nullptr ? "" : text;
  sqlite3_free(text);
  sqlite3_close(handle);
  if (code != SQLITE_OK) throw std::runtime_error("can't tamper: " + reason);
}

Error error_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was thrown";
  return {Cause::usage, Scope::run, "nothing was thrown"};
}

}  // namespace mailhaul::ledger
