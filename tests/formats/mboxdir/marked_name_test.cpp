#include "formats/mboxdir/marked_name.hpp"

#include <gtest/gtest.h>

namespace mailhaul::formats::mboxdir {
namespace {

TEST(MarkedName, IsTheSameInEveryVersion) {
  // Trees that are there already have these.
  EXPECT_EQ(marked("A", Mark::children), "A-sub-4e5d45");
  EXPECT_EQ(marked("Work", Mark::messages), "Work-mail-19f66f");
}

TEST(MarkedName, IsTurnedBack) {
  for (const Mark mark : {Mark::children, Mark::messages})
    for (const char* name : {"A", "A-sub", "A-mail", "Entw&APw-rfe", "x"}) {
      const std::string once = marked(name, mark);
      EXPECT_TRUE(is_marked(once)) << once;
      EXPECT_EQ(unmarked(once, mark), name);
      EXPECT_EQ(unmarked(marked(once, mark), mark), name);
      EXPECT_EQ(unmarked(once, mark == Mark::children ? Mark::messages : Mark::children), once);
    }
}

TEST(MarkedName, WhatPeopleCallTheirFoldersHasNoMark) {
  for (const char* name : {"", "A", "A-sub", "A-mail", "A-sub-", "A-sub-000000", "A-sub-4e5d4", "B-sub-4e5d45",
                           "A-sub-4E5D45", "-sub-4e5d45", "A-sub-4e5d45-", "A-mail-4e5d46"}) {
    EXPECT_FALSE(is_marked(name)) << name;
    EXPECT_EQ(unmarked(name, Mark::children), name);
  }
}

}  // namespace
}  // namespace mailhaul::formats::mboxdir
