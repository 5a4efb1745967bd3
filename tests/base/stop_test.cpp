#include "mailhaul/base/stop.hpp"

#include <thread>

#include <gtest/gtest.h>

namespace mailhaul {
namespace {

TEST(StopRequest, IsQuietUntilAsked) {
  const StopRequest stop;
  EXPECT_FALSE(stop.asked());
  EXPECT_NO_THROW(stop.check());
}

TEST(StopRequest, StopsTheRunAndSaysHowToGoOn) {
  StopRequest stop;
  stop.ask();
  EXPECT_TRUE(stop.asked());
  try {
    stop.check();
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.cause(), Cause::stopped);
    EXPECT_EQ(error.scope(), Scope::run);
    EXPECT_FALSE(error.what_to_do().empty());
  }
}

TEST(StopRequest, IsSeenByOtherThreads) {
  StopRequest stop;
  std::jthread other([&stop] {
    while (!stop.asked()) std::this_thread::yield();
  });
  stop.ask();
}

}  // namespace
}  // namespace mailhaul
