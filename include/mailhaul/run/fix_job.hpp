#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mailhaul/run/jobs.hpp"
#include "mailhaul/store/repairs.hpp"

namespace mailhaul::run {

/// What the operator says of a tree beside its owner and modes.
struct FixOptions {
  std::vector<uid_t> from_owners{};  ///< whom it may be taken from, beside the owner of its root
  bool drop_indexes = false;
};

struct FixReport {
  struct Count {
    std::uint64_t mended = 0;  ///< or would be
    std::uint64_t refused = 0;
  };
  Store store{};
  std::string sandbox{};  ///< what was got; empty: not asked for
  bool dry_run = false;
  std::map<store::RepairKind, Count> counts{};
  std::uint64_t mended = 0;
  std::uint64_t refused = 0;
  std::optional<Error> error{};  ///< that ended the run before its end
  ExitStatus status = ExitStatus::ok;
  std::string verdict{};
};

/// `mailhaul fix`: mends a store that is there. Errors before the first look are thrown, later ones are reported.
[[nodiscard]] FixReport run_fix(const Machine& machine, const Request& request, const FixOptions& options,
                                const Location& location, FindingLog& findings, store::RepairObserver& observer);

}  // namespace mailhaul::run
