#include "formats/maildir/handle.hpp"

#include "formats/maildir/name.hpp"

namespace mailhaul::formats::maildir {

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
  for (std::size_t i = first; i < end; ++i)
    if (listing.name(i) == name) return i;
  return listing.size();
}

}  // namespace mailhaul::formats::maildir
