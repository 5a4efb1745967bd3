#include "database.hpp"

#include <algorithm>

#include "schema.hpp"

namespace mailhaul::ledger {
namespace {

std::string_view text_of(const std::array<std::byte, mail::KeySecrets::octets>& secret) {
  return as_text(Bytes(secret));
}

}  // namespace

void Ledger::Database::prepare(const Pair& wanted, Entropy& entropy) {
  is_new = recognise(connection, migration_steps()) == Recognised::empty;
  migrate(connection, migration_steps());
  if (!is_new) return;
  const mail::KeySecrets made = mail::KeySecrets::make(entropy);
  connection.query("INSERT INTO pair VALUES(1, ?, ?, ?, ?, ?, ?, NULL)")
      .with_octets(wanted.source)
      .with_octets(wanted.target)
      .with_octets(wanted.source_id.text)
      .with_octets(wanted.target_id.text)
      .with_octets(text_of(made.first))
      .with_octets(text_of(made.second))
      .run();
}

void Ledger::Database::load() {
  {
    sqlite::Query query = connection.query(
        "SELECT source, target, source_id, target_id, first_secret, second_secret FROM pair WHERE id = 1");
    if (!query.next()) connection.fail_damaged("it does not say what it is about");
    pair = {std::string(query.octets(0)),
            std::string(query.octets(1)),
            {std::string(query.octets(2))},
            {std::string(query.octets(3))}};
    source_id = pair.source_id;
    target_id = pair.target_id;
    int column = 4;
    for (auto* const secret : {&secrets.first, &secrets.second}) {
      const Bytes octets = as_bytes(query.octets(column++));
      if (octets.size() != secret->size()) connection.fail_damaged("its secrets are cut short");
      std::copy(octets.begin(), octets.end(), secret->begin());
    }
  }
  counts.load(connection);
  sqlite::Query query = connection.query("SELECT coalesce(max(id), 0) FROM message");
  if (query.next()) last_row = query.number(0);
}

}  // namespace mailhaul::ledger
