#include "database.hpp"
#include "encoding.hpp"

namespace mailhaul::ledger {
namespace {

std::int64_t seconds_of(std::chrono::sys_seconds time) { return time.time_since_epoch().count(); }
std::chrono::sys_seconds time_of(std::int64_t seconds) {
  return std::chrono::sys_seconds(std::chrono::seconds(seconds));
}

using Field = std::uint64_t Run::*;
/// In the order of the columns of `run`.
constexpr std::array<Field, 8> fields{&Run::source_messages, &Run::copied,  &Run::adopted, &Run::flags_changed,
                                      &Run::moved,           &Run::removed, &Run::failed,  &Run::octets_copied};

}  // namespace

std::int64_t Ledger::begin_run(std::chrono::sys_seconds now) {
  const std::lock_guard lock(database_->mutex);
  database_->begin();
  database_->connection.query("INSERT INTO run(began) VALUES(?)").with(seconds_of(now)).run();
  return database_->connection.last_inserted();
}

void Ledger::end_run(const Run& run) {
  const std::lock_guard lock(database_->mutex);
  database_->begin();
  const std::string failures = encode_texts(run.failures);
  sqlite::Query query = database_->connection.query(
      "UPDATE run SET began = ?, ended = ?, source_messages = ?, copied = ?, adopted = ?, flags_changed = ?, "
      "moved = ?, removed = ?, failed = ?, octets_copied = ?, status = ?, verdict = ?, failures = ? WHERE id = ?");
  query.with(seconds_of(run.began));
  query.with(run.ended ? std::optional<std::int64_t>(seconds_of(*run.ended)) : std::nullopt);
  for (const Field field : fields) query.with(static_cast<std::int64_t>(run.*field));
  query.with(std::int64_t{run.status}).with_octets(run.verdict).with_octets(failures).with(run.id).run();
}

std::vector<Run> Ledger::runs() {
  const std::lock_guard lock(database_->mutex);
  sqlite::Query query = database_->connection.query(
      "SELECT id, began, ended, source_messages, copied, adopted, flags_changed, moved, removed, failed, "
      "octets_copied, status, verdict, failures FROM run ORDER BY id");
  std::vector<Run> runs;
  while (query.next()) {
    Run run;
    run.id = query.number(0);
    run.began = time_of(query.number(1));
    if (!query.is_null(2)) run.ended = time_of(query.number(2));
    int column = 3;
    for (const Field field : fields) run.*field = static_cast<std::uint64_t>(query.number(column++));
    run.status = static_cast<int>(query.number(column++));
    run.verdict = query.octets(column++);
    auto failures = decode_texts(query.octets(column));
    if (!failures) database_->connection.fail_damaged("a run in it has damaged texts");
    run.failures = std::move(*failures);
    runs.push_back(std::move(run));
  }
  return runs;
}

}  // namespace mailhaul::ledger
