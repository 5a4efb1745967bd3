#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "mailhaul/fs/directory.hpp"
#include "mailhaul/fs/new_file.hpp"

namespace mailhaul::fs {

/// Finished files that become visible together, in the order of D1: data durable, then names, then directories durable.
///
/// Error: nothing that is not linked yet will be, nothing counts as done, and the batch is dropped: it must be written
/// anew into new inodes, since what failed to sync once is never asked again (D3). One thread.
class DurableBatch {
 public:
  /// Opens the descriptor for syncfs now, before the first write (D2). `home` is any directory of the target.
  explicit DurableBatch(const Directory& home);

  /// Takes a dressed file that shall be `name` in `directory`; returns its index in the next flush.
  std::size_t add(NewFile file, const Directory& directory, std::string name);
  /// A directory that changed otherwise (a rename, a new child) and must be synced with this batch.
  void also_sync(const Directory& directory);

  [[nodiscard]] std::size_t count() const { return waiting_.size(); }
  [[nodiscard]] std::uint64_t octets() const { return octets_; }

  /// Linked names by index. When a name is taken, `another_name(index)` gives the next try; after 64 tries an Error.
  using AnotherName = std::function<std::string(std::size_t index)>;
  std::vector<std::string> flush(const AnotherName& another_name);
  /// Forgets all that waits: nothing of it was ever visible.
  void drop();

 private:
  struct Waiting {
    NewFile file;
    Directory directory;
    std::string name;
  };
  void open_sync_descriptor();
  [[nodiscard]] bool covered_by_syncfs(const Directory& directory) const;
  void sync_file_system();
  void settle_data();
  std::string link(std::size_t index, const AnotherName& another_name);
  void settle_directories();

  Directory home_;
  Descriptor sync_through_{};  ///< open where syncfs is used; its own, since each open file hears of an error once
  std::vector<Waiting> waiting_{};
  std::vector<Directory> touched_{};
  std::uint64_t octets_ = 0;
};

}  // namespace mailhaul::fs
