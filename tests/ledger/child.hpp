#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

namespace mailhaul::ledger {

/// A process of its own: it may be killed, be another user, have mounts that nobody else sees. What it says comes
/// through a pipe.
class Child {
 public:
  using Say = std::function<void(const std::string&)>;
  explicit Child(const std::function<void(const Say&)>& act);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Waits for at least one octet; empty: it ended.
  [[nodiscard]] std::string hear();
  void kill();
  /// All that it still says.
  [[nodiscard]] std::string wait();

 private:
  pid_t process_ = -1;
  int from_child_ = -1;
};

/// What it said; what it threw is said too.
[[nodiscard]] std::string in_child(const std::function<std::string()>& act);

/// Acts as "nobody" from now on, in a child. False: not root.
[[nodiscard]] bool become_nobody();

/// A small file system at `directory` that only this process sees, in a child. False: this kernel does not let us.
[[nodiscard]] bool mount_small_disk(const std::string& directory, const std::string& size);

}  // namespace mailhaul::ledger
