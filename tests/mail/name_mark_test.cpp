#include "mailhaul/mail/name_mark.hpp"

#include <gtest/gtest.h>

#include <set>

namespace mailhaul::mail {

TEST(NameMark, IsTheSameInEveryRun) {
  EXPECT_EQ(name_mark("Work"), "-19f66fd948fb021a");
  EXPECT_EQ(name_mark(FolderName({"Work"})), name_mark("4:Work"));
}

TEST(NameMark, KeepsApartWhatLooksAlike) {
  const std::set<std::string> marks{name_mark("a"),
                                    name_mark("a", 1),
                                    name_mark("b"),
                                    name_mark(FolderName({"a/b"})),
                                    name_mark(FolderName({"a", "b"})),
                                    name_mark(FolderName({"a", "b"}), 1)};
  EXPECT_EQ(marks.size(), 6U);
}

}  // namespace mailhaul::mail
