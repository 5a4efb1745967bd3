#include "failure.hpp"

namespace mailhaul::fs {

Error failure(Side side, Scope scope, std::int64_t result, std::string_view doing, std::string_view place) {
  const int number = static_cast<int>(-result);
  Cause cause = cause_of(number);
  switch (number) {
  case ENAMETOOLONG:
    cause = Cause::limit;  // one name that is too long says nothing about the disk
    break;
  case EMFILE:
  case ENFILE:
  case ENOMEM: scope = Scope::run; break;
  default: break;
  }
  if (side == Side::target) {
    if (cause == Cause::io_error || cause == Cause::no_space) scope = Scope::run;
    if (cause == Cause::quota) scope = Scope::mailbox;
  }
  return Error(cause, scope, doing).at(place).because(number).on(side);
}

}  // namespace mailhaul::fs
