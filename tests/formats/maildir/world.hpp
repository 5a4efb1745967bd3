#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "mailhaul/formats/context.hpp"
#include "mailhaul/formats/maildir/maildir.hpp"
#include "support/faulty_kernel.hpp"
#include "support/machine_clock.hpp"
#include "support/memory_kernel.hpp"

namespace mailhaul::formats::maildir {

inline const store::FolderRef inbox{};

/// The same numbers in every run.
class FixedEntropy final : public Entropy {
 public:
  void fill(std::span<std::byte> out) override {
    for (std::byte& octet : out) octet = static_cast<std::byte>(random_() & 255U);
  }

 private:
  std::mt19937_64 random_{42};
};

class CollectedFindings final : public Findings {
 public:
  void add(const Finding& finding) override {
    const std::lock_guard guard(mutex_);
    all_.push_back(finding);
  }
  [[nodiscard]] std::vector<Finding> all() const {
    const std::lock_guard guard(mutex_);
    return all_;
  }
  [[nodiscard]] std::uint64_t count(FindingKind kind, Weight weight) const;

 private:
  mutable std::mutex mutex_;
  std::vector<Finding> all_;
};

/// A message as it was read.
struct Seen {
  std::string octets{};
  store::MessageInfo info{};
};

/// What a walk met.
struct Walked {
  std::vector<Seen> messages{};
  std::vector<Error> failed{};
  store::WalkEnd end{};

  [[nodiscard]] std::multiset<std::string> bodies() const;
  [[nodiscard]] const Seen& by_base(const std::string& base) const;
};
[[nodiscard]] Walked read_cursor(store::MessageCursor& cursor, const store::FolderRef& folder);
[[nodiscard]] Walked read_folder(store::MessageSource& source, const store::FolderRef& folder = inbox);
[[nodiscard]] store::FolderRef folder_ref(std::vector<std::string> parts);

/// Appends one message; its receipt comes with the flush.
void append(store::FolderWriter& writer, const std::string& octets, const store::MessageInfo& info = {});

/// A machine in memory with an empty directory /home and one /mail.
class World {
 public:
  World();

  support::MemoryKernel machine;
  support::FaultyKernel kernel{machine};
  support::MachineClock clock{machine};
  FixedEntropy entropy;
  CollectedFindings findings;
  UniqueInstants instants{Instant{std::chrono::seconds{1'700'000'000}}};
  Context context{kernel, entropy, clock, findings, instants, "host.example", 4711, std::chrono::milliseconds{2000}};
  fs::Birth birth{{0, 0}, 0600, 0700};

  static constexpr const char* root = "/mail/box";

  /// cur, new, tmp below `path`, which is made.
  void put_maildir(const std::string& path = root);
  /// A file below the root: "cur/1.a:2,S".
  void put(const std::string& name, const std::string& octets = "Subject: x\n\nx\n", fs::Owner owner = {});
  /// Lets enough time pass for stamps to be trusted.
  void settle() { machine.advance(std::chrono::seconds{10}); }
  [[nodiscard]] std::vector<std::string> names(const std::string& directory) const;
  [[nodiscard]] std::string octets(const std::string& name) const;

  [[nodiscard]] std::unique_ptr<store::MessageSource> source(const std::string& path = root);
  [[nodiscard]] std::unique_ptr<store::MessageStore> target(const std::string& path = root);
  [[nodiscard]] Walked read(const store::FolderRef& folder = inbox) { return read_folder(*source(), folder); }
};

}  // namespace mailhaul::formats::maildir
