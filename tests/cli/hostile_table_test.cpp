// T13: a table of hostile names and trees. For each row: no secret at the target, nothing made there that is no plain
// file or directory, no set-id bit, nothing outside or at the source changed, no control octet on the terminal, JSON
// that parses, little memory, an end in time.
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <optional>

#include <nlohmann/json.hpp>

#include "cli/cli_test_case.hpp"
#include "cli/hostile_rows.hpp"

namespace mailhaul::black_box {
namespace {

namespace stdfs = std::filesystem;

constexpr std::uint64_t most_memory = 256ULL << 20U;
constexpr std::size_t longest_line = 300;
constexpr std::uint64_t largest_read = 64ULL << 20U;

class HostileTable : public CliTest, public ::testing::WithParamInterface<HostileRow> {
 protected:
  HostileTable() : CliTest(Place::memory) {}
  void SetUp() override {
    if (!is_root()) GTEST_SKIP() << "needs root: it gives files to other users";
    grounds_.make();
    if (!GetParam().plant(grounds_)) GTEST_SKIP() << "can't be planted here";
    grounds_.hand_over();
    guard(at("outside"));
  }

  /// What nobody but root, or the one who planted it, may have made.
  void expect_harmless(const std::string& tree, const std::vector<Entry>& before) {
    std::map<std::string, Entry> known;
    for (const Entry& entry : before) known[entry.path] = entry;
    for (const Entry& entry : snapshot(tree)) {
      const auto old = known.find(entry.path);
      const bool is_new = old == known.end() || old->second.inode != entry.inode;
      if (!is_new) continue;
      EXPECT_TRUE(entry.kind == 'f' || entry.kind == 'd') << entry.kind << " " << entry.path;
      // A directory in a set-gid one is one: that the kernel does, and servers want.
      EXPECT_EQ(entry.mode & (entry.kind == 'd' ? 05000U : 07000U), 0U) << entry.path;
      EXPECT_NE(entry.uid, 0U) << entry.path;
      if (entry.kind != 'f' || entry.size > largest_read) continue;
      EXPECT_EQ(read_file(tree + "/" + entry.path).find(planted_secret), std::string::npos) << entry.path;
    }
  }

  static std::size_t messages_in_maildir(const std::string& tree) {
    std::size_t count = 0;
    for (const Entry& entry : snapshot(tree)) {
      const stdfs::path path(entry.path);
      const std::string directory = path.parent_path().filename();
      if (entry.kind == 'f' && (directory == "cur" || directory == "new") && path.filename().string()[0] != '.')
        ++count;
    }
    return count;
  }
  /// Nothing when a file is too large to be counted by this simple reader.
  static std::optional<std::size_t> messages_in_mboxdir(const std::string& tree) {
    std::size_t count = 0;
    for (const Entry& entry : snapshot(tree)) {
      if (entry.kind != 'f' || stdfs::path(entry.path).filename().string()[0] == '.') continue;
      if (entry.size > largest_read) return std::nullopt;
      const std::string text = "\n" + read_file(tree + "/" + entry.path);
      for (std::size_t at = text.find("\nFrom "); at != std::string::npos; at = text.find("\nFrom ", at + 1)) {
        const std::string line = text.substr(at + 1, std::min<std::size_t>(text.find('\n', at + 1) - at, longest_line));
        if (line.find(':') != std::string::npos) ++count;  // else it is text
      }
    }
    return count;
  }

  Result haul(const std::string& source, const std::string& target, bool as_json) {
    std::vector<std::string> arguments{"sync", "-v", "-i", "--lock-wait=0", "--fsync=none"};
    arguments.insert(arguments.end(), GetParam().options.begin(), GetParam().options.end());
    if (as_json) arguments.push_back("--json");
    arguments.insert(arguments.end(), {source, target});
    How how;
    how.limit = std::chrono::seconds{is_long() ? 300 : 60};
    const Result result = run(arguments, how);
    EXPECT_TRUE(is_sanitized() || result.peak_octets < most_memory) << result.peak_octets;
    for (const std::string& line : as_json ? lines_of(result.out) : std::vector<std::string>{})
      EXPECT_TRUE(nlohmann::json::parse(line, nullptr, false).is_object()) << line;
    return result;
  }

  /// Into a Maildir, told as text; into a tree of mboxes, told as JSON. Twice, since the second run knows of the first.
  void expect_row(const std::string& source, const std::string& maildir, const std::string& mboxdir) {
    const HostileRow& row = GetParam();
    const auto maildir_before = snapshot(maildir);
    const auto mboxdir_before = snapshot(mboxdir);
    for (const bool is_first : {true, false}) {
      SCOPED_TRACE(is_first ? "first" : "again");
      const Result text = haul(source, "maildir:" + maildir, false);
      EXPECT_EQ(text.status, row.status) << text.out << text.err;
      // A folder that is as it was left is not looked at again, but for what could not be read.
      if (is_first || row.status != status::ok) {
        EXPECT_TRUE(holds(text.out + text.err, row.finding));
      }
      EXPECT_EQ(messages_in_maildir(maildir), row.messages) << text.out << text.err;
      expect_harmless(maildir, maildir_before);
      const Result json = haul(source, "mboxdir:" + mboxdir, true);
      EXPECT_EQ(json.status, row.status_as_mboxdir.value_or(row.status)) << json.out << json.err;
      const std::size_t wanted = row.messages_as_mboxdir.value_or(row.messages);
      EXPECT_EQ(messages_in_mboxdir(mboxdir).value_or(wanted), wanted) << json.out;
      expect_harmless(mboxdir, mboxdir_before);
    }
    if (row.afterwards) row.afterwards(grounds_);
  }

  Grounds grounds_{CliTest::at("grounds")};

  [[nodiscard]] std::string at(const std::string& below) const { return CliTest::at("grounds/" + below); }
};

class HostileMaildir : public HostileTable {};
class HostileName : public HostileTable {};
class HostileMbox : public HostileTable {};
class HostileMboxdir : public HostileTable {};
class HostilePlace : public HostileTable {};

TEST_P(HostileMaildir, DoesNoHarm) {
  guard(at("home"));
  expect_row("maildir:" + at("home/M"), at("A"), at("B"));
}
TEST_P(HostileName, DoesNoHarm) {
  guard(at("home"));
  expect_row("maildir:" + at("home/M"), at("A"), at("B"));
}
TEST_P(HostileMbox, DoesNoHarm) {
  guard_but_for_atimes(at("home"));
  expect_row("mbox:" + at("home/mbox"), at("A"), at("B"));
}
TEST_P(HostileMboxdir, DoesNoHarm) {
  guard_but_for_atimes(at("home"));
  expect_row("mboxdir:" + at("home/B"), at("A"), at("B"));
}
TEST_P(HostilePlace, DoesNoHarm) { expect_row("maildir:" + at("quiet"), at("home/T"), at("home/C")); }

std::string name_of(const ::testing::TestParamInfo<HostileRow>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(T13, HostileMaildir, ::testing::ValuesIn(hostile_maildirs()), name_of);
INSTANTIATE_TEST_SUITE_P(T13, HostileName, ::testing::ValuesIn(hostile_names()), name_of);
INSTANTIATE_TEST_SUITE_P(T13, HostileMbox, ::testing::ValuesIn(hostile_mboxes()), name_of);
INSTANTIATE_TEST_SUITE_P(T13, HostileMboxdir, ::testing::ValuesIn(hostile_mboxdirs()), name_of);
INSTANTIATE_TEST_SUITE_P(T13, HostilePlace, ::testing::ValuesIn(hostile_targets()), name_of);

TEST(HostileTables, HaveAtLeastSixtyRows) {
  const std::size_t rows = hostile_maildirs().size() + hostile_names().size() + hostile_mboxes().size() +
                           hostile_mboxdirs().size() + hostile_targets().size();
  std::cout << "T13 " << rows << " rows" << std::endl;
  EXPECT_GE(rows, 60U);
}

}  // namespace
}  // namespace mailhaul::black_box
