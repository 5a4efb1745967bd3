#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "account/dovecot/user_line.hpp"

namespace mailhaul::account::dovecot {

/// A passwd-file whose lines are changed one by one; all others stay octet for octet. Of two lines of one user the
/// first counts, as Dovecot takes it.
class UsersFile {
 public:
  explicit UsersFile(std::string text);

  /// Null: there is no such user. Users are named in lower case, as Dovecot looks them up.
  [[nodiscard]] const UserLine* find(const std::string& user) const;
  void visit(const std::function<void(const std::string& user, const UserLine& line)>& take) const;
  /// Changes or adds the line of `line.user`. Error as to_text() has it.
  void set(UserLine line);
  void remove(const std::string& user);

  [[nodiscard]] std::string text() const;

 private:
  struct Known {
    std::vector<std::size_t> numbers{};  ///< of its lines: the first counts, none must take its place; none: it is new
    UserLine line{};
    bool has_changed = false;
  };
  std::string text_;
  std::map<std::string, Known> users_{};
  std::vector<std::string> new_{};      ///< users, in the order of the calls
  std::vector<std::size_t> removed_{};  ///< lines
};

}  // namespace mailhaul::account::dovecot
