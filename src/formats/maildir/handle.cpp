#include "formats/maildir/handle.hpp"

#include <utility>

#include "formats/maildir/name.hpp"

namespace mailhaul::formats::maildir {
namespace {

/// The first index of [first, end) for which `is_before` is false; it must be true up to there.
template <class Predicate>
std::size_t partition_point(std::size_t first, std::size_t end, Predicate is_before) {
  while (first < end) {
    const std::size_t middle = first + (end - first) / 2;
    if (is_before(middle))
      first = middle + 1;
    else
      end = middle;
  }
  return first;
}

}  // namespace

store::Handle handle_of(const Listing& listing, std::size_t index) {
  store::Handle out{std::string(listing.base(index))};
  if (listing.item(index).is_namesake) {
    out.token += ':';
    out.token += listing.name(index);
  }
  return out;
}

std::size_t find_message(const Listing& listing, const store::Handle& handle) {
  const std::string_view base = base_of(handle.token);
  const auto [first, end] = listing.find(base);
  if (first == end) return listing.size();
  if (base.size() == handle.token.size()) return first;
  const std::string_view name = std::string_view(handle.token).substr(base.size() + 1);
  const std::size_t in_new = partition_point(first, end, [&](std::size_t i) { return !listing.item(i).in_new; });
  for (const auto& [from, to] : {std::pair{first, in_new}, std::pair{in_new, end}}) {
    const std::size_t i = partition_point(from, to, [&](std::size_t at) { return listing.name(at) < name; });
    if (i < to && listing.name(i) == name) return i;
  }
  return listing.size();
}

}  // namespace mailhaul::formats::maildir
