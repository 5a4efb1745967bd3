#include "mailhaul/base/identity.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>

namespace mailhaul {
namespace {

constexpr Identity somebody{54321, 54322};

/// A file of root's that nobody else may read. In threads of their own, so that the one of the tests stays as it is.
class ActingAs : public testing::Test {
 protected:
  void SetUp() override {
    if (!can_act_as_others()) GTEST_SKIP() << "needs root";
    std::string pattern = (std::filesystem::temp_directory_path() / "mailhaul-identity-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    ASSERT_EQ(::chmod(directory_.c_str(), 0755), 0);
    const int fd = ::open(secret().c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    ASSERT_GE(fd, 0);
    ::close(fd);
  }
  void TearDown() override {
    if (!directory_.empty()) std::filesystem::remove_all(directory_);
  }

  [[nodiscard]] std::string secret() const { return directory_ + "/secret"; }
  /// 0 or the errno.
  [[nodiscard]] int open_secret() const {
    const int fd = ::open(secret().c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return errno;
    ::close(fd);
    return 0;
  }
  template <typename Work>
  static void in_a_thread(const Work& work) {
    std::thread(work).join();
  }

 private:
  std::string directory_{};
};

TEST_F(ActingAs, TakesNamesAsThatUserAndComesBack) {
  in_a_thread([this] {
    EXPECT_EQ(open_secret(), 0);
    ASSERT_EQ(act_as(somebody), 0);
    EXPECT_EQ(open_secret(), EACCES);
    EXPECT_EQ(::getgroups(0, nullptr), 0);
    EXPECT_EQ(static_cast<uid_t>(::setfsuid(static_cast<uid_t>(-1))), somebody.uid);
    EXPECT_EQ(static_cast<gid_t>(::setfsgid(static_cast<gid_t>(-1))), somebody.gid);
    ASSERT_EQ(act_as({somebody.uid + 1, somebody.gid}), 0);
    EXPECT_EQ(static_cast<uid_t>(::setfsuid(static_cast<uid_t>(-1))), somebody.uid + 1);
    act_as_runner();
    EXPECT_EQ(open_secret(), 0);
  });
}

TEST_F(ActingAs, IsAMatterOfOneThread) {
  in_a_thread([this] {
    ASSERT_EQ(act_as(somebody), 0);
    // A new thread begins as its maker, and may be told otherwise without him.
    in_a_thread([this] {
      EXPECT_EQ(open_secret(), EACCES);
      act_as_runner();
      EXPECT_EQ(open_secret(), 0);
    });
    EXPECT_EQ(open_secret(), EACCES);
  });
  EXPECT_EQ(open_secret(), 0);
}

TEST_F(ActingAs, KeepsGroupsOfTheRunnerAway) {
  in_a_thread([this] {
    ASSERT_EQ(act_as(somebody), 0);
    ASSERT_EQ(act_as({0, 0}), 0);  // root's own mail: as the runner
    EXPECT_EQ(open_secret(), 0);
    EXPECT_EQ(static_cast<uid_t>(::setfsuid(static_cast<uid_t>(-1))), ::geteuid());
  });
}

TEST_F(ActingAs, RefusesAnIdThatIsNone) {
  in_a_thread([this] {
    EXPECT_LT(act_as({static_cast<uid_t>(-1), somebody.gid}), 0);
    EXPECT_EQ(open_secret(), 0);  // back as the runner
  });
}

TEST(ActingAsAnother, IsNotForWhoIsNotRoot) {
  if (can_act_as_others()) GTEST_SKIP() << "is root";
  EXPECT_EQ(act_as(somebody), -EPERM);
  act_as_runner();
}

}  // namespace
}  // namespace mailhaul
