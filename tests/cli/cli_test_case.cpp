#include "cli/cli_test_case.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>

namespace mailhaul::black_box {
namespace {

std::string shown(const std::vector<std::string>& arguments) {
  return std::accumulate(arguments.begin(), arguments.end(), std::string("mailhaul"),
                         [](std::string all, const std::string& word) { return std::move(all) + " " + word; });
}

std::vector<Entry> without_atimes(std::vector<Entry> entries) {
  for (Entry& entry : entries) entry.accessed_ns = 0;
  return entries;
}

bool has(const std::vector<std::string>& arguments, std::string_view word) {
  return std::find(arguments.begin(), arguments.end(), word) != arguments.end();
}

}  // namespace

void CliTest::guard(const std::string& path) {
  make_reads_visible(path);
  guarded_[path] = {snapshot(path), true};
}

void CliTest::guard_but_for_atimes(const std::string& path) {
  guarded_[path] = {without_atimes(snapshot(path)), false};
}

Result CliTest::run(const std::vector<std::string>& arguments, const How& how) {
  Result result = black_box::run(arguments, how);
  check(result, arguments);
  return result;
}

void CliTest::check(const Result& result, const std::vector<std::string>& arguments) {
  SCOPED_TRACE(shown(arguments));
  EXPECT_FALSE(result.hung) << "hang";
  EXPECT_LT(result.status, 126) << "ended by a signal, or not started:\n" << result.err;
  EXPECT_EQ(control_octets_in(result.out), "") << result.out;
  if (!has(arguments, "--progress") && !has(arguments, "-P")) {
    EXPECT_EQ(control_octets_in(result.err), "") << result.err;
  }
  for (const auto& [path, guarded] : guarded_) {
    const auto now = guarded.with_atimes ? snapshot(path) : without_atimes(snapshot(path));
    EXPECT_EQ(difference(guarded.before, now), "") << "in " << path;
  }
}

Result CliTest::sync(const std::vector<std::string>& arguments) {
  std::vector<std::string> all{"sync"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  Result result = run(all);
  EXPECT_EQ(result.status, status::ok) << shown(all) << "\n" << result.out << result.err;
  EXPECT_EQ(result.err, "") << shown(all);
  return result;
}

void CliTest::expect_settled(const std::string& source, const std::string& target,
                             const std::vector<std::string>& options) {
  std::vector<std::string> words{"verify"};
  words.insert(words.end(), options.begin(), options.end());
  for (const std::string& location : {source, target}) words.insert(words.end(), location);
  const Result proof = run(words);
  EXPECT_EQ(proof.status, status::ok) << shown(words) << "\n" << proof.out << proof.err;

  const std::string tree = target.substr(target.find(':') + 1);
  const auto before = without_atimes(snapshot(tree));
  const Result again = sync({words.begin() + 1, words.end()});
  EXPECT_TRUE(holds(again.out, "Nothing to copy: "));
  EXPECT_TRUE(holds(again.out, "\nCopied 0 "));
  EXPECT_EQ(difference(before, without_atimes(snapshot(tree))), "") << "a second run changed " << tree << " (R8)";
}

void CliTest::expect_one_line(const Result& result, std::string_view must_name) {
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
  EXPECT_EQ(result.err.compare(0, 10, "mailhaul: "), 0) << result.err;
  EXPECT_TRUE(holds(result.err, must_name));
}

bool CliTest::is_root() { return ::geteuid() == 0; }

::testing::AssertionResult holds(std::string_view text, std::string_view part) {
  if (text.find(part) != std::string_view::npos) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "no \"" << part << "\" in:\n" << text;
}

bool is_long() { return std::getenv("MAILHAUL_LONG") != nullptr; }

std::string corpus(const std::string& below) { return std::string(MAILHAUL_CORPUS) + "/" + below; }

bool has_corpus() { return exists(corpus("INDEX.tsv")); }

}  // namespace mailhaul::black_box
