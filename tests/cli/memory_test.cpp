#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include <filesystem>

#include "cli/cli_test_case.hpp"

namespace mailhaul::black_box {
namespace {

constexpr std::uint64_t mebibyte = 1ULL << 20U;
constexpr std::uint64_t peak_limit = 64 * mebibyte;
constexpr std::uint64_t peak_difference = 8 * mebibyte;

/// Mailboxes of which most is a hole: as large as they must be, and they cost no disk.
class Memory : public CliTest {
 protected:
  /// Writes `text` at each offset, and gives the file its size.
  static void write_sparse(const std::string& path, const std::vector<std::pair<std::uint64_t, std::string>>& pieces,
                           std::uint64_t size) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ASSERT_GE(fd, 0);
    for (const auto& [offset, text] : pieces)
      ASSERT_EQ(::pwrite(fd, text.data(), text.size(), static_cast<off_t>(offset)), static_cast<ssize_t>(text.size()));
    ASSERT_EQ(::ftruncate(fd, static_cast<off_t>(size)), 0);
    ::close(fd);
  }

  /// An mbox with a message a `step`, each with a hole for a body.
  static void write_mbox(const std::string& path, std::uint64_t size, std::uint64_t step) {
    std::vector<std::pair<std::uint64_t, std::string>> pieces;
    for (std::uint64_t offset = 0; offset < size; offset += step) {
      const std::string begin = (offset == 0 ? "" : "\n\n") + postmark_of(1'000'000'000) +
                                "\nSubject: " + std::to_string(offset) + "\n\nbody\n";
      pieces.emplace_back(offset, begin);
    }
    write_sparse(path, pieces, size);
  }

  /// Peak of copying `source` to a new target, which is removed again.
  std::uint64_t peak(const std::string& source, const std::string& target, std::uint64_t messages) {
    ::malloc_trim(0);  // a child's figure begins with what its parent had resident at the fork
    How how;
    how.limit = std::chrono::seconds{600};
    const Result result = run({"sync", "--json", "--allow-sparse", "--fsync=none", source, target}, how);
    EXPECT_EQ(result.status, status::ok) << result.err;
    EXPECT_TRUE(holds(result.out, "\"copied\":" + std::to_string(messages) + ","));
    std::filesystem::remove_all(target.substr(target.find(':') + 1));
    return result.peak_octets;
  }

  void expect_constant(std::uint64_t small, std::uint64_t large) const {
    if (is_sanitized())
      GTEST_SKIP() << "a sanitizer's own memory is in the figures: the copies worked, no more is told";
    EXPECT_LT(small, peak_limit);
    EXPECT_LT(large, peak_limit);
    EXPECT_LT(large, small + peak_difference) << "it grows with the mailbox";
    RecordProperty("peak_of_the_small_one_KiB", static_cast<int>(small / 1024));
    RecordProperty("peak_of_the_large_one_KiB", static_cast<int>(large / 1024));
  }
};

TEST_F(Memory, IsTheSameForALargeMboxAsForASmallOne) {
  const std::uint64_t large = is_long() ? 4096 * mebibyte : is_sanitized() ? 128 * mebibyte : 512 * mebibyte;
  write_mbox(at("small"), 40 * mebibyte, mebibyte);
  write_mbox(at("large"), large, mebibyte);
  const std::uint64_t small_peak = peak("mbox:" + at("small"), "maildir:" + at("M"), 40);
  expect_constant(small_peak, peak("mbox:" + at("large"), "maildir:" + at("M"), large / mebibyte));
}

TEST_F(Memory, IsTheSameForALargeMessageAsForASmallOne) {
  const std::uint64_t large = is_long() ? 2048 * mebibyte : is_sanitized() ? 64 * mebibyte : 256 * mebibyte;
  write_mbox(at("small"), 8 * mebibyte, 8 * mebibyte);
  write_mbox(at("large"), large, large);
  const std::uint64_t small_peak = peak("mbox:" + at("small"), "maildir:" + at("M"), 1);
  const std::uint64_t large_peak = peak("mbox:" + at("large"), "maildir:" + at("M"), 1);
  expect_constant(small_peak, large_peak);
}

TEST_F(Memory, IsTheSameOnTheWayBackIntoAnMbox) {
  const std::uint64_t large = is_long() ? 2048 * mebibyte : is_sanitized() ? 32 * mebibyte : 128 * mebibyte;
  for (const std::string name : {"small", "large"}) {
    make_maildir(at(name));
    write_sparse(at(name + "/cur/1.x:2,S"), {{0, "Subject: a hole\n\nbody\n"}}, name == "small" ? 4 * mebibyte : large);
  }
  const std::uint64_t small_peak = peak("maildir:" + at("small"), "mbox:" + at("t"), 1);
  expect_constant(small_peak, peak("maildir:" + at("large"), "mbox:" + at("t"), 1));
}

TEST_F(Memory, ManyMessagesTakeLittleEach) {
  std::string text;
  constexpr int count = 20'000;
  {
    const std::string one = postmark_of(1'000'000'000) + "\nSubject: x\n\n";
    std::string file;
    for (int i = 0; i < count; ++i) file += one + std::to_string(i) + "\n\n";
    write_file(at("mbox"), file);
    write_file(at("few"), mbox_of({simple_mail("one")}));
  }
  // Both listed at the target and walked at the source: the second run holds the index of all of them.
  std::uint64_t few = 0;
  std::uint64_t many = 0;
  for (int i = 0; i < 2; ++i) {
    ::malloc_trim(0);
    few = run({"sync", "--fsync=none", at("few"), "mbox:" + at("few-copy")}).peak_octets;
    const Result result = run({"sync", "--fsync=none", at("mbox"), "mbox:" + at("copy")});
    EXPECT_EQ(result.status, status::ok) << result.err;
    many = result.peak_octets;
  }
  if (is_sanitized()) GTEST_SKIP() << "a sanitizer's own memory is in the figures";
  EXPECT_LT((many - few) / count, 800U) << "octets a message";
}

TEST_F(Memory, ASparseFileIsOnlyReadWhenAskedFor) {
  write_mbox(at("mbox"), 40 * mebibyte, 40 * mebibyte);
  const Result mbox = run({"sync", "mbox:" + at("mbox"), "maildir:" + at("A")});
  EXPECT_EQ(mbox.status, status::no_such_store) << mbox.err;
  expect_one_line(mbox, "--allow-sparse");
  fill_maildir(at("M"), {simple_mail("one")});
  write_sparse(at("M/cur/9.hole:2,S"), {{0, "Subject: a hole\n\n"}}, 1024 * mebibyte);
  const Result maildir = run({"sync", at("M"), "maildir:" + at("B")});
  EXPECT_EQ(maildir.status, status::some_failed);
  EXPECT_TRUE(holds(maildir.err, "9.hole"));
  EXPECT_TRUE(holds(maildir.err, "--allow-sparse"));
  EXPECT_EQ(read_maildir(at("B")).size(), 1U);
}

}  // namespace
}  // namespace mailhaul::black_box
