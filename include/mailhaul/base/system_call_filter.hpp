#pragma once

namespace mailhaul {

/// Leaves the whole process, all its threads, only the system calls that copying mail needs (S18): seccomp, with no way
/// back. Programs, sockets, other processes and signals to them, mounts, modules, keys and a new identity (but
/// setfsuid, setfsgid and setgroups) give EPERM. What nobody here knows gives ENOSYS, as on an older kernel, for which
/// libraries are prepared; so do those arguments of a call that are not allowed: another limit, a thread of another
/// process, ioctl but for the question whether something is a terminal, the fcntl that sends signals. A build with
/// sanitizers, which make threads, processes and programs of their own, only loses the former. False: the kernel has no
/// seccomp, nothing is confined.
[[nodiscard]] bool filter_system_calls();

}  // namespace mailhaul
