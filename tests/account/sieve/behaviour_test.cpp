#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "account/sieve/sieve_programs.hpp"

namespace mailhaul::account::sieve {
namespace {

using testing::has;
using testing::message;

constexpr const char* inbox = "store message in folder: INBOX\n";

std::int64_t now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// What a server would do with mail to info@example.com.
class SieveBehaviour : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!testing::has_sieve_programs()) GTEST_SKIP() << "sieve-test is not installed";
  }

  [[nodiscard]] std::string script(const store::Filters* filters, const store::Responder* responder = nullptr,
                                   const store::Spam* spam = nullptr, const store::Filters* account = nullptr) const {
    MailboxRules rules;
    rules.address = "info@example.com";
    rules.addresses = {"info@example.com", "sales@example.com"};
    rules.own_filters = filters;
    rules.account_filters = account;
    rules.responder = responder;
    rules.spam = spam;
    Options options;
    options.now = now();
    options.folders = {{"spam", "Junk"}};
    return script_of(parts(rules, options));
  }

  [[nodiscard]] std::string done(const std::string& script, const std::string& mail) const {
    const std::string out = programs_.actions(script, mail);
    EXPECT_TRUE(has(out, "Performed actions")) << out << script;
    return out;
  }

  /// Whether this rule files a message with these headers.
  [[nodiscard]] bool takes(const store::FilterRule& rule, const std::string& headers,
                           const std::string& body = "Hello\n") const {
    store::Filters filters;
    filters.list = {{"a", true, {rule}, {{"save", "/.Taken"}}}};
    const std::string out = done(script(&filters), message(headers, body));
    EXPECT_NE(has(out, "folder: Taken"), has(out, inbox)) << out;
    return has(out, "folder: Taken");
  }

  testing::SievePrograms programs_;
};

store::Responder away() {
  store::Responder responder;
  responder.is_active = true;
  responder.headers = {{"From", "Jo <info@example.com>"}, {"Subject", "Away: %subject%"}};
  responder.body = "I am away, %email%. ${x}\n# mailhaul\n";
  responder.interval_hours = 24;
  return responder;
}

TEST_F(SieveBehaviour, RulesTakeWhatEximTakes) {
  struct Row {
    store::FilterRule rule;
    const char* headers;
    bool is_taken;
  };
  const Row table[] = {
      {{"$header_subject:", "is", "sale"}, "Subject: SALE\n", true},
      {{"$header_subject:", "is", "sale"}, "Subject: sales\n", false},
      {{"$header_subject:", "is", ""}, "", true},
      {{"$header_subject:", "is", ""}, "Subject:\n", true},
      {{"$header_subject:", "is", ""}, "Subject: x\n", false},
      {{"$header_subject:", "contains", "gr\xc3\xbc\xc3\x9f"}, "Subject: =?utf-8?q?Viele_Gr=C3=BC=C3=9Fe?=\n", true},
      {{"$header_subject:", "does not contain", "x"}, "", true},
      {{"$header_subject:", "does not contain", "x"}, "Subject: ax\n", false},
      {{"$header_subject:", "begins", "*a?"}, "Subject: *a?b\n", true},
      {{"$header_subject:", "begins", "*a?"}, "Subject: xab\n", false},
      {{"$header_subject:", "ends", "\\"}, "Subject: a\\\n", true},
      {{"$header_subject:", "ends", "\\"}, "Subject: a\\b\n", false},
      {{"$header_subject:", "matches", R"(^\d{3}\.[\w-]+$)"}, "Subject: 123.a-b\n", true},
      {{"$header_subject:", "matches", R"(^\d{3}\.[\w-]+$)"}, "Subject: ddd.a-b\n", false},
      {{"$header_subject:", "matches", "a"}, "Subject: BAB\n", true},
      {{"$header_subject:", "contains", "${x}"}, "Subject: a ${x}\n", true},
      {{"$header_subject:", "contains", "${x}"}, "Subject: a \n", false},
      {{"$header_from:", "contains", "alice"}, "From: Alice <x@other.example>\n", true},
      {{"$header_from:", "is", "x@other.example"}, "From: Alice <x@other.example>\n", false},
      {{"$reply_address:", "contains", "x@"}, "From: x@other.example\n", true},
      {{"$reply_address:", "contains", "x@"}, "From: x@other.example\nReply-To: y@other.example\n", false},
      {{"$reply_address:", "contains", "y@"}, "From: x@other.example\nReply-To: y@other.example\n", true},
      {{"foranyaddress $h_to:,$h_cc:,$h_bcc:", "is", "b@x.example"}, "Cc: A <a@x.example>, B <B@x.example>\n", true},
      {{"foranyaddress $h_to:,$h_cc:,$h_bcc:", "is", "b@x.example"}, "Cc: A <a@x.example>\n", false},
      {{"$h_X-N:", "is above", "50"}, "X-N: 51\n", true},
      {{"$h_X-N:", "is above", "50"}, "X-N: 50\n", false},
      {{"$h_X-N:", "is above", "50"}, "X-N: -12\n", false},
      {{"$h_X-N:", "is above", "50"}, "", false},
      {{"$h_X-N:", "is below", "50"}, "X-N: -12\n", true},
      {{"$h_X-N:", "is below", "50"}, "X-N: 49\n", true},
      {{"$h_X-N:", "is below", "50"}, "X-N: 50\n", false},
      {{"$h_X-N:", "is below", "50"}, "", true},
      {{"$h_X-N:", "is not above", "50"}, "X-N: 50\n", true},
      {{"$h_X-N:", "is not below", "50"}, "X-N: 50\n", true},
      {{"$h_X-N:", "is not below", "50"}, "X-N: 49\n", false},
      {{"$h_X-Spam-Score:", "is above", "50"}, "X-Spam-Score: 5.1\n", true},
      {{"$h_X-Spam-Score:", "is above", "50"}, "X-Spam-Score: 4.9\n", false},
      {{"$h_X-Spam-Score:", "is below", "50"}, "X-Spam-Score: 4.9\n", true},
      {{"$message_headers", "contains", "sale"}, "Subject: a sale\n", true},
      {{"error_message", "is", ""}, "", false},
      {{"not delivered", "", ""}, "", true},
  };
  for (const Row& row : table)
    EXPECT_EQ(takes(row.rule, row.headers), row.is_taken)
        << row.rule.part << ' ' << row.rule.match << ' ' << row.rule.value << " of " << row.headers;
}

TEST_F(SieveBehaviour, RulesLookAtTheBody) {
  EXPECT_TRUE(takes({"$message_body", "contains", "needle"}, "", "hay needle hay\n"));
  EXPECT_FALSE(takes({"$message_body", "contains", "needle"}, "", "hay\n"));
  EXPECT_TRUE(takes({"$message_body", "is", "needle"}, "", "needle\n"));
  EXPECT_FALSE(takes({"$message_body", "is", "needle"}, "", "needles\n"));
  EXPECT_TRUE(takes({"$message_body", "ends", "needle"}, "", "hay needle\n"));
  EXPECT_TRUE(takes({"$message_body", "contains", "needle"},
                    "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n", "aGF5IG5lZWRsZQo=\n"));
}

TEST_F(SieveBehaviour, FiltersDoWhatEximDoes) {
  store::Filters filters;
  filters.list = {
      {"and or",
       true,
       {{"$h_a:", "is", "1", false}, {"$h_b:", "is", "1", true}, {"$h_c:", "is", "1", false}},
       {{"save", "/.AndOr"}}},
      {"off", false, {{"$h_a:", "is", "1"}}, {{"save", "/dev/null"}}},
      {"away", true, {{"$h_d:", "is", "1"}}, {{"deliver", "bob@other.example"}}},
      {"none", true, {{"$h_e:", "is", "1"}}, {{"save", "/dev/null"}, {"finish", ""}}},
      {"end", true, {{"$h_f:", "is", "1"}}, {{"finish", ""}}},
      {"last", true, {{"$h_g:", "is", "1"}}, {{"save", "/.Last.\xc3\xbc"}}},
      {"rest", true, {{"not delivered", "", "", false}, {"$h_h:", "is", "1"}}, {{"save", "/.Rest"}}},
      {"no", true, {{"$h_i:", "is", "1"}}, {{"fail", "No \"thanks\".\n# ${x}"}}},
  };
  const std::string text = script(&filters);
  EXPECT_TRUE(has(done(text, message("a: 1\nb: 1\n")), "folder: AndOr"));
  EXPECT_TRUE(has(done(text, message("a: 1\n")), inbox));
  EXPECT_TRUE(has(done(text, message("c: 1\n")), "folder: AndOr"));
  const std::string redirected = done(text, message("d: 1\n"));
  EXPECT_TRUE(has(redirected, "redirect message to: <bob@other.example>") && !has(redirected, inbox)) << redirected;
  const std::string discarded = done(text, message("e: 1\ng: 1\n"));
  EXPECT_TRUE(has(discarded, "discard") && !has(discarded, "store message")) << discarded;
  EXPECT_TRUE(has(done(text, message("f: 1\ng: 1\n")), inbox));
  EXPECT_TRUE(has(done(text, message("g: 1\n")), "folder: Last.\xc3\xbc"));
  // Without an end both are done.
  const std::string both = done(text, message("c: 1\ng: 1\n"));
  EXPECT_TRUE(has(both, "folder: AndOr") && has(both, "folder: Last")) << both;
  EXPECT_TRUE(has(done(text, message("h: 1\n")), "folder: Rest"));
  EXPECT_FALSE(has(done(text, message("c: 1\nh: 1\n")), "folder: Rest"));
  const std::string refused = done(text, message("i: 1\n"));
  EXPECT_TRUE(has(refused, "reject message with reason: No \"thanks\".") && has(refused, "# ${x}") &&
              !has(refused, inbox))
      << refused;
  // What was filed is not refused as well.
  const std::string filed = done(text, message("c: 1\ni: 1\n"));
  EXPECT_TRUE(has(filed, "folder: AndOr") && !has(filed, "reject")) << filed;
}

TEST_F(SieveBehaviour, TheResponderAnswersInItsTime) {
  store::Responder responder = away();
  const auto answers = [&](const std::string& headers) {
    const std::string out = programs_.log(script(nullptr, &responder), message(headers));
    EXPECT_TRUE(has(out, "stored mail into mailbox 'INBOX'")) << out;
    return has(out, "sent vacation response to <alice@other.example>");
  };
  EXPECT_TRUE(answers(""));
  EXPECT_TRUE(answers("To: Sales <sales@example.com>\n"));
  EXPECT_FALSE(answers("To: others@example.com\n"));
  EXPECT_FALSE(answers("X-Spam-Flag: YES\n"));
  EXPECT_FALSE(answers("Precedence: bulk\n"));
  EXPECT_FALSE(answers("List-Id: <l.other.example>\n"));
  responder.start = now() - 3600;
  responder.stop = now() + 3600;
  EXPECT_TRUE(answers(""));
  responder.start = now() + 3000;
  EXPECT_FALSE(answers(""));
  responder.start.reset();
  responder.stop = now() - 1;
  EXPECT_FALSE(answers(""));
  responder.stop.reset();
  responder.is_active = false;
  EXPECT_FALSE(answers(""));
}

TEST_F(SieveBehaviour, TheResponderSaysWhatItSaidBefore) {
  store::Responder responder = away();
  const std::string out =
      done(script(nullptr, &responder), message("Subject: Hi ${you}\nFrom: Bob <bob@other.example>\n"));
  EXPECT_TRUE(has(out, "=> subject : Away: Hi ${you}\n")) << out;
  EXPECT_TRUE(has(out, "I am away, bob@other.example. ${x}\n# mailhaul\n")) << out;
  EXPECT_TRUE(has(out, "=> seconds : 86400")) << out;
  EXPECT_TRUE(has(out, "info@example.com>")) << out;
}

TEST_F(SieveBehaviour, ARefusedMessageIsNotAnswered) {
  const store::Responder responder = away();
  store::Filters filters;
  filters.list = {{"no", true, {{"$h_a:", "is", "1"}}, {{"fail", "no"}}}};
  const std::string text = script(&filters, &responder);
  const std::string refused = done(text, message("a: 1\n"));
  EXPECT_TRUE(has(refused, "reject message") && !has(refused, "vacation")) << refused;
  const std::string answered = done(text, message(""));
  EXPECT_TRUE(has(answered, "vacation") && has(answered, inbox)) << answered;
}

TEST_F(SieveBehaviour, AFilterThatEndsTheScriptStopsNoAnswer) {
  const store::Responder responder = away();
  store::Filters filters;
  filters.list = {{"all", true, {{"$h_subject:", "contains", ""}}, {{"save", "/.A"}, {"finish", ""}}}};
  const std::string out = done(script(nullptr, &responder, nullptr, &filters), message(""));
  EXPECT_TRUE(has(out, "send vacation message") && has(out, "folder: A\n")) << out;
}

TEST_F(SieveBehaviour, SpamIsFiledOnce) {
  store::Spam spam;
  spam.has_box = true;
  spam.preferences = "whitelist_from *@good.example\nblacklist_from *@bad.example\n";
  store::Filters filters;
  filters.list = {{"a", true, {{"$h_subject:", "is", "x"}}, {{"save", "/.A"}}}};
  const std::string text = script(&filters, nullptr, &spam);
  const std::string filed = done(text, message("X-Spam-Flag: YES\n"));
  EXPECT_TRUE(has(filed, "folder: Junk") && !has(filed, inbox)) << filed;
  EXPECT_TRUE(has(done(text, message("X-Spam-Flag: NO\n")), inbox));
  EXPECT_TRUE(has(done(text, message("X-Spam-Flag: YES\nFrom: a@good.example\n")), inbox));
  EXPECT_TRUE(has(done(text, message("From: a@bad.example\n")), "folder: Junk"));
  const std::string once = done(text, message("X-Spam-Flag: YES\nSubject: x\n"));
  EXPECT_TRUE(has(once, "folder: A\n") && !has(once, "Junk")) << once;
}

}  // namespace
}  // namespace mailhaul::account::sieve
