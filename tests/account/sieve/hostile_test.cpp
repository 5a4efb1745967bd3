#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "account/sieve/sieve_programs.hpp"
#include "mailhaul/base/escape.hpp"

namespace mailhaul::account::sieve {
namespace {

const std::vector<std::string>& hostile_texts() {
  static const std::vector<std::string> texts{
      "\"",
      "\\",
      "\\\"; discard; #",
      "\n",
      "\r\ndiscard;\r\n",
      "\rdiscard;",
      "a\n# mailhaul: end filters\ndiscard;",
      "# mailhaul: end filters",
      "mailhaul: end filters",
      "\n# mailhaul: begin filters x\n",
      std::string("a\0b", 3),
      "${mailhaul_delivered}",
      "$${1}{}${",
      "${hex: 22}${unicode:22}",
      "*/ discard; /*",
      "\xff\xfe",
      "\xc3",
      "\xe2\x80\xa8 \xc2\x85",
      "%subject%%from%%email%",
      "text:\n.\ndiscard;",
      "\x1b[2J",
      "]",
      "[",
      "(((((((",
      std::string(5000, 'x'),
      "",
  };
  return texts;
}

/// The sections are what the parts say, whatever is in their texts, and the script compiles.
void expect_good(const testing::SievePrograms& programs, const MailboxRules& rules, const Options& options) {
  const std::vector<Part> all = parts(rules, options);
  const std::string script = script_of(all);
  EXPECT_EQ(replace_invalid_utf8(script), script);
  EXPECT_EQ(script.find('\0'), std::string::npos);
  ASSERT_LE(script.size(), script_limit_octets);
  std::vector<std::string> texts;
  for (const Part& part : all)
    if (!part.text.empty()) texts.push_back(part.text);
  const Sections sections = read_sections(script);
  ASSERT_EQ(sections.list.size(), texts.size()) << script;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ(sections.list[i].text, texts[i]);
    EXPECT_TRUE(sections.list[i].is_as_written);
  }
  if (testing::has_sieve_programs()) {
    EXPECT_EQ(programs.complaint(script), "") << script.substr(0, 20'000);
  }
}

TEST(SieveHostile, NoTextEndsItsStringOrItsComment) {
  const testing::SievePrograms programs;
  for (const std::string& text : hostile_texts()) {
    SCOPED_TRACE(text.substr(0, 40));
    store::Filters filters;
    for (const bool is_enabled : {true, false})
      for (const char* match : {"is", "matches", "begins"})
        filters.list.push_back({text, is_enabled, {{"$header_subject:", match, text}}, {{"fail", text}}});
    filters.list.push_back({text, true, {{text, text, text}}, {{text, text}}});
    filters.list.push_back(
        {text, true, {{"$header_" + text + ":", "is", text}}, {{"save", "/." + text}, {"finish", text}}});
    filters.list.push_back({text, true, {{"$h_a:", "is", "a"}}, {{"save", "/." + text}}});
    filters.list.push_back({text, true, {{"$h_a:", "is", "a"}}, {{"deliver", text + "@other.example"}}});
    store::Responder responder;
    responder.headers = {{"From", text + " <info@example.com>"}, {"Subject", text}, {"Content-Type", "text/html"}};
    responder.body = text;
    responder.charset = text;
    store::Spam spam;
    spam.has_box = true;
    spam.preferences = "whitelist_from " + text + "\nblacklist_from " + text;
    MailboxRules rules;
    rules.address = "info@example.com";
    rules.addresses = {"info@example.com", text, text + "@example.com"};
    rules.own_filters = &filters;
    rules.account_filters = &filters;
    rules.responder = &responder;
    rules.spam = &spam;
    for (const bool is_active : {true, false}) {
      responder.is_active = is_active;
      expect_good(programs, rules, {});
    }
    rules.address = text + "@example.com";
    expect_good(programs, rules, {});
  }
}

TEST(SieveHostile, AThousandFiltersCompile) {
  const testing::SievePrograms programs;
  store::Filters filters;
  for (int i = 0; i < 1000; ++i)
    filters.list.push_back(
        {"filter " + std::to_string(i),
         true,
         {{"$header_subject:", "contains", std::to_string(i), true}, {"$h_a:", "matches", "^a+$", false}},
         {{i % 2 == 0 ? "fail" : "save", "/.A" + std::to_string(i)}}});
  // One with many rules.
  store::Filter wide{"wide", true, {}, {{"save", "/.Wide"}}};
  for (int i = 0; i < 1000; ++i) wide.rules.push_back({"$header_subject:", "contains", std::to_string(i), i % 3 == 0});
  filters.list.push_back(wide);
  store::Responder responder;
  responder.is_active = true;
  MailboxRules rules;
  rules.address = "info@example.com";
  rules.own_filters = &filters;
  rules.responder = &responder;
  const auto all = parts(rules, {});
  EXPECT_FALSE(all.at(0).text.empty());
  EXPECT_FALSE(all.at(1).text.empty());
  expect_good(programs, rules, {});
}

/// Settings of any shape.
class Random {
 public:
  explicit Random(std::uint32_t seed) : engine_(seed) {}

  bool coin() { return engine_() % 2 == 0; }
  std::size_t below(std::size_t limit) { return engine_() % limit; }
  template <class List>
  auto& one_of(const List& list) {
    return list[below(list.size())];
  }

  std::string text() {
    static const std::vector<std::string> words{
        "sale", " ", "a+b", "[x]", "^", "$", "\xc3\xbc", "(", ")", "|", "\\d", "*", "?", "@other.example", "50"};
    std::string out;
    for (std::size_t n = below(5); n > 0; --n) out += below(6) == 0 ? one_of(hostile_texts()) : one_of(words);
    return out;
  }

  store::Filters filters() {
    static const std::vector<std::string> known{"$header_subject:", "$header_from:",
                                                "$reply_address:",  "$message_body",
                                                "$message_headers", "foranyaddress $h_to:,$h_cc:,$h_bcc:",
                                                "not delivered",    "error_message",
                                                "$h_X-Spam-Score:", "$h_X-N:"};
    static const std::vector<std::string> matches{
        "is",           "contains",     "does not contain", "begins",         "does not begin",
        "ends",         "does not end", "matches",          "does not match", "is above",
        "is not above", "is below",     "is not below"};
    static const std::vector<std::string> actions{"save",    "deliver",     "fail", "finish",
                                                  "discard", "unseen save", "pipe"};
    static const std::vector<std::string> destinations{
        "/.A", "/.A.B", "$home/mail/example.com/info/.C", "/dev/null", "a@other.example", "info@example.com", "no"};
    store::Filters out;
    for (std::size_t n = below(6); n > 0; --n) {
      store::Filter filter{text(), below(4) != 0, {}, {}};
      for (std::size_t i = below(4); i > 0; --i)
        filter.rules.push_back(
            {below(8) == 0 ? text() : one_of(known), below(8) == 0 ? text() : one_of(matches), text(), coin()});
      for (std::size_t i = below(3); i > 0; --i)
        filter.actions.push_back(
            {below(8) == 0 ? text() : one_of(actions), below(5) == 0 ? text() : one_of(destinations)});
      out.list.push_back(std::move(filter));
    }
    if (coin()) out.exim = text();
    return out;
  }

  store::Responder responder() {
    static const std::vector<std::string> charsets{"", "utf-8", "iso-8859-1", "us-ascii", "koi8-r", "x"};
    store::Responder out;
    out.is_active = below(4) != 0;
    if (coin()) out.headers.emplace_back("From", text() + " <info@example.com>");
    if (coin()) out.headers.emplace_back("Subject", text());
    if (coin()) out.headers.emplace_back("Content-type", coin() ? "text/html" : text());
    out.body = text();
    out.charset = one_of(charsets);
    if (coin()) out.start = static_cast<std::int64_t>(engine_()) * (coin() ? 1 : 1'000'000);
    if (coin()) out.stop = static_cast<std::int64_t>(engine_()) * (coin() ? 1 : -1);
    if (coin()) out.interval_hours = static_cast<std::uint32_t>(engine_()) >> below(32);
    return out;
  }

  store::Spam spam() {
    store::Spam out;
    out.has_box = coin();
    out.preferences = coin() ? "whitelist_from " + text() + "\n" + text() : "";
    return out;
  }

 private:
  std::mt19937 engine_;
};

TEST(SieveHostile, WhateverTheSettingsAreTheScriptCompiles) {
  const testing::SievePrograms programs;
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    const store::Filters own = random.filters();
    const store::Filters account = random.filters();
    const store::Responder responder = random.responder();
    const store::Spam spam = random.spam();
    MailboxRules rules;
    rules.address = "info@example.com";
    rules.addresses = {"info@example.com", random.text()};
    if (random.coin()) rules.own_filters = &own;
    if (random.coin()) rules.account_filters = &account;
    if (random.coin()) rules.responder = &responder;
    if (random.coin()) rules.spam = &spam;
    Options options;
    options.separator = random.coin() ? '.' : '/';
    options.inbox_prefix = random.coin() ? "" : "INBOX.";
    expect_good(programs, rules, options);
  }
}

}  // namespace
}  // namespace mailhaul::account::sieve
