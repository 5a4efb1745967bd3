#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mailhaul::formats::maildir {

/// File names of new/ and cur/ together, packed: 24 octets and the name for each (S13: at most 200 octets an entry).
/// Sorted by base name in the order in which a server numbers new files; files of one base name stand together, those
/// of cur/ first.
class Listing {
 public:
  struct Item {
    std::uint64_t offset = 0;   ///< of the name in `names_`
    std::uint64_t decimal = 0;  ///< leading number of the name: decides nearly every comparison
    std::uint16_t length = 0;
    std::uint16_t base_length = 0;
    std::uint8_t pass = 0;  ///< the pass that saw it last
    bool in_new : 1 = false;
    bool is_symlink : 1 = false;
    bool has_namesakes : 1 = false;  ///< other files have this base name
    bool is_namesake : 1 = false;    ///< another file owns the base name as its handle
  };

  void add(std::string_view name, bool in_new, bool is_symlink, std::uint8_t pass);
  void sort();
  void reserve(const Listing& like);

  [[nodiscard]] std::size_t size() const { return items_.size(); }
  [[nodiscard]] const Item& item(std::size_t index) const { return items_[index]; }
  [[nodiscard]] Item& item(std::size_t index) { return items_[index]; }
  [[nodiscard]] std::string_view name(std::size_t index) const { return name_of(items_[index]); }
  [[nodiscard]] std::string_view base(std::size_t index) const { return base_of_item(items_[index]); }
  /// First and one past the last item of a base name; equal when there is none.
  [[nodiscard]] std::pair<std::size_t, std::size_t> find(std::string_view base) const;
  /// One past the last item with the base name of `first`.
  [[nodiscard]] std::size_t group_end(std::size_t first) const;

  /// Whether the base name of `a[i]` comes before that of `b[j]`.
  [[nodiscard]] static bool stands_before(const Listing& a, std::size_t i, const Listing& b, std::size_t j);

  /// The file was renamed; its base name is the same.
  void rename(std::size_t index, bool in_new, std::string_view name);
  /// Takes an item of another listing, behind the last one.
  void append(const Listing& from, std::size_t index);
  /// Keeps the items that `keep` (one entry an item) says to.
  void filter(const std::vector<bool>& keep);

 private:
  [[nodiscard]] std::string_view name_of(const Item& item) const {
    return std::string_view(names_).substr(item.offset, item.length);
  }
  [[nodiscard]] std::string_view base_of_item(const Item& item) const {
    return std::string_view(names_).substr(item.offset, item.base_length);
  }
  std::string names_;
  std::vector<Item> items_;
};

}  // namespace mailhaul::formats::maildir
