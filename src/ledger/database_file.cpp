#include "database_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>

#include "mailhaul/base/error.hpp"

namespace mailhaul::ledger {
namespace {

struct FreeIt {
  void operator()(char* text) const { std::free(text); }
};

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] bool close() { return ::close(std::exchange(number_, -1)) == 0; }

 private:
  int number_;
};

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

[[noreturn]] void fail(std::string_view doing, const std::string& path, int error) {
  Cause cause = cause_of(error);
  if (cause == Cause::permission || cause == Cause::not_found || cause == Cause::refused) cause = Cause::cannot_create;
  const bool is_full = cause == Cause::no_space || cause == Cause::quota;
  throw Error(cause, Scope::run, doing).at(path).because(error).on(is_full ? Side::target : Side::none);
}

std::optional<struct stat> status_of(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0) return status;
  if (errno != ENOENT) fail("opening the ledger", path, errno);
  return std::nullopt;
}

bool has_octets(const std::string& path) {
  const auto status = status_of(path);
  return status && status->st_size > 0;
}

}  // namespace

DatabaseFile look_at_database(const std::string& path) {
  const std::string directory = directory_of(path);
  const std::unique_ptr<char, FreeIt> real(::realpath(directory.c_str(), nullptr));
  if (!real) {
    if (errno == ENOENT) return {path, false, false};
    fail("opening the ledger", path, errno);
  }
  const std::string above = real.get();
  const std::string last = path.substr(path.rfind('/') + 1);  // npos + 1 is 0
  DatabaseFile file{(above == "/" ? "" : above) + "/" + last, false, false};
  const auto status = status_of(file.path);
  if (!status) return file;
  const auto refuse = [&](std::string_view reason) {
    throw Error(Cause::damaged, Scope::run, "opening the ledger")
        .at(path)
        .because(reason)
        .hint("move it away: the next run then compares by content");
  };
  if (!S_ISREG(status->st_mode)) refuse("it is no file");
  if (status->st_nlink > 1) refuse("it has a second name");  // D9: the log lies beside one of them only
  file.exists = true;
  file.ended_uncleanly = has_octets(file.path + "-wal") || has_octets(file.path + "-journal");
  // SQLite takes one octet for an empty database, and the end of a page that is missing for zeros.
  constexpr off_t smallest_page = 512;
  if (!file.ended_uncleanly && status->st_size % smallest_page != 0) refuse("it is no ledger, or was cut short");
  return file;
}

void create_database_file(const std::string& path) {
  constexpr mode_t for_the_runner = 0600;
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, for_the_runner));
  if (file.number() < 0) fail("making the ledger", path, errno);
  if (::fchmod(file.number(), for_the_runner) != 0 || ::fsync(file.number()) != 0 || !file.close())
    fail("making the ledger", path, errno);
  sync_directory_of(path);
}

void sync_directory_of(const std::string& path) {
  const Descriptor directory(::open(directory_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.number() < 0 || ::fsync(directory.number()) != 0) fail("making the ledger", path, errno);
}

bool lies_on_full_disk(const std::string& path) {
  struct statvfs room {};
  if (::statvfs(path.c_str(), &room) != 0) return false;
  return (room.f_blocks > 0 && room.f_bavail == 0) || (room.f_files > 0 && room.f_favail == 0);
}

}  // namespace mailhaul::ledger
