#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mailhaul/base/bytes.hpp"
#include "mailhaul/base/error.hpp"
#include "mailhaul/fs/kernel.hpp"
#include "mailhaul/fs/status.hpp"
#include "mailhaul/io/source.hpp"

namespace mailhaul::fs {

/// A descriptor with its kernel; closes itself, and close() once by hand where its error counts (D5).
class Descriptor {
 public:
  Descriptor() = default;
  Descriptor(Kernel& kernel, int fd) : kernel_(&kernel), fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor();

  [[nodiscard]] int value() const { return fd_; }
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  [[nodiscard]] Kernel& kernel() const { return *kernel_; }
  /// Closes; 0 or the negative errno. The descriptor is gone either way.
  int close();
  /// Gives the descriptor away: the caller closes it.
  [[nodiscard]] int release();

 private:
  Kernel* kernel_ = nullptr;
  int fd_ = -1;
};

/// An open regular file whose kind and owner were checked on this very descriptor (S5, S6). One thread.
class File {
 public:
  File(Descriptor descriptor, Status opened_as, std::string place, Side side);

  /// fstat of when it was opened.
  [[nodiscard]] const Status& opened_as() const { return opened_as_; }
  [[nodiscard]] Status status_now() const;
  [[nodiscard]] const std::string& place() const { return place_; }

  /// Up to `into.size()` octets from `offset`; short only at the end of the file. EINTR and short reads are looped.
  /// Error: io_error, scope message.
  [[nodiscard]] std::size_t read_at(std::span<std::byte> into, std::uint64_t offset) const;
  /// Writes all, or throws (D5): no_space, quota, io_error, of scope run (quota: mailbox).
  void write_at(Bytes octets, std::uint64_t offset) const;
  void truncate(std::uint64_t size_octets) const;
  void sync() const;
  /// Without waiting; false when another program holds it.
  [[nodiscard]] bool try_lock(LockKind kind) const;
  void unlock() const;
  void set_modified(FileTime time) const;

 private:
  Descriptor descriptor_;
  Status opened_as_;
  std::string place_;
  Side side_;
};

/// A whole file as a source, read front to back in large pieces.
///
/// At the end the file is looked at again (S5): size, mtime or ctime changed while it was read is
/// Error(Cause::source_changed, Scope::message). ctime alone is let pass, since a rename changes it (D10).
class FileSource final : public io::Source {
 public:
  /// `buffer` is lent: it must outlive the source, and only one source uses it at a time.
  FileSource(File file, std::vector<std::byte>& buffer);
  [[nodiscard]] Bytes read() override;
  [[nodiscard]] const File& file() const { return file_; }

 private:
  File file_;
  std::vector<std::byte>& buffer_;
  std::uint64_t offset_ = 0;
  bool ended_ = false;
};

}  // namespace mailhaul::fs
