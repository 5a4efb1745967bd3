#include "dress.hpp"

namespace mailhaul::fs {

int dress(Kernel& kernel, int fd, Status& now, Owner owner, mode_t permissions) {
  int result = 0;
  if (now.owner != owner) {
    result = kernel.change_owner(fd, owner);
    if (result == 0) result = kernel.status(fd, now);
  }
  if (result == 0 && now.permissions != permissions) {
    result = kernel.change_mode(fd, permissions);
    if (result == 0) now.permissions = permissions;
  }
  return result;
}

}  // namespace mailhaul::fs
