#include "mailhaul/base/error.hpp"

#include <cerrno>
#include <utility>

namespace mailhaul {

Error::Error(Cause cause, Scope scope, std::string_view doing) : cause_(cause), scope_(scope), doing_(doing) {
  compose();
}

void Error::compose() {
  text_ = doing_;
  for (const std::string* part : {&folder_, &place_, &reason_}) {
    if (part->empty()) continue;
    if (!text_.empty()) text_ += ": ";
    text_ += *part;
  }
  if (!hint_.empty()) text_ += " (" + hint_ + ")";
}

Error& Error::in(std::string_view folder) & {
  folder_ = folder;
  compose();
  return *this;
}
Error& Error::at(std::string_view place) & {
  place_ = place;
  compose();
  return *this;
}
Error& Error::because(int errno_value) & {
  errno_ = errno_value;
  reason_ = std::error_code(errno_value, std::generic_category()).message();
  compose();
  return *this;
}
Error& Error::because(std::string_view reason) & {
  reason_ = reason;
  compose();
  return *this;
}
Error& Error::hint(std::string_view what_to_do) & {
  hint_ = what_to_do;
  compose();
  return *this;
}
Error& Error::on(Side side) & {
  side_ = side;
  return *this;
}
Error& Error::reaching(Scope scope) & {
  scope_ = scope;
  return *this;
}

Error&& Error::in(std::string_view folder) && { return std::move(in(folder)); }
Error&& Error::at(std::string_view place) && { return std::move(at(place)); }
Error&& Error::because(int errno_value) && { return std::move(because(errno_value)); }
Error&& Error::because(std::string_view reason) && { return std::move(because(reason)); }
Error&& Error::hint(std::string_view what_to_do) && { return std::move(hint(what_to_do)); }
Error&& Error::on(Side side) && { return std::move(on(side)); }

Cause cause_of(int errno_value) {
  switch (errno_value) {
  case ENOENT:
  case ENOTDIR: return Cause::not_found;
  case EACCES:
  case EPERM:
  case EROFS: return Cause::permission;
  case ENOSPC: return Cause::no_space;
  case EDQUOT: return Cause::quota;
  case ELOOP:
  case EXDEV: return Cause::refused;
  default: return Cause::io_error;
  }
}

}  // namespace mailhaul
