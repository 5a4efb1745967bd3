#include "mailhaul/run/owner_profile.hpp"

#include <string>

#include "mailhaul/base/error.hpp"

namespace mailhaul::run {

const OwnerProfile& find_owner_profile(std::string_view name) {
  std::string known;
  for (const OwnerProfile& profile : owner_profiles) {
    if (profile.name == name) return profile;
    known += (known.empty() ? "one of " : ", ") + std::string(profile.name);
  }
  throw Error(Cause::usage, Scope::run, "reading --owner-profile").at(name).because("unknown profile").hint(known);
}

}  // namespace mailhaul::run
