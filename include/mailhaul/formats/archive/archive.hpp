#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mailhaul/base/error.hpp"
#include "mailhaul/formats/archive/member.hpp"
#include "mailhaul/formats/context.hpp"
#include "mailhaul/fs/directory.hpp"
#include "mailhaul/io/source.hpp"
#include "mailhaul/io/tree.hpp"

namespace mailhaul::formats::archive {

/// S13.
struct Limits {
  std::uint64_t most_ratio = 200;                        ///< of what a compressed archive expands to …
  std::uint64_t free_octets = std::uint64_t{16} << 20U;  ///< … behind so many octets
  std::uint32_t most_members = 20'000'000;
  std::uint32_t most_directories = 2'000'000;
  std::uint64_t largest_member = std::uint64_t{4} << 30U;  ///< whose content is given out
  std::uint64_t largest_kept = std::uint64_t{16} << 20U;
  std::uint64_t most_kept = std::uint64_t{64} << 20U;  ///< in all
};

struct Options {
  Limits limits{};
  /// Which files are kept in memory while the members are indexed, because somebody will ask for them: by their path
  /// below the root. A file that is not kept, or too large to be, is looked for in the archive when it is read.
  std::function<bool(std::string_view path)> keep{};
  /// A directory all of whose files belong to one owner: to that of the first of `told_by` that is in the archive and
  /// not root's. A file of another owner is a second name of what its user may not read, which a tar made by root has
  /// the content of. `told_by` empty: nothing is known of owners.
  struct OneOwner {
    std::string below{};
    std::vector<std::string> told_by{};
  };
  OneOwner one_owner{};
  /// What stands at the root of such an archive. The root is the top of the archive, or its one directory, whichever
  /// holds one of these; and without these (or with none found) that one directory, if nothing is beside it.
  std::vector<std::string> root_marks{};
};

class Index;
class StoredFile;

/// Contents of members, one after the other. Cheap in storage order; in another one as well where the archive is plain
/// or compressed with gzip. One thread.
class Contents {
 public:
  virtual ~Contents() = default;
  /// Of a member that is its own content; gone at the next call. Errors of scope message, also while it is read:
  /// refused, limit, damaged …
  [[nodiscard]] virtual io::Source& open(std::uint32_t number) = 0;
};

/// A tar, plain or compressed with gzip or zstd, in one file or in parts: what is in it, as data (S12). Opening it
/// reads it through once; it is never unpacked. Any number of threads may ask, once it is open.
///
/// Names that lead out of it are refused, devices and FIFOs recorded, links of both kinds never followed. Of members of
/// one name all can be read; by its path the last one is found, as tar would leave it.
class Archive {
 public:
  /// `path` is the archive, or one of its parts (NAME.part00001), or what they are called without that. Errors of scope
  /// run: not_found (also a part that is missing), not_a_store, refused, unsupported, limit, source_changed. An archive
  /// that is damaged is open as far as it goes: see damage().
  [[nodiscard]] static std::unique_ptr<Archive> open(Context& context, const std::string& path, const fs::Rules& rules,
                                                     Options options);
  ~Archive();
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;

  [[nodiscard]] const std::string& place() const;
  [[nodiscard]] Side side() const;
  /// fstat of its file, or of the first of its parts, of when it was opened.
  [[nodiscard]] const fs::Status& opened_as() const;
  /// Equal: the same file, unchanged. It is another one for another order of members.
  [[nodiscard]] std::string token() const;
  /// When it was last written to, in seconds since 1970.
  [[nodiscard]] std::int64_t modified_seconds() const;
  /// Whether the file is still the one that was opened.
  [[nodiscard]] bool is_unchanged() const;
  /// Why it could not be read to its end: members behind that are missing, and the one it is in. Of scope mailbox.
  [[nodiscard]] const std::optional<Error>& damage() const;

  [[nodiscard]] std::uint32_t member_count() const;
  /// By its number in storage order.
  [[nodiscard]] Member member(std::uint32_t number) const;
  /// Below the root; below the top of the archive where it stands outside of that.
  [[nodiscard]] std::string path_of(std::uint32_t number) const;
  /// What stands at a path, the last of several; nothing: no member, or only a directory that others are in.
  [[nodiscard]] std::optional<Member> find(const std::string& path) const;
  /// All members directly in a directory, by name, those of one name in storage order.
  void members_in(const std::string& directory, const std::function<void(const Member&)>& take) const;
  /// The content of a member, where it was kept.
  [[nodiscard]] std::optional<std::string_view> kept(std::uint32_t number) const;

  /// Whether contents can be opened in any order without reading all that is before them.
  [[nodiscard]] bool can_go_back() const;
  /// Lends this.
  [[nodiscard]] std::unique_ptr<Contents> contents() const;
  /// Lends this. One thread each.
  [[nodiscard]] std::unique_ptr<io::Tree> tree() const;

 private:
  struct Parts;
  explicit Archive(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

/// Whether a file (or its first part) that the operator named is a tar that could be such an archive: by its first
/// member, without reading more.
[[nodiscard]] Evidence detect(Context& context, const std::string& path, const fs::Rules& rules = {});

}  // namespace mailhaul::formats::archive
