#include "mailhaul/store/renaming.hpp"

#include <gtest/gtest.h>

#include <random>

namespace mailhaul::store {
namespace {

using Kind = Destination::Kind;
using Lines = std::vector<std::string>;

const Renaming both{{{"old.example", "new.example"}, {"parked.example", "other.example"}},
                    {{"chicago", "boston"}},
                    {"/home/chicagoland", "/home3/chicagoland/"},
                    "/home2/boston"};
const Renaming back{{{"new.example", "old.example"}, {"other.example", "parked.example"}},
                    {{"boston", "chicago"}},
                    {"/home2/boston"},
                    "/home/chicagoland"};

Setting after(const Setting& setting, const Renaming& renaming = both) {
  Lines lines;
  return renamed(setting, renaming, lines);
}

TEST(Renaming, EveryKindOfDestination) {
  const struct {
    Kind kind;
    const char* from;
    const char* to;
  } table[] = {
      {Kind::address, "bob@old.example", "bob@new.example"},
      {Kind::address, "bob@OLD.example", "bob@new.example"},
      {Kind::address, "bob@sub.old.example", "bob@sub.old.example"},
      {Kind::address, "bob@old.example.com", "bob@old.example.com"},
      {Kind::address, "old.example@elsewhere.example", "old.example@elsewhere.example"},
      {Kind::user, "chicago", "boston"},
      {Kind::user, "chicagoland", "chicagoland"},
      {Kind::responder, "info@parked.example", "info@other.example"},
      {Kind::file, "/home/chicagoland", "/home2/boston"},
      {Kind::file, "/home/chicagoland/a b", "/home2/boston/a b"},
      {Kind::file, "/home/chicagoland b", "/home/chicagoland b"},
      {Kind::file, "/home/chicagolandandco/x", "/home/chicagolandandco/x"},
      {Kind::file, "/home3/chicagoland/mail/old.example/bob/.Junk", "/home2/boston/mail/new.example/bob/.Junk"},
      {Kind::file, "/backup/home/chicagoland/x", "/backup/home/chicagoland/x"},
      {Kind::file, "/home2/boston/mail/old.example/bob", "/home2/boston/mail/new.example/bob"},
      {Kind::file, "/home/chicagoland/public_html/old.example/x", "/home2/boston/public_html/old.example/x"},
      {Kind::include, "/home/chicagoland/list", "/home2/boston/list"},
      {Kind::pipe, "/usr/bin/php -q /home/chicagoland/p.php", "/usr/bin/php -q /home2/boston/p.php"},
      {Kind::pipe, "/home/chicagoland/p --c=/home/chicagoland/c '/home3/chicagoland/d'",
       "/home2/boston/p --c=/home2/boston/c '/home2/boston/d'"},
      {Kind::pipe, "/x/home/chicagoland/p /home/chicagolandandco/p", "/x/home/chicagoland/p /home/chicagolandandco/p"},
      {Kind::pipe, "sh -c \\\"/home/chicagoland/p\\\"", "sh -c \\\"/home2/boston/p\\\""},
      {Kind::fail, "write to /home/chicagoland or bob@old.example", "write to /home/chicagoland or bob@old.example"},
      {Kind::unknown, "/home/chicagoland", "/home/chicagoland"},
  };
  for (const auto& row : table) {
    const Setting setting{{"old.example", SettingKind::forwarder, "info@old.example"},
                          Forwarder{{{row.kind, row.from}}, "as it was"}};
    const Setting out = after(setting);
    const auto& value = std::get<Forwarder>(out.value);
    EXPECT_EQ(value.to[0].text, row.to) << row.from;
    EXPECT_EQ(value.original, std::string(row.from) == row.to ? "as it was" : "") << row.from;
    EXPECT_EQ(out.id.owner, "new.example");
    EXPECT_EQ(out.id.name, "info@new.example");
  }
}

TEST(Renaming, EachChangeIsALine) {
  Lines lines;
  (void)renamed({{"", SettingKind::forwarder, "info@old.example"},
                 Forwarder{{{Kind::pipe, "/home/chicagoland/bin/x"}, {Kind::address, "a@else.example"}}, ""}},
                both, lines);
  EXPECT_EQ(lines, (Lines{"forwarder info@old.example: info@old.example -> info@new.example",
                          "forwarder info@old.example: /home/chicagoland/bin/x -> /home2/boston/bin/x"}));
}

TEST(Renaming, OfAListItsPathAndItsMembers) {
  const std::string path = "/home/chicagoland/list";
  Forwarder value{{{Kind::include, path}, {Kind::include, "/srv/other"}}, "as it was"};
  value.lists[path].members = {"bob@old.example", "chicago", "a@else.example", "al@parked.example"};
  value.lists["/srv/other"].why_not = "outside";
  Lines lines;
  const Setting out = renamed({{"old.example", SettingKind::forwarder, "info@old.example"}, value}, both, lines);
  const auto& is = std::get<Forwarder>(out.value);
  ASSERT_EQ(is.lists.size(), 2U);
  ASSERT_EQ(is.lists.count("/home2/boston/list"), 1U);
  EXPECT_EQ(is.lists.at("/home2/boston/list").members,
            (Lines{"bob@new.example", "boston", "a@else.example", "al@other.example"}));
  EXPECT_EQ(is.lists.at("/srv/other").why_not, "outside");
  EXPECT_EQ(lines, (Lines{"forwarder info@old.example: old.example -> new.example",
                          "forwarder info@old.example: info@old.example -> info@new.example",
                          "forwarder info@old.example: /home/chicagoland/list -> /home2/boston/list",
                          "forwarder info@old.example: names of the list /home/chicagoland/list that change: 3"}));

  // Where its members alone get other names the line is what it was.
  const Renaming names{{{"old.example", "new.example"}}, {}, {}, {}};
  const Setting only = after({{"x.example", SettingKind::forwarder, "info@x.example"}, value}, names);
  EXPECT_EQ(std::get<Forwarder>(only.value).original, "as it was");
  EXPECT_EQ(std::get<Forwarder>(only.value).lists.at(path).members.front(), "bob@new.example");
}

TEST(Renaming, OwnersAndPathsBelowTheHome) {
  const struct {
    const char* from;
    const char* to;
  } table[] = {
      {"etc/old.example/bob/.boxtrapper/forms/verify.txt", "etc/new.example/bob/.boxtrapper/forms/verify.txt"},
      {"etc/old.example/bob.rcube.db", "etc/new.example/bob.rcube.db"},
      {"etc/chicago.rcube.db", "etc/boston.rcube.db"},
      {"etc/chicago.rcube.db-wal", "etc/boston.rcube.db-wal"},
      {"etc/.bob@old.example.suspended_incoming", "etc/.bob@new.example.suspended_incoming"},
      {".sqmaildata/bob@old.example.pref", ".sqmaildata/bob@new.example.pref"},
      {".sqmaildata/bob@old.example.com.pref", ".sqmaildata/bob@old.example.com.pref"},
      {".caldav/bob@old.example/old.example/x", ".caldav/bob@new.example/old.example/x"},
      {".caldav/chicago/x", ".caldav/boston/x"},
      {".cpanel/nvdata/bob@old.example_default_webmail_app", ".cpanel/nvdata/bob@new.example_default_webmail_app"},
      {".cpanel/nvdata/chicago_default_webmail_app", ".cpanel/nvdata/boston_default_webmail_app"},
      {".autorespond/bob@old.example.json", ".autorespond/bob@new.example.json"},
      {"mail/.bob@old_example", "mail/.bob@new_example"},
      {"mail/bob@old.example", "mail/bob@new.example"},
      {"mail/.old_example", "mail/.old_example"},
      {"mail/bob/old.example", "mail/bob/old.example"},
      {".spamassassin/user_prefs", ".spamassassin/user_prefs"},
      {"", ""},
  };
  for (const auto& row : table) {
    const Setting out = after({{"bob@old.example", SettingKind::file, row.from}, OpaqueFile{}});
    EXPECT_EQ(out.id.name, row.to);
    EXPECT_EQ(out.id.owner, "bob@new.example");
  }
  EXPECT_EQ(renamed_mailbox("bob@old.example", both), "bob@new.example");
  EXPECT_EQ(renamed_mailbox("chicago", both), "boston");
  EXPECT_EQ(renamed_mailbox("", both), "");
}

TEST(Renaming, OfAResponderItsSenderAlone) {
  Responder value;
  value.headers = {{"FROM", "\"Info\" <info@old.example>"}, {"Subject", "info@old.example"}};
  value.body = "write to info@old.example, /home/chicagoland";
  value.original = "as it was";
  const Setting out = after({{"info@old.example", SettingKind::responder, ""}, value});
  const auto& is = std::get<Responder>(out.value);
  EXPECT_EQ(out.id.owner, "info@new.example");
  EXPECT_EQ(is.headers[0].second, "\"Info\" <info@new.example>");
  EXPECT_EQ(is.headers[1].second, "info@old.example");
  EXPECT_EQ(is.body, value.body);
  EXPECT_EQ(is.original, "as it was");
}

TEST(Renaming, DestinationsInBothTextsOfFilters) {
  Filters value;
  value.list = {{"dest: /home/chicagoland/x",
                 true,
                 {{"$header_to:", "contains", "bob@old.example", false}},
                 {{"save", "/home/chicagoland/mail/old.example/bob/.Junk"}, {"finish", ""}}},
                {"b", true, {}, {{"fail", "go to /home/chicagoland, bob@old.example"}, {"deliver", "bob@old.example"}}},
                {"c", true, {}, {{"pipe", "/home/chicagoland/it's \"x\""}, {"save", "$home/mail/old.example/bob"}}}};
  value.yaml = "---\n"
               "filter:\n"
               "  -\n"
               "    filtername: 'dest: /home/chicagoland/x'\n"
               "    rules:\n"
               "      - {part: '$header_to:', match: contains, val: \"bob@old.example, dest: 1\"}\n"
               "    actions:\n"
               "      - {action: save, dest: /home/chicagoland/mail/old.example/bob/.Junk}\n"
               "      - {action: finish}\n"
               "  - filtername: b\n"
               "    actions:\n"
               "      - dest: 'go to /home/chicagoland, bob@old.example'\n"
               "        action: fail\n"
               "      - \"dest\" : \"bob@old.example\"   # /home/chicagoland\n"
               "        action: deliver\n"
               "  - {filtername: c, actions: [{dest: '/home/chicagoland/it''s \"x\"', action: pipe}, "
               "{action: save, dest: \"$home/mail/old.example/bob\"}]}\n";
  value.exim = "# Exim filter /home/chicagoland/x\n"
               "# save \"/home/chicagoland/x\"\n"
               "if $h_to: contains \"save \\\"/home/chicagoland\\\"\" or $h_x: is save then\n"
               "  unseen save \"/home/chicagoland/mail/old.example/bob\" 660\n"
               "  pipe \"\\\"/home/chicagoland/x\\\" /home/chicagolandandco\"\n"
               "  deliver bob@old.example\n"
               "  fail text \"/home/chicagoland bob@old.example\"\n"
               "  save $home/mail/old.example/bob\n"
               "endif\n";
  const Setting setting{{"bob@old.example", SettingKind::filters, ""}, value};
  Lines lines;
  const Setting out = renamed(setting, both, lines);
  const auto& is = std::get<Filters>(out.value);
  EXPECT_EQ(is.yaml, "---\n"
                     "filter:\n"
                     "  -\n"
                     "    filtername: 'dest: /home/chicagoland/x'\n"
                     "    rules:\n"
                     "      - {part: '$header_to:', match: contains, val: \"bob@old.example, dest: 1\"}\n"
                     "    actions:\n"
                     "      - {action: save, dest: /home2/boston/mail/new.example/bob/.Junk}\n"
                     "      - {action: finish}\n"
                     "  - filtername: b\n"
                     "    actions:\n"
                     "      - dest: 'go to /home/chicagoland, bob@old.example'\n"
                     "        action: fail\n"
                     "      - \"dest\" : \"bob@new.example\"   # /home/chicagoland\n"
                     "        action: deliver\n"
                     "  - {filtername: c, actions: [{dest: '/home2/boston/it''s \"x\"', action: pipe}, "
                     "{action: save, dest: \"$home/mail/new.example/bob\"}]}\n");
  EXPECT_EQ(is.exim, "# Exim filter /home/chicagoland/x\n"
                     "# save \"/home/chicagoland/x\"\n"
                     "if $h_to: contains \"save \\\"/home/chicagoland\\\"\" or $h_x: is save then\n"
                     "  unseen save \"/home2/boston/mail/new.example/bob\" 660\n"
                     "  pipe \"\\\"/home2/boston/x\\\" /home/chicagolandandco\"\n"
                     "  deliver bob@new.example\n"
                     "  fail text \"/home/chicagoland bob@old.example\"\n"
                     "  save $home/mail/new.example/bob\n"
                     "endif\n");
  EXPECT_EQ(is.list[1].actions[0].destination, "go to /home/chicagoland, bob@old.example");
  EXPECT_EQ(is.list[2].actions[0].destination, "/home2/boston/it's \"x\"");
  EXPECT_EQ(std::count(lines.begin(), lines.end(),
                       "filters bob@old.example: $home/mail/old.example/bob -> $home/mail/new.example/bob"),
            1);
  const Setting again = after(out, back);
  EXPECT_EQ(std::get<Filters>(again.value).yaml, value.yaml);
  EXPECT_EQ(std::get<Filters>(again.value).exim, value.exim);
  EXPECT_EQ(std::get<Filters>(again.value).list, value.list);
}

TEST(Renaming, YamlThatCanNotBeFollowedIsLeftAndSaid) {
  const struct {
    std::string yaml;
    bool is_said;
  } table[] = {
      {"filter:\n  - actions:\n    - action: save\n      dest: >\n        /home/chicagoland/x\n", true},
      {"filter:\n  - actions:\n    - action: save\n      dest: \"/home\\x2fchicagoland/x\"\n    # /home/chicagoland/\n",
       true},
      {"filter:\n  - val: |\n     dest: 1\n    actions:\n    - action: save\n      dest: /home/chicagoland/x\n", true},
      {"dest: >\n  x\n", false},
  };
  for (const auto& row : table) {
    Filters value;
    value.list = {{"", true, {}, {{"save", "/home/chicagoland/x"}}}};
    value.yaml = row.yaml;
    Lines lines;
    const Setting out = renamed({{"", SettingKind::filters, ""}, value}, both, lines);
    EXPECT_EQ(std::get<Filters>(out.value).yaml, row.yaml);
    EXPECT_EQ(std::get<Filters>(out.value).list, value.list);
    EXPECT_EQ(lines.size(), row.is_said ? 1U : 0U) << row.yaml;
  }
}

TEST(Renaming, ListsOfAddressesAgainstSpam) {
  Spam value;
  value.preferences = "whitelist_from *@old.example  a@else.example\r\n"
                      "# whitelist_from b@old.example\n"
                      "  welcomelist_auth c@old.example\n"
                      "rewrite_header subject bob@old.example\n"
                      "blacklist_to d@old.example.";
  const Setting out = after({{"", SettingKind::spam, ""}, value});
  EXPECT_EQ(std::get<Spam>(out.value).preferences, "whitelist_from *@new.example  a@else.example\r\n"
                                                   "# whitelist_from b@old.example\n"
                                                   "  welcomelist_auth c@new.example\n"
                                                   "rewrite_header subject bob@old.example\n"
                                                   "blacklist_to d@new.example.");
}

TEST(Renaming, DomainsBehindDomains) {
  EXPECT_EQ(std::get<Domain>(after({{"addon.example", SettingKind::domain, ""}, Domain{{}, {}, "OLD.example"}}).value)
                .stands_for,
            "new.example");
  EXPECT_EQ(std::get<DomainForwarder>(
                after({{"old.example", SettingKind::domain_forwarder, ""}, DomainForwarder{"parked.example"}}).value)
                .domain,
            "other.example");
}

TEST(Renaming, OfAForwardFile) {
  Lines lines;
  EXPECT_EQ(renamed_forward_file("\\chicago, bob@old.example\nchicago\n\"|/home/chicagoland/x a@old.example\"\n"
                                 ":fail: go to /home/chicagoland\n# /home/chicagoland",
                                 both, lines),
            "\\boston, bob@new.example\nboston\n\"|/home2/boston/x a@old.example\"\n"
            ":fail: go to /home/chicagoland\n# /home/chicagoland");
  EXPECT_EQ(lines.size(), 3U);
  EXPECT_EQ(renamed_forward_file("# Exim filter\nsave /home/chicagoland/x", both, lines),
            "# Exim filter\nsave /home2/boston/x");
  EXPECT_EQ(renamed_forward_file("", both, lines), "");
}

/// Settings out of pieces that meet at every kind of boundary.
Setting any_setting(std::mt19937& random) {
  const std::vector<std::string> pieces{"/home/chicagoland",
                                        "/home/chicagolandandco",
                                        "/",
                                        "mail/",
                                        "old.example",
                                        "@",
                                        "bob",
                                        "chicago",
                                        ".",
                                        " ",
                                        "\"",
                                        "parked.example",
                                        "etc/",
                                        "$home/",
                                        "save ",
                                        "pipe ",
                                        "deliver ",
                                        "\n",
                                        "#",
                                        "|",
                                        "=",
                                        "_",
                                        "-",
                                        ".pref",
                                        "\\",
                                        "dest: ",
                                        "{",
                                        "}",
                                        ",",
                                        ".sqmaildata/",
                                        "whitelist_from ",
                                        "'",
                                        ".rcube.db",
                                        "is "};
  const auto text = [&] {
    std::string out;
    for (std::size_t n = random() % 8; n > 0; --n) out += pieces[random() % pieces.size()];
    return out;
  };
  SettingId id{text(), static_cast<SettingKind>(random() % 12), text()};
  switch (random() % 7) {
  case 0: return {id, Forwarder{{{static_cast<Kind>(random() % 9), text()}, {Kind::pipe, text()}}, text()}};
  case 1: return {id, DomainForwarder{text()}};
  case 2: {
    Responder value;
    value.headers = {{"From", text()}, {"Subject", text()}};
    value.body = text();
    return {id, value};
  }
  case 3: {
    Filters value;
    value.exim = text() + text() + text();
    const std::string save = "/home/chicagoland/" + std::to_string(random());
    value.list = {{"", true, {}, {{"save", save}}}};
    value.yaml = text() + "\n dest: " + save + "\n" + text();
    value.is_understood = random() % 2 == 0;
    return {id, value};
  }
  case 4: return {id, Spam{true, true, false, false, text() + text()}};
  case 5: return {id, Domain{Domain::Kind::addon, {}, text()}};
  default: return {id, OpaqueFile{}};
  }
}

TEST(Renaming, OneMailboxGetsAnotherNameWherever) {
  Renaming renaming;
  renaming.mailboxes = {{"bob@a.example", "rob@b.example"}};
  std::vector<std::string> changes;
  const auto id_of = [&](SettingKind kind, const std::string& whose, const std::string& name) {
    return renamed({{whose, kind, name}, SettingValue(Quota{1})}, renaming, changes).id;
  };
  EXPECT_EQ(id_of(SettingKind::quota, "Bob@A.example", "").owner, "rob@b.example");
  EXPECT_EQ(id_of(SettingKind::quota, "bobby@a.example", "").owner, "bobby@a.example");
  EXPECT_EQ(id_of(SettingKind::file, "", "etc/a.example/bob/filter").name, "etc/b.example/rob/filter");
  EXPECT_EQ(id_of(SettingKind::file, "", "mail/a.example/bob2/x").name, "mail/a.example/bob2/x");
  EXPECT_EQ(id_of(SettingKind::file, "", ".autorespond/bob@a.example.json").name, ".autorespond/rob@b.example.json");
  const Forwarder all{{{Destination::Kind::address, "bob@a.example"}, {Destination::Kind::address, "x@a.example"}}, ""};
  const auto forwarder = [&](const std::string& key) {
    return renamed({{"a.example", SettingKind::forwarder, key}, all}, renaming, changes);
  };
  EXPECT_EQ(forwarder("bob").id, (SettingId{"b.example", SettingKind::forwarder, "rob@b.example"}));
  EXPECT_EQ(forwarder("bob@a.example").id, (SettingId{"b.example", SettingKind::forwarder, "rob@b.example"}));
  EXPECT_EQ(forwarder("info").id, (SettingId{"a.example", SettingKind::forwarder, "info"}));
  EXPECT_EQ(std::get<Forwarder>(forwarder("info").value).to[0].text, "rob@b.example");
  EXPECT_EQ(std::get<Forwarder>(forwarder("info").value).to[1].text, "x@a.example");
  Spam spam;
  spam.preferences = "whitelist_from bob@a.example, jobob@a.example x.bob@a.example o'bob@a.example *bob@a.example\n";
  EXPECT_EQ(std::get<Spam>(renamed({{"", SettingKind::spam, ""}, spam}, renaming, changes).value).preferences,
            "whitelist_from rob@b.example, jobob@a.example x.bob@a.example o'bob@a.example *bob@a.example\n");
}

TEST(Renaming, NamesThatStayChangeNothing) {
  std::mt19937 random(6);
  const Renaming same{{{"old.example", "old.example"}, {"parked.example", "parked.example"}},
                      {{"chicago", "chicago"}},
                      {"/home/chicagoland"},
                      "/home/chicagoland"};
  for (int i = 0; i < 20000; ++i) {
    const Setting setting = any_setting(random);
    for (const Renaming& renaming : {same, Renaming{}}) {
      Lines lines;
      const Setting out = renamed(setting, renaming, lines);
      ASSERT_TRUE(lines.empty()) << lines.front();
      ASSERT_EQ(out.id, setting.id);
      ASSERT_EQ(comparable(out.value), comparable(setting.value));
    }
  }
}

TEST(Renaming, ThereAndBackIsTheSame) {
  std::mt19937 random(7);
  int changed = 0;
  for (int i = 0; i < 20000; ++i) {
    const Setting setting = any_setting(random);
    const Setting there = after(setting);
    const Setting again = after(there, back);
    ASSERT_EQ(again.id, setting.id) << there.id.owner << " " << there.id.name;
    ASSERT_EQ(comparable(again.value), comparable(setting.value));
    if (comparable(there.value) != comparable(setting.value)) ++changed;
    // Another account's home is nobody's to change.
    ASSERT_EQ(comparable(there.value).find("bostonandco"), std::string::npos);
  }
  EXPECT_GT(changed, 1000);
}

}  // namespace
}  // namespace mailhaul::store
