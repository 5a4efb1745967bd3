#include "formats/maildir/base_names.hpp"

#include <functional>
#include <utility>

#include "formats/maildir/name.hpp"
#include "formats/maildir/scan.hpp"

namespace mailhaul::formats::maildir {

BaseNames::BaseNames(Context& context, const FolderDirectories& directories, std::shared_ptr<const Listing> known)
    : context_(context),
      directories_(directories),
      known_(std::move(known)),
      salt_(std::to_string(context.entropy.number())) {}

/// With a secret before it, or an owner could choose names that all meet in one bucket (A16).
std::uint64_t BaseNames::hash_of(std::string_view base) {
  salted_.assign(salt_).append(base);
  return std::hash<std::string>{}(salted_);
}

bool BaseNames::is_taken(std::string_view base) {
  if (!known_) known_ = std::make_shared<const Listing>(list_once(directories_, 0, nullptr, {}, nullptr));
  const auto [first, end] = known_->find(base);
  return first != end || ours_.count(hash_of(base)) != 0;
}

void BaseNames::take(std::string_view base) { ours_.insert(hash_of(base)); }
void BaseNames::give_back(std::string_view base) { ours_.erase(hash_of(base)); }

std::string BaseNames::make(std::uint64_t octets, std::uint64_t octets_with_crlf) {
  return make_sized(octets, octets_with_crlf);
}

std::string BaseNames::make_for(std::string_view base) {
  return make_sized(size_field(base, 'S'), size_field(base, 'W'));
}

std::string BaseNames::make_sized(std::optional<std::uint64_t> octets, std::optional<std::uint64_t> octets_with_crlf) {
  for (;;) {
    std::string base = make_base({context_.instants.next().time_since_epoch().count(), context_.process, ++sequence_,
                                  context_.host, octets, octets_with_crlf});
    if (is_taken(base)) continue;
    take(base);
    return base;
  }
}

}  // namespace mailhaul::formats::maildir
