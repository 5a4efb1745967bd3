#include "mailhaul/fs/dotlock.hpp"

#include <cerrno>

#include "fs/world.hpp"
#include "support/machine_clock.hpp"

namespace mailhaul::fs {
namespace {

using namespace std::chrono_literals;
using support::Call;
using support::MachineClock;

class Dotlocked : public InMemory {
 protected:
  Dotlocked() { memory().put_file("/m/mbox", "mail", bob); }
  [[nodiscard]] std::optional<Dotlock> take(const Directory& directory) {
    return Dotlock::try_take(directory, "mbox", "4711:mx1.example.com", {bob, 0600, 0700}, clock_);
  }
  [[nodiscard]] bool held() { return Dotlock::is_held(open(Side::source), "mbox", clock_); }
  MachineClock clock_{memory()};
};

TEST_F(Dotlocked, IsAFileBesideTheLockedOneUntilItGoes) {
  const Directory root = open();
  EXPECT_FALSE(held());
  {
    const auto lock = take(root);
    ASSERT_TRUE(lock);
    EXPECT_EQ(memory().octets_of("/m/mbox.lock"), "4711:mx1.example.com");
    EXPECT_EQ(memory().status_of("/m/mbox.lock").owner, bob);
    EXPECT_EQ(memory().status_of("/m/mbox.lock").permissions, 0600U);
    EXPECT_TRUE(held());
  }
  EXPECT_FALSE(held());
  EXPECT_EQ(memory().names_in("/m"), std::vector<std::string>{"mbox"});
}

TEST_F(Dotlocked, IsTakenByOneOnly) {
  const Directory root = open();
  {
    const auto lock = take(root);
    ASSERT_TRUE(lock);
    EXPECT_FALSE(take(root));
    EXPECT_EQ(memory().names_in("/m"), (std::vector<std::string>{"mbox", "mbox.lock"}));
  }
  EXPECT_TRUE(take(root)) << "after it was given back";
}

TEST_F(Dotlocked, IsGivenBackOnceWhenMoved) {
  const Directory root = open();
  {
    std::optional<Dotlock> kept;
    {
      auto lock = take(root);
      ASSERT_TRUE(lock);
      kept.emplace(std::move(*lock));
    }
    EXPECT_TRUE(held());
    memory().advance(15s);
    kept->touch();
  }
  EXPECT_FALSE(held());
}

TEST_F(Dotlocked, OfAnotherProgramIsRespectedWhileItIsFresh) {
  memory().put_file("/m/mbox.lock", "1:other", bob);
  const Directory root = open();
  EXPECT_TRUE(held());
  EXPECT_FALSE(take(root));
  memory().advance(119s);
  EXPECT_TRUE(held());
  EXPECT_FALSE(take(root));
  EXPECT_EQ(memory().octets_of("/m/mbox.lock"), "1:other");
}

TEST_F(Dotlocked, OfADeadProgramIsReplacedAfterTwoMinutes) {
  memory().put_file("/m/mbox.lock", "1:dead", bob);
  memory().advance(121s);
  EXPECT_FALSE(held());
  const Directory root = open();
  const auto lock = take(root);
  ASSERT_TRUE(lock);
  EXPECT_EQ(memory().octets_of("/m/mbox.lock"), "4711:mx1.example.com");
}

TEST_F(Dotlocked, IsNotDeadWhileTheLockedFileChanges) {
  memory().put_file("/m/mbox.lock", "1:slow", bob);
  memory().advance(100s);
  memory().put_file("/m/mbox", "more mail", bob);
  memory().advance(100s);
  EXPECT_TRUE(held()) << "its holder still writes";
  EXPECT_FALSE(take(open()));
  memory().advance(100s);
  EXPECT_TRUE(take(open()));
}

TEST_F(Dotlocked, IsJudgedByItselfWhenTheLockedFileIsNotThere) {
  memory().remove("/m/mbox");
  memory().put_file("/m/mbox.lock", "1:dead", bob);
  EXPECT_FALSE(take(open()));
  memory().advance(121s);
  EXPECT_TRUE(take(open()));
}

TEST_F(Dotlocked, LivesAsLongAsItIsTouched) {
  const Directory root = open();
  auto lock = take(root);
  ASSERT_TRUE(lock);
  for (int i = 0; i < 60; ++i) {
    memory().advance(10s);
    lock->touch();
    EXPECT_TRUE(held());
    EXPECT_FALSE(take(root));
  }
  memory().advance(121s);
  EXPECT_FALSE(held());
}

TEST_F(Dotlocked, OfTheFutureGoesStaleLikeAnyOther) {
  memory().put_file("/m/mbox.lock", "1:planted", bob);
  for (const char* name : {"mbox.lock", "mbox"})
    open().open_file_for_update(name).file->set_modified(memory().time() + 1000h);
  EXPECT_TRUE(held());
  memory().advance(121s);
  EXPECT_FALSE(held());
  EXPECT_TRUE(take(open()));
}

TEST_F(Dotlocked, IsNotTouchedMoreOftenThanNeeded) {
  const Directory root = open();
  auto lock = take(root);
  ASSERT_TRUE(lock);
  kernel().count_anew();
  for (int i = 0; i < 90; ++i) {
    memory().advance(100ms);
    lock->touch();
  }
  EXPECT_EQ(kernel().calls(), 0U);
  memory().advance(2s);
  lock->touch();
  EXPECT_EQ(kernel().calls(Call::set_modified), 1U);
}

TEST_F(Dotlocked, SaysWhenItWasTakenAwayAndLeavesTheNewOneAlone) {
  const Directory root = open();
  {
    auto lock = take(root);
    ASSERT_TRUE(lock);
    memory().advance(15s);
    memory().put_file("/m/mbox.lock", "1:thief", bob);
    const Error error = error_of([&] { lock->touch(); });
    EXPECT_EQ(error.cause(), Cause::locked);
    EXPECT_EQ(error.scope(), Scope::folder);
  }
  EXPECT_EQ(memory().octets_of("/m/mbox.lock"), "1:thief") << "S11";
}

TEST_F(Dotlocked, IsHeldWhenSomethingOddHasItsName) {
  const Directory root = open();
  memory().put_file("/secret", "secret");
  const auto check = [&] {
    memory().advance(1000s);
    EXPECT_TRUE(held());
    EXPECT_FALSE(take(root));
    EXPECT_TRUE(memory().exists("/m/mbox.lock"));
    memory().remove("/m/mbox.lock");
  };
  memory().put_symlink("/m/mbox.lock", "/secret", bob);
  check();
  memory().put_directory("/m/mbox.lock", bob);
  check();
  memory().put_special("/m/mbox.lock", EntryKind::fifo, bob);
  check();
  EXPECT_EQ(memory().octets_of("/secret"), "secret");
}

TEST_F(Dotlocked, LosesNoRaceForADeadOne) {
  // Between the look and the removal another program replaces the dead lock by its own.
  memory().put_file("/m/mbox.lock", "1:dead", bob);
  memory().advance(200s);
  const Directory root = open();
  kernel().count_anew();
  // Looks: the lock, the locked file, then (in the removal) the lock again.
  kernel().before(Call::status_at, 3, [&] { memory().put_file("/m/mbox.lock", "2:faster", bob); });
  EXPECT_FALSE(take(root));
  EXPECT_EQ(memory().octets_of("/m/mbox.lock"), "2:faster");
}

TEST_F(Dotlocked, IsTakenOrNotThereUnderEachFault) {
  for (std::uint64_t nth = 1;; ++nth) {
    const Directory root = open();
    kernel().count_anew();
    kernel().inject({.nth = nth, .errno_value = EIO});
    bool taken = false;
    try {
      const auto lock = take(root);
      taken = lock.has_value();
      if (taken) {
        EXPECT_EQ(memory().octets_of("/m/mbox.lock"), "4711:mx1.example.com");
      }
    } catch (const Error& error) {
      EXPECT_EQ(error.side(), Side::target);
    }
    const bool hit = kernel().faults_hit() != 0;
    kernel().heal();
    // A lock whose removal failed stays and goes stale; never a lock that is not whole.
    if (memory().exists("/m/mbox.lock")) {
      EXPECT_EQ(memory().octets_of("/m/mbox.lock"), "4711:mx1.example.com");
      memory().remove("/m/mbox.lock");
    }
    EXPECT_EQ(memory().names_in("/m"), std::vector<std::string>{"mbox"});
    if (!hit) {
      EXPECT_TRUE(taken);
      break;
    }
  }
}

}  // namespace
}  // namespace mailhaul::fs
