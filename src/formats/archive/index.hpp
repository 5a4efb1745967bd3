#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "formats/archive/reader.hpp"
#include "formats/archive/text_pool.hpp"
#include "mailhaul/formats/archive/member.hpp"

namespace mailhaul::formats::archive {

/// All members of an archive: 56 octets and its last component for each, and each directory once (S13: at most 200
/// octets a member).
class Index {
 public:
  using DirectoryNumber = std::uint32_t;
  static constexpr DirectoryNumber top = 0;
  static constexpr std::uint32_t none = 0xFFFF'FFFFU;

  Index();

  // Building, in storage order.
  /// `components`: none for a member whose name leads nowhere; it keeps its number and is found nowhere.
  void add(std::span<const std::string_view> components, const Head& head, std::uint64_t data_at);
  /// What the hard link that was added last has its content from.
  void set_target(std::span<const std::string_view> components);
  /// Its content is not whole: it is found nowhere.
  void drop(std::uint32_t number);
  /// After the last one: sorts, and finds the content of hard links.
  void finish();
  /// Where paths begin: one of these names is in it, or it is the one directory that all is in.
  void find_root(std::span<const std::string> marks);
  /// After that: files below a directory that are not `owner`'s become foreign.
  void refuse_others(DirectoryNumber directory, std::int64_t owner);

  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(rows_.size()); }
  /// Without the top.
  [[nodiscard]] std::size_t directories() const { return directories_.size() - 1; }
  [[nodiscard]] Member member(std::uint32_t number) const;
  [[nodiscard]] std::int64_t owner_of(std::uint32_t number) const;
  [[nodiscard]] std::string path_of(std::uint32_t number) const;
  /// Where its content begins in the octets of the archive; nothing where it is not in one piece there.
  [[nodiscard]] std::optional<std::uint64_t> data_at(std::uint32_t number) const;
  /// A directory by its path below the root, whether it is a member itself or only others are in it.
  [[nodiscard]] std::optional<DirectoryNumber> find_directory(std::string_view path) const;
  /// Member numbers of a directory by name, then in storage order.
  [[nodiscard]] std::span<const std::uint32_t> members_in(DirectoryNumber directory) const;
  /// Directories of a directory, by name.
  [[nodiscard]] std::span<const DirectoryNumber> directories_in(DirectoryNumber directory) const;
  [[nodiscard]] std::string_view name_of(DirectoryNumber directory) const { return directories_[directory].name; }
  /// The last member of that path.
  [[nodiscard]] std::optional<std::uint32_t> find(std::string_view path) const;

 private:
  struct Row {
    std::uint64_t size_octets = 0;
    std::int64_t modified_seconds = 0;
    std::uint64_t data_at = 0;
    const char* name = nullptr;
    DirectoryNumber directory = none;
    std::uint32_t link = none;  ///< of a symlink: of `targets_`; of a hard link: the member with its content
    std::uint16_t name_octets = 0;
    std::uint16_t mode = 0;
    MemberKind kind = MemberKind::special;
    bool is_hollow = false;
    bool has_holes = false;
    [[nodiscard]] std::string_view name_text() const { return {name, name_octets}; }
  };
  struct Directory {
    DirectoryNumber parent = none;
    std::string_view name{};
  };
  struct Key {
    DirectoryNumber parent = none;
    std::string_view name{};
    bool operator==(const Key& other) const = default;
  };
  struct KeyHash {
    [[nodiscard]] std::size_t operator()(const Key& key) const {
      return std::hash<std::string_view>{}(key.name) ^ (key.parent * std::size_t{0x9E37'79B9'7F4A'7C15});
    }
  };

  [[nodiscard]] DirectoryNumber directory_for(std::span<const std::string_view> components);
  [[nodiscard]] std::optional<DirectoryNumber> find_child(DirectoryNumber parent, std::string_view name) const;
  [[nodiscard]] std::optional<DirectoryNumber> walk_to(DirectoryNumber from, std::string_view path) const;
  [[nodiscard]] std::optional<std::uint32_t> last_of(DirectoryNumber directory, std::string_view name,
                                                     std::uint32_t before) const;
  [[nodiscard]] bool has_name(DirectoryNumber directory, std::string_view name) const;
  void resolve(std::uint32_t number, std::string_view target);

  TextPool names_;
  std::deque<Row> rows_;
  std::deque<Directory> directories_;
  std::unordered_map<Key, DirectoryNumber, KeyHash> by_name_;
  std::vector<std::string_view> targets_;
  std::vector<std::pair<std::uint32_t, std::string_view>> hard_links_;  ///< to be resolved
  std::vector<std::uint32_t> order_;              ///< members that can be found, by directory, name, number
  std::vector<DirectoryNumber> directory_order_;  ///< by parent, name
  /// From that member on, until the next of these; most have the one before's.
  std::vector<std::pair<std::uint32_t, std::int64_t>> owners_;
  DirectoryNumber root_ = top;
  DirectoryNumber last_directory_ = top;
  std::string path_{};       ///< of the directory of the member now, as it is put together
  std::string last_path_{};  ///< of the directory of the member before
};

}  // namespace mailhaul::formats::archive
