#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "account/sieve/exim_commands.hpp"
#include "account/sieve/filter_action.hpp"
#include "account/sieve/rule_test.hpp"
#include "account/sieve/sieve_programs.hpp"

namespace mailhaul::account::sieve {
namespace {

using Outcome = store::SettingResult::Outcome;
using testing::has;

MailboxRules info() {
  MailboxRules rules;
  rules.address = "info@example.com";
  rules.addresses = {"info@example.com"};
  return rules;
}

Options options_of_home() {
  Options options;
  options.mail_home = "/home/user";
  return options;
}

Part own_part(const store::Filters& filters, const Options& options = options_of_home()) {
  MailboxRules rules = info();
  rules.own_filters = &filters;
  return parts(rules, options).at(0);
}

struct RuleRow {
  store::FilterRule rule;
  const char* test;  ///< empty: refused
  bool differs = false;
};

/// targets.md 5.3, the tables of parts and matches.
const std::vector<RuleRow>& rule_rows() {
  static const std::vector<RuleRow> rows{
      {{"$header_subject:", "is", "x"}, R"(header :is "subject" "x")"},
      {{"$header_subject:", "is", ""}, R"(anyof (not exists "subject", header :is "subject" ""))"},
      {{"$h_X-Y:", "is not", "x"}, R"(not header :is "X-Y" "x")"},
      {{"$header_from:", "contains", "a\"b\\"}, R"(header :contains "from" "a\"b\\")"},
      {{"$header_from:", "contains", ""}, "true"},
      {{"$header_from:", "does not contain", "x"}, R"(not header :contains "from" "x")"},
      {{"$header_to:", "begins", "a*?\\"}, R"(header :matches "to" "a\\*\\?\\\\*")"},
      {{"$header_to:", "ends", "x"}, R"(header :matches "to" "*x")"},
      {{"$header_to:", "does not begin", "x"}, R"(not header :matches "to" "x*")"},
      {{"$header_to:", "does not end", "x"}, R"(not header :matches "to" "*x")"},
      {{"$header_subject:", "matches", R"(\d+)"}, R"(header :regex "subject" "[0-9]+")"},
      {{"$header_subject:", "matches", "^$"}, R"(anyof (not exists "subject", header :regex "subject" "^$"))"},
      {{"$header_subject:", "matches", ""}, "true"},
      {{"$header_subject:", "does not match", "a|b"}, R"(not header :regex "subject" "a|b")"},
      {{"$header_subject:", "matches", R"(\bx)"}, ""},
      {{"$header_subject:", "contains", "${x}"}, R"(header :contains "subject" "${mailhaul_dollar}{x}")", true},
      {{"$header_subject:", "contains", "$local_part"}, R"(header :contains "subject" "$local_part")", true},
      {{"$header_subject:", "contains", "US$100"}, R"(header :contains "subject" "US$100")"},
      {{"$header_subject:", "CONTAINS", "x"}, ""},
      {{"$header_subject:", "contains", "a\xff"}, ""},
      {{"$header_subject:", "contains", "a\nb"}, ""},
      {{"$header_a b:", "contains", "x"}, ""},
      {{"$reply_address:", "contains", "x"},
       R"(anyof (header :contains "reply-to" "x", allof (not exists "reply-to", header :contains "from" "x")))"},
      {{"$reply_address", "is not", "x"},
       R"(not anyof (header :is "reply-to" "x", allof (not exists "reply-to", header :is "from" "x")))"},
      {{"foranyaddress $h_to:,$h_cc:,$h_bcc:", "is", "a@b.example"},
       R"(address :all :is ["to", "cc", "bcc"] "a@b.example")"},
      {{"foranyaddress $h_to:,$h_cc:,$h_bcc:", "contains", ""}, R"(anyof (exists "to", exists "cc", exists "bcc"))"},
      {{"foranyaddress $h_to:", "does not contain", "x"}, R"(not address :all :contains "to" "x")", true},
      {{"foranyaddress $h_x-foo:", "is", "x"}, ""},
      {{"foranyaddress $h_to:", "is above", "5"}, ""},
      {{"$message_body", "contains", "x"}, R"(body :text :contains "x")", true},
      {{"$message_body", "begins", "x"}, R"(body :text :matches "x*")", true},
      {{"$message_body", "ends", "x."}, R"(body :text :regex "x\\.[[:space:]]*$")", true},
      {{"$message_body", "is", "x*"}, R"(body :text :regex "^x\\*[[:space:]]*$")", true},
      {{"$message_body", "does not match", "x"}, R"(not body :text :regex "x")", true},
      {{"$message_headers", "is", "x"}, ""},
      {{"error_message", "is", ""}, R"(envelope :is "from" "")"},
      {{"not delivered", "", ""}, R"(not string :is "${mailhaul_delivered}" "yes")"},
      {{"$h_X-Spam-Status:", "begins", "Yes"}, R"(header :matches "X-Spam-Status" "Yes*")", true},
      {{"$h_X-Spam-Bar:", "contains", "+++++"}, ""},
      {{"$h_List-Id:", "contains", "x"}, R"(header :contains "List-Id" "x")"},
      {{"$h_X-N:", "is above", "50"},
       R"(allof (not header :matches "X-N" "-*", header :value "gt" :comparator "i;ascii-numeric" "X-N" "50"))"},
      {{"$h_X-N:", "is not below", "2K"},
       R"(allof (not header :matches "X-N" "-*", header :value "ge" :comparator "i;ascii-numeric" "X-N" "2048"))"},
      {{"$h_X-N:", "is below", "1M"},
       R"(anyof (not exists "X-N", header :matches "X-N" "-*", header :value "lt" :comparator "i;ascii-numeric" "X-N" "1048576"))"},
      {{"$h_X-N:", "is not above", "0"},
       R"(anyof (not exists "X-N", header :matches "X-N" "-*", header :value "le" :comparator "i;ascii-numeric" "X-N" "0"))"},
      {{"$h_X-N:", "is above", "-5"}, ""},
      {{"$h_X-N:", "is above", "x"}, ""},
      {{"$h_X-N:", "is above", ""}, ""},
      {{"$h_X-Spam-Score:", "is above", "55"},
       R"(allof (not header :matches "X-Spam-Score" "-*", header :value "ge" :comparator "i;ascii-numeric" "X-Spam-Score" "6"))",
       true},
      {{"$sender_host_name", "is", "x"}, ""},
  };
  return rows;
}

TEST(SieveFilters, EachRuleHasItsTest) {
  for (const RuleRow& row : rule_rows()) {
    const RuleTest got = rule_test(row.rule);
    const std::string label = row.rule.part + ' ' + row.rule.match + ' ' + row.rule.value;
    EXPECT_EQ(got.test, row.test) << label << ": " << got.refusal;
    EXPECT_EQ(got.refusal.empty(), row.test[0] != '\0') << label;
    EXPECT_EQ(!got.difference.empty(), row.differs) << label << ": " << got.difference;
  }
}

TEST(SieveFilters, EachTestCompiles) {
  if (!testing::has_sieve_programs()) GTEST_SKIP() << "sievec is not installed";
  const testing::SievePrograms programs;
  for (const RuleRow& row : rule_rows()) {
    store::Filters filters;
    filters.list = {{"a", true, {row.rule}, {{"save", "/.A"}}}};
    const std::string script = script_of({own_part(filters)});
    EXPECT_EQ(programs.complaint(script), "") << script;
  }
}

struct ActionRow {
  std::vector<store::FilterAction> actions;
  const char* lines;  ///< each with a blank behind it; empty: refused
};

const std::vector<ActionRow>& action_rows() {
  static const std::vector<ActionRow> rows{
      {{{"save", "/home/user/mail/example.com/info/.Work.2024"}}, R"(fileinto :create "Work.2024"; )"},
      {{{"save", "$home/mail/example.com/info/.Work/"}}, R"(fileinto :create "Work"; )"},
      {{{"save", "${home}/mail/$domain/$local_part/.Work"}}, R"(fileinto :create "Work"; )"},
      {{{"save", "/.Entw&APw-rfe"}}, "fileinto :create \"Entw\xc3\xbcrfe\"; "},
      {{{"save", "/.spam"}}, R"(fileinto :create "Junk"; )"},
      {{{"save", "/.spam.old"}}, R"(fileinto :create "Junk.old"; )"},
      {{{"save", "/.spammers"}}, R"(fileinto :create "spammers"; )"},
      {{{"save", "/home/user/mail/example.com/info"}}, "keep; "},
      {{{"save", "/dev/null"}}, "discard; "},
      {{{"discard", ""}}, "discard; "},
      {{{"save", "/home/user/mail/example.com/bob/.Work"}}, ""},
      {{{"save", "/home/user/mail/example.com/info2/.Work"}}, ""},
      {{{"save", "/home/user/mail/example.com/info2.Work"}}, ""},
      {{{"save", "/home/users/mail/example.com/info/.Work"}}, ""},
      {{{"save", "/home/user/mail/.Work"}}, ""},
      {{{"save", "/home/user/file"}}, ""},
      {{{"save", "/home/user/mail/example.com/info/.Work/../x"}}, ""},
      {{{"save", "/.A..B"}}, ""},
      {{{"save", "/."}}, ""},
      {{{"save", "/.A\nB"}}, ""},
      {{{"save", "/.A\xff"}}, ""},
      {{{"save", ""}}, ""},
      {{{"deliver", "a&b'c@other.example"}}, R"(redirect "a&b'c@other.example"; )"},
      {{{"deliver", "a@other.example, b@other.example"}},
       R"(redirect "a@other.example"; redirect "b@other.example"; )"},
      {{{"unseen deliver", "a@other.example"}}, R"(redirect :copy "a@other.example"; )"},
      {{{"unseen save", "/.A"}}, R"(fileinto :copy :create "A"; )"},
      {{{"deliver", "Info@Example.com"}}, "keep; "},
      {{{"deliver", "\"$local_part+Work\"@$domain"}}, R"(fileinto :create "Work"; )"},
      {{{"deliver", "$sender_address"}}, ""},
      {{{"deliver", "nobody"}}, ""},
      {{{"deliver", "a\"b@other.example"}}, R"(redirect "ab@other.example"; )"},
      {{{"deliver", "a@b.example,c@b.example,d@b.example,e@b.example,f@b.example"}}, ""},
      {{{"fail", "no \"thanks\""}}, R"(reject "no \"thanks\""; stop; )"},
      {{{"fail", ""}}, R"(reject "This message is not accepted."; stop; )"},
      {{{"save", "/.A"}, {"fail", "no"}, {"deliver", "a@b.example"}}, R"(reject "no"; stop; )"},
      {{{"fail", "\x01"}}, ""},
      {{{"finish", ""}}, "stop; "},
      {{{"save", "/.A"}, {"finish", ""}, {"save", "/.B"}}, R"(fileinto :create "A"; stop; )"},
      {{{"pipe", "$home/bin/hook"}}, ""},
      {{{"save", "/.A"}, {"pipe", "/x"}}, ""},
      {{{"vacation", ""}}, ""},
      {{}, ""},
  };
  return rows;
}

TEST(SieveFilters, EachActionHasItsLines) {
  Options options = options_of_home();
  options.folders = {{"spam", "Junk"}};
  for (const ActionRow& row : action_rows()) {
    const ActionLines got = action_lines(row.actions, info(), options);
    std::string lines;
    for (const std::string& line : got.lines) lines += line + ' ';
    const std::string label = row.actions.empty() ? "none" : row.actions[0].action + ' ' + row.actions[0].destination;
    EXPECT_EQ(lines, row.lines) << label << ": " << got.refusal;
    EXPECT_EQ(got.refusal.empty(), row.lines[0] != '\0' || row.actions.empty()) << label;
  }
}

TEST(SieveFilters, EachActionCompiles) {
  if (!testing::has_sieve_programs()) GTEST_SKIP() << "sievec is not installed";
  const testing::SievePrograms programs;
  for (const ActionRow& row : action_rows()) {
    store::Filters filters;
    filters.list = {{"a", true, {{"$header_to:", "is", "x"}}, row.actions}};
    const std::string script = script_of({own_part(filters)});
    EXPECT_EQ(programs.complaint(script), "") << script;
  }
}

TEST(SieveFilters, FoldersHaveTheNamesOfTheTarget) {
  Options options;
  options.inbox_prefix = "INBOX.";
  EXPECT_EQ(folder_at_target("Work.2024", options), "INBOX.Work.2024");
  options = {};
  options.separator = '/';
  options.folders = {{"a", "x"}, {"a.b", "y.z"}};
  EXPECT_EQ(folder_at_target("a.b.c", options), "y/z/c");
  EXPECT_EQ(folder_at_target("a.c", options), "x/c");
  EXPECT_EQ(folder_at_target("ab", options), "ab");
}

TEST(SieveFilters, WithoutAHomeAnyHomeIsTheAccounts) {
  const ActionLines own = action_lines({{"save", "/home2/old/mail/example.com/info/.A"}}, info(), {});
  EXPECT_EQ(own.lines, std::vector<std::string>{R"(fileinto :create "A";)"});
  EXPECT_FALSE(action_lines({{"save", "/home2/old/mail/example.com/infos/.A"}}, info(), {}).refusal.empty());
}

TEST(SieveFilters, AndBindsTighterThanOr) {
  store::Filters filters;
  const store::FilterRule a{"$h_a:", "is", "1", false};
  const store::FilterRule b{"$h_b:", "is", "2", true};
  const store::FilterRule c{"$h_c:", "is", "3", false};
  filters.list = {{"mixed", true, {a, b, c}, {{"save", "/.A"}}}, {"and", true, {a, c}, {{"save", "/.B"}}}};
  const Part part = own_part(filters);
  EXPECT_EQ(part.result.outcome, Outcome::written);
  EXPECT_EQ(part.text, "# Filter: mixed\n"
                       "if anyof (\n"
                       "    allof (header :is \"a\" \"1\", header :is \"b\" \"2\"),\n"
                       "    header :is \"c\" \"3\"\n"
                       ") {\n"
                       "    fileinto :create \"A\";\n"
                       "}\n"
                       "# Filter: and\n"
                       "if allof (header :is \"a\" \"1\", header :is \"c\" \"3\") {\n"
                       "    fileinto :create \"B\";\n"
                       "}\n");
  EXPECT_EQ(part.extensions, (std::set<std::string>{"fileinto", "mailbox"}));
}

TEST(SieveFilters, WhatCantBeDoneIsACommentAndReported) {
  store::Filters filters;
  filters.list = {{"hook", true, {{"$header_subject:", "is", "go"}}, {{"pipe", "/bin/x"}}},
                  {"off", false, {{"$header_subject:", "is", "go"}}, {{"fail", "a\nb"}}},
                  {"on", true, {{"$header_subject:", "is", "go"}}, {{"save", "/.A"}}}};
  const Part part = own_part(filters);
  EXPECT_EQ(part.id, (store::SettingId{"info@example.com", store::SettingKind::filters, ""}));
  EXPECT_EQ(part.section, own_filters_section);
  EXPECT_EQ(part.result.outcome, Outcome::approximated);
  EXPECT_TRUE(has(part.result.text, "hook") && has(part.result.text, "program")) << part.result.text;
  EXPECT_FALSE(has(part.result.text, "off"));
  EXPECT_FALSE(part.result.what_to_do.empty());
  EXPECT_EQ(part.text, "# Filter: hook\n"
                       "# not carried over: it gives mail to the program \"/bin/x\", which a script can't\n"
                       "#   if: $header_subject: is \"go\"\n"
                       "#   then: pipe /bin/x\n"
                       "# Filter: off\n"
                       "# switched off\n"
                       "#   if header :is \"subject\" \"go\" {\n"
                       "#       reject \"a\n"
                       "#   b\";\n"
                       "#       stop;\n"
                       "#   }\n"
                       "# Filter: on\n"
                       "if header :is \"subject\" \"go\" {\n"
                       "    fileinto :create \"A\";\n"
                       "}\n");
  // Nothing of it is left.
  filters.list.resize(2);
  EXPECT_EQ(own_part(filters).result.outcome, Outcome::not_carried);
  filters.list.erase(filters.list.begin());
  EXPECT_EQ(own_part(filters).result.outcome, Outcome::written);
}

TEST(SieveFilters, AFilterWithoutRulesDoesNothing) {
  store::Filters filters;
  filters.list = {{"all", true, {}, {{"save", "/dev/null"}}}};
  const Part part = own_part(filters);
  EXPECT_EQ(part.result.outcome, Outcome::not_carried);
  EXPECT_FALSE(has(part.text, "\nif")) << part.text;
}

TEST(SieveFilters, MoreAddressesThanTheServerTakesAreReported) {
  store::Filters filters;
  for (int i = 0; i < 5; ++i)
    filters.list.push_back({"f", true, {{"$h_a:", "is", std::to_string(i)}}, {{"deliver", "a@other.example"}}});
  const Part part = own_part(filters);
  EXPECT_EQ(part.result.outcome, Outcome::approximated);
  EXPECT_FALSE(part.result.what_to_do.empty());
  filters.list.pop_back();
  EXPECT_EQ(own_part(filters).result.outcome, Outcome::written);
}

TEST(SieveFilters, AnEximTextOfSomebodysOwnIsReportedWithItsLines) {
  const std::string exim = "# Exim filter\n"
                           "if not first_delivery and error_message then finish endif\n"
                           "\n"
                           "if $h_subject: contains save then\n"
                           "  vacation to $reply_address file /x\n"
                           "  unseen save \"/home/user/save\" # finish\n"
                           "endif\n";
  store::Filters filters;
  filters.exim = exim;
  for (const bool is_understood : {true, false}) {
    filters.is_understood = is_understood;
    const Part part = own_part(filters);
    EXPECT_EQ(part.result.outcome, Outcome::not_carried);
    EXPECT_TRUE(has(part.result.text, "vacation in line 5, save in line 6")) << part.result.text;
    EXPECT_FALSE(part.result.what_to_do.empty());
    EXPECT_EQ(part.text, "");
  }
  // What a panel leaves where no filter is left.
  filters.is_understood = true;
  filters.exim = exim.substr(0, exim.find("\n\n"));
  EXPECT_EQ(own_part(filters).result.outcome, Outcome::written);
  filters.exim.clear();
  EXPECT_EQ(own_part(filters).result.outcome, Outcome::written);
  filters.is_understood = false;
  EXPECT_EQ(own_part(filters).result.outcome, Outcome::not_carried);
}

TEST(SieveFilters, AnEximTextThatDoesSomethingElseIsReported) {
  store::Filters filters;
  filters.list = {{"a", true, {{"$h_a:", "is", "1"}}, {{"save", "/.A"}, {"save", "/dev/null"}}},
                  {"b", false, {{"$h_a:", "is", "1"}}, {{"deliver", "x@other.example"}}}};
  filters.exim = "# Exim filter\nif $h_a: is \"1\" then\n save \"/.A\" 660\n save \"/dev/null\" 660\nendif\n";
  EXPECT_EQ(own_part(filters).result.outcome, Outcome::written);
  filters.exim += "if $h_b: is \"1\" then\n deliver \"y@other.example\"\nendif\n";
  const Part part = own_part(filters);
  EXPECT_EQ(part.result.outcome, Outcome::approximated);
  EXPECT_TRUE(has(part.result.what_to_do, "deliver in line 7")) << part.result.what_to_do;
  EXPECT_TRUE(has(part.text, "fileinto"));
}

TEST(SieveFilters, OfTheAccountTheyComeFirst) {
  store::Filters account;
  account.list = {{"account", true, {{"$h_a:", "is", "1"}}, {{"save", "/.A"}}}};
  store::Filters own;
  own.list = {{"own", true, {{"not delivered", "", ""}}, {{"save", "/.B"}}}};
  MailboxRules rules = info();
  rules.account_filters = &account;
  rules.own_filters = &own;
  const std::vector<Part> all = parts(rules, options_of_home());
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].id, (store::SettingId{"", store::SettingKind::filters, ""}));
  EXPECT_EQ(all[0].section, account_filters_section);
  EXPECT_EQ(all[1].section, own_filters_section);
  // What the second asks the first says.
  EXPECT_TRUE(has(all[0].text, "set \"mailhaul_delivered\" \"yes\";"));
  EXPECT_TRUE(all[0].extensions.count("variables") > 0 && all[1].extensions.count("variables") > 0);
}

TEST(SieveFilters, AScriptThatIsTooLongLosesItsLongestPart) {
  store::Filters account;
  account.list = {{"account", true, {{"$h_a:", "is", "1"}}, {{"save", "/.A"}}}};
  store::Filters own;
  own.list = {{"own", true, {{"$h_a:", "is", std::string(script_limit_octets, 'x')}}, {{"save", "/.B"}}}};
  MailboxRules rules = info();
  rules.account_filters = &account;
  rules.own_filters = &own;
  const std::vector<Part> all = parts(rules, options_of_home());
  EXPECT_EQ(all[0].result.outcome, Outcome::written);
  EXPECT_EQ(all[1].result.outcome, Outcome::not_carried);
  EXPECT_TRUE(has(all[1].result.text, "1 MB"));
  EXPECT_EQ(all[1].text, "");
}

TEST(SieveFilters, CommandsOfAnEximTextHaveTheirLines) {
  const auto commands = exim_commands("# Exim filter\nif $h_a: contains fail or (\"save\" is x) then\nseen "
                                      "finish\nfail text \"x\ny\"\nelse logwrite \"a\" endif");
  EXPECT_EQ(told(commands), "finish in line 3, fail in line 4, logwrite in line 6");
}

}  // namespace
}  // namespace mailhaul::account::sieve
