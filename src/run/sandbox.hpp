#pragma once

#include <string>
#include <vector>

#include "mailhaul/base/landlock.hpp"
#include "mailhaul/run/jobs.hpp"

namespace mailhaul::run {

/// A directory that a job needs beside its stores.
struct AllowedPlace {
  std::string path{};
  Landlock::Access access = Landlock::Access::read;
  Side side = Side::none;
};

/// One layer more under the rules of fs (S18), for the day on which one of them is forgotten: a job that has opened its
/// stores, its ledger and its locks gives away all that it no longer needs. Best effort: what a machine can't do is
/// told and is no error.
///
/// Enter it before the first worker thread: landlock binds only the calling thread and those made later.
/// A store is allowed whole: its directory; that around it, where the store is one file or not there yet, since what is
/// beside that file (locks, what replaces it) belongs to it.
class Sandbox {
 public:
  explicit Sandbox(const Machine& machine) : machine_(machine) {}
  void allow_store(const Store& store, Landlock::Access access, Side side);
  /// What lies on a server beside a store, where it is there.
  void allow_place(const AllowedPlace& place) {
    if (!place.path.empty()) (void)allow(place.path, place.access, place.side);
  }

  /// What was got, for people: "landlock ABI 7, seccomp, 7 capabilities".
  [[nodiscard]] std::string enter();

 private:
  /// False: it is not there.
  bool allow(const std::string& path, Landlock::Access access, Side side);
  void allow_system_files();

  const Machine& machine_;
  Landlock landlock_;
};

/// A store of a job, and what the job does to it.
struct Reach {
  const Store& store;
  Landlock::Access access = Landlock::Access::read;
  Side side = Side::source;
};

/// Of a store that the job changes, unless it is only asked what it would do.
[[nodiscard]] Landlock::Access access_of_writer(const Request& request);

/// Where a job keeps its ledger and its locks, for those that have any.
[[nodiscard]] AllowedPlace own_directory(const Machine& machine, const Request& request);

/// Confines a job to its stores and what else it names; every job that opens a customer's tree
/// passes here. What was got; empty where the request does not want it.
[[nodiscard]] std::string confine(const Machine& machine, const Request& request, const std::vector<Reach>& stores,
                                  const std::vector<AllowedPlace>& more = {});

}  // namespace mailhaul::run
