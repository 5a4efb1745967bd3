#include "formats/mbox/splitter.hpp"

#include <random>
#include <unordered_map>

#include <gtest/gtest.h>

#include "mailhaul/mail/header_block.hpp"
#include "mailhaul/mail/postmark.hpp"
#include "mailhaul/mail/store_headers.hpp"
#include "split_text.hpp"
#include "support/faulty_kernel.hpp"
#include "world.hpp"

namespace mailhaul::formats::mbox {
namespace {

using Texts = std::vector<std::string>;

const std::string second = "From c@d Fri Nov 30 10:00:00 2001\n";

struct Row {
  const char* what;
  std::string octets;
  Texts texts;
};

/// mbox.md section 3, line by line.
const std::vector<Row> rows{
    {"empty", "", {}},
    {"one line end before a postmark is the separator's",
     mark + "h: 1\n\nb1\n\n" + second + "h: 2\n\nb2\n",
     {"h: 1\n\nb1\n", "h: 2\n\nb2"}},
    {"no blank line before the postmark",
     mark + "h: 1\n\nb1\n" + second + "h: 2\n\nb2\n",
     {"h: 1\n\nb1", "h: 2\n\nb2"}},
    {"two line ends at the end of the file", mark + "h: 1\n\nb1\n\n", {"h: 1\n\nb1\n"}},
    {"one line end at the end of the file", mark + "h: 1\n\nb1\n", {"h: 1\n\nb1"}},
    {"no line end at the end of the file", mark + "h: 1\n\nb1", {"h: 1\n\nb1"}},
    {"CRLF before the postmark and behind it",
     mark.substr(0, mark.size() - 1) + "\r\nh: 1\r\n\r\nb1\r\n\r\n" + second + "\r\nb2\r\n",
     {"h: 1\r\n\r\nb1\r\n", "\r\nb2"}},
    {"a CR that is not before the separator stays",
     mark + "h: 1\n\nb1\r\n\n" + second + "h: 2\n\n\r",
     {"h: 1\n\nb1\r\n", "h: 2\n\n\r"}},
    {"a postmark right behind a postmark is text", mark + second + "h: 1\n\nb\n", {second + "h: 1\n\nb"}},
    {"a third one is not", mark + second + second + "h: 1\n\nb\n", {second.substr(0, second.size() - 1), "h: 1\n\nb"}},
    {"a postmark in the header block ends the message",
     mark + "h: 1\n" + second + "h: 2\n\nb\n",
     {"h: 1", "h: 2\n\nb"}},
    {"so it does in a CRLF header block", mark + "h: 1\r\n" + second + "h: 2\n\nb\n", {"h: 1", "h: 2\n\nb"}},
    {"the empty line may be the separator", mark + "h: 1\n\n" + second + "h: 2\n\nb\n", {"h: 1\n", "h: 2\n\nb"}},
    {"an empty body", mark + "h: 1\n\n\n" + second + "h: 2\n\n", {"h: 1\n\n", "h: 2\n"}},
    {"an empty message", mark + "\n" + second + "\n\n", {"", "\n"}},
    {"a postmark at the very end", mark + "h: 1\n\nb\n\n" + second, {"h: 1\n\nb\n", ""}},
    {"a postmark that the file ends in was cut",
     mark + "h: 1\n\nb\n\n" + second.substr(0, second.size() - 1),
     {"h: 1\n\nb\n\n" + second.substr(0, second.size() - 1)}},
    {"prose",
     mark + "h: 1\n\nb\n\nFrom the very start it was clear\n",
     {"h: 1\n\nb\n\nFrom the very start it was clear"}},
    {"a quoted first line stays", mark + ">From x y\nh: 1\n\nb\n", {">From x y\nh: 1\n\nb"}},
    {"NUL and 8-bit octets", mark + std::string("h: 1\n\n\0\xff\x80\n", 10), {std::string("h: 1\n\n\0\xff\x80", 9)}},
    {"a text without an empty line", mark + "just text\nmore", {"just text\nmore"}},
    {"a lone CR is no line end", mark + "h: 1\r\r\nb\n", {"h: 1\r\r\nb"}},
};

TEST(Splitter, SplitsByDovecotsRule) {
  for (const Row& row : rows) EXPECT_EQ(texts_of(split(row.octets)), row.texts) << row.what;
}

TEST(Splitter, SplitsTheSameInBlocksOfAnySize) {
  for (const Row& row : rows)
    for (std::size_t block = 1; block < 100; ++block)
      ASSERT_EQ(split(row.octets, block), split(row.octets)) << row.what << ", blocks of " << block;
}

std::string with_length(const std::string& length, const std::string& body) {
  return mark + "h: 1\nContent-Length: " + length + "\n\n" + body;
}

const std::string postmark_in_body = "text\n\nFrom bob@x.org Thu Nov 29 22:33:52 2001\nbye\n";

struct LengthRow {
  const char* what;
  std::string length;
  std::string behind;  // the body, up to the end of the file
  std::size_t messages;
  bool holds;
};

TEST(Splitter, BelievesAContentLengthOnlyWhenABoundaryStandsThere) {
  const std::string& body = postmark_in_body;
  const std::string n = std::to_string(body.size());
  const std::vector<LengthRow> table{
      {"right, before a postmark", n, body + "\n" + second + "h: 2\n\nb\n", 2, true},
      {"right, before CRLF and a postmark", n, body + "\r\n" + second + "h: 2\n\nb\n", 2, true},
      {"right, before the last line end", n, body + "\n", 1, true},
      {"right, before the last CRLF", n, body + "\r\n", 1, true},
      {"right, at the end of the file", n, body, 1, true},
      {"padded", n + "   ", body + "\n", 1, true},
      {"folded", "\n " + n, body + "\n", 1, true},
      {"too small", std::to_string(body.size() - 1), body + "\n" + second + "h: 2\n\nb\n", 3, false},
      {"too large", std::to_string(body.size() + 1), body + "\n" + second + "h: 2\n\nb\n", 3, false},
      {"past the end", "999999", body + "\n", 2, false},
      {"18446744073709551615", "18446744073709551615", body + "\n", 2, false},
      {"over 64 bits", "99999999999999999999999", body + "\n", 2, false},
      {"zero", "0", body + "\n", 2, false},
      {"negative", "-1", body + "\n", 2, false},
      {"garbage", "many", body + "\n", 2, false},
      {"before prose", n, body + "\nFrom time to time\n", 2, false},
  };
  for (const LengthRow& row : table) {
    const std::string octets = with_length(row.length, row.behind);
    for (const std::size_t block : {std::size_t{16}, std::size_t{77}, default_block_octets}) {
      const auto parts = split(octets, block);
      ASSERT_EQ(parts.size(), row.messages) << row.what << ", blocks of " << block;
      EXPECT_EQ(parts[0].length_holds, row.holds) << row.what;
      if (row.holds && row.length.substr(0, n.size()) == n && !row.behind.substr(body.size()).empty()) {
        EXPECT_EQ(parts[0].body, body) << row.what;
      }
    }
  }
}

TEST(Splitter, ALengthThatCountsTheSeparatorIsHarmless) {
  const auto parts = split(with_length("3", "b\n\n"));
  ASSERT_EQ(parts.size(), 1U);
  EXPECT_EQ(parts[0].body, "b\n");
}

TEST(Splitter, ALengthThatHitsALaterPostmarkSwallowsAMessage) {
  const std::string swallowed = "b1\n\n" + second + "h: 2\n\nb2\n";
  const auto parts = split(with_length(std::to_string(swallowed.size()), swallowed + "\n" + second + "h: 3\n\n"));
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[0].body, swallowed);
}

TEST(Splitter, TheFirstOfTwoLengthsCounts) {
  const std::string octets = mark + "Content-Length: 9999\nContent-Length: " + std::to_string(postmark_in_body.size()) +
                             "\n\n" + postmark_in_body + "\n";
  EXPECT_EQ(split(octets).size(), 2U);
}

TEST(Splitter, ALengthInTheBodyIsText) {
  EXPECT_EQ(split(mark + "h: 1\n\nContent-Length: " + std::to_string(postmark_in_body.size()) + "\n\n" +
                  postmark_in_body + "\n")
                .size(),
            2U);
}

TEST(Splitter, ALengthFarBehindTheBlockIsLookedUp) {
  std::string body;
  while (body.size() < 5000) body += postmark_in_body;
  const std::string octets = with_length(std::to_string(body.size()), body + "\n" + second + "h: 2\n\nb\n");
  const auto parts = split(octets, 200);
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[0].body, body);
  const OpenOctets open(octets);
  Splitter skipping(open.file(), Side::source, open.size(), 200);
  ASSERT_TRUE(skipping.next());
  ASSERT_TRUE(skipping.next());
  EXPECT_EQ(skipping.mark().sender, "c@d");
  EXPECT_EQ(part_of(skipping).text(), "h: 2\n\nb");
}

TEST(Splitter, ReadsThePostmark) {
  const OpenOctets open("From someone@example.org Thu Nov 29 22:33:52 2001 +0300\nh: 1\n\n");
  Splitter splitter(open.file(), Side::source, open.size());
  ASSERT_TRUE(splitter.next());
  EXPECT_EQ(splitter.mark().sender, "someone@example.org");
  EXPECT_EQ(splitter.mark().zone, std::chrono::minutes{180});
  EXPECT_EQ(splitter.mark().instant(TestClock{}), mail::InternalDate{std::chrono::seconds{1007062432}});
}

TEST(Splitter, CountsWhatItPassedOver) {
  const std::string octets = mark + "h: 1\n\na\n\nFrom the start\nb\nFrom no blank line before\n\nFrom again\n\n" +
                             mark + ">From x\n\nb\n\n" + mark + "Content-Length: 7\n\nb\n";
  for (const std::size_t block : {std::size_t{16}, default_block_octets}) {
    const OpenOctets open(octets);
    Splitter splitter(open.file(), Side::source, open.size(), block);
    while (splitter.next()) {
    }
    const auto count = [&](Doubt doubt) { return splitter.doubts().count(doubt); };
    EXPECT_EQ(count(Doubt::rejected_line).number, 3U);
    EXPECT_EQ(count(Doubt::rejected_line).first, octets.find("From the start"));
    EXPECT_EQ(count(Doubt::mark_without_header).number, 1U);
    EXPECT_EQ(count(Doubt::mark_without_header).first, octets.find(mark + ">From"));
    EXPECT_EQ(count(Doubt::mark_without_blank).number, 0U);
    EXPECT_EQ(count(Doubt::wrong_length).number, 1U);
    EXPECT_EQ(count(Doubt::wrong_length).first, octets.rfind("From a@b"));
  }
}

TEST(Splitter, AHeaderBlockOverTheLimitPassesWhole) {
  const std::string field = "X-Long: " + std::string(990, 'x') + "\n continued\n";
  std::string header = "Status: RO\nContent-Length: 3\n";
  while (header.size() < mail::header_block_limit_octets + 5000) header += field;
  const std::string text = header + "\nb1\n";
  const std::string octets = mark + text + "\n" + second + "h: 2\n\nb2\n";
  const OpenOctets open(octets);
  for (const std::size_t block : {std::size_t{65536}, default_block_octets}) {
    Splitter splitter(open.file(), Side::source, open.size(), block);
    ASSERT_TRUE(splitter.next());
    EXPECT_FALSE(splitter.header_is_whole());
    EXPECT_FALSE(splitter.length_holds());
    const std::string seen(splitter.header());
    EXPECT_GT(seen.size(), mail::header_block_limit_octets - 2 * field.size());
    EXPECT_LE(seen.size(), mail::header_block_limit_octets);
    EXPECT_EQ(seen.substr(seen.size() - 10), "continued\n");  // between two fields
    const Part part = part_of(splitter);
    EXPECT_TRUE(part.text() == text);
    ASSERT_TRUE(splitter.next());
    EXPECT_EQ(part_of(splitter).text(), "h: 2\n\nb2");
    EXPECT_EQ(splitter.doubts().count(Doubt::long_header).number, 1U);
  }
}

TEST(Splitter, AHeaderBlockThatIsOneEndlessLinePassesWhole) {
  const std::string text(3 * mail::header_block_limit_octets, 'x');
  const auto parts = split(mark + text + "\n" + second + "h: 2\n\nb2\n");
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_TRUE(parts[0].text() == text);
}

TEST(Splitter, APostmarkEndsAHeaderBlockAtTheVeryLimit) {
  // The line that passes the limit is itself a postmark, or one follows it at once.
  for (int around = -40; around <= 40; ++around) {
    const auto size = static_cast<std::size_t>(static_cast<int>(mail::header_block_limit_octets) + around);
    const std::string header = "h: 1\n" + std::string(size - 6, 'x') + "\n";
    const auto parts = split(mark + header + second + "h: 2\n\nb2\n");
    ASSERT_EQ(parts.size(), 2U) << around;
    EXPECT_TRUE(parts[0].text() == header.substr(0, header.size() - 1)) << around;
  }
}

TEST(Splitter, APostmarkLineMayBeLongerThanAnyBlock) {
  const std::string rest(5000, 'x');
  const std::string line = "From a@b Thu Nov 29 22:33:52 2001 " + rest;
  const std::string octets = line + "\nh: 1\n\nb1\n\n" + line + "\nh: 2\n" + line + "\nh: 3\n\nb3\n";
  for (const std::size_t block : {std::size_t{10}, std::size_t{1030}, default_block_octets})
    EXPECT_EQ(texts_of(split(octets, block)), (Texts{"h: 1\n\nb1\n", "h: 2", "h: 3\n\nb3"})) << block;
  const std::string sender(5000, 's');
  const std::string no_postmark = "From " + sender + " Thu Nov 29 22:33:52 2001\n";
  EXPECT_EQ(split(mark + "h: 1\n\nb\n\n" + no_postmark).size(), 1U);
}

TEST(Splitter, ALineOfMegabytesIsNoHindrance) {
  const std::string body(3'000'000, 'y');
  const auto parts = split(mark + "h: 1\n\n" + body + "\n\n" + second + "h: 2\n\nb2\n");
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_TRUE(parts[0].body == body + "\n");
}

TEST(Splitter, GoesToAnOffset) {
  const std::string octets = mark + "h: 1\n\nb1\n\n" + second + "h: 2\n\nFrom prose\n\n" + mark + "h: 3\n\nb3\n";
  const std::uint64_t at_second = octets.find(second);
  const OpenOctets open(octets);
  for (const std::size_t block : {std::size_t{7}, default_block_octets}) {
    Splitter splitter(open.file(), Side::source, open.size(), block);
    ASSERT_TRUE(splitter.seek(at_second));
    EXPECT_EQ(part_of(splitter).text(), "h: 2\n\nFrom prose\n");
    ASSERT_TRUE(splitter.next());
    EXPECT_EQ(part_of(splitter).text(), "h: 3\n\nb3");
    ASSERT_TRUE(splitter.seek(0));
    EXPECT_EQ(splitter.header(), "h: 1\n\n");
    EXPECT_FALSE(splitter.seek(at_second + 1));
    EXPECT_FALSE(splitter.seek(octets.find("From prose")));
    EXPECT_FALSE(splitter.seek(octets.size()));
    EXPECT_FALSE(splitter.seek(octets.size() + 100));
  }
  const std::string glued = mark + "h: 1\n\nb" + second + "\n";
  const OpenOctets open_glued(glued);
  Splitter splitter(open_glued.file(), Side::source, open_glued.size());
  EXPECT_FALSE(splitter.seek(glued.find(second)));
  EXPECT_FALSE(splitter.next());
}

/// The rule once more, over the whole text and without blocks or state, to check the real one against.
std::vector<Part> split_plainly(const std::string& text) {
  // Where a postmark stands, looked up once a line.
  std::unordered_map<std::size_t, bool> known;
  const auto is_mark = [&](std::size_t at) {
    const auto [it, fresh] = known.try_emplace(at, false);
    if (!fresh) return it->second;
    const std::size_t lf = text.find('\n', at);
    std::string_view line = std::string_view(text).substr(at, lf - at);
    if (lf == std::string::npos && line.size() < mail::postmark_limit_octets) return false;
    if (lf != std::string::npos && !line.empty() && line.back() == '\r') line.remove_suffix(1);
    return it->second = mail::parse_postmark(line.substr(0, mail::postmark_limit_octets)).has_value();
  };
  const auto cut = [&](std::size_t lf, std::size_t from) { return lf > from && text[lf - 1] == '\r' ? lf - 1 : lf; };
  std::vector<Part> parts;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t header = std::min(text.find('\n', at), text.size() - 1) + 1;
    std::size_t body = std::string::npos;
    for (std::size_t line = header; line < text.size() && body == std::string::npos;) {
      if (text[line] == '\n') body = line + 1;
      if (text.compare(line, 2, "\r\n") == 0) body = line + 2;
      line = std::min(text.find('\n', line), text.size() - 1) + 1;
    }
    std::size_t boundary = std::string::npos;
    for (std::size_t lf = text.find("\nFrom ", header); lf != std::string::npos; lf = text.find("\nFrom ", lf + 1)) {
      if (!is_mark(lf + 1)) continue;
      boundary = lf;
      break;
    }
    Part part;
    part.offset = at;
    std::size_t end = boundary;
    at = boundary == std::string::npos ? text.size() : boundary + 1;
    if (body != std::string::npos && (boundary == std::string::npos || body <= boundary + 1)) {
      const auto length =
          mail::parse_store_headers(std::string_view(text).substr(header, body - header)).content_length;
      if (length && *length <= text.size() - body) {
        const std::size_t target = body + *length;
        const std::string_view rest = std::string_view(text).substr(target);
        const std::size_t eol = rest.substr(0, 2) == "\r\n" ? 2 : rest.substr(0, 1) == "\n" ? 1 : 0;
        if (eol != 0 && (rest.size() == eol || (rest.substr(eol, 5) == "From " && is_mark(target + eol)))) {
          part.length_holds = true;
          end = target;
          at = target + eol;
        } else if (rest.empty() && *length > 0) {
          part.length_holds = true;
          end = std::string::npos;
          at = text.size();
        }
      }
    }
    if (!part.length_holds || end == std::string::npos) {
      const std::size_t from = part.length_holds ? body : header;
      if (end == std::string::npos) {
        end = text.size();
        if (end > from && text[end - 1] == '\n')
          end = cut(end - 1, part.length_holds || body == std::string::npos || body >= text.size() ? from : body);
      } else {
        end = cut(end, body == std::string::npos || body > end ? header : body);
      }
    }
    const std::size_t header_end = std::min(body, end);
    part.header = text.substr(header, header_end - header);
    part.body = text.substr(header_end, end - header_end);
    parts.push_back(part);
  }
  return parts;
}

std::string random_mbox(std::mt19937& random) {
  static const std::vector<std::string> fragments{mark,
                                                  second,
                                                  "From ",
                                                  "From x",
                                                  "\nFrom ",
                                                  "\n" + mark,
                                                  "\r\n" + second,
                                                  "\n",
                                                  "\n\n",
                                                  "\r\n",
                                                  "\r\n\r\n",
                                                  "\r",
                                                  "F",
                                                  "Fr",
                                                  "From",
                                                  "h: 1\n",
                                                  "Subject: x\r\n",
                                                  "text",
                                                  ">From ",
                                                  " continued\n",
                                                  "Content-Length: ",
                                                  "content-LENGTH:\n ",
                                                  "1",
                                                  "2",
                                                  "8",
                                                  "\nStatus: RO\n",
                                                  std::string(1, '\0')};
  std::string text = mark;
  const std::size_t count = random() % 40;
  for (std::size_t i = 0; i < count; ++i) {
    if (random() % 8 == 0)
      text += "Content-Length: " + std::to_string(random() % 120) + (random() % 2 == 0 ? "\n" : "\n\n");
    else
      text += fragments[random() % fragments.size()];
  }
  return text;
}

TEST(Splitter, AgreesWithThePlainRuleOnRandomInput) {
  std::mt19937 random(20240101);
  std::size_t holding = 0;
  for (int i = 0; i < 20000; ++i) {
    const std::string text = random_mbox(random);
    const auto wanted = split_plainly(text);
    ASSERT_EQ(split(text), wanted) << testing::PrintToString(text);
    for (const Part& part : wanted) holding += part.length_holds ? 1 : 0;
    const std::size_t block = 1 + random() % 64;
    ASSERT_EQ(split(text, block), wanted) << testing::PrintToString(text) << ", blocks of " << block;
  }
  EXPECT_GT(holding, 100U);  // or the generator shows nothing about lengths
}

/// Octets front to back, in pieces.
class InPieces final : public io::Source {
 public:
  InPieces(std::string octets, std::size_t piece) : octets_(std::move(octets)), inner_(as_bytes(octets_), piece) {}
  [[nodiscard]] Bytes read() override { return inner_.read(); }

 private:
  std::string octets_;
  io::MemorySource inner_;
};

TEST(Splitter, AStreamIsSplitAsTheFileIsUnderEveryRule) {
  std::mt19937 random(11);
  for (int i = 0; i < 20000; ++i) {
    std::string text = random_mbox(random);
    SplitRules rules;
    rules.form = static_cast<PostmarkForm>(random() % 3);
    rules.first_is_bare = random() % 4 == 0;
    if (random() % 4 == 0) rules.begin = random() % (text.size() + 1);
    if (random() % 4 == 0) {
      rules.line_ends = LineEnds::cr;
      for (char& c : text)
        if (c == '\n' && random() % 8 != 0) c = '\r';
    }
    if (const std::size_t at = text.find("\nFrom ", random() % (text.size() + 1)); at != std::string::npos)
      if (random() % 2 == 0) rules.decided = {{at + 1, random() % 2 == 0 ? FromLine::Is::split : FromLine::Is::body}};
    const OpenOctets open(text);
    const std::size_t piece = 1 + random() % 64;
    const auto parts_of = [&](std::unique_ptr<io::Source> plain) {
      Splitter splitter(open.file(), Side::source, open.size(), 1 + random() % 64, rules, std::move(plain));
      std::vector<Part> parts;
      try {
        while (splitter.next()) parts.push_back(part_of(splitter));
      } catch (const Error& error) {
        EXPECT_EQ(error.cause(), Cause::source_changed);  // no postmark where the rules say
      }
      return parts;
    };
    const auto wanted = parts_of(nullptr);
    ASSERT_EQ(parts_of(std::make_unique<InPieces>(text, piece)), wanted)
        << testing::PrintToString(text) << ", pieces of " << piece << ", begin " << rules.begin;
    // Asked for by their offsets too, but never backwards.
    Splitter plain(open.file(), Side::source, open.size(), 64, rules);
    Splitter splitter(open.file(), Side::source, open.size(), 64, rules, std::make_unique<InPieces>(text, piece));
    for (std::size_t at = random() % 2; at < wanted.size(); at += 1 + random() % 2) {
      const bool stands = plain.seek(wanted[at].offset);
      ASSERT_EQ(splitter.seek(wanted[at].offset), stands) << testing::PrintToString(text) << ", pieces of " << piece;
      if (stands) {
        ASSERT_EQ(part_of(splitter), part_of(plain)) << testing::PrintToString(text) << ", pieces of " << piece;
      }
    }
  }
}

TEST(Splitter, AStreamThatIsPastAnOffsetDoesNotGoBackThere) {
  const std::string text = mark + "h: 1\n\nb1\n\n" + mark + "h: 2\n\n" + std::string(1000, 'b') + "\n";
  const OpenOctets open(text);
  Splitter splitter(open.file(), Side::source, open.size(), 64, {}, std::make_unique<InPieces>(text, 16));
  ASSERT_TRUE(splitter.seek(text.rfind("From ")));
  EXPECT_EQ(part_of(splitter).header, "h: 2\n\n");
  EXPECT_FALSE(splitter.seek(0));
  EXPECT_FALSE(splitter.next());
}

TEST(Splitter, SkippingFindsTheSameMessagesAsReading) {
  std::mt19937 random(7);
  for (int i = 0; i < 3000; ++i) {
    const std::string text = random_mbox(random);
    const auto wanted = split(text);
    const OpenOctets open(text);
    Splitter splitter(open.file(), Side::source, open.size(), 1 + random() % 100);
    std::vector<Part> seen;
    std::size_t at = 0;
    while (splitter.next()) {
      ASSERT_LT(at, wanted.size());
      EXPECT_EQ(splitter.mark().offset, wanted[at].offset);
      EXPECT_EQ(splitter.header(), wanted[at].header);
      if (random() % 3 == 0) static_cast<void>(splitter.read());  // a part of it
      ++at;
    }
    ASSERT_EQ(at, wanted.size());
  }
}

TEST(Splitter, OctetsThatCannotBeReadCostOnlyTheirMessages) {
  std::string octets;
  std::vector<std::uint64_t> offsets;
  for (int i = 0; i < 64; ++i) {
    offsets.push_back(octets.size());
    octets += mark + "h: " + std::to_string(i) + "\n\n" + std::string(1000, 'b') + "\n\n";
  }
  support::MemoryKernel memory;
  memory.put_directory("/d");
  memory.put_file("/d/f", octets);
  support::FaultyKernel kernel(memory);
  SystemEntropy entropy;
  auto opened = fs::Directory::open_root(kernel, entropy, "/d", {}).open_file("f");
  kernel.count_anew();
  // The third block of 8 KiB, and then its first page.
  kernel.inject({.call = support::Call::read_at, .nth = 3});
  kernel.inject({.call = support::Call::read_at, .nth = 4});
  Splitter splitter(*opened.file, Side::source, octets.size(), 8192);
  std::vector<std::uint64_t> seen;
  std::size_t errors = 0;
  for (;;) {
    try {
      if (!splitter.next()) break;
      const std::uint64_t offset = splitter.mark().offset;
      static_cast<void>(part_of(splitter));
      seen.push_back(offset);
    } catch (const Error& error) {
      EXPECT_EQ(error.scope(), Scope::message);
      EXPECT_EQ(error.cause(), Cause::io_error);
      ++errors;
    }
  }
  EXPECT_EQ(errors, 1U);
  // A page is lost, and what began on it or before it and was not whole.
  std::vector<std::uint64_t> wanted;
  for (const std::uint64_t offset : offsets)
    if (offset + 1030 < 16384 || offset > 16384 + 4096) wanted.push_back(offset);
  EXPECT_EQ(seen, wanted);
}

TEST(Splitter, ADiskThatReadsNothingMoreEndsInAFewErrors) {
  const std::string octets = mark + "h: 1\n\n" + std::string(40'000'000, 'x') + "\n";
  support::MemoryKernel memory;
  memory.put_directory("/d");
  memory.put_file("/d/f", octets);
  support::FaultyKernel kernel(memory);
  SystemEntropy entropy;
  auto opened = fs::Directory::open_root(kernel, entropy, "/d", {}).open_file("f");
  kernel.count_anew();
  kernel.inject({.call = support::Call::read_at, .nth = 2, .and_all_later = true});
  Splitter splitter(*opened.file, Side::source, octets.size());
  std::size_t errors = 0;
  for (bool more = true; more;) {
    try {
      more = splitter.next();
    } catch (const Error& error) {
      EXPECT_EQ(error.scope(), Scope::message);
      ASSERT_LT(++errors, 100U);
    }
  }
  EXPECT_GT(errors, 1U);
}

TEST(Splitter, AFileThatBecameShorterIsNotReadToItsOldEnd) {
  const std::string octets = mark + "h: 1\n\n" + std::string(5000, 'x') + "\n\n" + mark + "h: 2\n\n";
  OpenOctets open(octets);
  Splitter splitter(open.file(), Side::source, open.size(), 1000);
  ASSERT_TRUE(splitter.next());
  // The same file, cut.
  const int dir = open.kernel().open_at(-100, "d", 0x200000 | 0x20000, 0);
  const int fd = open.kernel().open_at(dir, "f", 2 | 0x20000, 0);
  ASSERT_EQ(open.kernel().truncate(fd, 3000), 0);
  const Error error = error_of([&] { static_cast<void>(part_of(splitter)); });
  EXPECT_EQ(error.cause(), Cause::source_changed);
  EXPECT_EQ(error.scope(), Scope::folder);
  EXPECT_FALSE(splitter.next());
}

}  // namespace
}  // namespace mailhaul::formats::mbox
