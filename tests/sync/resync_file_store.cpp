#include "sync/resync_file_store.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>

namespace mailhaul::sync {
namespace {

/// Long ago, and before anything that a program writes now.
constexpr std::int64_t old_seconds = 1'000'000'000;
constexpr std::int64_t new_seconds = 1'500'000'000;

bool is_recent(const std::filesystem::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) throw std::system_error(errno, std::generic_category(), path);
  return status.st_mtim.tv_sec > new_seconds;
}

void set_modified(const std::filesystem::path& path, std::int64_t seconds) {
  const std::array<timespec, 2> times{timespec{0, UTIME_OMIT}, timespec{seconds, 0}};
  if (::utimensat(AT_FDCWD, path.c_str(), times.data(), 0) != 0)
    throw std::system_error(errno, std::generic_category(), path);
}

}  // namespace

UsedFiles::UsedFiles(std::filesystem::path root, bool ages)
    : root_(std::move(root)),
      ages_(ages),
      clock_(std::chrono::seconds(ages ? 10 : 0)),
      instants_(clock_.now()),
      context_{kernel_, entropy_, clock_, findings_, instants_, "test", 1} {}

std::string UsedFiles::octets_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

void UsedFiles::write(const std::filesystem::path& file, const std::string& octets) {
  std::ofstream(file, std::ios::binary) << octets;
}

fs::Rules UsedFiles::rules(Side side) {
  fs::Rules rules;
  rules.side = side;
  rules.durability = fs::Durability::none;  // power cuts are for the machine in memory
  return rules;
}

fs::Birth UsedFiles::birth() { return {{::geteuid(), ::getegid()}, 0600, 0700}; }

void UsedFiles::age() {
  if (!ages_) return;
  const auto make_old = [this](const std::filesystem::path& path) {
    if (is_recent(path)) set_modified(path, old_seconds + ++ages_given_);
  };
  make_old(root_);
  if (!std::filesystem::is_directory(root_)) return;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root_)) make_old(entry.path());
}

store::MessageSource& UsedFiles::as_source() {
  age();
  source_ = open_source(context_);
  return *source_;
}

store::MessageStore& UsedFiles::as_target() {
  if (std::filesystem::exists(root_)) age();
  const std::uint64_t before = kernel_.calls();
  target_ = open_target(context_);
  calls_of_run_ = before;
  return *target_;
}

void UsedFiles::close() {
  source_.reset();
  target_.reset();
  calls_of_run_ = kernel_.calls() - calls_of_run_;
}

std::size_t UsedFiles::changes() {
  std::map<std::string, std::string> seen;
  const auto note = [&](const std::filesystem::path& path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) throw std::system_error(errno, std::generic_category(), path);
    const bool is_file = S_ISREG(status.st_mode);
    seen[path] = std::to_string(status.st_ino) + (is_file ? octets_of(path) : "");
  };
  if (std::filesystem::exists(root_)) note(root_);
  if (std::filesystem::is_directory(root_))
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root_)) note(entry.path());
  if (seen != last_seen_) ++changes_;
  last_seen_ = std::move(seen);
  return changes_;
}

void UsedFiles::die_somewhere(const Pick& pick) {
  using support::Call;
  constexpr std::array changing{Call::write_at, Call::link_open_file, Call::link_at,       Call::rename,
                                Call::unlink,   Call::truncate,       Call::make_directory};
  kernel_.count_anew();
  // All later calls fail too: what a dying program would have mended it does not mend.
  if (pick(4) == 0) return kernel_.inject({{}, 1 + pick(calls_of_run_ + 1), EIO, true});
  const Call last = changing[pick(changing.size())];
  kernel_.before(last, 1 + pick(4), [this] { kernel_.inject({{}, 1, EIO, true}); });
}

void UsedFiles::revive() {
  kernel_.heal();
  kernel_.count_anew();
  // What a dead program locked goes stale in two minutes, which no history waits for.
  std::vector<std::filesystem::path> locks;
  if (std::filesystem::exists(root_.parent_path()))
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root_.parent_path()))
      if (entry.path().extension() == ".lock") locks.push_back(entry.path());
  for (const auto& lock : locks) std::filesystem::remove(lock);
}

}  // namespace mailhaul::sync
