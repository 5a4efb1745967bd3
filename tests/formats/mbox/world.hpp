#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "mailhaul/base/clock.hpp"
#include "mailhaul/formats/context.hpp"
#include "mailhaul/formats/mbox/mbox.hpp"
#include "mailhaul/io/compression.hpp"
#include "mailhaul/io/pump.hpp"
#include "support/faulty_kernel.hpp"
#include "support/memory_kernel.hpp"

namespace mailhaul::formats::mbox {

/// 2024-01-01 00:00:00Z, until somebody sleeps. Its local zone is one hour east of UTC.
class TestClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return now_; }
  [[nodiscard]] std::chrono::sys_seconds from_local(CivilSeconds civil) const override {
    return std::chrono::sys_seconds{civil.time_since_epoch()} - std::chrono::hours{1};
  }
  void sleep(std::chrono::milliseconds time) const override {
    now_ += time;
    slept_ += time;
    if (when_sleeping) when_sleeping();
  }
  [[nodiscard]] std::chrono::milliseconds slept() const { return slept_; }
  std::function<void()> when_sleeping{};

 private:
  mutable Instant now_{std::chrono::seconds{1704067200}};
  mutable std::chrono::milliseconds slept_{0};
};

class CollectedFindings final : public Findings {
 public:
  void add(const Finding& finding) override {
    const std::lock_guard guard(mutex_);
    all.push_back(finding);
  }
  /// The sum of the counts of that kind; 0 when there is none.
  [[nodiscard]] std::uint64_t count(FindingKind kind) const;
  std::vector<Finding> all{};

 private:
  std::mutex mutex_;
};

/// One message as a store gave it.
struct Got {
  std::string octets{};
  store::MessageInfo info{};
};

/// A machine in memory with an mbox at /var/mail/bob, or a place for one.
class MboxWorld {
 public:
  static constexpr const char* path = "/var/mail/bob";
  static constexpr fs::Owner bob{1001, 1001};

  MboxWorld();
  void put(const std::string& octets) { memory.put_file(path, octets, bob, 0600); }
  [[nodiscard]] std::string octets() const { return memory.octets_of(path); }
  /// Runs the clock past the time in which a stamp is young.
  void grow_old() { memory.set_time(fs::FileTime{std::chrono::seconds{1700000000}}); }

  [[nodiscard]] std::unique_ptr<store::MessageSource> source(const SourceOptions& options = {});
  [[nodiscard]] std::unique_ptr<store::MessageStore> target(Variant variant = Variant::rd,
                                                            fs::Durability durability = fs::Durability::batch);
  /// Everything in the mailbox.
  [[nodiscard]] std::vector<Got> read(const SourceOptions& options = {});
  /// The texts alone.
  [[nodiscard]] std::vector<std::string> texts(const SourceOptions& options = {});
  /// Appends and flushes; returns the receipts' handles.
  std::vector<std::string> append(const std::vector<Got>& messages, Variant variant = Variant::rd,
                                  const store::FolderInfo& info = {});

  support::MemoryKernel memory{};
  support::FaultyKernel kernel{memory};
  SystemEntropy entropy{};
  TestClock clock{};
  CollectedFindings findings{};
  UniqueInstants instants{Instant{}};
  Context context{kernel, entropy, clock, findings, instants, "host.example", 4711};
};

/// Another program with the mbox open, in the middle of our work. Time passes before it writes.
class Intruder {
 public:
  explicit Intruder(MboxWorld& world);
  ~Intruder();
  Intruder(const Intruder&) = delete;
  Intruder& operator=(const Intruder&) = delete;

  void append(const std::string& octets) { overwrite(octets, world_.octets().size()); }
  void overwrite(const std::string& octets, std::uint64_t offset);
  void cut(std::uint64_t size_octets);
  [[nodiscard]] bool lock(fs::LockKind kind) { return world_.memory.try_lock(fd_, kind) == 0; }
  void unlock() { world_.memory.unlock(fd_); }

 private:
  MboxWorld& world_;
  int fd_ = -1;
};

/// A walk over INBOX.
[[nodiscard]] std::unique_ptr<store::MessageCursor> walk_of(store::MessageSource& source);
[[nodiscard]] std::vector<Got> read_all(store::MessageSource& source);
[[nodiscard]] std::string content_of(store::MessageCursor& cursor);

/// The Error that it throws. Fails the test when it throws none.
template <typename Run>
[[nodiscard]] Error error_of(const Run& run) {
  try {
    run();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "no Error was thrown";
  return Error(Cause::usage, Scope::run, "no error");
}

[[nodiscard]] bool contains(std::string_view text, std::string_view part);

[[nodiscard]] std::string packed(std::string_view octets, io::Compression compression);

/// "From a@b Thu Nov 29 22:33:52 2001" with the line end.
inline const std::string mark = "From a@b Thu Nov 29 22:33:52 2001\n";

}  // namespace mailhaul::formats::mbox
