#include "account/cpanel/scratch_file_system.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

#include <sqlite3.h>

namespace mailhaul::account::cpanel {
namespace {

/// Made in memory of SQLite's, whose pointers are to the part that it knows.
struct OpenFile {
  sqlite3_file known;
  std::shared_ptr<ScratchFile> file;
  std::exception_ptr* failure;
};

OpenFile& of(sqlite3_file* file) { return *reinterpret_cast<OpenFile*>(file); }

/// Exceptions can't pass through C.
template <typename Work>
int kept_from_throwing(std::exception_ptr& failure, int code, const Work& work) {
  try {
    return work();
  } catch (...) {
    failure = std::current_exception();
    return code;
  }
}

int close_file(sqlite3_file* file) {
  of(file).~OpenFile();
  return SQLITE_OK;
}

int read_file(sqlite3_file* file, void* into, int octets, sqlite3_int64 offset) {
  return kept_from_throwing(*of(file).failure, SQLITE_IOERR_READ, [&] {
    const std::span<std::byte> all(static_cast<std::byte*>(into), static_cast<std::size_t>(octets));
    const std::size_t got = of(file).file->read_at(all, static_cast<std::uint64_t>(offset));
    std::fill(all.begin() + static_cast<std::ptrdiff_t>(got), all.end(), std::byte{0});
    return got == all.size() ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
  });
}

int write_file(sqlite3_file* file, const void* from, int octets, sqlite3_int64 offset) {
  return kept_from_throwing(*of(file).failure, SQLITE_IOERR_WRITE, [&] {
    of(file).file->write_at({static_cast<const std::byte*>(from), static_cast<std::size_t>(octets)},
                            static_cast<std::uint64_t>(offset));
    return SQLITE_OK;
  });
}

int truncate_file(sqlite3_file* file, sqlite3_int64 octets) {
  return kept_from_throwing(*of(file).failure, SQLITE_IOERR_TRUNCATE, [&] {
    of(file).file->resize(static_cast<std::uint64_t>(octets));
    return SQLITE_OK;
  });
}

int size_of_file(sqlite3_file* file, sqlite3_int64* octets) {
  *octets = static_cast<sqlite3_int64>(of(file).file->size_octets());
  return SQLITE_OK;
}

int sync_file(sqlite3_file* /*file*/, int /*flags*/) { return SQLITE_OK; }
int lock_file(sqlite3_file* /*file*/, int /*level*/) { return SQLITE_OK; }
int tell_lock(sqlite3_file* /*file*/, int* is_reserved) {
  *is_reserved = 0;
  return SQLITE_OK;
}
int control_file(sqlite3_file* /*file*/, int /*operation*/, void* /*argument*/) { return SQLITE_NOTFOUND; }
int sector_of_file(sqlite3_file* /*file*/) { return 4096; }
int abilities_of_file(sqlite3_file* /*file*/) { return 0; }

/// Version 1 has no shared memory: a write-ahead log can then be used by one connection alone.
constexpr sqlite3_io_methods methods_of_files() {
  sqlite3_io_methods methods{};
  methods.iVersion = 1;
  methods.xClose = close_file;
  methods.xRead = read_file;
  methods.xWrite = write_file;
  methods.xTruncate = truncate_file;
  methods.xSync = sync_file;
  methods.xFileSize = size_of_file;
  methods.xLock = lock_file;
  methods.xUnlock = lock_file;
  methods.xCheckReservedLock = tell_lock;
  methods.xFileControl = control_file;
  methods.xSectorSize = sector_of_file;
  methods.xDeviceCharacteristics = abilities_of_file;
  return methods;
}
constexpr sqlite3_io_methods file_methods = methods_of_files();

constexpr int longest_name = 512;

int full_name(sqlite3_vfs* /*vfs*/, const char* name, int room, char* full) {
  const std::size_t octets = std::strlen(name) + 1;
  if (octets > static_cast<std::size_t>(room)) return SQLITE_CANTOPEN;
  std::memcpy(full, name, octets);
  return SQLITE_OK;
}

// What SQLite does must not depend on when it does it.
int randomness(sqlite3_vfs* /*vfs*/, int octets, char* out) {
  std::fill_n(out, octets, '\0');
  return octets;
}
int sleep_not(sqlite3_vfs* /*vfs*/, int microseconds) { return microseconds; }
int current_time(sqlite3_vfs* /*vfs*/, double* julian_day) {
  constexpr double day_of_1970 = 2440587.5;
  *julian_day = day_of_1970;
  return SQLITE_OK;
}
int last_error(sqlite3_vfs* /*vfs*/, int /*octets*/, char* /*text*/) { return 0; }

}  // namespace

struct ScratchFileSystem::Calls {
  static ScratchFileSystem& home(sqlite3_vfs* vfs) { return *static_cast<ScratchFileSystem*>(vfs->pAppData); }

  static int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* into, int flags, int* flags_got) {
    ScratchFileSystem& self = home(vfs);
    into->pMethods = nullptr;
    if (name == nullptr) return SQLITE_CANTOPEN;  // what is temporary stays in memory
    return kept_from_throwing(self.failure_, SQLITE_CANTOPEN, [&] {
      auto at = self.files_.find(name);
      if (at == self.files_.end()) {
        if ((flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
        at = self.files_.emplace(name, std::make_shared<ScratchFile>(self.room_)).first;
      }
      new (into) OpenFile{{&file_methods}, at->second, &self.failure_};
      if (flags_got != nullptr) *flags_got = flags;
      return SQLITE_OK;
    });
  }
  static int delete_file(sqlite3_vfs* vfs, const char* name, int /*and_sync*/) {
    ScratchFileSystem& self = home(vfs);
    return kept_from_throwing(self.failure_, SQLITE_IOERR_DELETE,
                              [&] { return self.files_.erase(name) > 0 ? SQLITE_OK : SQLITE_IOERR_DELETE_NOENT; });
  }
  static int look_at(sqlite3_vfs* vfs, const char* name, int flags, int* is_so) {
    ScratchFileSystem& self = home(vfs);
    return kept_from_throwing(self.failure_, SQLITE_IOERR_ACCESS, [&] {
      const auto at = self.files_.find(name);
      // As SQLite's own for POSIX: an empty file is as good as none.
      *is_so = at != self.files_.end() && (flags != SQLITE_ACCESS_EXISTS || at->second->size_octets() > 0) ? 1 : 0;
      return SQLITE_OK;
    });
  }
};

ScratchFileSystem::ScratchFileSystem(const ScratchRoom& room)
    : room_(room),
      name_("mailhaul-" + std::to_string(reinterpret_cast<std::uintptr_t>(this))),
      vfs_(std::make_unique<sqlite3_vfs>()) {
  vfs_->iVersion = 1;
  vfs_->szOsFile = static_cast<int>(sizeof(OpenFile));
  vfs_->mxPathname = longest_name;
  vfs_->zName = name_.c_str();
  vfs_->pAppData = this;
  vfs_->xOpen = Calls::open_file;
  vfs_->xDelete = Calls::delete_file;
  vfs_->xAccess = Calls::look_at;
  vfs_->xFullPathname = full_name;
  vfs_->xRandomness = randomness;
  vfs_->xSleep = sleep_not;
  vfs_->xCurrentTime = current_time;
  vfs_->xGetLastError = last_error;
  if (sqlite3_vfs_register(vfs_.get(), 0) != SQLITE_OK) throw std::bad_alloc();
}

ScratchFileSystem::~ScratchFileSystem() { sqlite3_vfs_unregister(vfs_.get()); }

void ScratchFileSystem::put(const std::string& name, ScratchFile file) {
  files_[name] = std::make_shared<ScratchFile>(std::move(file));
}

ScratchFile ScratchFileSystem::take(const std::string& name) {
  const auto at = files_.find(name);
  if (at == files_.end()) return ScratchFile(room_);
  ScratchFile file = std::move(*at->second);
  files_.erase(at);
  return file;
}

}  // namespace mailhaul::account::cpanel
