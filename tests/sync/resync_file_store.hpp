#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "mailhaul/formats/context.hpp"
#include "support/faulty_kernel.hpp"
#include "sync/harness.hpp"
#include "sync/resync_store.hpp"

namespace mailhaul::sync {

/// The clock of the machine, or one a little later: then what was just written is not young, and its stamps count.
class LaterClock final : public Clock {
 public:
  explicit LaterClock(std::chrono::seconds later) : later_(later) {}
  [[nodiscard]] Instant now() const override { return clock_.now() + later_; }
  [[nodiscard]] std::chrono::sys_seconds from_local(CivilSeconds civil) const override {
    return clock_.from_local(civil);
  }
  void sleep(std::chrono::milliseconds time) const override { clock_.sleep(time); }

 private:
  SystemClock clock_;
  std::chrono::seconds later_;
};

/// A real store below a directory, which its user changes through the C++ library: never through what is tested.
class UsedFiles : public UsedStore {
 public:
  /// `ages`: runs find everything as if it had been written long ago, at a time of its own, so that stamps count.
  UsedFiles(std::filesystem::path root, bool ages);

  void close() override;
  [[nodiscard]] store::MessageSource& as_source() override;
  [[nodiscard]] store::MessageStore& as_target() override;
  [[nodiscard]] std::size_t changes() override;
  void die_somewhere(const Pick& pick) override;
  void revive() override;

 protected:
  [[nodiscard]] const std::filesystem::path& root() const { return root_; }
  [[nodiscard]] std::uint64_t next_number() { return ++numbers_; }
  [[nodiscard]] static std::string octets_of(const std::filesystem::path& file);
  static void write(const std::filesystem::path& file, const std::string& octets);
  [[nodiscard]] virtual std::unique_ptr<store::MessageSource> open_source(formats::Context& context) = 0;
  [[nodiscard]] virtual std::unique_ptr<store::MessageStore> open_target(formats::Context& context) = 0;
  [[nodiscard]] static fs::Rules rules(Side side);
  [[nodiscard]] static fs::Birth birth();

 private:
  void age();

  std::filesystem::path root_;
  bool ages_;
  std::uint64_t numbers_ = 0;
  std::int64_t ages_given_ = 0;
  fs::PosixKernel posix_{};
  support::FaultyKernel kernel_{posix_};
  SystemEntropy entropy_{};
  LaterClock clock_;
  CollectedFindings findings_{};
  formats::UniqueInstants instants_;
  formats::Context context_;
  std::unique_ptr<store::MessageSource> source_{};
  std::unique_ptr<store::MessageStore> target_{};
  std::uint64_t calls_of_run_ = 0;
  std::map<std::string, std::string> last_seen_{};
  std::size_t changes_ = 0;
};

}  // namespace mailhaul::sync
