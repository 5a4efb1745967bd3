#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mailhaul/ledger/ledger.hpp"
#include "mailhaul/run/jobs.hpp"

namespace mailhaul::run {

/// Where ledgers lie; empty: no such directory is known.
[[nodiscard]] const std::string& state_directory_of(const Machine& machine, const Request& request);

/// The ledger of two stores, and whether they are still those that it was made for.
struct PairLedger {
  ledger::Ledger ledger;
  bool source_replaced = false;
  bool target_replaced = false;
};

/// One file of the state directory for each pair of locations; a dry run makes none and changes none. Where no state
/// directory is known it lasts as long as the run, and a finding says so.
[[nodiscard]] PairLedger open_ledger(const Machine& machine, const Request& request, const ledger::Pair& pair,
                                     Findings& findings);

/// To look into; nothing when no run has made one.
[[nodiscard]] std::optional<ledger::Ledger> find_ledger(const Machine& machine, const Request& request,
                                                        const ledger::Pair& pair);

/// Paths of all ledgers there are, sorted.
[[nodiscard]] std::vector<std::string> ledgers_of(const Machine& machine, const Request& request);

/// Absolute, without "." and ".." and needless slashes; a relative one is below the directory that the run began in.
[[nodiscard]] std::string absolute_path(const Machine& machine, const std::string& path);

/// The two stores by their locations, however they were typed: format and absolute path.
[[nodiscard]] ledger::Pair pair_of(const Machine& machine, const Request& request, const Store& source,
                                   const Store& target);

}  // namespace mailhaul::run
