#include "mailhaul/base/system_call_filter.hpp"

#include <asm/ioctls.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <initializer_list>
#include <memory>

namespace mailhaul {
namespace {

// By names: numbers differ between machines, and a name that libseccomp does not know on one of them is passed over.

// What is allowed with some arguments only has rules of its own, below.
constexpr std::array allowed{
    // Files and directories.
    "read", "pread64", "readv", "preadv", "preadv2", "write", "pwrite64", "writev", "pwritev", "pwritev2", "lseek",
    "_llseek", "open", "openat", "openat2", "close", "close_range", "dup", "dup2", "dup3", "stat", "stat64", "fstat",
    "fstat64", "lstat", "lstat64", "newfstatat", "fstatat64", "statx", "access", "faccessat", "faccessat2", "getdents",
    "getdents64", "readlink", "readlinkat", "statfs", "statfs64", "fstatfs", "fstatfs64", "ftruncate", "ftruncate64",
    "truncate", "truncate64", "fallocate", "fadvise64", "fadvise64_64", "readahead", "copy_file_range", "sendfile",
    "sendfile64", "fsync", "fdatasync", "sync_file_range", "syncfs", "flock", "link", "linkat", "rename", "renameat",
    "renameat2", "unlink", "unlinkat", "symlinkat", "rmdir", "mkdir", "mkdirat", "chmod", "fchmod", "fchmodat",
    "fchmodat2", "chown", "lchown", "fchown", "fchownat", "umask", "utime", "utimes", "futimesat", "utimensat",
    "getcwd", "getxattr", "lgetxattr", "fgetxattr", "listxattr", "llistxattr", "flistxattr",
    // Waiting, pipes.
    "poll", "ppoll", "select", "_newselect", "pselect6", "epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait",
    "eventfd2", "pipe", "pipe2", "nanosleep", "clock_nanosleep",
    // Memory and threads.
    "brk", "mmap", "mmap2", "munmap", "mprotect", "mremap", "madvise", "msync", "mincore", "mlock", "munlock", "futex",
    "set_robust_list", "get_robust_list", "rseq", "set_tid_address", "sched_yield", "sched_getaffinity",
    "sched_getparam", "sched_getscheduler", "getcpu", "membarrier", "arch_prctl", "prctl", "exit", "exit_group",
    "restart_syscall",
    // Signals.
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigreturn", "rt_sigtimedwait", "rt_sigpending", "rt_sigsuspend",
    "sigaltstack",
    // What is asked for.
    "clock_gettime", "clock_getres", "gettimeofday", "time", "times", "uname", "sysinfo", "getrusage", "getrlimit",
    "ugetrlimit", "getrandom", "getpid", "getppid", "gettid", "getpgrp", "getuid", "getuid32", "geteuid", "geteuid32",
    "getgid", "getgid32", "getegid", "getegid32", "getresuid", "getresuid32", "getresgid", "getresgid32", "getgroups",
    "getgroups32", "capget",
    // Identities of threads (S9), and less rights.
    "setfsuid", "setfsuid32", "setfsgid", "setfsgid32", "setgroups", "setgroups32", "capset", "seccomp",
    "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"};

constexpr std::array denied{
    // The network.
    "socket", "connect", "bind", "listen", "accept", "accept4", "sendto", "sendmsg", "sendmmsg",
    // Another identity, another root.
    "setuid", "setuid32", "setgid", "setgid32", "setreuid", "setreuid32", "setregid", "setregid32", "setresuid",
    "setresuid32", "setresgid", "setresgid32", "chroot", "pivot_root", "unshare", "setns",
    // Mounts, devices, special files, attributes.
    "mount", "umount2", "umount", "move_mount", "open_tree", "fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr",
    "swapon", "swapoff", "mknod", "mknodat", "symlink", "setxattr", "lsetxattr", "fsetxattr", "removexattr",
    "lremovexattr", "fremovexattr", "quotactl", "quotactl_fd", "open_by_handle_at", "name_to_handle_at",
    "fanotify_init", "ioperm", "iopl",
    // The kernel and its clock.
    "init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "reboot", "syslog", "acct", "bpf",
    "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register", "settimeofday",
    "clock_settime", "clock_adjtime", "adjtimex", "sethostname", "setdomainname", "add_key", "request_key", "keyctl"};

/// Denied where no sanitizer needs them: its leak check stops the process from another one, its reports run a program.
constexpr std::array denied_without_sanitizers{"execve", "execveat", "fork", "vfork", "ptrace", "process_vm_readv",
                                               "process_vm_writev", "socketpair", "pidfd_getfd", "kcmp", "personality",
                                               // Other processes' signals, limits and processors.
                                               "kill", "tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_open",
                                               "pidfd_send_signal", "setrlimit", "sched_setaffinity", "sched_setparam",
                                               "sched_setscheduler", "sched_setattr", "setpriority", "ioprio_set"};

/// All of a descriptor but whom it sends which signal when it is ready: F_SETOWN and F_SETSIG are a way to kill.
constexpr std::array<std::uint64_t, 12> descriptor_commands{F_DUPFD,  F_DUPFD_CLOEXEC, F_GETFD,     F_SETFD,
                                                            F_GETFL,  F_SETFL,         F_GETLK,     F_SETLK,
                                                            F_SETLKW, F_OFD_GETLK,     F_OFD_SETLK, F_OFD_SETLKW};

/// Of a device, whether it is a terminal: a C library asks that of what it writes to. The other one is TCGETS2, by
/// which newer ones ask.
constexpr std::array<std::uint64_t, 2> device_requests{TCGETS, 0x802c542aU};

constexpr bool with_sanitizers = MAILHAUL_SANITIZED != 0;

/// The kernel takes these as 32 bits, and nobody promises what the others of the register hold.
scmp_arg_cmp number_is(unsigned argument, std::uint64_t value) {
  constexpr std::uint64_t all_bits = 0xffff'ffffU;
  return {argument, SCMP_CMP_MASKED_EQ, all_bits, value};
}

class Filter {
 public:
  explicit Filter(std::uint32_t otherwise)
      : context_(seccomp_init(otherwise), &seccomp_release), good_(context_ != nullptr) {
    // Threads that are there already too; without the brake on speculation that the filter does not need.
    set(SCMP_FLTATR_CTL_TSYNC, 1);
    set(SCMP_FLTATR_CTL_OPTIMIZE, 2);
    if (good_) (void)seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_SSB, 1);  // where libseccomp knows it
  }
  template <typename Names>
  void answer(const Names& names, std::uint32_t action) {
    for (const char* name : names) {
      const int number = seccomp_syscall_resolve_name(name);
      if (number != __NR_SCMP_ERROR) add(action, number);
    }
  }
  /// Where all of that holds; rules for one call add up. Otherwise it is a call that nobody here knows.
  void allow_if(const char* name, std::initializer_list<scmp_arg_cmp> conditions) {
    const int number = seccomp_syscall_resolve_name(name);
    if (!good_ || number == __NR_SCMP_ERROR) return;
    good_ = seccomp_rule_add_array(context_.get(), SCMP_ACT_ALLOW, number, static_cast<unsigned>(conditions.size()),
                                   conditions.begin()) == 0;
  }
  [[nodiscard]] bool load() { return good_ && seccomp_load(context_.get()) == 0; }

 private:
  void set(scmp_filter_attr attribute, std::uint32_t value) {
    good_ = good_ && seccomp_attr_set(context_.get(), attribute, value) == 0;
  }
  void add(std::uint32_t action, int number) {
    good_ = good_ && seccomp_rule_add_array(context_.get(), action, number, 0, nullptr) == 0;
  }

  std::unique_ptr<void, decltype(&seccomp_release)> context_;
  bool good_;
};

}  // namespace

bool filter_system_calls() {
  Filter filter(with_sanitizers ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(ENOSYS));
  filter.answer(denied, SCMP_ACT_ERRNO(EPERM));
  if (!with_sanitizers) {
    filter.answer(denied_without_sanitizers, SCMP_ACT_ERRNO(EPERM));
    filter.answer(allowed, SCMP_ACT_ALLOW);
    // A thread, and no process. Its flags are the first argument on all but a few machines, which get ENOSYS; so does
    // clone3, whose flags a filter can't see, and glibc takes clone.
    filter.allow_if("clone", {{0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD}});
    // To threads of our own: pthread_kill, and abort, which must end the program.
    filter.allow_if("tgkill", {number_is(0, static_cast<std::uint64_t>(::getpid()))});
    // Our own limits, and no new ones.
    filter.allow_if("prlimit64", {number_is(0, 0), {2, SCMP_CMP_EQ, 0, 0}});
    for (const std::uint64_t request : device_requests) filter.allow_if("ioctl", {number_is(1, request)});
    for (const char* const name : {"fcntl", "fcntl64"})
      for (const std::uint64_t command : descriptor_commands) filter.allow_if(name, {number_is(1, command)});
  }
  return filter.load();
}

}  // namespace mailhaul
