#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "mailhaul/fs/kernel.hpp"

namespace mailhaul::support {

/// The system calls that FaultyKernel counts and fails: all of the seam but user(), which can't fail.
enum class Call : std::uint8_t {
  open_beneath,
  open_at,
  close,
  status,
  status_at,
  read_link,
  read_directory,
  read_at,
  write_at,
  truncate,
  link_open_file,
  link_at,
  rename,
  unlink,
  make_directory,
  make_symlink,
  change_owner,
  change_mode,
  set_modified,
  sync,
  sync_file_system,
  sync_file_system_is_sound,  ///< that fails: "no"
  is_local_file_system,       ///< that fails: "no"
  file_system_id,
  try_lock,
  unlock,
};
inline constexpr std::size_t call_kinds = 26;
/// As the table above names it.
[[nodiscard]] const char* name_of(Call call);

/// One fault: the `nth` call (from 1) of that kind, or of any, answers `errno_value` and is not made.
struct Fault {
  std::optional<Call> call{};  ///< nothing: calls of every kind are counted together
  std::uint64_t nth = 1;
  int errno_value = 5;  ///< EIO
  bool and_all_later = false;
  bool after_it_was_done = false;  ///< the call is made, and only its answer is lost (NFS)
};

/// Any kernel with faults: a call fails by its number, reads and writes are short, calls are interrupted.
///
/// Counts begin at construction or at `count_anew`. A close that fails closes nevertheless, as the real one does.
/// Any number of threads; then the order of calls, hence which one fails, is theirs.
class FaultyKernel final : public fs::Kernel {
 public:
  explicit FaultyKernel(fs::Kernel& inner) : inner_(inner) {}

  void inject(const Fault& fault);
  void heal();  ///< no more faults, short calls or interruptions
  void count_anew();
  /// About every second read or write moves only some of its octets.
  void make_short(std::uint64_t seed);
  /// About every fourth open, read, write or truncate answers EINTR first.
  void interrupt(std::uint64_t seed);
  /// What an open with O_TMPFILE answers from now on: EOPNOTSUPP where a file system has none; 0 lets it through.
  void forbid_unnamed_files(int errno_value);
  /// Runs just before the nth call of that kind: where another program gets its turn.
  void before(Call call, std::uint64_t nth, std::function<void()> action);
  /// Told of the descriptor of each sync that fails here, so that a kernel below can lose what was dirty (D3).
  void when_sync_fails(std::function<void(Call call, int fd)> action);

  [[nodiscard]] std::uint64_t calls(Call call) const;
  [[nodiscard]] std::uint64_t calls() const;  ///< of all kinds
  [[nodiscard]] std::uint64_t faults_hit() const;
  /// Syncs of a descriptor whose sync had failed before: D3 wants none.
  [[nodiscard]] std::uint64_t repeated_syncs() const;

  int open_beneath(int dir, const std::string& path, int flags, mode_t mode, bool cross_mounts) override;
  int open_at(int dir, const std::string& name, int flags, mode_t mode) override;
  int close(int fd) override;
  int status(int fd, fs::Status& out) override;
  int status_at(int dir, const std::string& name, fs::Status& out) override;
  int read_link(int fd, std::string& out) override;
  int read_directory(int fd, std::vector<fs::Entry>& out) override;
  std::int64_t read_at(int fd, std::span<std::byte> into, std::uint64_t offset) override;
  std::int64_t write_at(int fd, Bytes from, std::uint64_t offset) override;
  int truncate(int fd, std::uint64_t size_octets) override;
  int link_open_file(int fd, int dir, const std::string& name) override;
  int link_at(int from_dir, const std::string& from, int to_dir, const std::string& to) override;
  int rename(int from_dir, const std::string& from, int to_dir, const std::string& to, unsigned flags) override;
  int unlink(int dir, const std::string& name, int flags) override;
  int make_directory(int dir, const std::string& name, mode_t mode) override;
  int make_symlink(const std::string& target, int dir, const std::string& name) override;
  int change_owner(int fd, fs::Owner owner) override;
  int change_mode(int fd, mode_t mode) override;
  int set_modified(int fd, fs::FileTime time) override;
  int sync(int fd) override;
  int sync_file_system(int fd) override;
  bool sync_file_system_is_sound(int fd) override;
  bool is_local_file_system(int fd) override;
  int file_system_id(int fd, std::uint64_t& out) override;
  int try_lock(int fd, fs::LockKind kind) override;
  int unlock(int fd) override;
  int security_label(int fd, std::string& out) override { return inner_.security_label(fd, out); }
  uid_t user() const override { return inner_.user(); }

 private:
  struct Verdict {
    bool fails = false;
    int answer = 0;  ///< negative errno; 0 is an answer too
    bool make_the_call = true;
  };
  struct Turn {
    Call call;
    std::uint64_t nth;
    std::function<void()> action;
  };
  Verdict judge(Call call);
  std::size_t cut(std::size_t octets);
  template <typename Make>
  auto pass(Call call, const Make& make);
  template <typename Make>
  int pass_sync(Call call, int fd, const Make& make);

  fs::Kernel& inner_;
  mutable std::mutex mutex_;
  std::vector<Fault> faults_{};
  std::vector<Turn> turns_{};
  std::function<void(Call, int)> sync_failed_{};
  std::optional<std::mt19937_64> shortening_{};
  std::optional<std::mt19937_64> interrupting_{};
  std::array<std::uint64_t, call_kinds> counts_{};
  std::uint64_t total_ = 0;
  int unnamed_files_ = 0;
  std::uint64_t hit_ = 0;
  std::uint64_t repeated_syncs_ = 0;
  std::set<int> failed_to_sync_{};
};

}  // namespace mailhaul::support
