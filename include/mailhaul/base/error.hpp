#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <system_error>

namespace mailhaul {

/// What went wrong, in terms a caller branches on and `run/exit_status` maps to a number.
enum class Cause {
  usage,           ///< the operator asked for something that makes no sense
  not_found,       ///< the thing named is not there
  not_a_store,     ///< it is there, but it is not mail in the format named
  permission,      ///< EACCES, EPERM
  cannot_create,   ///< the target can't be made
  io_error,        ///< EIO and every other failure of a system call
  no_space,        ///< ENOSPC
  quota,           ///< EDQUOT
  locked,          ///< another program holds the mailbox
  source_changed,  ///< the source changed while it was read: run again
  refused,         ///< not opened by rule: symlink, special file, foreign owner, sparse file
  limit,           ///< over a stated limit (safety.md S13)
  damaged,         ///< what is stored is cut short or fails its own check
  unsupported,     ///< a real thing that this program does not do
  guard,           ///< too much is missing, or would be removed, to go on unasked
  stopped,         ///< a signal asked us to end
};

/// How far the damage reaches: the loop of that scope records the error and goes on after it.
enum class Scope { message, folder, mailbox, run };

/// Whose fault decides the exit status: an unreadable message (23) or a failing target disk (74).
enum class Side { none, source, target };

/// The one exception type: what was being done, to what, why, and how far the damage reaches.
///
///   throw Error(Cause::no_space, Scope::run, "writing a message").at(path).because(errno)
///       .hint("free space and run the same command again");
///
/// Text in here may hold bytes that a customer chose; it is escaped where it leaves the program (S14), not here.
class Error : public std::exception {
 public:
  Error(Cause cause, Scope scope, std::string_view doing);

  Error& in(std::string_view folder) &;
  Error&& in(std::string_view folder) &&;
  Error& at(std::string_view place) &;
  Error&& at(std::string_view place) &&;
  Error& because(int errno_value) &;
  Error&& because(int errno_value) &&;
  Error& because(std::string_view reason) &;
  Error&& because(std::string_view reason) &&;
  Error& hint(std::string_view what_to_do) &;
  Error&& hint(std::string_view what_to_do) &&;
  Error& on(Side side) &;
  Error&& on(Side side) &&;
  /// Widens or narrows the damage where a caller knows better.
  Error& reaching(Scope scope) &;

  [[nodiscard]] Cause cause() const { return cause_; }
  [[nodiscard]] Scope scope() const { return scope_; }
  [[nodiscard]] Side side() const { return side_; }
  [[nodiscard]] const std::string& doing() const { return doing_; }
  [[nodiscard]] const std::string& folder() const { return folder_; }
  [[nodiscard]] const std::string& place() const { return place_; }
  [[nodiscard]] const std::string& reason() const { return reason_; }
  [[nodiscard]] const std::string& what_to_do() const { return hint_; }
  [[nodiscard]] int system_error() const { return errno_; }

  /// "writing a message: PLACE: REASON (HINT)": one line as long as its parts hold no line ends.
  [[nodiscard]] const char* what() const noexcept override { return text_.c_str(); }

 private:
  void compose();

  Cause cause_;
  Scope scope_;
  Side side_ = Side::none;
  int errno_ = 0;
  std::string doing_;
  std::string folder_;
  std::string place_;
  std::string reason_;
  std::string hint_;
  std::string text_;
};

/// The cause that a failed system call stands for; `io_error` where nothing finer fits.
[[nodiscard]] Cause cause_of(int errno_value);

}  // namespace mailhaul
