#include "mailhaul/base/worker_pool.hpp"

#include <algorithm>
#include <atomic>
#include <barrier>
#include <cerrno>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "mailhaul/base/error.hpp"

namespace mailhaul {
namespace {

using Tasks = std::vector<std::function<void()>>;

TEST(RunAll, RunsEveryTaskOnce) {
  for (const std::size_t threads : {0U, 1U, 2U, 7U, 64U}) {
    for (const std::size_t count : {0U, 1U, 2U, 50U}) {
      std::vector<std::atomic<int>> runs(count);
      Tasks tasks;
      for (std::atomic<int>& run : runs) tasks.emplace_back([&run] { ++run; });
      run_all(threads, tasks);
      EXPECT_TRUE(std::ranges::all_of(runs, [](const std::atomic<int>& n) { return n == 1; }))
          << threads << " threads, " << count << " tasks";
    }
  }
}

TEST(RunAll, OneThreadIsTheCallerAndKeepsTheOrder) {
  std::vector<int> order;
  std::vector<std::thread::id> where;
  Tasks tasks;
  for (int i = 0; i < 5; ++i)
    tasks.emplace_back([&order, &where, i] {
      order.push_back(i);
      where.push_back(std::this_thread::get_id());
    });
  run_all(1, tasks);
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4}));
  EXPECT_EQ(where, std::vector<std::thread::id>(5, std::this_thread::get_id()));
}

TEST(RunAll, CallerDoesNoTaskOfSeveralThreads) {
  // The main thread never enters a customer's tree (S9).
  std::atomic<int> mine{0};
  Tasks tasks;
  for (int i = 0; i < 20; ++i)
    tasks.emplace_back([&mine, caller = std::this_thread::get_id()] {
      if (std::this_thread::get_id() == caller) ++mine;
    });
  run_all(2, tasks);
  EXPECT_EQ(mine, 0);
}

TEST(RunAll, RunsAsManyAtOnceAsAsked) {
  // Each task waits for two others: with fewer than three threads this would never end.
  std::barrier<> together(3);
  run_all(3, Tasks(9, [&together] { together.arrive_and_wait(); }));
}

TEST(RunAll, RunsNoMoreAtOnceThanAsked) {
  std::atomic<int> running{0};
  std::atomic<int> most{0};
  const auto task = [&running, &most] {
    const int now = ++running;
    for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    --running;
  };
  run_all(3, Tasks(40, task));
  EXPECT_LE(most, 3);
  EXPECT_GE(most, 1);
}

TEST(RunAll, ThrowsWhatATaskThrewWithAllItsParts) {
  for (const std::size_t threads : {1U, 4U}) {
    const Tasks tasks{[] {}, [] { throw Error(Cause::no_space, Scope::run, "writing").at("cur"); }};
    try {
      run_all(threads, tasks);
      FAIL() << "nothing was thrown";
    } catch (const Error& error) {
      EXPECT_EQ(error.cause(), Cause::no_space);
      EXPECT_EQ(error.place(), "cur");
    }
  }
}

TEST(RunAll, BeginsNoTaskAfterOneThrew) {
  std::vector<int> done;
  Tasks tasks;
  for (int i = 0; i < 5; ++i)
    tasks.emplace_back([&done, i] {
      if (i == 2) throw std::runtime_error("two");
      done.push_back(i);
    });
  EXPECT_THROW(run_all(1, tasks), std::runtime_error);
  EXPECT_EQ(done, (std::vector<int>{0, 1}));
}

TEST(RunAll, LetsTasksUnderWayEndBeforeItThrows) {
  std::barrier<> both_begun(2);
  std::atomic<bool> ended{false};
  std::atomic<int> begun_later{0};
  Tasks tasks{[&both_begun] {
                both_begun.arrive_and_wait();
                throw std::runtime_error("first");
              },
              [&both_begun, &ended] {
                both_begun.arrive_and_wait();
                std::this_thread::sleep_for(std::chrono::milliseconds(50));
                ended = true;
              }};
  for (int i = 0; i < 100; ++i) tasks.emplace_back([&begun_later] { ++begun_later; });
  EXPECT_THROW(run_all(2, tasks), std::runtime_error);
  EXPECT_TRUE(ended);
  EXPECT_EQ(begun_later, 0);
}

TEST(RunAll, ThrowsOneOfSeveralExceptions) {
  std::barrier<> together(2);
  const auto task = [&together] {
    together.arrive_and_wait();
    throw std::runtime_error("both");
  };
  EXPECT_THROW(run_all(2, Tasks(2, task)), std::runtime_error);
}

TEST(RunAll, SaysSoWhenNotOneThreadCanBeStarted) {
  const auto try_it = [] {
    // The limit binds no root, whoever runs the tests. _exit: no leak checker, it would need a thread too.
    const rlimit none{0, 0};
    if (::setrlimit(RLIMIT_NPROC, &none) != 0) ::_exit(2);
    if (::geteuid() == 0 && ::setresuid(65534, 65534, 65534) != 0) ::_exit(3);
    std::atomic<int> runs{0};
    try {
      run_all(4, Tasks(4, [&runs] { ++runs; }));
    } catch (const Error& error) {
      ::_exit(error.scope() == Scope::run && error.system_error() == EAGAIN && runs == 0 ? 0 : 4);
    } catch (...) {
      ::_exit(5);
    }
    ::_exit(6);
  };
  EXPECT_EXIT(try_it(), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace mailhaul
