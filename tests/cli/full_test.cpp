// T5: targets, and directories of ledgers, on file systems that become full, of octets or of inodes. What is finished
// stays, nothing is there in part, no status lies, and when there is room again the next run completes it.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <iostream>
#include <optional>

#include "cli/cli_test_case.hpp"

namespace mailhaul::black_box {
namespace {

namespace stdfs = std::filesystem;

enum class Full { octets, inodes };
constexpr std::array<std::uint64_t, 4> fractions{1, 2, 4, 6};  ///< eighths
constexpr std::uint64_t plenty = 64ULL << 20U;
constexpr std::uint64_t plenty_of_inodes = 100'000;

/// What is copied, and read back: INBOX, and where the format has folders Sub.
struct Into {
  std::string format{};
  bool has_folders = true;
};

class FullDisk : public CliTest {
 protected:
  FullDisk() : CliTest(Place::memory) {}
  void SetUp() override {
    if (!is_root()) GTEST_SKIP() << "needs root: it mounts a small tmpfs";
    for (int i = 0; i < 160; ++i) {
      const std::size_t octets = i % 10 == 0 ? 40'000 : 3'000;
      (i % 2 == 0 ? inbox_ : sub_).push_back(simple_mail("message-" + std::to_string(i), 1'000'000'000 + i, octets));
    }
    fill_maildir(at("one"), inbox_);
    fill_maildir(at("two"), inbox_);
    fill_maildir(at("two/.Sub"), sub_);
    give_tree(at("one"), somebody);
    give_tree(at("two"), somebody);
    guard(at("one"));
    guard(at("two"));
  }

  struct Found {
    std::vector<Mail> inbox{};
    std::vector<Mail> sub{};
  };
  [[nodiscard]] static Found found_at(const Into& into, const std::string& path) {
    if (into.format == "mbox") return {exists(path) ? read_mbox(path) : std::vector<Mail>{}, {}};
    if (into.format == "mboxdir")
      return {exists(path + "/inbox") ? read_mbox(path + "/inbox") : std::vector<Mail>{},
              exists(path + "/Sub") ? read_mbox(path + "/Sub") : std::vector<Mail>{}};
    return {read_maildir(path), read_maildir(path + "/.Sub")};
  }

  [[nodiscard]] Result run_into(const Into& into, const std::string& path, const std::string& state) {
    How how;
    how.environment["MAILHAUL_STATE"] = state;
    // With the default of what is synced: that a disk is full may show only then.
    return run({"sync", "maildir:" + at(into.has_folders ? "two" : "one"), into.format + ":" + path}, how);
  }

  /// How many of `found` are none of `all`, whole; or more than once.
  static std::size_t foreign(const std::vector<Mail>& all, const std::vector<Mail>& found) {
    const auto wanted = multiset_of(all, As::kept_by_mbox);
    std::size_t count = 0;
    auto met = multiset_of(found, As::kept_by_mbox);
    for (const Mail& mail : met)
      if (wanted.count(mail) < met.count(mail)) ++count;
    return count;
  }

  struct Figures {
    std::uint64_t runs = 0, full = 0, kept = 0, foreign = 0, lies = 0, lost_or_doubled = 0;
    void tell(const std::string& what) const {
      std::cout << "T5 " << what << ": " << runs << " runs, " << full << " ended as full, " << kept
                << " messages were there then; foreign, cut or doubled " << foreign << ", lies " << lies
                << ", not completed by the next run " << lost_or_doubled << std::endl;
    }
  };

  /// On a disk that is too small, then with `make_room`.
  template <typename MakeRoom>
  void expect_survived(const Into& into, const std::string& path, const std::string& state, const MakeRoom& make_room) {
    const std::vector<Mail> sub = into.has_folders ? sub_ : std::vector<Mail>{};
    const Result result = run_into(into, path, state);
    ++figures_.runs;
    EXPECT_EQ(result.status, status::target_full) << result.out << result.err;
    if (result.status == status::target_full) ++figures_.full;
    Found found = found_at(into, path);
    figures_.kept += found.inbox.size() + found.sub.size();
    const std::size_t bad = foreign(inbox_, found.inbox) + foreign(sub, found.sub);
    figures_.foreign += bad;
    EXPECT_EQ(bad, 0U) << "cut, foreign or doubled";
    if (result.status == status::ok && found.inbox.size() + found.sub.size() < inbox_.size() + sub.size())
      ++figures_.lies;
    make_room();
    const Result again = run_into(into, path, state);
    EXPECT_EQ(again.status, status::ok) << again.out << again.err;
    found = found_at(into, path);
    const std::string difference_of_inbox = difference(inbox_, found.inbox, As::kept_by_mbox);
    const std::string difference_of_sub = difference(sub, found.sub, As::kept_by_mbox);
    EXPECT_EQ(difference_of_inbox, "");
    EXPECT_EQ(difference_of_sub, "");
    if (again.status != status::ok || !difference_of_inbox.empty() || !difference_of_sub.empty())
      ++figures_.lost_or_doubled;
    if (into.format == "maildir") {
      EXPECT_TRUE(names_in(path + "/tmp").empty());
    }
  }

  std::vector<Mail> inbox_{}, sub_{};
  Figures figures_{};
};

class FullMemory : public FullDisk, public ::testing::WithParamInterface<std::tuple<const char*, Full>> {};

TEST_P(FullMemory, IsSurvived) {
  const Into into{std::get<0>(GetParam()), std::string(std::get<0>(GetParam())) != "mbox"};
  const Full full = std::get<1>(GetParam());
  const std::string path = at("disk/target");
  for (const bool with_state : {false, true}) {
    const auto state = [&](const std::string& name) { return at((with_state ? "disk/state-" : "state-") + name); };
    SmallDisk::Room needed;
    {
      const SmallDisk disk(at("disk"), plenty, plenty_of_inodes);
      if (!disk.mounted()) GTEST_SKIP() << "a tmpfs can't be mounted here";
      ASSERT_EQ(run_into(into, path, state("whole")).status, status::ok);
      needed = disk.used();
    }
    for (const std::uint64_t eighths : fractions) {
      SCOPED_TRACE(std::to_string(eighths) + "/8" + (with_state ? ", the ledger there too" : ""));
      const std::uint64_t octets = full == Full::octets ? needed.octets * eighths / 8 : plenty;
      // At least the root of the file system; with it nothing else.
      const std::uint64_t inodes =
          full == Full::inodes ? std::max<std::uint64_t>(1, needed.inodes * eighths / 8) : plenty_of_inodes;
      const SmallDisk disk(at("disk"), octets, inodes);
      ASSERT_TRUE(disk.mounted());
      expect_survived(into, path, state(std::to_string(eighths)), [&] { disk.resize(plenty, plenty_of_inodes); });
      if (HasFailure()) return;
    }
  }
  figures_.tell(into.format + ", no " + (full == Full::octets ? "octets" : "inodes") + " left");
}

std::string name_of_both(const ::testing::TestParamInfo<std::tuple<const char*, Full>>& tested) {
  return std::string(std::get<0>(tested.param)) + (std::get<1>(tested.param) == Full::octets ? "Octets" : "Inodes");
}

INSTANTIATE_TEST_SUITE_P(T5, FullMemory,
                         ::testing::Combine(::testing::Values("maildir", "mbox", "mboxdir"),
                                            ::testing::Values(Full::octets, Full::inodes)),
                         name_of_both);

/// A file system as servers have it, in a file. Room is made by removing what filled it.
class FullExt4 : public FullDisk, public ::testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override {
    if (!is_long()) GTEST_SKIP() << "MAILHAUL_LONG is not set";
    FullDisk::SetUp();
  }
  void TearDown() override {
    if (mounted_) shell("/bin/umount", {at("ext4")});
  }
  static int shell(const std::string& program, const std::vector<std::string>& arguments) {
    How how;
    how.program = program;
    return exists(program) ? black_box::run(arguments, how).status : 127;
  }
  [[nodiscard]] bool make(std::uint64_t octets, std::uint64_t inodes) {
    write_file(at("image"), "");
    stdfs::resize_file(at("image"), octets);
    stdfs::create_directories(at("ext4"));
    mounted_ = shell("/usr/sbin/mkfs.ext4",
                     {"-q", "-F", "-m", "0", "-O", "^has_journal", "-N", std::to_string(inodes), at("image")}) == 0 &&
               shell("/bin/mount", {"-o", "loop", at("image"), at("ext4")}) == 0;
    return mounted_;
  }
  bool mounted_ = false;
};

TEST_P(FullExt4, IsSurvived) {
  const Into into{GetParam(), std::string(GetParam()) != "mbox"};
  if (!make(16U << 20U, 1024)) GTEST_SKIP() << "no ext4 on a loop device here";
  std::uint64_t needed = 0;
  for (const Mail& mail : inbox_) needed += mail.octets.size() + 512;
  for (const Mail& mail : sub_) needed += mail.octets.size() + 512;
  for (const bool with_state : {false, true})
    for (const std::uint64_t eighths : fractions) {
      const std::string name = std::string(with_state ? "s" : "t") + std::to_string(eighths);
      SCOPED_TRACE(name);
      const std::uint64_t free = stdfs::space(at("ext4")).available;
      const std::uint64_t left =
          needed * eighths / 8 * (into.has_folders ? 1U : 0U) + (into.has_folders ? 0U : needed / 2 * eighths / 8);
      const int ballast = ::open(at("ext4/ballast").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
      ASSERT_EQ(::posix_fallocate(ballast, 0, static_cast<off_t>(free - left)), 0);
      ::close(ballast);
      expect_survived(into, at("ext4/" + name), at(with_state ? "ext4/state-" + name : "state-" + name),
                      [&] { stdfs::remove(at("ext4/ballast")); });
      stdfs::remove_all(at("ext4/" + name));
      stdfs::remove_all(at("ext4/state-" + name));
    }
  figures_.tell(into.format + " on ext4");
}

INSTANTIATE_TEST_SUITE_P(T5, FullExt4, ::testing::Values("maildir", "mbox", "mboxdir"),
                         [](const auto& tested) { return std::string(tested.param); });

}  // namespace
}  // namespace mailhaul::black_box
