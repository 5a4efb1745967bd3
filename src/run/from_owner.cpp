#include "mailhaul/run/from_owner.hpp"

#include <pwd.h>

#include <charconv>
#include <limits>
#include <string>
#include <vector>

#include "mailhaul/base/error.hpp"

namespace mailhaul::run {
namespace {

Error bad(std::string_view text, std::string_view reason) {
  return Error(Cause::usage, Scope::run, "reading --from-owner").at(text).because(reason).hint("--from-owner USER");
}

}  // namespace

uid_t parse_from_owner(std::string_view text) {
  if (text.empty()) throw bad(text, "the user is empty");
  if (text.find_first_not_of("0123456789") == std::string_view::npos) {
    uid_t uid = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), uid);
    if (error != std::errc() || end != text.data() + text.size() || uid == std::numeric_limits<uid_t>::max())
      throw bad(text, "the user id does not fit");
    return uid;
  }
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> buffer(16384);
  ::getpwnam_r(std::string(text).c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (found == nullptr) throw bad(text, "no such user on this machine");
  return found->pw_uid;
}

}  // namespace mailhaul::run
