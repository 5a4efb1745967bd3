#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "mailhaul/base/entropy.hpp"
#include "mailhaul/fs/directory.hpp"
#include "mailhaul/fs/kernel.hpp"
#include "support/faulty_kernel.hpp"
#include "support/memory_kernel.hpp"

namespace mailhaul::fs {

/// A place where one test runs: real files in a fresh directory, or files in memory. What another user does to the
/// tree is done through here. Paths are relative to `root()`.
class World {
 public:
  World() = default;
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  virtual ~World() = default;

  [[nodiscard]] virtual Kernel& kernel() = 0;
  [[nodiscard]] virtual std::string root() const = 0;  ///< absolute; exists, owned by the runner
  /// Whether files can be given to other users here.
  [[nodiscard]] virtual bool has_users() const = 0;

  virtual void put_directory(const std::string& path) = 0;
  virtual void put_file(const std::string& path, const std::string& octets) = 0;
  virtual void put_symlink(const std::string& path, const std::string& target) = 0;
  virtual void put_fifo(const std::string& path) = 0;
  virtual void put_socket(const std::string& path) = 0;
  /// False where this is not permitted.
  virtual bool put_device(const std::string& path) = 0;
  virtual void put_link(const std::string& path, const std::string& existing) = 0;
  /// An apparent size without anything stored.
  virtual void put_sparse(const std::string& path, std::uint64_t size_octets) = 0;
  virtual void give_to(const std::string& path, uid_t uid) = 0;
  virtual void remove(const std::string& path) = 0;
  virtual void exchange(const std::string& path, const std::string& other) = 0;
  virtual void set_umask(mode_t mask) = 0;
  [[nodiscard]] virtual bool exists(const std::string& path) = 0;
  [[nodiscard]] virtual std::string octets_of(const std::string& path) = 0;
  [[nodiscard]] virtual Status status_of(const std::string& path) = 0;
  /// Sorted names.
  [[nodiscard]] virtual std::vector<std::string> names_in(const std::string& path) = 0;
};

enum class Files { real, memory };
enum class Resolving { openat2, walk };

struct WorldKind {
  Files files;
  Resolving resolving;
};
/// For gtest's names of parametrised tests.
[[nodiscard]] std::string name_of(const testing::TestParamInfo<WorldKind>& info);
[[nodiscard]] std::unique_ptr<World> make_world(const WorldKind& kind);
inline constexpr WorldKind all_worlds[] = {{Files::real, Resolving::openat2},
                                           {Files::real, Resolving::walk},
                                           {Files::memory, Resolving::openat2},
                                           {Files::memory, Resolving::walk}};

/// Fails the whole program when a test hangs: on a FIFO, a device, a lock.
class Watchdog {
 public:
  Watchdog();
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;
};

/// A test that runs in every world.
class InEachWorld : public testing::TestWithParam<WorldKind> {
 protected:
  [[nodiscard]] World& world() { return *world_; }
  /// The kernel of the world; faults and turns of other programs are put in here.
  [[nodiscard]] support::FaultyKernel& kernel() { return faulty_; }
  [[nodiscard]] Directory open(Side side = Side::source) { return open(Rules{.side = side}); }
  [[nodiscard]] Directory open(const Rules& rules) {
    return Directory::open_root(faulty_, entropy_, world_->root(), rules);
  }
  [[nodiscard]] Owner runner() { return world_->status_of("").owner; }
  [[nodiscard]] Entropy& entropy() { return entropy_; }

 private:
  Watchdog watchdog_{};
  std::unique_ptr<World> world_ = make_world(GetParam());
  support::FaultyKernel faulty_{world_->kernel()};
  SystemEntropy entropy_{};
};

/// A machine in memory with one directory "/m", opened as a root; for tests that need faults or a power cut.
class InMemory : public testing::Test {
 protected:
  static constexpr Owner bob{1001, 1001};

  InMemory() { memory_.put_directory("/m", bob, 0755); }
  [[nodiscard]] support::MemoryKernel& memory() { return memory_; }
  [[nodiscard]] support::FaultyKernel& kernel() { return faulty_; }
  [[nodiscard]] Entropy& entropy() { return entropy_; }
  [[nodiscard]] Directory open(Side side = Side::target) { return open(Rules{.side = side}); }
  [[nodiscard]] Directory open(const Rules& rules) { return Directory::open_root(faulty_, entropy_, "/m", rules); }

 private:
  Watchdog watchdog_{};
  support::MemoryKernel memory_{};
  support::FaultyKernel faulty_{memory_};
  SystemEntropy entropy_{};
};

/// Octets of a text, all of what a file holds, and what an Error was: for short tests.
[[nodiscard]] std::string read_all(const File& file);
/// Runs it; the Error it throws. Fails the test when it throws none.
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

}  // namespace mailhaul::fs
