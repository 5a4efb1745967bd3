#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "mailhaul/base/bytes.hpp"
#include "mailhaul/fs/file.hpp"
#include "mailhaul/fs/status.hpp"

namespace mailhaul::fs {

class Directory;
struct Birth;
enum class LinkResult;

/// A file without a name (O_TMPFILE), or where the file system has none of those, one with an unguessable name
/// beginning with `temporary_prefix` (S8). Destroyed unlinked: it was never there. One thread.
class NewFile {
 public:
  /// What our left-overs of a killed run begin with, where O_TMPFILE is missing.
  static constexpr const char* temporary_prefix = "mailhaul-tmp-";

  NewFile(NewFile&&) noexcept;
  NewFile& operator=(NewFile&&) noexcept;
  ~NewFile();

  /// Appends all, or throws: no_space (run), quota (mailbox), io_error (run), side target.
  void append(Bytes octets);
  /// Overwrites octets already written (a length that is known late).
  void rewrite(Bytes octets, std::uint64_t offset);
  /// Cuts back to a length written before.
  void cut(std::uint64_t size_octets);
  [[nodiscard]] std::size_t read_at(std::span<std::byte> into, std::uint64_t offset) const;
  [[nodiscard]] std::uint64_t size_octets() const;
  [[nodiscard]] Status status_now() const;

  /// Owner, then mode (S7), then the modification time where one is given. Before the name exists. What fstat said of
  /// it on the way, for who wants its length or which file it is: one call less a message.
  Status dress(const Birth& birth, std::optional<FileTime> modified);
  /// The modification time alone; also after the link, for a lock that says it lives.
  void set_modified(FileTime time);
  void sync();
  /// Gives it the name `name` in `directory`; never over an existing one. Afterwards this handle is only for reading.
  [[nodiscard]] LinkResult link(const Directory& directory, const std::string& name);
  /// The same file once it has a name, for who goes on with it; nothing is left here.
  [[nodiscard]] File take_file();
  /// Closes and takes the error seriously (D5).
  void close();

 private:
  friend class Directory;
  struct State;
  explicit NewFile(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace mailhaul::fs
