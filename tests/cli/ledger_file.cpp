#include "cli/ledger_file.hpp"

#include <sqlite3.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string_view>

#include "cli/tree.hpp"

namespace mailhaul::black_box {
namespace {

using Connection = std::unique_ptr<sqlite3, decltype(&sqlite3_close)>;
using Statement = std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)>;

std::string octets_of(sqlite3_stmt* statement, int column) {
  const void* octets = sqlite3_column_blob(statement, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
  return octets == nullptr ? std::string() : std::string(static_cast<const char*>(octets), size);
}

/// False when SQLite does not understand the question: there is no such table.
bool ask(sqlite3* connection, const char* question, const std::function<void(sqlite3_stmt*)>& visit) {
  sqlite3_stmt* prepared = nullptr;
  if (sqlite3_prepare_v2(connection, question, -1, &prepared, nullptr) != SQLITE_OK) return false;
  const Statement statement(prepared, sqlite3_finalize);
  int step = SQLITE_ROW;
  while ((step = sqlite3_step(statement.get())) == SQLITE_ROW) visit(statement.get());
  if (step != SQLITE_DONE) throw std::runtime_error(std::string(question) + ": " + sqlite3_errmsg(connection));
  return true;
}

/// Mailbox, then each level, each led by its length in one octet (the names of our tests are short).
std::string folder_of(std::string_view octets) {
  std::string folder;
  for (bool is_mailbox = true; !octets.empty(); is_mailbox = false) {
    const auto length = static_cast<unsigned char>(octets.front());
    if (length >= octets.size()) {
      if (length > 0) throw std::runtime_error("a folder's name is cut short");
    }
    if (!is_mailbox) folder += (folder.empty() ? "" : "/") + std::string(octets.substr(1, length));
    octets.remove_prefix(1U + length);
  }
  return folder;
}

}  // namespace

LedgerFile::LedgerFile(const std::string& state_directory) {
  std::string name;
  for (const std::string& entry : names_in(state_directory)) {
    if (!entry.ends_with(".ledger")) continue;
    if (!name.empty()) throw std::runtime_error("several ledgers in " + state_directory);
    name = entry;
  }
  if (name.empty()) return;
  const TempDir copy(Place::memory);
  const std::string path = copy.path() + "/ledger";
  for (const char* part : {"", "-wal", "-journal"})
    if (exists(state_directory + "/" + name + part))
      write_file(path + part, read_file(state_directory + "/" + name + part));
  sqlite3* opened = nullptr;
  const int result = sqlite3_open_v2(path.c_str(), &opened, SQLITE_OPEN_READWRITE, nullptr);
  const Connection connection(opened, sqlite3_close);
  if (result != SQLITE_OK) {
    quick_check_ = sqlite3_errmsg(opened);
    return;
  }
  quick_check_.clear();
  const bool asked = ask(opened, "PRAGMA quick_check", [&](sqlite3_stmt* row) { quick_check_ += octets_of(row, 0); });
  if (!asked) quick_check_ = sqlite3_errmsg(opened);
  static_cast<void>(ask(opened,
                        "SELECT f.name, m.target_handle FROM message m JOIN folder f ON f.id = m.target_folder "
                        "WHERE m.target_handle IS NOT NULL",
                        [&](sqlite3_stmt* row) {
                          at_target_.push_back({folder_of(octets_of(row, 0)), octets_of(row, 1)});
                        }));
}

}  // namespace mailhaul::black_box
