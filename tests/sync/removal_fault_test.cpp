// What a run decided to do at the target and could not, since the disk did not answer: it says so, and the next run
// does it. Nothing of that means that a message is another one, or gone.
#include <algorithm>

#include <gtest/gtest.h>

#include "sync/harness.hpp"

namespace mailhaul::sync {
namespace {

using store::FolderRef;
using support::MemoryStore;

const FolderRef inbox{};
const FolderRef sent{"", mail::FolderName({"Sent"})};
const FolderRef quarantine{"", mail::FolderName({"Mailhaul-Removed", "INBOX"})};

MemoryStore::Options passing() { return {.stable_handles = false, .moves = false}; }
MemoryStore::Options lasting() { return {}; }

class UnreadableAtTarget : public testing::TestWithParam<bool> {
 protected:
  UnreadableAtTarget() : harness(lasting(), GetParam() ? lasting() : passing()) {
    for (int i = 0; i < 20; ++i) harness.source.deliver(inbox, mail_text(std::to_string(i)));
    harness.source.deliver(sent, mail_text("sent"));
    EXPECT_FALSE(harness.copy().error);
  }
  void set_unreadable(bool unreadable) {
    for (auto& message : harness.target.messages(inbox))
      if (message.octets == mail_text("7")) message.unreadable = unreadable;
  }
  void erase_at_source() {
    auto& messages = harness.source.messages(inbox);
    messages.erase(messages.begin() + 7);
  }
  std::size_t count(const FolderRef& folder) {
    std::size_t found = 0;
    for (const auto& message : harness.target.seen(folder))
      if (message.octets == mail_text("7")) ++found;
    return found;
  }

  Harness harness;
};

TEST_P(UnreadableAtTarget, IsNotRemovedNowButByTheNextRun) {
  erase_at_source();
  set_unreadable(true);
  harness.options.removal = Removal::quarantine;
  const Outcome outcome = harness.copy();
  const auto& folders = outcome.folders;
  const bool is_told = outcome.error || std::any_of(folders.begin(), folders.end(), [](const FolderOutcome& one) {
                         return one.error && one.error->side() == Side::target;
                       });
  EXPECT_TRUE(is_told);
  EXPECT_EQ(count(inbox), 1U);
  set_unreadable(false);
  EXPECT_FALSE(harness.copy().error);
  EXPECT_EQ(count(inbox), 0U);
  EXPECT_EQ(count(quarantine), 1U);
}

INSTANTIATE_TEST_SUITE_P(Handles, UnreadableAtTarget, testing::Bool(),
                         [](const auto& row) { return row.param ? "Lasting" : "Passing"; });

}  // namespace
}  // namespace mailhaul::sync
