#include "mailhaul/account/json/settings.hpp"

#include <gtest/gtest.h>

#include "mailhaul/base/error.hpp"

namespace mailhaul::account::json {
namespace {

using store::SettingKind;

/// Every kind, every field set to what a new value does not have.
std::vector<store::Setting> one_of_each() {
  store::Responder responder;
  responder.is_active = true;
  responder.has_text = false;
  responder.headers = {{"From", "Bob \"B\" <bob@example.com>"}, {"X-\xe9", "\xff\n"}};
  responder.body = std::string("line\r\n\0 \xc3\xa9", 10);
  responder.charset = "iso-8859-1";
  responder.start = -1;
  responder.stop = 4'000'000'000;
  responder.interval_hours = 0;
  responder.original = "From: x";
  responder.schedule = "{}";
  store::Filters filters;
  filters.list = {{"rule\n1",
                   false,
                   {{"$header_subject:", "contains", "a\\b", true}, {"$h_x:", "is", "", false}},
                   {{"save", "/dev/null"}, {"finish", ""}}}};
  filters.is_understood = false;
  filters.yaml = "---\n- x";
  filters.exim = "# Exim filter";
  store::Forwarder forwarder{{{store::Destination::Kind::pipe, "|x"},
                              {store::Destination::Kind::include, "/home/b/\xe9"},
                              {store::Destination::Kind::include, "/etc/shadow"},
                              {store::Destination::Kind::fail, "no, no"}},
                             "line"};
  forwarder.lists["/home/b/\xe9"].members = {"a@o.example", "\xff@o.example", "user"};
  forwarder.lists["/etc/shadow"] = {{}, "outside"};
  return {
      {{"", SettingKind::suspension, ""}, store::Suspension{true, true, true, true, true}},
      {{"", SettingKind::spam, ""}, store::Spam{true, true, true, true, "required_score 5\n"}},
      {{"", SettingKind::file, ".spamassassin/bayes_toks"}, store::OpaqueFile{1ULL << 40U, "abc", 0600}},
      {{"", SettingKind::note, "lists"}, store::Note{"seen", "do it"}},
      {{"example.com", SettingKind::domain, ""},
       store::Domain{store::Domain::Kind::addon, store::Domain::Routing::remote, "a.example.org"}},
      {{"example.com", SettingKind::forwarder, "info"}, std::move(forwarder)},
      {{"example.org", SettingKind::domain_forwarder, ""}, store::DomainForwarder{"example.com"}},
      {{"bob@example.com", SettingKind::mailbox, ""}, store::MailboxState{true, true, true}},
      {{"bob@example.com", SettingKind::password, ""}, store::Password{"$6$salt$hash", 19000}},
      {{"bob@example.com", SettingKind::quota, ""}, store::Quota{std::uint64_t{1} << 63U}},
      {{"bob@example.com", SettingKind::responder, ""}, std::move(responder)},
      {{"bob@example.com", SettingKind::filters, ""}, std::move(filters)},
  };
}

/// All fields, also those that comparable() leaves out: as JSON has them.
std::vector<std::string> lines(const std::vector<store::Setting>& settings) {
  std::vector<std::string> out;
  for (const store::Setting& setting : settings) out.push_back(to_line(setting));
  return out;
}

std::string reason_of(const std::string& text) {
  try {
    static_cast<void>(from_bundle(text));
  } catch (const Error& error) {
    EXPECT_EQ(error.cause(), Cause::damaged);
    EXPECT_EQ(error.scope(), Scope::folder);
    return error.reason();
  }
  return "nothing was thrown";
}

TEST(SettingsAsJson, EveryFieldOfEveryKindComesBack) {
  for (const store::Setting& setting : one_of_each()) {
    const store::Setting back = from_line(to_line(setting));
    EXPECT_EQ(back.id, setting.id);
    EXPECT_EQ(store::comparable(back.value), store::comparable(setting.value)) << to_line(setting);
    EXPECT_EQ(to_line(back), to_line(setting));
  }
  // No kind is missing here, and each field has its name in the text.
  EXPECT_EQ(one_of_each().size(), std::variant_size_v<store::SettingValue>);
  const std::string text = to_line(one_of_each()[10]);
  for (const char* const name : {"is_active", "has_text", "headers", "body", "charset", "start", "stop",
                                 "interval_hours", "original", "schedule"})
    EXPECT_NE(text.find(name), std::string::npos) << name;
}

TEST(SettingsAsJson, AForwarderHasListsWhereItNamesSome) {
  const store::Setting plain{{"example.com", SettingKind::forwarder, "info"},
                             store::Forwarder{{{store::Destination::Kind::address, "a@o.example"}}, ""}};
  EXPECT_EQ(to_line(plain), R"({"kind":"forwarder","owner":"example.com","name":"info","value":)"
                            R"({"to":[{"kind":"address","text":"a@o.example"}],"original":""}})");
  store::Forwarder forwarder{{{store::Destination::Kind::include, "/home/b/l"}}, ""};
  forwarder.lists["/home/b/l"].members = {"a@o.example"};
  const std::string line = to_line({plain.id, forwarder});
  EXPECT_NE(line.find(R"("lists":[{"path":"/home/b/l","members":["a@o.example"],"why_not":""}])"), std::string::npos)
      << line;
  const auto back = std::get<store::Forwarder>(from_line(line).value);
  ASSERT_EQ(back.lists.count("/home/b/l"), 1U);
  EXPECT_EQ(back.lists.at("/home/b/l").members, std::vector<std::string>{"a@o.example"});
}

TEST(SettingsAsJson, ALineIsAsciiAndOneLine) {
  for (const std::string& line : lines(one_of_each()))
    for (const char c : line) {
      EXPECT_GE(c, ' ') << line;
      EXPECT_LT(c, '\x7f') << line;
    }
}

TEST(SettingsAsJson, ABundleComesBackSortedWithItsUser) {
  const Bundle bundle{"us\xe9r", one_of_each()};
  const Bundle back = from_bundle(to_bundle(bundle));
  EXPECT_EQ(back.user, bundle.user);
  EXPECT_EQ(back.settings.size(), bundle.settings.size());
  EXPECT_TRUE(std::is_sorted(back.settings.begin(), back.settings.end(),
                             [](const auto& a, const auto& b) { return a.id < b.id; }));
  EXPECT_EQ(to_bundle(back), to_bundle(bundle));
  EXPECT_TRUE(from_bundle(to_bundle({})).settings.empty());
}

TEST(SettingsAsJson, WhatIsNoBundleIsRefusedWithItsReason) {
  EXPECT_EQ(reason_of(""), "it is no JSON text");
  EXPECT_EQ(reason_of("[]"), "it holds no settings of this program");
  EXPECT_EQ(reason_of(std::string(1'000'000, '[')), "it is nested too deeply");
  EXPECT_EQ(reason_of(R"({"mailhaul_settings": 2, "settings": []})"), "it is of version 2, and this program knows 1");
  EXPECT_EQ(reason_of(R"({"mailhaul_settings": 1, "settings": {}})"), "settings is no list");
  const auto with = [](const std::string& setting) {
    return R"({"mailhaul_settings": 1, "settings": [)" + setting + "]}";
  };
  EXPECT_EQ(reason_of(with("1")), "an object is none");
  EXPECT_EQ(reason_of(with(R"({"kind": "colour", "owner": "", "value": {}})")),
            "a setting is of a kind that this version does not know");
  EXPECT_EQ(reason_of(with(R"({"kind": "quota", "owner": "a@b.example"})")), "a setting has no value");
  EXPECT_EQ(reason_of(with(R"({"kind": "quota", "owner": "a@b.example", "value": {"octets": -1}})")),
            "octets is no such number");
  EXPECT_EQ(reason_of(with(R"({"kind": "quota", "owner": "a@b.example", "value": {"octets": 1.5}})")),
            "octets is no such number");
  EXPECT_EQ(reason_of(with(R"({"kind": "quota", "owner": {"hex": "0g"}, "value": {}})")),
            "a text in hex has other digits");
  EXPECT_EQ(reason_of(with(R"({"kind": "quota", "owner": {"hex": "0"}, "value": {}})")),
            "a text in hex has half an octet");
  EXPECT_EQ(reason_of(with(R"({"kind": "domain", "owner": "b.example", "value": {"kind": "moon"}})")),
            "kind has a value that this version does not know");
  const std::string quota = R"({"kind": "quota", "owner": "a@b.example", "value": {}})";
  EXPECT_EQ(reason_of(with(quota + "," + quota)), "one setting is there twice: a@b.example ");
}

}  // namespace
}  // namespace mailhaul::account::json
