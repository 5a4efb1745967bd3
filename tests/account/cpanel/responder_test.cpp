#include "account/cpanel/responder.hpp"

#include <gtest/gtest.h>

namespace mailhaul::account::cpanel {
namespace {

using store::Responder;
using Headers = std::vector<std::pair<std::string, std::string>>;
using Kind = ResponderFileName::Kind;

Responder read_text(const std::string& text) { return read_responder({text, {}, {}}, true).value; }
Responder read_json(const std::string& json) { return read_responder({"\nHi\n", json, {}}, true).value; }
std::string written_json(const Responder& value) { return responder_files(value).json.value_or("(none)"); }

TEST(CpanelResponder, NamesOfAddressesAndOfWhatLiesBesideThem) {
  const struct {
    const char* name;
    Kind kind;
    const char* address;
  } table[] = {
      {"info@example.com", Kind::text, "info@example.com"},
      {"Info+x@Sub.example.co.uk", Kind::text, "Info+x@Sub.example.co.uk"},
      {"info@example.xn--p1ai", Kind::text, "info@example.xn--p1ai"},
      {"info@example.com.json", Kind::json, "info@example.com"},
      {"info@example.com.conf", Kind::conf, "info@example.com"},
      {"info@example.com.yaml", Kind::conf, "info@example.com"},
      {"info@example.com.lock", Kind::other, ""},
      {"info@example.com.json.lock", Kind::other, ""},
      {"info@example.com.1700000000", Kind::other, ""},
      {"info@example.com~", Kind::other, ""},
      {".info@example.com.swp", Kind::other, ""},
      {"info@localhost", Kind::other, ""},
      {"info@json.json", Kind::other, ""},
      {"history.db", Kind::other, ""},
      {".lock", Kind::other, ""},
      {"info", Kind::other, ""},
      {"@example.com", Kind::other, ""},
      {"a\nb@example.com", Kind::other, ""},
      {"../x@example.com", Kind::other, ""},
      {"", Kind::other, ""},
  };
  for (const auto& row : table) {
    EXPECT_EQ(responder_file_name(row.name).kind, row.kind) << row.name;
    EXPECT_EQ(responder_file_name(row.name).address, row.address) << row.name;
    EXPECT_EQ(is_responder_name(row.name), row.kind == Kind::text) << row.name;
  }
}

TEST(CpanelResponder, HeadersEndAtTheFirstBlankLine) {
  const struct {
    const char* what;
    std::string text;
    Headers headers;
    std::string body;
  } table[] = {
      {"all three",
       "From: \"Info\" <info@x.org>\nContent-type: text/plain; charset=utf-8\nSubject: Re: %subject%\n\nAway.\n\nBye\n",
       {{"From", "\"Info\" <info@x.org>"}, {"Content-type", "text/plain; charset=utf-8"}, {"Subject", "Re: %subject%"}},
       "Away.\n\nBye\n"},
      {"CRLF", "Subject: a\r\n\r\nb\r\n", {{"Subject", "a"}}, "b\r\n"},
      {"no subject", "From: x\n\nb", {{"From", "x"}}, "b"},
      {"no headers, a blank line first", "\nHello: b\n", {}, "Hello: b\n"},
      {"all body", "Hello there\nSubject: no\n\nb", {}, "Hello there\nSubject: no\n\nb"},
      {"all headers", "From: x\nSubject: y", {{"From", "x"}, {"Subject", "y"}}, ""},
      {"no blank line", "From: x\nI am away", {{"From", "x"}}, "I am away"},
      {"folded", "Subject: a\n  b\r\n c\n\nd", {{"Subject", "a  b c"}}, "d"},
      {"no value", "Subject:\n\nd", {{"Subject", ""}}, "d"},
      {"8-bit", "Subject: \xe4\n\n\xe4", {{"Subject", "\xe4"}}, "\xe4"},
      {"blank before the colon is no header", "Subject : a\n\nd", {}, "Subject : a\n\nd"},
      {"empty", "", {}, ""},
  };
  for (const auto& row : table) {
    const Responder value = read_text(row.text);
    EXPECT_EQ(value.headers, row.headers) << row.what;
    EXPECT_EQ(value.body, row.body) << row.what;
    EXPECT_TRUE(value.has_text) << row.what;
    EXPECT_EQ(responder_files(value).text, row.text) << row.what;
  }
}

TEST(CpanelResponder, TheCharsetIsThatOfTheContentType) {
  EXPECT_EQ(read_text("Content-type: text/plain; charset=utf-8\n\n").charset, "utf-8");
  EXPECT_EQ(read_text("CONTENT-TYPE: text/html; Charset=\"ISO-8859-2\"; x=y\n\n").charset, "ISO-8859-2");
  EXPECT_EQ(read_text("Content-type: text/plain\nX: charset=utf-8\n\n").charset, "");
}

TEST(CpanelResponder, AnotherFromLeavesTheRestAsItIs) {
  Responder value = read_text("from:  a@old.example\r\nSubject:  x\r\n  y\r\n\r\nBody \n\r\n");
  value.headers[0].second = "a@new.example";
  EXPECT_EQ(responder_files(value).text, "from: a@new.example\r\nSubject:  x\r\n  y\r\n\r\nBody \n\r\n");
}

TEST(CpanelResponder, AnotherBodyIsNeverTakenForAHeader) {
  Responder value = read_text("From: x");
  value.body = "Subject: not one\n";
  EXPECT_EQ(responder_files(value).text, "From: x\n\nSubject: not one\n");
  value = read_text("all body\n");
  value.body = "Subject: not one\n";
  EXPECT_EQ(responder_files(value).text, "\nSubject: not one\n");
}

TEST(CpanelResponder, ALineEndInAValueMakesNoHeader) {
  Responder value;
  value.headers = {{"Subject", "a\r\nBcc: all@x.org"}, {"X\nY", "z"}, {"A:B", "c"}, {"", "d"}};
  value.body = "b";
  const auto again = read_text(*responder_files(value).text);
  ASSERT_EQ(again.headers.size(), 1U);
  EXPECT_EQ(again.headers[0].first, "Subject");
  EXPECT_EQ(again.body, "b");
}

TEST(CpanelResponder, ACharsetFromElsewhereIsSaid) {
  Responder value;
  value.headers = {{"Subject", "a"}};
  value.charset = "iso-8859-1";
  value.body = "\xe4";
  EXPECT_EQ(responder_files(value).text, "Subject: a\nContent-type: text/plain; charset=iso-8859-1\n\n\xe4");
}

TEST(CpanelResponder, MailLedToNothing) {
  const Responder value = read_responder({}, true).value;
  EXPECT_TRUE(value.is_active);
  EXPECT_FALSE(value.has_text);
  const ResponderFiles files = responder_files(value);
  EXPECT_FALSE(files.text);
  EXPECT_FALSE(files.json);
}

TEST(CpanelResponder, TimesHaveManyForms) {
  const struct {
    const char* json;
    std::optional<std::uint32_t> interval;
    std::optional<std::int64_t> start;
    std::optional<std::int64_t> stop;
    std::size_t problems;
  } table[] = {
      {R"({"interval":24,"start":1700000000,"stop":1700600000})", 24, 1700000000, 1700600000, 0},
      {R"({"interval":"8","start":" 1700000000 ","stop":""})", 8, 1700000000, std::nullopt, 0},
      {R"({"interval":0,"start":0,"stop":"0"})", 0, std::nullopt, std::nullopt, 0},
      {R"({"interval":null,"start":null,"stop":null})", std::nullopt, std::nullopt, std::nullopt, 0},
      {"{}", std::nullopt, std::nullopt, std::nullopt, 0},
      {R"({"start":17e8})", std::nullopt, 1700000000, std::nullopt, 0},
      {R"({"start":1e300,"stop":18446744073709551615,"interval":4294967296})", std::nullopt, std::nullopt, std::nullopt,
       3},
      {R"({"start":"soon","stop":-5,"interval":[]})", std::nullopt, std::nullopt, std::nullopt, 3},
      {"[]", std::nullopt, std::nullopt, std::nullopt, 1},
      {"{\"start\":", std::nullopt, std::nullopt, std::nullopt, 1},
      {"{\"start\":\"\xff\"}", std::nullopt, std::nullopt, std::nullopt, 1},
      {"", std::nullopt, std::nullopt, std::nullopt, 1},
  };
  for (const auto& row : table) {
    const ReadResponder read = read_responder({"", row.json, {}}, true);
    EXPECT_EQ(read.value.interval_hours, row.interval) << row.json;
    EXPECT_EQ(read.value.start, row.start) << row.json;
    EXPECT_EQ(read.value.stop, row.stop) << row.json;
    EXPECT_EQ(read.problems.size(), row.problems) << row.json;
    EXPECT_EQ(responder_files(read.value).json.value_or(""), row.json);
  }
}

TEST(CpanelResponder, DeepJsonIsRefused) {
  const std::string deep = "{\"start\":5,\"x\":" + std::string(60000, '[');
  EXPECT_EQ(read_responder({"", deep, {}}, true).problems.size(), 1U);
  const std::string closed = "{\"start\":5,\"x\":" + std::string(100, '[') + std::string(100, ']') + "}";
  const ReadResponder read = read_responder({"", closed, {}}, true);
  EXPECT_EQ(read.problems.size(), 1U);
  EXPECT_FALSE(read.value.start);
}

TEST(CpanelResponder, UnknownKeysStay) {
  Responder value = read_json(R"({"by":{"x":[1,"y"]},"stop":7,"interval":"24"})");
  value.stop = 9;
  value.start = 8;
  EXPECT_EQ(written_json(value), R"({"by":{"x":[1,"y"]},"stop":9,"interval":"24","start":8})");
  value.stop.reset();
  EXPECT_EQ(written_json(value), R"({"by":{"x":[1,"y"]},"stop":null,"interval":"24","start":8})");
  EXPECT_FALSE(read_json(written_json(value)).stop);
}

TEST(CpanelResponder, ASecondReadingOfWhatIsWrittenIsTheSame) {
  Responder value;
  value.interval_hours = 0;
  value.stop = 5;
  const Responder again = read_json(written_json(value));
  EXPECT_EQ(again.interval_hours, 0U);
  EXPECT_EQ(again.stop, 5);
  EXPECT_FALSE(again.start);
}

TEST(CpanelResponder, TheOlderConfIsReadWhereThereIsNoJson) {
  const std::string conf = "---\ninterval: 8\nstart: '1700000000'\nstop: ~\nby: me\n";
  const Responder value = read_responder({"", {}, conf}, false).value;
  EXPECT_EQ(value.interval_hours, 8U);
  EXPECT_EQ(value.start, 1700000000);
  EXPECT_FALSE(value.stop);
  EXPECT_EQ(written_json(value), R"({"interval":8,"start":"1700000000","stop":null,"by":"me"})");

  EXPECT_EQ(read_responder({"", R"({"interval":1})", conf}, false).value.interval_hours, 1U);
  EXPECT_FALSE(read_responder({"", R"({"interval":1})", conf}, false).value.start);
  const ReadResponder broken = read_responder({"", "{", conf}, false);
  EXPECT_EQ(broken.value.interval_hours, 8U);
  EXPECT_EQ(broken.problems.size(), 1U);
  EXPECT_EQ(read_responder({"", {}, "a: &b 1\n"}, false).problems.size(), 1U);
  EXPECT_EQ(read_responder({"", {}, "- 1\n"}, false).problems.size(), 1U);
}

}  // namespace
}  // namespace mailhaul::account::cpanel
