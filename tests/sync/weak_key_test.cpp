// T12: a ledger whose keys have eight bits, one, or none, so that hardly anything can be told by them. Nothing may be
// lost by that: what a key only seems to recognise is copied, since the fresh secrets of the run do not confirm it
// (H4).
//
// The handles of the source last. Where they don't (an mbox), what stands in a folder is known by its key alone, so a
// message that comes while one of its key goes would be taken for that: there all rests on the two secrets (H3). So it
// does for what left both ends, as nothing is left that could confirm; and where the handles of the target don't last,
// for what is carried to another folder and then expunged at its old place, which is known by its key. The users of
// this test do neither.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/weak_content_key.hpp"
#include "sync/harness.hpp"

namespace mailhaul::sync {
namespace {

using store::FolderRef;
using support::MemoryStore;

const FolderRef inbox{};
const FolderRef sent{"", mail::FolderName({"Sent"})};

/// Runs between two stores with a ledger on a disk, so that it is not new to the second one.
class WeakHistory {
 public:
  WeakHistory(unsigned bits, std::uint64_t seed, MemoryStore::Options target_options)
      : target(target_options), random_(seed), weak_(bits, seed) {
    const bool in_memory = std::filesystem::is_directory("/dev/shm");
    std::string path = (in_memory ? "/dev/shm" : std::filesystem::temp_directory_path().string()) + "/mailhaul-XXXXXX";
    if (::mkdtemp(path.data()) == nullptr) throw std::runtime_error("no directory for a ledger");
    directory_ = path;
    source.make_folder(inbox);
    source.make_folder(sent);
  }
  ~WeakHistory() { std::filesystem::remove_all(directory_); }
  WeakHistory(const WeakHistory&) = delete;
  WeakHistory& operator=(const WeakHistory&) = delete;

  void users_do_something() {
    const std::size_t new_ones = 1 + random_() % 6;
    for (std::size_t i = 0; i < new_ones; ++i)
      source.deliver(any_folder(), mail_text(std::to_string(++named_), 20 + random_() % 3));
    if (random_() % 2 == 0 && target.capabilities().stable_handles) move_one();
    if (random_() % 2 == 0) remove_one(source);
    if (random_() % 3 == 0) remove_one(target);
    if (random_() % 3 == 0) target.deliver(any_folder(), mail_text("own" + std::to_string(++named_)));
  }

  void run(bool deletes) {
    Options options;
    if (deletes) options.removal = Removal::quarantine;
    options.max_removals = 1000;
    options.missing = Missing::accept;
    CollectedFindings findings;
    CollectedEvents events;
    const StopRequest stop;
    ledger::Ledger ledger =
        ledger::Ledger::open(directory_ / "ledger", {"source", "target", {}, {}}, weak_, ledger::Ledger::Mode::lasting);
    const mail::KeySecrets secrets = mail::KeySecrets::make(whole_);
    const std::int64_t number = ledger.begin_run({});
    const Outcome outcome = copy(source, target, {ledger, secrets, number}, options, findings, events, stop);
    EXPECT_FALSE(outcome.error) << outcome.error->what();
    ledger.commit();
    copied += total(outcome.folders).copied;
  }

  /// Of what is at the source and was not removed by the target's user, and of what the target's user has: not found.
  [[nodiscard]] std::size_t lost() {
    std::set<std::string> there;
    for (const auto& mailbox : target.mailboxes())
      for (const mail::FolderName& folder : mailbox.folders)
        for (const auto& message : target.seen({mailbox.name, folder})) there.insert(message.octets);
    std::size_t lost = 0;
    for (const FolderRef& folder : {inbox, sent})
      for (const auto& message : source.seen(folder))
        if (removed_.count(message.octets) == 0 && there.count(message.octets) == 0) ++lost;
    return lost;
  }
  [[nodiscard]] std::size_t at_source() const { return source.seen(inbox).size() + source.seen(sent).size(); }

  MemoryStore source{};
  MemoryStore target;
  std::uint64_t copied = 0;

 private:
  FolderRef any_folder() { return random_() % 2 == 0 ? inbox : sent; }

  void move_one() {
    auto& messages = source.messages(inbox);
    if (messages.empty()) return;
    const auto one = messages.begin() + static_cast<std::ptrdiff_t>(random_() % messages.size());
    if (removed_.count(one->octets) != 0) return;
    source.deliver(sent, one->octets);
    source.messages(inbox).erase(one);
  }
  void remove_one(MemoryStore& store) {
    const FolderRef folder = any_folder();
    auto& messages = store.messages(folder);
    if (messages.empty()) return;
    const auto one = messages.begin() + static_cast<std::ptrdiff_t>(random_() % messages.size());
    const auto& there = source.seen(folder);
    const bool is_at_source =
        std::any_of(there.begin(), there.end(), [&](const auto& message) { return message.octets == one->octets; });
    if (&store == &target ? !is_at_source : removed_.count(one->octets) != 0) return;
    if (&store == &target) removed_.insert(one->octets);
    messages.erase(one);
    store.renumber(folder);
  }

  std::filesystem::path directory_;
  std::mt19937_64 random_;
  support::WeakEntropy weak_;
  SystemEntropy whole_{};
  std::size_t named_ = 0;
  std::set<std::string> removed_{};
};

struct Target {
  const char* name;
  bool handles_last;
  bool moves;
};

class WeakKey : public testing::TestWithParam<Target> {};

TEST_P(WeakKey, LosesNothing) {
  const bool is_long = std::getenv("MAILHAUL_LONG") != nullptr;
  const std::uint64_t histories = is_long ? 300 : 20;
  std::size_t messages = 0;
  std::size_t lost = 0;
  std::size_t runs = 0;
  // See above: with one bit, what is carried between two places is not told apart even from its neighbours.
  const std::vector<unsigned> widths = GetParam().handles_last ? std::vector{8U, 1U, 0U} : std::vector{8U};
  for (const unsigned bits : widths) {
    for (std::uint64_t seed = 1; seed <= histories; ++seed) {
      MemoryStore::Options options;
      options.stable_handles = GetParam().handles_last;
      options.moves = GetParam().moves;
      WeakHistory history(bits, seed, options);
      for (int i = 0; i < 30; ++i)
        history.source.deliver(i % 3 == 0 ? sent : inbox, mail_text("old" + std::to_string(i)));
      for (int step = 0; step < 8; ++step) {
        history.run(step % 3 == 2);
        ++runs;
        messages += history.at_source();
        const std::size_t now = history.lost();
        lost += now;
        ASSERT_EQ(now, 0U) << "bits " << bits << ", seed " << seed << ", step " << step;
        history.users_do_something();
      }
    }
  }
  std::cout << "T12, weak keys: " << runs << " runs, " << messages << " messages looked for, lost " << lost << "\n";
}

INSTANTIATE_TEST_SUITE_P(Targets, WeakKey,
                         testing::Values(Target{"Lasting", true, true}, Target{"LastingWithoutMoves", true, false},
                                         Target{"Passing", false, false}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(WeakContentKey, IsWeak) {
  // Else the test above proves nothing.
  const auto keys = [](unsigned bits) {
    support::WeakEntropy entropy(bits, 7);
    const mail::KeySecrets secrets = mail::KeySecrets::make(entropy);
    std::set<mail::ContentKey> all;
    mail::KeyHasher hasher(secrets);
    for (int i = 0; i < 3000; ++i) {
      hasher.write(as_bytes(mail_text(std::to_string(i))));
      all.insert(hasher.finish());
    }
    return all.size();
  };
  EXPECT_EQ(keys(0), 1U);
  EXPECT_EQ(keys(1), 2U);
  EXPECT_EQ(keys(8), 256U);
}

}  // namespace
}  // namespace mailhaul::sync
