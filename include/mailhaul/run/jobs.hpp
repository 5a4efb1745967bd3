#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mailhaul/account/dovecot/users.hpp"
#include "mailhaul/base/clock.hpp"
#include "mailhaul/base/entropy.hpp"
#include "mailhaul/base/stop.hpp"
#include "mailhaul/base/zone.hpp"
#include "mailhaul/fs/kernel.hpp"
#include "mailhaul/run/exit_status.hpp"
#include "mailhaul/run/finding_log.hpp"
#include "mailhaul/run/location.hpp"
#include "mailhaul/run/mailbox_choice.hpp"
#include "mailhaul/run/ownership.hpp"
#include "mailhaul/run/settings_place.hpp"
#include "mailhaul/sync/account_merge.hpp"
#include "mailhaul/sync/copier.hpp"
#include "mailhaul/sync/verifier.hpp"

namespace mailhaul::run {

/// What a job gets from the outside world.
struct Machine {
  fs::Kernel& kernel;
  Entropy& entropy;
  const Clock& clock;
  const StopRequest& stop;
  std::string host{};
  std::int64_t process = 0;
  fs::Owner runner{};
  std::string run_directory{};    ///< the user's own, for what lasts as long as a run; empty: none known
  std::string state_directory{};  ///< for what lasts longer, the ledgers; empty: none known
  std::string working_directory{"/"};
  std::string boot{};  ///< another one after each start of the machine; empty: not known
};

/// What the commands have in common.
struct Request {
  sync::Options options{};
  OpenOptions open{};
  OwnershipOptions ownership{};
  MailboxOptions mailboxes{};
  std::vector<SettingsPlace> settings{};  ///< --settings
  account::dovecot::Version dovecot = account::dovecot::Version::v2_3;
  bool vacation_seconds = false;  ///< the server of the Sieve scripts has that extension switched on
  std::chrono::milliseconds lock_wait{30'000};
  std::string state_directory{};      ///< --state; empty: where such things are on this machine
  std::optional<Zone> source_zone{};  ///< of received dates at the source that name none; unset: this machine's
  bool dry_run = false;
  bool mail_only = false;  ///< what lies beside the mail of an account stays behind
  bool sandbox = false;    ///< the process gives away what it no longer needs, for good: never in one that goes on
};

/// What became of the settings of an account at one place.
struct SettingsOutcome {
  std::string place{};  ///< "dovecot:/etc/dovecot"; empty: beside the mail of the other account
  sync::AccountOutcome outcome{};
  std::vector<std::string> after_steps{};  ///< what the admin has to run there, in order
};

struct SyncReport {
  Store source{};
  Store target{};
  std::string sandbox{};  ///< what was got; empty: not asked for
  bool dry_run = false;
  sync::Outcome outcome{};
  std::vector<SettingsOutcome> settings{};  ///< of an account, a place each
  ExitStatus status = ExitStatus::ok;
  std::string verdict{};
};
/// `mailhaul sync`: first copy, conversion, re-sync. Errors before the first folder are thrown, later ones are
/// reported.
[[nodiscard]] SyncReport run_sync(const Machine& machine, const Request& request, const Location& source,
                                  const Location& target, FindingLog& findings, sync::Observer& observer);

struct SettingsReport {
  std::string store{};  ///< as an operator would type it; not escaped
  std::string format{};
  std::string path{};
  std::string evidence{};  ///< why it is of that format
  std::string sandbox{};
  bool dry_run = false;
  std::vector<store::Setting> settings{};
  std::vector<SettingsOutcome> outcomes{};  ///< a place each, where the request names some
  ExitStatus status = ExitStatus::ok;
  std::string verdict{};
};
/// `mailhaul settings`: what lies beside the mail of an account, brought to the places of the request, if it names
/// some. Error(usage) where the store is no account.
[[nodiscard]] SettingsReport run_settings(const Machine& machine, const Request& request, const Location& location,
                                          FindingLog& findings);
/// The same of settings in files.
[[nodiscard]] SettingsReport run_settings(const Machine& machine, const Request& request, const SettingsPlace& place,
                                          FindingLog& findings);

struct VerifyReport {
  Store source{};
  Store target{};
  std::string sandbox{};
  sync::Verification result{};
  ExitStatus status = ExitStatus::ok;
  std::string verdict{};
};
[[nodiscard]] VerifyReport run_verify(const Machine& machine, const Request& request, const Location& source,
                                      const Location& target, FindingLog& findings, sync::Observer& observer);

/// The runs of one pair of stores, the oldest first, and what its ledger has of messages.
struct PairRuns {
  std::string source{};
  std::string target{};
  ledger::Counts counts{};
  std::vector<ledger::Run> runs{};
};
struct RunsReport {
  std::vector<PairRuns> pairs{};
  std::vector<Error> unread{};  ///< ledgers that can't be read now
  ExitStatus status = ExitStatus::ok;
};
/// `mailhaul runs list`: of all pairs.
[[nodiscard]] RunsReport list_runs(const Machine& machine, const Request& request);
/// `mailhaul runs show`: of one pair; Error(not_found) when none is known.
[[nodiscard]] RunsReport show_runs(const Machine& machine, const Request& request, const Location& source,
                                   const Location& target, Findings& findings);

/// One folder as `scan` counts it.
struct FolderCount {
  store::FolderRef folder{};
  std::uint64_t messages = 0;
  std::uint64_t unseen = 0;
  std::uint64_t octets = 0;
  std::uint64_t failed = 0;
  std::map<store::DateSource, std::uint64_t> dates{};  ///< messages by where their date comes from
  bool stable = true;
  std::optional<Error> error{};
};
struct ScannedStore {
  Store store{};
  std::vector<FolderCount> folders{};
};
struct ScanReport {
  std::vector<ScannedStore> stores{};  ///< one or two
  std::string sandbox{};
  ExitStatus status = ExitStatus::ok;
};
[[nodiscard]] ScanReport run_scan(const Machine& machine, const Request& request,
                                  const std::vector<Location>& locations, FindingLog& findings,
                                  sync::Observer& observer);

}  // namespace mailhaul::run
