#include "formats/maildir/listing.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "formats/maildir/name.hpp"

namespace mailhaul::formats::maildir {

namespace {

/// Of numbers that have no room: they may differ (see leading_decimal).
constexpr std::uint64_t largest_decimal = std::numeric_limits<std::uint64_t>::max();

bool before(std::uint64_t decimal_a, std::string_view base_a, std::uint64_t decimal_b, std::string_view base_b) {
  if (decimal_a != decimal_b) return decimal_a < decimal_b;
  return base_a != base_b && is_numbered_before(base_a, base_b);
}

}  // namespace

void Listing::add(std::string_view name, bool in_new, bool is_symlink, std::uint8_t pass) {
  Item item;
  item.offset = names_.size();
  item.length = static_cast<std::uint16_t>(name.size());
  item.base_length = static_cast<std::uint16_t>(base_of(name).size());
  item.decimal = leading_decimal(name);
  item.pass = pass;
  item.in_new = in_new;
  item.is_symlink = is_symlink;
  names_ += name;
  items_.push_back(item);
}

void Listing::sort() {
  // What decides is worked out once a name, not once a comparison: often all of a folder came in one second.
  struct Place {
    std::uint64_t in_second;
    std::size_t item;
  };
  std::vector<Place> order(items_.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = {place_in_second(base(i)), i};
  std::sort(order.begin(), order.end(), [this](const Place& left, const Place& right) {
    const Item& a = items_[left.item];
    const Item& b = items_[right.item];
    if (a.decimal != b.decimal) return a.decimal < b.decimal;
    const bool is_decided = left.in_second != right.in_second && a.decimal != largest_decimal;
    if (is_decided) return left.in_second < right.in_second;
    const std::string_view base_a = base_of_item(a);
    const std::string_view base_b = base_of_item(b);
    if (base_a != base_b) return before(a.decimal, base_a, b.decimal, base_b);
    if (a.in_new != b.in_new) return b.in_new;
    return name_of(a) < name_of(b);
  });
  std::vector<Item> sorted;
  sorted.reserve(items_.size());
  for (const Place& place : order) sorted.push_back(items_[place.item]);
  items_ = std::move(sorted);
}

void Listing::reserve(const Listing& like) {
  names_.reserve(like.names_.size() + like.names_.size() / 16);
  items_.reserve(like.items_.size() + like.items_.size() / 16);
}

std::pair<std::size_t, std::size_t> Listing::find(std::string_view base) const {
  const std::uint64_t decimal = leading_decimal(base);
  const auto first =
      std::lower_bound(items_.begin(), items_.end(), base, [this, decimal](const Item& item, std::string_view wanted) {
        return before(item.decimal, base_of_item(item), decimal, wanted);
      });
  const auto begin = static_cast<std::size_t>(first - items_.begin());
  if (first == items_.end() || base_of_item(*first) != base) return {begin, begin};
  return {begin, group_end(begin)};
}

std::size_t Listing::group_end(std::size_t first) const {
  // Groups are small, but a hostile one may be the whole folder (A16): steps that double, then halve.
  std::size_t step = 1;
  std::size_t last = first;
  for (; last + step < size() && base(last + step) == base(first); step *= 2) last += step;
  for (; step > 0; step /= 2)
    if (last + step < size() && base(last + step) == base(first)) last += step;
  return last + 1;
}

bool Listing::stands_before(const Listing& a, std::size_t i, const Listing& b, std::size_t j) {
  return before(a.items_[i].decimal, a.base(i), b.items_[j].decimal, b.base(j));
}

void Listing::rename(std::size_t index, bool in_new, std::string_view name) {
  Item& item = items_[index];
  item.offset = names_.size();
  item.length = static_cast<std::uint16_t>(name.size());
  item.in_new = in_new;
  names_ += name;
}

void Listing::append(const Listing& from, std::size_t index) {
  Item item = from.item(index);
  const std::string_view name = from.name(index);
  item.offset = names_.size();
  names_ += name;
  items_.push_back(item);
}

void Listing::filter(const std::vector<bool>& keep) {
  std::size_t to = 0;
  for (std::size_t i = 0; i < size(); ++i)
    if (keep[i]) items_[to++] = items_[i];
  items_.resize(to);
}

}  // namespace mailhaul::formats::maildir
