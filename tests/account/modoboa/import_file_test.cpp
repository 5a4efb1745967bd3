#include "account/modoboa/import_file.hpp"

#include <gtest/gtest.h>

namespace mailhaul::account::modoboa {
namespace {

using Cells = std::vector<std::string>;

TEST(ImportFile, KnowsTheRowsOfTheImporter) {
  const ImportFile file =
      parse_import("\xef\xbb\xbf"
                   "domain; Example.com ;0;0;True\r\n"
                   "domainalias;b.example;example.com;True\n"
                   "relaydomain;r.example;host;25;relay;True;True\n"
                   "\n"
                   "account;Bob@Example.com;\"{X}a;\"\"b\"\"\nc\";;;True;SimpleUsers;bob@example.com;0\n"
                   "alias;a@example.com;True;x@o.example\n"
                   "forward;b@example.com;True;x@o.example\n"
                   "dlist;c@example.com;True;x@o.example;y@o.example\n"
                   "Alias;d@example.com;True;x@o.example\n"
                   "dlist;e@example.com;True;x@o.example\n"
                   "# a comment;x");
  ASSERT_EQ(file.problem, "");
  std::vector<std::pair<RowClass, std::string>> keys;
  std::string all;
  for (const ImportRow& row : file.rows) {
    if (row.key) keys.emplace_back(row.key->row_class, row.key->name);
    all += row.text;
  }
  EXPECT_EQ(keys, (std::vector<std::pair<RowClass, std::string>>{{RowClass::domain, "example.com"},
                                                                 {RowClass::domain_alias, "b.example"},
                                                                 {RowClass::domain, "r.example"},
                                                                 {RowClass::account, "bob@example.com"},
                                                                 {RowClass::alias, "a@example.com"},
                                                                 {RowClass::alias, "b@example.com"},
                                                                 {RowClass::alias, "c@example.com"}}));
  EXPECT_EQ(file.rows[4].cells[2], "{X}a;\"b\"\nc");
  EXPECT_EQ(with_changes(file, {}), all) << "each octet, but for the mark, which would cost the first row";
  EXPECT_EQ(all.substr(0, 7), "domain;");
}

TEST(ImportFile, SaysWhereItCantBeRead) {
  const ImportFile file = parse_import("domain;a.example;0;0;True\nalias;\"x\n");
  EXPECT_EQ(file.problem.substr(0, 8), "line 2: ");
}

TEST(ImportFile, PutsEachRowBehindWhatItMayName) {
  const ImportFile file = parse_import(
      "domain;o.example;0;0;True\naccount;x@o.example;;;;True;SimpleUsers;x@o.example;0\nalias;a@o.example;True;"
      "x@o.example");
  ImportChanges changes;
  changes.set[{RowClass::domain, "d.example"}] = {"domain", "d.example", "0", "0", "True"};
  changes.set[{RowClass::domain_alias, "e.example"}] = {"domainalias", "e.example", "d.example", "True"};
  changes.set[{RowClass::account, "b@d.example"}] = {"account", "b@d.example"};
  changes.set[{RowClass::alias, "a@d.example"}] = {"alias", "a@d.example", "True", "z@d.example"};
  changes.set[{RowClass::alias, "z@d.example"}] = {"alias", "z@d.example", "True", "b@d.example"};
  changes.alias_order = {{RowClass::alias, "z@d.example"}, {RowClass::alias, "a@d.example"}};
  EXPECT_EQ(with_changes(file, changes),
            "domain;o.example;0;0;True\ndomain;d.example;0;0;True\ndomainalias;e.example;d.example;True\n"
            "account;x@o.example;;;;True;SimpleUsers;x@o.example;0\naccount;b@d.example\n"
            "alias;a@o.example;True;x@o.example\n"
            "alias;z@d.example;True;b@d.example\nalias;a@d.example;True;z@d.example\n");
}

TEST(ImportFile, AnAliasThatLeadsToALaterOneGoesBehindIt) {
  const ImportFile file =
      parse_import("alias;a@d.example;True;x@o.example\nalias;b@d.example;True;a@d.example\nalias;c@d.example;True;"
                   "y@o.example\n");
  ImportChanges changes;
  changes.set[{RowClass::alias, "a@d.example"}] = {"alias", "a@d.example", "True", "c@d.example"};
  changes.alias_order = {
      {RowClass::alias, "c@d.example"}, {RowClass::alias, "a@d.example"}, {RowClass::alias, "b@d.example"}};
  EXPECT_EQ(with_changes(file, changes),
            "alias;c@d.example;True;y@o.example\nalias;a@d.example;True;c@d.example\nalias;b@d.example;True;"
            "a@d.example\n");
}

TEST(ImportFile, TakesRowsAway) {
  const ImportFile file = parse_import("alias;a@d.example;True;x@o.example\nother\nalias;b@d.example;True;x@o.example");
  ImportChanges changes;
  changes.removed = {{RowClass::alias, "a@d.example"}};
  EXPECT_EQ(with_changes(file, changes), "other\nalias;b@d.example;True;x@o.example");
}

}  // namespace
}  // namespace mailhaul::account::modoboa
