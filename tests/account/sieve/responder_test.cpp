#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "account/sieve/sender_text.hpp"
#include "account/sieve/sieve_programs.hpp"

namespace mailhaul::account::sieve {
namespace {

using Outcome = store::SettingResult::Outcome;
using testing::has;

constexpr std::int64_t start_of_2026 = 1'767'225'600;
constexpr std::int64_t february_2026 = 1'769'904'000;

/// What a server must have that is to take a script with seconds, without a warning too.
constexpr const char* counts_seconds = "sieve_extensions = +vacation-seconds\nsieve_vacation_min_period = 0";

store::Responder away() {
  store::Responder responder;
  responder.is_active = true;
  responder.headers = {
      {"From", "\"Jo\" <info@example.com>"}, {"Content-type", "text/plain; charset=utf-8"}, {"Subject", "Away"}};
  responder.charset = "utf-8";
  responder.body = "I am away.\n";
  responder.interval_hours = 24;
  return responder;
}

Part part_of(const store::Responder& responder, const Options& options = {},
             const std::vector<std::string>& addresses = {"info@example.com"}) {
  MailboxRules rules;
  rules.address = "info@example.com";
  rules.addresses = addresses;
  rules.responder = &responder;
  const Part part = parts(rules, options).at(0);
  if (testing::has_sieve_programs()) {
    // The extension is there only where it is switched on.
    const bool needs_seconds = part.extensions.count("vacation-seconds") > 0;
    const testing::SievePrograms programs(needs_seconds ? counts_seconds : "");
    EXPECT_EQ(programs.complaint(script_of({part})), "") << script_of({part});
    if (needs_seconds) {
      EXPECT_TRUE(has(testing::SievePrograms().complaint(script_of({part})), "vacation-seconds"));
    }
  }
  return part;
}

TEST(SieveResponder, IsAVacationWithItsTests) {
  store::Responder responder = away();
  responder.start = start_of_2026;
  responder.stop = february_2026;
  responder.interval_hours = 8;
  const Part part = part_of(responder, {}, {"info@example.com", "sales@example.com", "info@example.com"});
  EXPECT_EQ(part.text, "# Autoresponder - source interval 8 h\n"
                       "if allof (\n"
                       "    not header :contains \"X-Spam-Flag\" \"YES\",\n"
                       "    currentdate :zone \"+0000\" :value \"ge\" \"iso8601\" \"2026-01-01T00:00:00+00:00\",\n"
                       "    currentdate :zone \"+0000\" :value \"lt\" \"iso8601\" \"2026-02-01T00:00:00+00:00\"\n"
                       ") {\n"
                       "    vacation :days 1 :handle \"mailhaul-autorespond\" :subject \"Away\" :from \"\\\"Jo\\\" "
                       "<info@example.com>\" :addresses [\"info@example.com\", \"sales@example.com\"]\n"
                       "        \"I am away.\n"
                       "\";\n"
                       "}\n");
  EXPECT_EQ(part.extensions, (std::set<std::string>{"date", "relational", "vacation"}));
  EXPECT_EQ(part.id, (store::SettingId{"info@example.com", store::SettingKind::responder, ""}));
  EXPECT_EQ(part.section, autoresponder_section);
  EXPECT_EQ(part.result.outcome, Outcome::approximated);
  EXPECT_TRUE(has(part.result.text, "not in 8 hours")) << part.result.text;
  EXPECT_TRUE(has(part.result.text, "To or Cc")) << part.result.text;
  // There is nothing to do about it.
  EXPECT_EQ(part.result.what_to_do, "");
}

TEST(SieveResponder, TheIntervalBecomesDays) {
  struct Row {
    std::optional<std::uint32_t> hours;
    const char* period;
    bool differs;
  };
  const Row table[] = {
      {std::nullopt, ":days 1 ", true}, {0U, ":days 1 ", true},      {1U, ":days 1 ", true},
      {24U, ":days 1 ", false},         {25U, ":days 2 ", true},     {48U, ":days 2 ", false},
      {168U, ":days 7 ", false},        {9999U, ":days 365 ", true}, {4'294'967'295U, ":days 365 ", true}};
  for (const Row& row : table) {
    store::Responder responder = away();
    responder.interval_hours = row.hours;
    const Part part = part_of(responder);
    EXPECT_TRUE(has(part.text, row.period)) << part.text;
    EXPECT_EQ(has(part.result.text, "answered once in"), row.differs) << part.result.text;
  }
}

TEST(SieveResponder, AServerThatCountsSecondsGetsThem) {
  struct Row {
    std::optional<std::uint32_t> hours;
    const char* period;
    bool differs;
  };
  const Row table[] = {{std::nullopt, ":days 1 ", true},
                       {0U, ":seconds 0 ", false},
                       {1U, ":seconds 3600 ", false},
                       {8U, ":seconds 28800 ", false},
                       {24U, ":days 1 ", false},
                       {25U, ":seconds 90000 ", false},
                       {168U, ":days 7 ", false},
                       {8759U, ":seconds 31532400 ", false},
                       {8760U, ":days 365 ", false},
                       {8761U, ":days 365 ", true},
                       {4'294'967'295U, ":days 365 ", true}};
  Options options;
  options.has_vacation_seconds = true;
  for (const Row& row : table) {
    store::Responder responder = away();
    responder.interval_hours = row.hours;
    const Part part = part_of(responder, options);
    EXPECT_TRUE(has(part.text, row.period)) << part.text;
    EXPECT_EQ(part.extensions.count("vacation-seconds") > 0, has(row.period, ":seconds")) << part.text;
    EXPECT_EQ(has(part.result.text, "answered once in"), row.differs) << part.result.text;
  }
}

TEST(SieveResponder, WhatCountsSecondsAnswersOnAServerThatDoesSo) {
  if (!testing::has_sieve_programs()) GTEST_SKIP() << "sieve-test is not installed";
  store::Responder responder = away();
  responder.interval_hours = 8;
  Options options;
  options.has_vacation_seconds = true;
  const std::string script = script_of({part_of(responder, options)});
  const testing::SievePrograms programs(counts_seconds);
  EXPECT_TRUE(has(programs.actions(script, testing::message("Subject: x\n")), "send vacation message")) << script;
  EXPECT_TRUE(has(programs.actions(script, testing::message("X-Spam-Flag: YES\n")), "store message in folder: INBOX"));
}

TEST(SieveResponder, BoundsThatAreNoneAreLeftOut) {
  store::Responder responder = away();
  responder.start = 0;
  responder.stop = 999'999'999'999'999;
  EXPECT_FALSE(has(part_of(responder).text, "currentdate"));
  responder.start = 999'999'999'999'999;
  EXPECT_TRUE(has(part_of(responder).text, "\"ge\" \"iso8601\" \"9999-12-31T23:59:59+00:00\""));
}

TEST(SieveResponder, OneThatEndedAnswersNobody) {
  store::Responder responder = away();
  responder.stop = february_2026;
  Options options;
  options.now = february_2026;
  const Part part = part_of(responder, options);
  EXPECT_EQ(part.text, "# Autoresponder - source interval 24 h\n# expired 2026-02-01T00:00:00+00:00\n");
  EXPECT_EQ(part.result.outcome, Outcome::written);
  EXPECT_TRUE(part.extensions.empty());
  options.now = february_2026 - 1;
  EXPECT_TRUE(has(part_of(responder, options).text, "vacation"));
}

TEST(SieveResponder, OneThatIsSwitchedOffIsAComment) {
  store::Responder responder = away();
  responder.is_active = false;
  responder.headers[2].second = "Re: %subject%";
  responder.body = "a\nmailhaul: end autoresponder\n# mailhaul: end autoresponder\n";
  const Part part = part_of(responder);
  EXPECT_EQ(part.result.outcome, Outcome::written);
  EXPECT_TRUE(part.extensions.empty());
  for (std::size_t at = 0; at < part.text.size(); at = part.text.find('\n', at) + 1)
    EXPECT_EQ(part.text[at], '#') << at;
  EXPECT_EQ(read_sections(script_of({part})).form, ScriptForm::ours);
}

TEST(SieveResponder, OneWithoutATextIsReported) {
  store::Responder responder;
  responder.is_active = true;
  responder.has_text = false;
  const Part part = part_of(responder);
  EXPECT_EQ(part.result.outcome, Outcome::not_carried);
  EXPECT_FALSE(part.result.what_to_do.empty());
  EXPECT_EQ(part.text, "");
}

TEST(SieveResponder, TextsBecomeUtf8) {
  store::Responder responder = away();
  responder.charset = "iso-8859-1";
  responder.headers[2].second = "Gr\xfc\xdf"
                                "e";
  responder.body = "Gr\xfc\xdf"
                   "e\r\n\"\\ {\r# ${x} \x01\n";
  const Part part = part_of(responder);
  EXPECT_TRUE(has(part.text, ":subject \"Gr\xc3\xbc\xc3\x9f"
                             "e\""));
  EXPECT_TRUE(has(part.text, "\"Gr\xc3\xbc\xc3\x9f"
                             "e\n\\\"\\\\ {\n\\# ${mailhaul_dollar}{x} \n\""))
      << part.text;
  EXPECT_TRUE(has(part.text, "\nset \"mailhaul_dollar\" \"$\";\n"));
  EXPECT_TRUE(has(part.result.text, "control characters")) << part.result.text;
  responder.charset = "utf-8";
  EXPECT_TRUE(has(part_of(responder).result.text, "charset"));
  responder.charset = "no-such";
  const Part lost = part_of(responder);
  EXPECT_EQ(lost.result.outcome, Outcome::not_carried);
  EXPECT_TRUE(has(lost.result.text, "no-such"));
  EXPECT_FALSE(lost.result.what_to_do.empty());
  EXPECT_EQ(lost.text, "");
}

TEST(SieveResponder, HtmlIsSentAsHtml) {
  store::Responder responder = away();
  responder.headers[1].second = "text/html; charset=utf-8";
  responder.body = "<p>x</p>";
  const Part part = part_of(responder);
  EXPECT_TRUE(has(part.text, " :mime\n        \"Content-Type: text/html; charset=utf-8\n"
                             "Content-Transfer-Encoding: 8bit\n\n<p>x</p>\";"))
      << part.text;
  responder.headers[1].second = "multipart/mixed";
  EXPECT_TRUE(has(part_of(responder).result.text, "plain text"));
}

TEST(SieveResponder, WhatThePanelFillsInComesFromVariables) {
  store::Responder responder = away();
  responder.headers[2].second = "Re: %subject%";
  responder.body = "%from%, your address is %email%.\n%email%\n# $%email%{x}";
  const Part part = part_of(responder);
  EXPECT_TRUE(has(part.text, "if header :matches \"Subject\" \"*\" { set \"mailhaul_subject\" \"${1}\"; }\n"
                             "if address :matches \"From\" \"*\" { set \"mailhaul_email\" \"${1}\"; }\n"
                             "if header :matches \"From\" \"*\" { set \"mailhaul_from\" \"${1}\"; }\n"
                             "if not header"))
      << part.text;
  EXPECT_TRUE(has(part.text, ":subject \"Re: ${mailhaul_subject}\""));
  EXPECT_TRUE(has(part.text, "\"${mailhaul_from}, your address is ${mailhaul_email}.\n"
                             "${mailhaul_email}\n\\# $${mailhaul_email}{x}\""));
  EXPECT_TRUE(part.extensions.count("variables") > 0);
  EXPECT_TRUE(has(part.result.text, "%from%"));
}

TEST(SieveResponder, ASenderThatNoScriptCanNameIsLeftOut) {
  store::Responder responder = away();
  for (const char* from : {"nobody", "<a b@example.com>", "a@b", "x, y <a@example.com> z"}) {
    responder.headers[0].second = from;
    const Part part = part_of(responder);
    EXPECT_FALSE(has(part.text, ":from")) << from;
    EXPECT_TRUE(has(part.result.text, "From")) << from;
  }
  responder.headers.erase(responder.headers.begin());
  const Part part = part_of(responder, {}, {"info@example.com", "\"a b\"@example.com", "x\n@example.com"});
  EXPECT_FALSE(has(part.text, ":from"));
  EXPECT_TRUE(has(part.text, ":addresses [\"info@example.com\"]")) << part.text;
}

TEST(SieveResponder, SendersAreWrittenAsAddresses) {
  struct Row {
    const char* from;
    const char* text;
  };
  const Row table[] = {
      {"info@example.com", "info@example.com"},
      {" <info@example.com> ", "info@example.com"},
      {"Jo Doe <info@example.com>", "\"Jo Doe\" <info@example.com>"},
      {R"("Jo \"X\" \\" <info@example.com>)", R"("Jo \"X\" \\" <info@example.com>)"},
      {"J\xc3\xb6 <info@example.com>", "=?utf-8?Q?J=C3=B6?= <info@example.com>"},
      {"=?utf-8?B?w7Y=?= <info@example.com>", "=?utf-8?B?w7Y=?= <info@example.com>"},
      {"\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6 x <i@example.com>",
       "=?utf-8?Q?=C3=B6=C3=B6=C3=B6=C3=B6=C3=B6=C3=B6=C3=B6=C3=B6=C3=B6=C3=B6?= =?utf-8?Q?_x?= <i@example.com>"}};
  for (const Row& row : table) EXPECT_EQ(sender_text(row.from).value_or("none"), row.text);
}

TEST(SieveResponder, WhatAFilterRefusesIsNotAnswered) {
  store::Filters filters;
  filters.list = {{"no", true, {{"$h_subject:", "contains", "${buy}"}}, {{"fail", "no"}}},
                  {"off", false, {{"$h_subject:", "contains", "off"}}, {{"fail", "no"}}}};
  const store::Responder responder = away();
  MailboxRules rules;
  rules.address = "info@example.com";
  rules.responder = &responder;
  rules.own_filters = &filters;
  const std::vector<Part> all = parts(rules, {});
  EXPECT_TRUE(has(all.at(0).text, "    not header :contains \"subject\" \"${mailhaul_dollar}{buy}\"\n) {"))
      << all[0].text;
  EXPECT_TRUE(has(all.at(0).text, "set \"mailhaul_dollar\" \"$\";\n"));
  EXPECT_TRUE(all.at(0).extensions.count("variables") > 0);
  EXPECT_FALSE(has(all.at(0).text, "\"off\""));
}

}  // namespace
}  // namespace mailhaul::account::sieve
