#include <filesystem>
#include <random>

#include "cli/cli_test_case.hpp"

namespace mailhaul::black_box {
namespace {

/// Random files made of what matters to a splitter, read by the program and by the plain reader of these tests: both
/// must find the same messages, with the same flags and dates.
class Split : public CliTest {
 protected:
  Split() : CliTest(Place::memory) {}

  static std::string piece(std::mt19937_64& random) {
    static const std::vector<std::string> lines{
        "From a@b Thu Nov 29 22:33:52 2001",
        "From a@b  Thu Nov  9 22:33:52 2001",
        "From a@b Thu Nov 9 22:33:52 2001 +0300",
        "From a@b Thu Nov 29 22:33:52 +0300 2001",
        "From a@b Thu Nov 29 22:33:52 EET 2001",
        "From a@b Thu Nov 29 22:33 2001",
        "From  Thu Nov 29 22:33:52 2001",
        "From \"bob smith\"@x Thu Nov 29 22:33:52 2001",
        "From bob smith Thu Nov 29 22:33:52 2001",
        "From Thu Nov 29 22:33:52 2001",
        "From a@b Thu Nov 29 22:33:52 MET DST 2001",
        "From a@b Thu, 29 Nov 2001 22:33:52 -0500",
        "From a@b Thu Foo 29 22:33:52 2001",
        "From a@b Thu Nov 29 22:33:52 01",
        "From a@b Thu Nov 29 2:33:52 2001",
        "From a@b thu nov 29 22:33:52 2001  ",
        "From the very start it was clear",
        "From a@b Thu Nov 29 22:33:52 2001 remote from host",
        "From a@b Mon Feb 30 25:61:00 2009",
        "From ",
        ">From a@b Thu Nov 29 22:33:52 2001",
        ">>From twice",
        "Subject: a header",
        " folded",
        "Status: RO",
        "X-Status: AF",
        "X-Keywords: work $Forwarded",
        "X-IMAPbase: 1 2",
        "no header",
        "",
        "",
        "",
        std::string("NUL\0NUL", 7),
    };
    if (random() % 12 == 0) return "Content-Length: " + std::to_string(random() % 160);
    if (random() % 12 == 0) return postmark_of(static_cast<std::int64_t>(random() % 2'000'000'000U));
    return lines[random() % lines.size()];
  }

  static std::string file(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    const bool crlf = random() % 5 == 0;
    const bool mixed = random() % 10 == 0;
    std::string text = postmark_of(7) + "\n";
    for (std::size_t pieces = random() % 60; pieces > 0; --pieces) {
      text += piece(random);
      text += mixed ? (random() % 2 == 0 ? "\r\n" : "\n") : crlf ? "\r\n" : "\n";
    }
    while (random() % 3 == 0 && text.size() > 70) text.pop_back();
    return text;
  }
};

TEST_F(Split, RandomFilesAreSplitByTheRules) {
  const std::uint64_t files = is_long() ? 5'000 : 60;
  std::size_t messages = 0;
  for (std::uint64_t seed = 1; seed <= files; ++seed) {
    SCOPED_TRACE(seed);
    write_file(at("mbox"), file(seed));
    const auto mails = read_mbox(at("mbox"));
    messages += mails.size();
    const Result result = run({"sync", "-q", "--fsync=none", "mbox:" + at("mbox"), "maildir:" + at("M")});
    EXPECT_EQ(result.status, status::ok) << result.err;
    EXPECT_EQ(difference(mails, read_maildir(at("M")), As::kept_by_mbox), "") << read_file(at("mbox"));
    if (HasFailure()) return;
    std::filesystem::remove_all(at("M"));
    forget_runs();
  }
  EXPECT_GT(messages, files * 3) << "too few to prove anything";
}

}  // namespace
}  // namespace mailhaul::black_box
