#include "mailhaul/base/error.hpp"

#include <cerrno>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace mailhaul {
namespace {

TEST(Error, ComposesOneLineOfWhatItKnows) {
  const Error bare(Cause::io_error, Scope::run, "reading");
  EXPECT_STREQ(bare.what(), "reading");

  const Error full = Error(Cause::no_space, Scope::run, "writing a message")
                         .in("Sent")
                         .at("/home/bob/Maildir")
                         .because("the disk is full")
                         .hint("free space and run the same command again");
  EXPECT_STREQ(full.what(), "writing a message: Sent: /home/bob/Maildir: the disk is full "
                            "(free space and run the same command again)");

  EXPECT_STREQ(Error(Cause::locked, Scope::folder, "opening").hint("try again").what(), "opening (try again)");
  EXPECT_STREQ(Error(Cause::locked, Scope::folder, "opening").at("a/b").what(), "opening: a/b");
}

TEST(Error, KeepsEachPartForThoseWhoBranchOnIt) {
  const Error error =
      Error(Cause::quota, Scope::mailbox, "writing").in("INBOX").at("cur").because(EDQUOT).hint("ask").on(Side::target);
  EXPECT_EQ(error.cause(), Cause::quota);
  EXPECT_EQ(error.scope(), Scope::mailbox);
  EXPECT_EQ(error.side(), Side::target);
  EXPECT_EQ(error.doing(), "writing");
  EXPECT_EQ(error.folder(), "INBOX");
  EXPECT_EQ(error.place(), "cur");
  EXPECT_EQ(error.system_error(), EDQUOT);
  EXPECT_EQ(error.reason(), "Disk quota exceeded");
  EXPECT_EQ(error.what_to_do(), "ask");
  EXPECT_EQ(std::string(error.what()), "writing: INBOX: cur: Disk quota exceeded (ask)");
}

TEST(Error, BeginsWithoutASideOrASystemError) {
  const Error error(Cause::usage, Scope::run, "reading options");
  EXPECT_EQ(error.side(), Side::none);
  EXPECT_EQ(error.system_error(), 0);
  EXPECT_EQ(error.reason(), "");
}

TEST(Error, IsFilledInOnItsWayUp) {
  const auto inner = [] { throw Error(Cause::io_error, Scope::message, "reading").because(EIO); };
  const auto outer = [&] {
    try {
      inner();
    } catch (Error& error) {
      error.in("Work/2024").on(Side::source).reaching(Scope::folder);
      throw;
    }
  };
  try {
    outer();
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.scope(), Scope::folder);
    EXPECT_EQ(error.side(), Side::source);
    EXPECT_EQ(error.cause(), Cause::io_error);
    EXPECT_EQ(std::string(error.what()), "reading: Work/2024: Input/output error");
  }
}

TEST(Error, LastWordCounts) {
  Error error(Cause::io_error, Scope::run, "reading");
  error.at("a").because(EIO).at("b").because("it is gone");
  EXPECT_EQ(std::string(error.what()), "reading: b: it is gone");
  EXPECT_EQ(error.system_error(), EIO) << "words do not take the number away";
}

TEST(Error, IsCaughtAsAnExceptionAndCopiesWhole) {
  try {
    throw Error(Cause::refused, Scope::message, "opening").at("cur/1");
  } catch (const std::exception& error) {
    EXPECT_STREQ(error.what(), "opening: cur/1");
  }
  static_assert(std::is_nothrow_move_constructible_v<Error>);
  Error one(Cause::refused, Scope::message, "opening");
  const Error copy = one;
  one.at("cur/1");
  EXPECT_STREQ(copy.what(), "opening");
  EXPECT_STREQ(one.what(), "opening: cur/1");
}

TEST(Error, KeepsOctetsOfCustomersAsTheyAre) {
  const std::string name("a\x1b[2J\n\0b", 8);
  const Error error = Error(Cause::io_error, Scope::message, "reading").at(name);
  EXPECT_EQ(error.place(), name) << "escaping is for the output (S14)";
}

TEST(CauseOf, MapsSystemErrors) {
  const std::vector<std::pair<int, Cause>> rows{
      {ENOENT, Cause::not_found}, {ENOTDIR, Cause::not_found}, {EACCES, Cause::permission}, {EPERM, Cause::permission},
      {EROFS, Cause::permission}, {ENOSPC, Cause::no_space},   {EDQUOT, Cause::quota},      {ELOOP, Cause::refused},
      {EXDEV, Cause::refused},    {EIO, Cause::io_error},      {EINVAL, Cause::io_error},   {0, Cause::io_error},
  };
  for (const auto& row : rows) EXPECT_EQ(cause_of(row.first), row.second) << row.first;
}

}  // namespace
}  // namespace mailhaul
