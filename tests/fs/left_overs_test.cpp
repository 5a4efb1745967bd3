// S11, D6: what a killed run left is taken away, and nothing else is.

#include "mailhaul/fs/left_overs.hpp"

#include "fs/world.hpp"

namespace mailhaul::fs {
namespace {

class LeftOvers : public InMemory {
 protected:
  void sweep() { remove_left_overs(open(), memory().status_of("/m/now").changed); }
  void pass(std::chrono::minutes time) {
    memory().advance(time);
    memory().put_file("/m/now", "", bob);
  }
};

TEST_F(LeftOvers, OldOnesGo) {
  memory().put_file("/m/mailhaul-tmp-0123456789abcdef", "bob:$6$hash", bob);
  pass(std::chrono::minutes{61});
  sweep();
  EXPECT_EQ(memory().names_in("/m"), (std::vector<std::string>{"now"}));
}

TEST_F(LeftOvers, AYoungOneMayBeAnotherRuns) {
  memory().put_file("/m/mailhaul-tmp-0123456789abcdef", "half", bob);
  pass(std::chrono::minutes{59});
  sweep();
  EXPECT_TRUE(memory().exists("/m/mailhaul-tmp-0123456789abcdef"));
}

TEST_F(LeftOvers, WhatIsNoFileOfOursStays) {
  memory().put_file("/m/passwd.mailhaul-tmp-1", "", bob);
  // A mailbox that was replaced, with mail in it that is nowhere else.
  memory().put_file("/m/mailhaul-tmp-12-345-6789-0a", "From bob", bob);
  memory().put_file("/m/mailhaul-tmp-0123456789ABCDEF", "", bob);
  memory().put_directory("/m/mailhaul-tmp-directory", bob);
  memory().put_symlink("/m/mailhaul-tmp-link", "/m/passwd.mailhaul-tmp-1", bob);
  pass(std::chrono::minutes{61});
  sweep();
  EXPECT_EQ(memory().names_in("/m"),
            (std::vector<std::string>{"mailhaul-tmp-0123456789ABCDEF", "mailhaul-tmp-12-345-6789-0a",
                                      "mailhaul-tmp-directory", "mailhaul-tmp-link", "now", "passwd.mailhaul-tmp-1"}));
}

}  // namespace
}  // namespace mailhaul::fs
