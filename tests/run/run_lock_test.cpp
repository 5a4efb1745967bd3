#include "run/run_lock.hpp"

#include <set>

#include <gtest/gtest.h>

#include "mailhaul/run/finding_log.hpp"
#include "support/memory_kernel.hpp"

namespace mailhaul::run {
namespace {

/// Sleeping is all that takes time.
class SleepClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return now_; }
  [[nodiscard]] std::chrono::sys_seconds from_local(CivilSeconds civil) const override {
    return std::chrono::sys_seconds{civil.time_since_epoch()};
  }
  void sleep(std::chrono::milliseconds time) const override { now_ += time; }

 private:
  mutable Instant now_{};
};

/// Targets in memory, and runs that would write to them.
class RunLocks : public testing::Test {
 protected:
  RunLocks() {
    for (const char* path : {"/state", "/home", "/home/bob", "/home/bob/Maildir", "/home/bob/Maildir/.Sub",
                             "/home/bob/Maildir/.Other", "/home/bob/mail", "/home/bob/mail/Work", "/var", "/var/mail"})
      kernel.put_directory(path, {}, 0700);
  }
  static Store maildir(const std::string& path) { return {Format::maildir, path, "", {}}; }
  static Store mbox(const std::string& path) { return {Format::mbox, path, "", {}}; }
  static Store mboxdir(const std::string& path, const std::string& inbox = "") {
    Store store{Format::mboxdir, path, "", {}};
    if (!inbox.empty()) store.options["INBOX"] = inbox;
    return store;
  }
  [[nodiscard]] RunLock take(const Store& store, std::int64_t process = 1) {
    Request request;
    request.state_directory = "/state";
    context.lock_wait = std::chrono::milliseconds(100);
    const Machine machine{kernel, entropy, clock, stop, "host", process, {}, ""};
    return take_run_lock(machine, context, store, request);
  }
  /// Why the second has to wait while the first runs; empty: it has not.
  [[nodiscard]] std::string second(const Store& one, const Store& two) {
    const RunLock held = take(one, 4711);
    try {
      const RunLock other = take(two);
      return "";
    } catch (const Error& error) {
      EXPECT_EQ(error.cause(), Cause::locked);
      return error.reason();
    }
  }

  support::MemoryKernel kernel{};
  SystemEntropy entropy{};
  SleepClock clock{};
  StopRequest stop{};
  FindingLog findings{nullptr};
  formats::UniqueInstants instants{Instant{}};
  formats::Context context{kernel, entropy, clock, findings, instants, "host", 1};
};

constexpr const char* same = "another run of mailhaul is writing to it, process 4711";
constexpr const char* around = "another run of mailhaul is writing to a tree that it is in, process 4711";
constexpr const char* within = "another run of mailhaul is writing to a part of it";

TEST_F(RunLocks, KeepASecondRunFromTheSameTarget) {
  for (const Store& store : {maildir("/home/bob/Maildir"), mbox("/var/mail/bob"), mboxdir("/home/bob/mail"),
                             mboxdir("/home/bob/mail", "/var/mail/bob")})
    EXPECT_EQ(second(store, store), same) << store.path;
  EXPECT_EQ(second(mbox("/home/bob/mail/Work/a"), mbox("/home/bob/mail/../mail/Work/a")), same);
}

TEST_F(RunLocks, AreTakenForEachPart) {
  const Store apart = mboxdir("/home/bob/mail", "/var/mail/bob");
  EXPECT_EQ(second(apart, mbox("/var/mail/bob")), same);
  EXPECT_EQ(second(mbox("/var/mail/bob"), apart), same);
  EXPECT_EQ(second(apart, mboxdir("/home/bob/mail")), same);
  EXPECT_EQ(second(apart, mboxdir("/home/bob/Maildir", "/var/mail/bob")), same);
  EXPECT_EQ(second(apart, mbox("/var/mail/eve")), "");
  EXPECT_EQ(second(apart, mboxdir("/home/bob/Maildir", "/var/mail/eve")), "");
}

TEST_F(RunLocks, KeepARunFromATreeAroundAnother) {
  struct Row {
    Store tree;
    Store part;
  };
  for (const Row& row : {Row{maildir("/home/bob/Maildir"), maildir("/home/bob/Maildir/.Sub")},
                         {mboxdir("/home/bob/mail"), mbox("/home/bob/mail/Sent")},
                         {mboxdir("/home/bob/mail"), mbox("/home/bob/mail/Work/2024")},
                         {mboxdir("/home/bob/mail"), mboxdir("/home/bob/mail/Work")},
                         {mboxdir("/home/bob/mail"), mboxdir("/home/bob/Maildir", "/home/bob/mail/Sent")},
                         {mboxdir("/home"), maildir("/home/bob/Maildir/.Sub")}}) {
    EXPECT_EQ(second(row.tree, row.part), around) << row.part.path;
    EXPECT_EQ(second(row.part, row.tree), within) << row.part.path;
  }
}

TEST_F(RunLocks, LetRunsBesideEachOtherBe) {
  EXPECT_EQ(second(maildir("/home/bob/Maildir"), mboxdir("/home/bob/mail")), "");
  EXPECT_EQ(second(maildir("/home/bob/Maildir/.Sub"), maildir("/home/bob/Maildir/.Other")), "");
  EXPECT_EQ(second(mbox("/home/bob/mail/a"), mbox("/home/bob/mail/b")), "");
}

TEST_F(RunLocks, HoldATargetWhosePartsLieInEachOther) {
  const Store inside = mboxdir("/home/bob/mail", "/home/bob/mail/inbox");
  EXPECT_EQ(second(inside, mbox("/home/bob/mail/inbox")), around);
  EXPECT_EQ(second(inside, mbox("/home/bob/mail/Sent")), around);
}

TEST_F(RunLocks, AreTakenInOneOrder) {
  // Each tree holds the other's INBOX: taken in the order of parts, either would hold what the other waits for.
  const Store one = mboxdir("/home/bob/mail", "/home/bob/Maildir/x");
  const Store other = mboxdir("/home/bob/Maildir", "/home/bob/mail/x");
  const std::string first = second(one, other);
  const std::string turned = second(other, one);
  EXPECT_EQ((std::set<std::string>{first, turned}), (std::set<std::string>{around, within}))
      << "both meet at one and the same lock";
}

TEST_F(RunLocks, AreGivenBack) {
  const Store store = mboxdir("/home/bob/mail", "/home/bob/mail/inbox");
  for (int i = 0; i < 2; ++i) EXPECT_EQ(second(mbox("/home/bob/mail/inbox"), store), within);
  EXPECT_NO_THROW((void)take(store));
  EXPECT_TRUE(kernel.names_in("/home/bob/mail/Work").empty());
  EXPECT_EQ(kernel.names_in("/home/bob/mail"), std::vector<std::string>{"Work"});
}

}  // namespace
}  // namespace mailhaul::run
