#include "account/cpanel/database_maker.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "support/scratch_directory.hpp"

namespace mailhaul::account::cpanel {
namespace {

namespace files = std::filesystem;

class Place {
 public:
  [[nodiscard]] std::string database() const { return directory_ / "r.db"; }
  void put(const std::string& ending, const std::string& octets) const {
    if (!octets.empty()) std::ofstream(database() + ending, std::ios::binary) << octets;
  }
  [[nodiscard]] std::string octets(const std::string& ending) const {
    std::ifstream in(database() + ending, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return std::move(text).str();
  }

 private:
  support::ScratchDirectory directory_{"mailhaul-database"};
};

}  // namespace

const char* const roundcube_schema = R"(
CREATE TABLE system (name varchar(64) NOT NULL PRIMARY KEY, value text NOT NULL);
CREATE TABLE users (user_id integer NOT NULL PRIMARY KEY, username varchar(128) NOT NULL default '',
  mail_host varchar(128) NOT NULL default '', created datetime NOT NULL default '0000-00-00 00:00:00',
  last_login datetime DEFAULT NULL, failed_login datetime DEFAULT NULL, failed_login_counter integer DEFAULT NULL,
  language varchar(16), preferences text DEFAULT NULL);
CREATE UNIQUE INDEX ix_users_username ON users(username, mail_host);
CREATE TABLE identities (identity_id integer NOT NULL PRIMARY KEY, user_id integer NOT NULL default '0',
  changed datetime NOT NULL default '0000-00-00 00:00:00', del tinyint NOT NULL default '0',
  standard tinyint NOT NULL default '0', name varchar(128) NOT NULL default '', organization varchar(128) default '',
  email varchar(128) NOT NULL default '', "reply-to" varchar(128) NOT NULL default '',
  bcc varchar(128) NOT NULL default '', signature text NOT NULL default '', html_signature tinyint NOT NULL default '0');
CREATE INDEX ix_identities_user_id ON identities(user_id, del);
CREATE INDEX ix_identities_email ON identities(email, del);
CREATE TABLE contacts (contact_id integer NOT NULL PRIMARY KEY, user_id integer NOT NULL,
  changed datetime NOT NULL default '0000-00-00 00:00:00', del tinyint NOT NULL default '0',
  name varchar(128) NOT NULL default '', email text NOT NULL default '', firstname varchar(128) NOT NULL default '',
  surname varchar(128) NOT NULL default '', vcard text NOT NULL default '', words text NOT NULL default '');
CREATE INDEX ix_contacts_user_id ON contacts(user_id, del);
CREATE TABLE cache (user_id integer NOT NULL, cache_key varchar(128) NOT NULL default '',
  expires datetime DEFAULT NULL, data text NOT NULL, PRIMARY KEY (user_id, cache_key));
INSERT INTO system VALUES ('roundcube-version', '2022081200');
INSERT INTO users (user_id, username, mail_host) VALUES (1, 'bob@old.example', 'localhost');
INSERT INTO identities (identity_id, user_id, name, email, "reply-to", bcc, signature) VALUES
  (1, 1, 'Bob', 'bob@old.example', 'Bob <bob@old.example>, ann@other.example', '', 'bob@old.example'),
  (2, 1, 'Sales', 'sales@other.example', '', 'archive@old.example,x@other.example', '');
INSERT INTO contacts (contact_id, user_id, email) VALUES (1, 1, 'first@old.example');
)";

StoredDatabase after(const StoredDatabase& stored, const std::string& sql) {
  const Place place;
  place.put("", stored.database);
  place.put("-wal", stored.log);
  place.put("-journal", stored.journal);
  sqlite3* opened = nullptr;
  if (::sqlite3_open(place.database().c_str(), &opened) != SQLITE_OK) throw std::runtime_error("sqlite3_open");
  const int result = ::sqlite3_exec(opened, sql.c_str(), nullptr, nullptr, nullptr);
  const std::string message = ::sqlite3_errmsg(opened);
  StoredDatabase left{place.octets(""), place.octets("-wal"), place.octets("-journal")};
  ::sqlite3_close(opened);
  if (result != SQLITE_OK) throw std::runtime_error(message);
  return left;
}

std::vector<std::string> rows_of(const std::string& database, const std::string& query) {
  const Place place;
  place.put("", database);
  sqlite3* opened = nullptr;
  std::vector<std::string> rows;
  ::sqlite3_open_v2(place.database().c_str(), &opened, SQLITE_OPEN_READONLY, nullptr);
  const int result = ::sqlite3_exec(
      opened, query.c_str(),
      [](void* to, int columns, char** values, char**) {
        std::string row;
        for (int i = 0; i < columns; ++i) row += (i > 0 ? "|" : "") + std::string(values[i] ? values[i] : "NULL");
        static_cast<std::vector<std::string>*>(to)->push_back(row);
        return 0;
      },
      &rows, nullptr);
  if (result != SQLITE_OK) rows.push_back(std::string("not usable: ") + ::sqlite3_errmsg(opened));
  EXPECT_FALSE(files::exists(place.database() + "-wal"));
  ::sqlite3_close(opened);
  return rows;
}

}  // namespace mailhaul::account::cpanel
