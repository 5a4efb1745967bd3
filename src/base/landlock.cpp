#include "mailhaul/base/landlock.hpp"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace mailhaul {
namespace {

constexpr int first_useful_abi = 2;

// Of later ABIs than the headers of Debian 12 know (landlock(7)).
constexpr std::uint64_t truncate_file = 1ULL << 14;  // ABI 3

constexpr std::uint64_t read_files = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t write_files = read_files | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                                      LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |
                                      LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REFER | truncate_file;
constexpr std::uint64_t make_links = LANDLOCK_ACCESS_FS_MAKE_SYM;
/// What nobody gets: programs, devices, sockets and FIFOs.
constexpr std::uint64_t never = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                                LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SOCK |
                                LANDLOCK_ACCESS_FS_MAKE_FIFO;
/// Rights that a rule on a file, and no directory, may have.
constexpr std::uint64_t of_a_file = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | truncate_file;

/// The ruleset as ABI 1 to 3 have it; the header's may have grown.
struct RulesetAttributes {
  std::uint64_t handled_access_fs;
};

}  // namespace

int Landlock::kernel_abi() {
  const long abi = ::syscall(SYS_landlock_create_ruleset, nullptr, 0UL, LANDLOCK_CREATE_RULESET_VERSION);
  return abi < 0 ? 0 : static_cast<int>(abi);
}

Landlock::Landlock() : abi_(kernel_abi()) {
  if (abi_ < first_useful_abi) return;
  handled_ = write_files | make_links | never;
  if (abi_ < 3) handled_ &= ~truncate_file;
  const RulesetAttributes attributes{handled_};
  ruleset_ = static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0U));
}

Landlock::~Landlock() {
  if (ruleset_ >= 0) ::close(ruleset_);
}

void Landlock::allow(int descriptor, Access access) {
  if (ruleset_ < 0) return;
  struct stat found {};
  if (::fstat(descriptor, &found) != 0) return;
  landlock_path_beneath_attr rule{};
  std::uint64_t wanted = access == Access::read ? read_files : write_files;
  if (access == Access::write_and_link) wanted |= make_links;
  rule.allowed_access = handled_ & wanted;
  if (!S_ISDIR(found.st_mode)) rule.allowed_access &= of_a_file;
  rule.parent_fd = descriptor;
  if (::syscall(SYS_landlock_add_rule, ruleset_, LANDLOCK_RULE_PATH_BENEATH, &rule, 0U) == 0) return;
  // A directory that must be reached and can't be named: better no layer than mail that is not copied.
  ::close(ruleset_);
  ruleset_ = -1;
}

int Landlock::enter() const {
  if (ruleset_ < 0) return 0;
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return 0;
  return ::syscall(SYS_landlock_restrict_self, ruleset_, 0U) == 0 ? abi_ : 0;
}

}  // namespace mailhaul
