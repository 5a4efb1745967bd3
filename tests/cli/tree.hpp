#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace mailhaul::black_box {

/// Where a test's files are: on a real disk, or in memory where there is room for it. What makes thousands of files and
/// proves nothing about disks is in memory.
enum class Place { disk, memory };

/// A directory of its own for one test, removed with all that is in it.
class TempDir {
 public:
  explicit TempDir(Place place = Place::disk);
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// A small file system of its own; `mounted()` is false where that is not permitted.
class SmallDisk {
 public:
  /// `inodes`: how many; 0: as many as its octets allow.
  SmallDisk(std::string at, std::uint64_t octets, std::uint64_t inodes = 0);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  [[nodiscard]] bool mounted() const { return mounted_; }
  void resize(std::uint64_t octets, std::uint64_t inodes = 0) const;
  struct Room {
    std::uint64_t octets = 0;
    std::uint64_t inodes = 0;
  };
  [[nodiscard]] Room used() const;

 private:
  std::string at_;
  bool mounted_ = false;
};

void write_file(const std::string& path, std::string_view octets);
void append_file(const std::string& path, std::string_view octets);
[[nodiscard]] std::string read_file(const std::string& path);
[[nodiscard]] bool exists(const std::string& path);
/// Seconds since the epoch; -1 when it is not there.
[[nodiscard]] std::int64_t modified(const std::string& path);
void set_modified(const std::string& path, std::int64_t seconds);
/// Makes cur, new and tmp, and the directories above.
void make_maildir(const std::string& path);
/// Contents, times of files; nothing is left out. Symlinks stay what they are.
void copy_tree(const std::string& from, const std::string& to);
void give_tree(const std::string& path, uid_t owner);
/// A FIFO without a writer would stop a careless reader for ever.
void make_fifo(const std::string& path);
void make_socket(const std::string& path);
/// False where that is not permitted.
[[nodiscard]] bool make_null_device(const std::string& path);

/// One entry of a tree with everything that a program can change of it.
struct Entry {
  std::string path{};  ///< below the root of the snapshot; "" is the root
  char kind = '?';     ///< f d l p s c b
  unsigned mode = 0;
  uid_t uid = 0;
  gid_t gid = 0;
  std::uint64_t links = 0;
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;
  std::int64_t accessed_ns = 0;
  std::uint64_t inode = 0;
  std::string content{};  ///< a hash of a file's octets, or where a symlink points
  bool operator==(const Entry&) const = default;
};

/// All entries below `root`, in order. Looking does not change atimes (O_NOATIME), so that two snapshots with a run
/// between them show what the run did. Files over 64 MiB are not hashed.
[[nodiscard]] std::vector<Entry> snapshot(const std::string& root);
/// One line for each entry that is not the same in both; empty when all are.
[[nodiscard]] std::string difference(const std::vector<Entry>& before, const std::vector<Entry>& after);
/// Sets back the atimes of all below `root`: then every read shows, also on a file system mounted with relatime.
void make_reads_visible(const std::string& root);
/// Whether `needle` stands in any file below `root`.
[[nodiscard]] bool tree_holds(const std::string& root, std::string_view needle);
/// Of all entries, sorted; looking does not change the atime either. Empty when there is no such directory.
[[nodiscard]] std::vector<std::string> names_in(const std::string& directory);

}  // namespace mailhaul::black_box
