#include "mailhaul/run/unified_diff.hpp"

#include <gtest/gtest.h>

#include <charconv>
#include <random>
#include <sstream>
#include <vector>

namespace mailhaul::run {
namespace {

TEST(UnifiedDiff, ShowsOnlyWhatIsNearAChange) {
  std::string before;
  for (int line = 1; line <= 12; ++line) before += std::to_string(line) + '\n';
  std::string after = before;
  after.replace(after.find("10\n"), 3, "ten\n");
  EXPECT_EQ(unified_diff("etc/x", before, after),
            "--- etc/x\n+++ etc/x\n@@ -7,6 +7,6 @@\n 7\n 8\n 9\n-10\n+ten\n 11\n 12\n");
  EXPECT_EQ(unified_diff("etc/x", before, before), "");
}

TEST(UnifiedDiff, FilesThatComeAndGo) {
  EXPECT_EQ(unified_diff("x", "", "a\nb\n"), "--- /dev/null\n+++ x\n@@ -0,0 +1,2 @@\n+a\n+b\n");
  EXPECT_EQ(unified_diff("x", "a\n", ""), "--- x\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n");
}

TEST(UnifiedDiff, ALineWithoutAnEndSaysSo) {
  EXPECT_EQ(unified_diff("x", "a", "a\n"), "--- x\n+++ x\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n");
}

/// As `patch` reads it; every line of these texts has its end.
std::string patched(const std::string& before, const std::string& diff) {
  std::istringstream old_text(before);
  std::istringstream in(diff);
  std::string line;
  std::string out;
  std::size_t at = 0;
  const auto copy_old = [&] {
    std::string old_line;
    std::getline(old_text, old_line);
    ++at;
    return old_line + '\n';
  };
  std::getline(in, line);
  std::getline(in, line);
  while (std::getline(in, line)) {
    if (line.starts_with("@@ -")) {
      std::size_t first = 0;
      const auto end = std::from_chars(line.data() + 4, line.data() + line.size(), first);
      const bool is_empty = std::string_view(end.ptr).starts_with(",0");
      while (at + (is_empty ? 0 : 1) < first) out += copy_old();
    } else if (line.front() == '+') {
      out += line.substr(1) + '\n';
    } else {
      const std::string old_line = copy_old();
      EXPECT_EQ(old_line, line.substr(1) + '\n');
      if (line.front() == ' ') out += old_line;
    }
  }
  while (old_text.peek() != std::char_traits<char>::eof()) out += copy_old();
  return out;
}

TEST(UnifiedDiff, AppliedToTheOldGivesTheNew) {
  std::mt19937 random(11);
  const auto pick = [&random](unsigned n) { return static_cast<unsigned>(random()) % n; };
  for (int round = 0; round < 500; ++round) {
    std::vector<std::string> lines;
    for (unsigned n = pick(40); n > 0; --n) lines.push_back(std::string(1, static_cast<char>('a' + pick(6))) + '\n');
    std::vector<std::string> changed = lines;
    for (unsigned n = pick(6); n > 0; --n) {
      const auto at = static_cast<std::ptrdiff_t>(pick(static_cast<unsigned>(changed.size()) + 1));
      if (pick(2) == 0)
        changed.insert(changed.begin() + at, "new\n");
      else if (at < static_cast<std::ptrdiff_t>(changed.size()))
        changed.erase(changed.begin() + at);
    }
    std::string before;
    std::string after;
    for (const std::string& line : lines) before += line;
    for (const std::string& line : changed) after += line;
    const std::string diff = unified_diff("x", before, after);
    ASSERT_EQ(patched(before, diff), after) << diff;
  }
}

}  // namespace
}  // namespace mailhaul::run
