#include "account/cpanel/renamed_webmail.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <memory>
#include <set>
#include <string_view>

#include <sqlite3.h>

namespace mailhaul::account::cpanel {
namespace {

struct Column {
  const char* table;
  const char* name;
  bool holds_list;  ///< of addresses, perhaps with names before them; else one login
};
constexpr std::array<Column, 4> columns{{{"users", "username", false},
                                         {"identities", "email", true},
                                         {"identities", "reply-to", true},
                                         {"identities", "bcc", true}}};

struct Renamer {
  const store::Renaming& renaming;
  bool holds_list = false;
  std::set<std::string> told{};
};

/// What holds an '@' is an address, the rest are names and what stands between them.
std::string renamed_list(std::string_view list, const store::Renaming& renaming) {
  constexpr std::string_view between = " \t\r\n,;<>\"";
  std::string out;
  for (std::size_t i = 0; i < list.size();) {
    const std::size_t end = std::min(list.find_first_of(between, i), list.size());
    const std::size_t next = std::min(list.find_first_not_of(between, end), list.size());
    const std::string_view word = list.substr(i, end - i);
    out += word.find('@') == std::string_view::npos ? std::string(word) : store::renamed_mailbox(word, renaming);
    out += list.substr(end, next - end);
    i = next;
  }
  return out;
}

/// renamed(TEXT), for SQL.
void give_renamed(sqlite3_context* context, int /*count*/, sqlite3_value** values) {
  auto& renamer = *static_cast<Renamer*>(sqlite3_user_data(context));
  constexpr std::size_t longest = 64 << 10;
  constexpr std::size_t most_told = 100;
  try {
    const auto* const text = static_cast<const char*>(static_cast<const void*>(sqlite3_value_text(values[0])));
    if (text == nullptr) return sqlite3_result_error_nomem(context);
    const std::string_view old(text, static_cast<std::size_t>(sqlite3_value_bytes(values[0])));
    if (old.size() > longest) return sqlite3_result_value(context, values[0]);
    const std::string now =
        renamer.holds_list ? renamed_list(old, renamer.renaming) : store::renamed_mailbox(old, renamer.renaming);
    if (now == old) return sqlite3_result_value(context, values[0]);
    if (renamer.told.size() < most_told) renamer.told.insert(std::string(old) + " -> " + now);
    sqlite3_result_text64(context, now.data(), now.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  } catch (const std::exception&) {
    sqlite3_result_error_nomem(context);
  }
}

using Statement = std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)>;

int prepare(sqlite3* database, const std::string& text, Statement& statement) {
  sqlite3_stmt* prepared = nullptr;
  const int result = sqlite3_prepare_v2(database, text.c_str(), static_cast<int>(text.size()), &prepared, nullptr);
  statement.reset(prepared);
  return result;
}

/// The first number of the first row; 0 where there is none.
int ask(sqlite3* database, const std::string& text, std::int64_t& number) {
  number = 0;
  Statement statement(nullptr, &sqlite3_finalize);
  if (const int result = prepare(database, text, statement); result != SQLITE_OK) return result;
  const int result = sqlite3_step(statement.get());
  if (result == SQLITE_ROW) number = sqlite3_column_int64(statement.get(), 0);
  return result == SQLITE_ROW || result == SQLITE_DONE ? SQLITE_OK : result;
}

int rename_column(sqlite3* database, const Column& column, Renamer& renamer, std::vector<std::string>& changes) {
  const std::string table(column.table);
  const std::string name(column.name);
  const std::string label = table + '.' + name + ": ";
  std::int64_t is_there = 0;
  // An ordinary table: a virtual one has no root page. table_info leaves out what is computed.
  const std::string look = "SELECT count(*) FROM sqlite_master AS made JOIN pragma_table_info('" + table +
                           "') AS info WHERE made.type = 'table' AND made.name = '" + table +
                           "' AND made.rootpage > 0 AND info.name = '" + name + "'";
  int result = ask(database, look, is_there);
  if (result != SQLITE_OK || is_there == 0) return result;
  const std::string is_other =
      " WHERE typeof(\"" + name + "\") = 'text' AND renamed(\"" + name + "\") <> \"" + name + "\" COLLATE BINARY";
  std::int64_t wanted = 0;
  renamer.holds_list = column.holds_list;
  renamer.told.clear();
  result = ask(database, "SELECT count(*) FROM \"" + table + '"' + is_other, wanted);
  if (result != SQLITE_OK || wanted == 0) return result;
  result = sqlite3_exec(
      database,
      ("UPDATE OR IGNORE \"" + table + "\" SET \"" + name + "\" = renamed(\"" + name + "\")" + is_other).c_str(),
      nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) return result;
  const std::int64_t kept = wanted - sqlite3_changes(database);
  for (const std::string& one : renamer.told) changes.push_back(label + one);
  if (kept > 0)
    changes.push_back(label + std::to_string(kept) + " of them stay as they are: there is one of the new name already");
  return SQLITE_OK;
}

}  // namespace

int rename_webmail_users(sqlite3* database, const store::Renaming& renaming, std::vector<std::string>& changes) {
  Renamer renamer{renaming};
  // No schema may call it.
  constexpr int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
  int result =
      sqlite3_create_function_v2(database, "renamed", 1, flags, &renamer, give_renamed, nullptr, nullptr, nullptr);
  for (const Column& column : columns)
    if (result == SQLITE_OK) result = rename_column(database, column, renamer, changes);
  // What it points to goes.
  const int dropped =
      sqlite3_create_function_v2(database, "renamed", 1, SQLITE_UTF8, nullptr, nullptr, nullptr, nullptr, nullptr);
  return result == SQLITE_OK ? dropped : result;
}

}  // namespace mailhaul::account::cpanel
