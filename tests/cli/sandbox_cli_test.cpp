// The layer under all rules: what a run gives away, and that it misses nothing of it.
#include <filesystem>

#include "cli/cli_test_case.hpp"

namespace mailhaul::black_box {
namespace {

class SandboxedRuns : public CliTest {
 protected:
  /// The line of `-v`; empty: there is none.
  static std::string line_of(const Result& result) {
    for (const std::string& line : lines_of(result.out))
      if (line.starts_with("sandbox: ")) return line;
    return "";
  }
};

TEST_F(SandboxedRuns, SayWhatTheyGaveAwayOnlyWhenAsked) {
  fill_maildir(at("M"), {simple_mail("one")});
  write_file(at("box"), mbox_of({simple_mail("two")}));
  std::filesystem::create_directory(at("D"));
  using Words = std::vector<std::string>;
  for (const Words& words :
       {Words{"sync", at("M"), "maildir:" + at("A")}, Words{"sync", "-n", at("M"), "mbox:" + at("N")},
        Words{"sync", at("box"), "mboxdir:" + at("B")}, Words{"sync", at("M"), "mbox:" + at("C")},
        Words{"verify", at("M"), at("C")}, Words{"scan", at("M"), at("box")}, Words{"fix", "-n", at("M")},
        Words{"fix", "mbox:" + at("box")}, Words{"settings", "dovecot:" + at("D")}}) {
    Words asked = words;
    asked.emplace_back("-v");
    const Result told = run(asked);
    EXPECT_EQ(told.status, status::ok) << told.err;
    const std::string line = line_of(told);
    EXPECT_TRUE(holds(line, "landlock")) << told.out;
    EXPECT_TRUE(holds(line, "seccomp"));
    EXPECT_EQ(holds(line, " capabilities"), is_root()) << line;
    const std::size_t number = line.rfind(' ', line.rfind(' ') - 1) + 1;
    if (is_root()) {
      EXPECT_LE(std::stoi(line.substr(number)), 7) << line;
    }
    EXPECT_EQ(line_of(run(words)), "");
    Words for_programs = words;
    for_programs.emplace_back("--json");
    EXPECT_TRUE(holds(run(for_programs).out, "\"sandbox\":\"" + line.substr(9) + "\""));
    asked.emplace_back("--no-sandbox");
    const Result free = run(asked);
    EXPECT_EQ(free.status, status::ok) << free.err;
    EXPECT_EQ(line_of(free), "");
  }
}

TEST_F(SandboxedRuns, ReadAZoneThatIsNamedAndFoldersThatComeLate) {
  // All that a run opens only after it gave its rights away: zones, a second file beside an mbox, new folders.
  write_file(at("box"), "From a@b Thu Nov 29 22:33:52 2001\nSubject: one\n\nx\n\n");
  const Result zoned = run({"sync", "--source-tz=Asia/Tokyo", "mbox:" + at("box"), "maildir:" + at("T")});
  EXPECT_EQ(zoned.status, status::ok) << zoned.err;
  constexpr std::int64_t tokyo = 1'007'073'232 - 9 * 3600;
  const auto mails = read_maildir(at("T"));
  ASSERT_EQ(mails.size(), 1U);
  EXPECT_EQ(mails.front().date, tokyo);
  fill_maildir(at("M/.A"), {simple_mail("one", 1), simple_mail("two", 2)});
  fill_maildir(at("M"), {simple_mail("three", 3)});
  for (const std::string& target : {"mboxdir:" + at("D"), "maildir:" + at("F") + ":LAYOUT=fs"}) {
    sync({at("M"), target});
    expect_settled(at("M"), target);
  }
}

}  // namespace
}  // namespace mailhaul::black_box
