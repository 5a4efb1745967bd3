// Random histories of two stores in which equal messages meet (H5): which of them is which nobody can say, so they are
// counted. After each sync nothing is lost, nothing is doubled, nothing of the target is gone without evidence, and a
// further run has nothing to do (R1, R2, R8).
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <utility>

#include "sync/resync_history.hpp"

namespace mailhaul::sync {
namespace {

constexpr std::size_t contents = 6;

class CountingHistory final : public ResyncHistory {
 public:
  CountingHistory(std::uint64_t seed, LedgerDirectory* files)
      : ResyncHistory(seed, memory_pair(seed), files),
        removes_(seed / 8 % 3 == 0),
        has_two_ledgers_(seed / 24 % 3 == 0) {
    if (!removes_) return;
    note("with --delete");
    options_.removal = Removal::expunge;
    options_.max_removals = 1'000'000;
  }

  void play(std::size_t steps) {
    for (std::size_t i = 0; i < steps && !testing::Test::HasFailure(); ++i) step();
    sync();
  }

 private:
  using Sums = std::map<std::string, std::size_t>;

  /// What a ledger may do to messages of one content.
  struct Account {
    Sums appeared{};       ///< at the source, since the last sync
    Sums left{};           ///< its folder at the source, and was not yet removed at the target for it
    Sums removed{};        ///< at the target, by its user or a run with the other ledger
    Sums removed_since{};  ///< since the last sync
    bool is_new = true;
    bool may_restore_removed = false;  ///< what it has not recorded may look as if put back
  };

  void step() {
    switch (pick(18)) {
    case 0:
    case 1:
    case 2: return arrive(source());
    case 3: return arrive(target());
    case 4:
    case 5: return mark_any(source());
    case 6: return mark_any(target());
    case 7: return move_any(source());
    case 8: return move_any(target());
    case 9: return remove_any(source());
    case 10:
    case 11: return remove_any(target());
    case 12: return rare_step();
    default: return sync();
    }
  }
  void rare_step() {
    switch (pick(5)) {
    case 0:
      lose_ledger();
      account_ = {};
      return;
    case 1:
      if (has_two_ledgers_) swap();
      return;
    case 2: return lose_folder(source());
    case 3: return lose_folder(target());
    default: return die();
    }
  }

  // --- what users do ----------------------------------------------------------------------------------------------

  struct Place {
    std::string text{};
    Folder folder{};
  };
  [[nodiscard]] std::optional<Place> pick_any(const UsedStore& store) {
    std::vector<Place> all;
    for (const auto& [text, folders] : count(store))
      for (const auto& [folder, n] : folders) all.insert(all.end(), n, {text, folder});
    return all.empty() ? std::nullopt : std::optional(all[pick(all.size())]);
  }
  void for_both(const std::function<void(Account&)>& change) {
    change(account_);
    change(other_account_);
  }
  void arrive(UsedStore& store) {
    // Some at once, so that there are enough for an alarm now and then.
    for (std::size_t n = one_in(8) ? 12 : 1; n > 0; --n) {
      const std::string text = std::to_string(pick(contents));
      deliver_somewhere(store, text, &store == &target());
      has_arrived(store, text);
    }
  }
  void has_arrived(const UsedStore& store, const std::string& text) {
    if (&store == &source())
      for_both([&](Account& account) { ++account.appeared[text]; });
    else
      ++at_target_[text];
  }
  void has_left(const UsedStore& store, const std::string& text, std::size_t n = 1) {
    for_both([&](Account& account) {
      if (&store == &source()) {
        account.left[text] += n;
      } else {
        account.removed[text] += n;
        account.removed_since[text] += n;
      }
    });
    if (&store == &target()) at_target_[text] -= n;
  }
  void mark_any(UsedStore& store) {
    if (const auto one = pick_any(store)) mark(store, one->text, one->folder, pick_marks());
  }
  void move_any(UsedStore& store) {
    const auto one = pick_any(store);
    if (!one) return;
    const Folder to = pick_folder(&store == &target());
    if (to == one->folder) return;
    move(store, one->text, one->folder, to);
    if (&store != &source()) return;
    has_arrived(store, one->text);
    has_left(store, one->text);
  }
  void remove_any(UsedStore& store) {
    const auto one = pick_any(store);
    if (!one) return;
    erase(store, one->text, one->folder);
    has_left(store, one->text);
  }
  void lose_folder(UsedStore& store) {
    const Folder folder = pick_folder(&store == &target());
    if (folder == "INBOX") return;
    for (const auto& [text, folders] : count(store))
      if (const auto found = folders.find(folder); found != folders.end()) has_left(store, text, found->second);
    remove_folder(store, folder);
  }

  // --- runs -------------------------------------------------------------------------------------------------------

  void swap() {
    swap_ledger();
    std::swap(account_, other_account_);
    account_.may_restore_removed = other_account_.may_restore_removed = true;
    sync();
  }
  void die() {
    if (!has_files()) return sync();
    const Counts before = count(target());
    crash();
    account_.may_restore_removed = true;
    sync(before);
  }

  void sync() { sync(count(target())); }

  /// `before`: what the target had before the first run of which this ledger knows nothing.
  void sync(const Counts& before) {
    bool restores = false;
    const std::size_t changes = target().changes();
    if (const Outcome outcome = run(); outcome.error) {
      EXPECT_EQ(outcome.error->cause(), Cause::guard) << outcome.error->what();
      EXPECT_EQ(target().changes(), changes) << "R5";
      restores = one_in(2);
      options_.missing = restores ? Missing::restore : Missing::accept;
    }
    note(options_.missing == Missing::ask ? "a run" : restores ? "--restore-missing" : "--accept-missing");
    EXPECT_TRUE(settle());
    options_.missing = Missing::ask;
    expect_counts(before, restores);
    const Verification verified = verify();
    EXPECT_FALSE(verified.error);
    EXPECT_TRUE(verified.missing.empty());
    account_.appeared.clear();
    account_.removed_since.clear();
    account_.is_new = false;
  }

  [[nodiscard]] static std::size_t sum(const Counts& counts, const std::string& text) {
    std::size_t all = 0;
    if (const auto found = counts.find(text); found != counts.end())
      for (const auto& [folder, n] : found->second) all += n;
    return all;
  }

  void expect_counts(const Counts& before, bool restores) {
    const Counts now = count(target());
    const Counts wanted = count(source());
    for (std::size_t i = 0; i < contents; ++i) {
      const std::string text = std::to_string(i);
      const std::size_t is = sum(now, text);
      const std::size_t was = sum(before, text);
      EXPECT_EQ(was, at_target_[text]) << "the test counts wrong";
      std::size_t most = was + account_.appeared[text];
      if (restores) most += account_.removed_since[text];
      if (account_.may_restore_removed) most += account_.removed[text];
      if (account_.is_new) {
        expect_multiset(text, before, now, wanted);
      } else {
        EXPECT_LE(is, most) << text << " was doubled";
      }
      EXPECT_GE(is + account_.removed[text], sum(wanted, text)) << text << " was lost";
      const std::size_t deleted = is < was ? was - is : 0;
      const std::size_t most_deleted = removes_ && !account_.is_new ? account_.left[text] : 0;
      EXPECT_LE(deleted, most_deleted) << text << " was removed without evidence";
      account_.left[text] -= std::min(deleted, account_.left[text]);
      other_account_.removed[text] += deleted;
      at_target_[text] = is;
    }
  }

  /// A ledger that knows nothing: exactly the multiset difference is added (R7).
  static void expect_multiset(const std::string& text, Counts before, Counts now, Counts wanted) {
    for (const auto* folder : {"INBOX", "Sent", "Work", "Filed"})
      EXPECT_EQ(now[text][folder], std::max(before[text][folder], wanted[text][folder])) << text << " in " << folder;
  }

  bool removes_;
  bool has_two_ledgers_;
  Account account_{};
  Account other_account_{};
  Sums at_target_{};
};

/// Tenths of all histories, to be played side by side.
class ResyncCounting : public testing::TestWithParam<std::uint64_t> {};

TEST_P(ResyncCounting, RandomHistoriesOfEqualMessagesLoseAndDoubleNothing) {
  const std::uint64_t histories = std::getenv("MAILHAUL_LONG") != nullptr ? 10'000 : 250;
  LedgerDirectory files;
  for (std::uint64_t i = 1; i <= histories && !HasFailure(); ++i) {
    const std::uint64_t seed = GetParam() * histories + i;
    CountingHistory history(seed, seed % 11 == 0 ? &files : nullptr);
    history.play(5 + seed % 60);
    if (HasFailure()) std::cerr << "history " << seed << "\n" << history.steps();
  }
}

INSTANTIATE_TEST_SUITE_P(Tenths, ResyncCounting, testing::Range<std::uint64_t>(0, 10));

}  // namespace
}  // namespace mailhaul::sync
