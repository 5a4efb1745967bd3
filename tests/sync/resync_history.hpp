#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "sync/harness.hpp"
#include "sync/resync_model.hpp"
#include "sync/resync_store.hpp"

namespace mailhaul::sync {

/// A directory for ledgers that must survive a crash; in memory where there is room, since nothing here is about disks.
class LedgerDirectory {
 public:
  LedgerDirectory();
  ~LedgerDirectory();
  LedgerDirectory(const LedgerDirectory&) = delete;
  LedgerDirectory& operator=(const LedgerDirectory&) = delete;
  [[nodiscard]] std::string new_file() { return path_ + "/" + std::to_string(++files_); }

 private:
  std::string path_;
  int files_ = 0;
};

/// The two stores of a history.
struct UsedPair {
  std::unique_ptr<UsedStore> source{};
  std::unique_ptr<UsedStore> target{};
};
/// Of kinds that the seed chooses. `has_unreadable`: at the source, in a folder beside those of histories.
[[nodiscard]] UsedPair memory_pair(std::uint64_t seed, bool has_unreadable = false);

/// Two stores, what their users do there, and runs between them. Each step is written down, to be read when a history
/// fails.
class ResyncHistory {
 public:
  /// `files`: its ledgers are files, so that a crash forgets what was not committed; null: in memory.
  ResyncHistory(std::uint64_t seed, UsedPair stores, LedgerDirectory* files);
  virtual ~ResyncHistory() = default;

  [[nodiscard]] const std::string& steps() const { return steps_; }

 protected:
  using Folder = std::string;
  struct Found {
    Folder folder{};
    std::size_t at = 0;
  };

  [[nodiscard]] std::size_t pick(std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_);
  }
  [[nodiscard]] bool one_in(std::size_t n) { return pick(n) == 0; }
  [[nodiscard]] model::Marks pick_marks();
  /// Of those where mail arrives at the source; `anywhere`: also one that only the target's user has.
  [[nodiscard]] Folder pick_folder(bool anywhere = false);
  /// What is picked is picked in this order by every compiler: a seed is one history.
  void deliver_somewhere(UsedStore& store, const std::string& text, bool anywhere);
  void note(const std::string& step) { steps_ += step + "\n"; }

  /// All that is in both stores now.
  [[nodiscard]] model::Stores look() const;
  [[nodiscard]] static std::string told(const model::Stores& stores);
  /// How many messages of each content are in each folder of a store.
  using Counts = std::map<std::string, std::map<Folder, std::size_t>>;
  [[nodiscard]] static Counts count(const UsedStore& store);

  void deliver(UsedStore& store, const std::string& text, const Folder& folder, model::Marks marks);
  void mark(UsedStore& store, const std::string& text, const Folder& folder, model::Marks marks);
  void erase(UsedStore& store, const std::string& text, const Folder& folder);
  void move(UsedStore& store, const std::string& text, const Folder& from, const Folder& to);
  void remove_folder(UsedStore& store, const Folder& folder);

  /// One run; its error in the outcome.
  [[nodiscard]] Outcome run();
  [[nodiscard]] Verification verify();
  /// Runs until one (or `quiet_runs_`) changes nothing at the target and writes no row (R8). False: they would not end,
  /// or one failed.
  [[nodiscard]] bool settle();
  /// A run that dies on the way; what its ledger had not committed is forgotten. Only with `files`.
  void crash();
  void lose_ledger();
  /// The other ledger of the same two stores becomes the one that runs use.
  void swap_ledger();
  [[nodiscard]] bool has_files() const { return files_ != nullptr; }

  [[nodiscard]] UsedStore& source() { return *stores_.source; }
  [[nodiscard]] UsedStore& target() { return *stores_.target; }

  Options options_{};
  int quiet_runs_ = 1;  ///< so many end a sync

 private:
  [[nodiscard]] ledger::Ledger open_ledger(const std::string& path);
  [[nodiscard]] std::string name_of(const UsedStore& store) const {
    return &store == stores_.source.get() ? "source" : "target";
  }
  [[nodiscard]] Outcome run(Observer& observer, const StopRequest& stop);

  std::mt19937_64 random_;
  UsedPair stores_;
  LedgerDirectory* files_;
  CountingEntropy entropy_{};
  mail::KeySecrets secrets_ = mail::KeySecrets::make(entropy_);
  ledger::Ledger ledger_ = ledger::Ledger::in_memory(entropy_);
  CollectedFindings findings_{};
  std::string path_{};
  std::string other_path_{};
  std::optional<ledger::Ledger> other_{};  ///< opened when it is asked for: to open one costs more than most steps
  std::string steps_{};
};

}  // namespace mailhaul::sync
