#pragma once

#include <exception>
#include <map>
#include <memory>
#include <string>

#include "account/cpanel/scratch_file.hpp"

struct sqlite3_vfs;

namespace mailhaul::account::cpanel {

/// What SQLite takes for its file system: files of our own by whatever names, in one flat space that nobody else is in.
///
/// No name that SQLite makes up, or reads in a file, reaches the kernel. It would else, as root, delete what a rollback
/// journal of a customer's calls its super-journal. Nor is there anything to lock. One thread at a time.
class ScratchFileSystem {
 public:
  /// The room must outlive it.
  explicit ScratchFileSystem(const ScratchRoom& room);
  ScratchFileSystem(const ScratchFileSystem&) = delete;
  ScratchFileSystem& operator=(const ScratchFileSystem&) = delete;
  ~ScratchFileSystem();

  /// For sqlite3_open_v2.
  [[nodiscard]] const char* name() const { return name_.c_str(); }

  void put(const std::string& name, ScratchFile file);
  /// Empty where there is none. No connection may have it open.
  [[nodiscard]] ScratchFile take(const std::string& name);

  /// SQLite knows numbers alone: throws what stood behind the last one, if anything did.
  void rethrow_failure() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  struct Calls;
  const ScratchRoom& room_;
  std::string name_;
  std::map<std::string, std::shared_ptr<ScratchFile>> files_{};
  std::exception_ptr failure_{};
  std::unique_ptr<sqlite3_vfs> vfs_;
};

}  // namespace mailhaul::account::cpanel
