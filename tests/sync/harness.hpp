#pragma once

#include <algorithm>
#include <mutex>
#include <string>
#include <vector>

#include "mailhaul/sync/copier.hpp"
#include "mailhaul/sync/verifier.hpp"
#include "support/memory_store.hpp"

namespace mailhaul::sync {

/// Reproducible "random" octets.
class CountingEntropy final : public Entropy {
 public:
  void fill(std::span<std::byte> out) override {
    for (std::byte& b : out)
      b = static_cast<std::byte>((state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL) >> 56);
  }

 private:
  std::uint64_t state_ = 42;
};

class CollectedFindings final : public Findings {
 public:
  void add(const Finding& finding) override {
    const std::lock_guard guard(mutex_);
    all.push_back(finding);
  }
  std::vector<Finding> all;

 private:
  std::mutex mutex_;
};

class CollectedEvents final : public Observer {
 public:
  void message(const MessageEvent& event) override {
    const std::lock_guard guard(mutex_);
    actions.push_back(event.action);
  }
  std::vector<Action> actions;

 private:
  std::mutex mutex_;
};

/// Two memory stores and a copy between them.
struct Harness {
  explicit Harness(support::MemoryStore::Options source_options = {}, support::MemoryStore::Options target_options = {})
      : source(source_options), target(target_options) {}

  Outcome copy() {
    findings.all.clear();
    events.actions.clear();
    const std::int64_t run = ledger.begin_run({});
    return sync::copy(source, target, {ledger, secrets, run, source_replaced, target_replaced}, options, findings,
                      events, stop);
  }
  /// The next run knows nothing of those before it (R7).
  void lose_ledger() { ledger = ledger::Ledger::in_memory(entropy); }
  Verification verify() {
    return sync::verify(source, target, target.capabilities(), ledger.secrets(), &ledger, options, events, stop);
  }
  /// Octets of a target folder, sorted.
  std::vector<std::string> at_target(const store::FolderRef& folder = {}) {
    std::vector<std::string> all;
    for (const auto& message : target.seen(folder)) all.push_back(message.octets);
    std::sort(all.begin(), all.end());
    return all;
  }

  support::MemoryStore source;
  support::MemoryStore target;
  CountingEntropy entropy;
  mail::KeySecrets secrets = mail::KeySecrets::make(entropy);
  ledger::Ledger ledger = ledger::Ledger::in_memory(entropy);
  Options options;
  CollectedFindings findings;
  CollectedEvents events;
  StopRequest stop;
  bool source_replaced = false;
  bool target_replaced = false;
};

inline std::string mail_text(const std::string& name, std::size_t octets = 20) {
  return "Subject: " + name + "\n\n" + std::string(octets, 'x') + "\n";
}

inline store::MessageInfo with_flags(mail::FlagSet flags, mail::KeywordSet keywords = {}) {
  store::MessageInfo info;
  info.flags = flags;
  info.keywords = std::move(keywords);
  info.internal_date = mail::InternalDate{std::chrono::seconds{1'000'000'000}};
  return info;
}

}  // namespace mailhaul::sync
