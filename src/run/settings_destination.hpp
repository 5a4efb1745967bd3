#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "job_context.hpp"
#include "mailhaul/account/facts.hpp"
#include "mailhaul/account/sieve/target.hpp"
#include "mailhaul/account/text_targets.hpp"
#include "mailhaul/run/settings_place.hpp"
#include "pair_ledger.hpp"
#include "run_lock.hpp"
#include "sandbox.hpp"

namespace mailhaul::run {

/// One `--settings KIND:PATH` of a run: opened before the sandbox, written to after the mail.
class SettingsDestination {
 public:
  /// Makes the directory where it is missing, but in a dry run. `source`: what the ledger calls it. `mail`: where the
  /// homes of the mailboxes are, if the mail goes to some.
  SettingsDestination(const Machine& machine, const Request& request, JobContext& job, const SettingsPlace& place,
                      const std::string& source, std::optional<account::sieve::ScriptPlaces> mail);

  [[nodiscard]] const SettingsPlace& place() const { return place_; }
  /// What is written to.
  [[nodiscard]] AllowedPlace allowed() const;
  /// Under a lock, so that no two runs change the same files.
  [[nodiscard]] SettingsOutcome merge(store::AccountSource& source, account::AccountFacts facts,
                                      const sync::AccountOptions& options);
  /// Whether settings of this kind have a place there.
  [[nodiscard]] bool concerns(store::SettingKind kind) const;

 private:
  [[nodiscard]] std::unique_ptr<store::AccountTarget> target_for(account::AccountFacts facts) const;
  [[nodiscard]] std::unique_ptr<store::AccountTarget> open_scripts(account::AccountFacts facts) const;

  const Request* request_;
  JobContext* job_;
  SettingsPlace place_;
  std::optional<account::sieve::ScriptPlaces> mail_;
  std::int64_t now_ = 0;  ///< seconds since 1970
  account::TextPlace text_place_{};
  std::string file_{};  ///< in it, where it is one file
  fs::Owner file_owner_{};
  PlaceLock lock_{};
  PairLedger memory_;
};

/// Where such files lie.
[[nodiscard]] std::string directory_of(const SettingsPlace& place);

/// The settings in such files, of all accounts that are in them: to look at, or to take from.
[[nodiscard]] std::unique_ptr<store::AccountTarget> open_settings_place(const Machine& machine, JobContext& job,
                                                                        const SettingsPlace& place);

}  // namespace mailhaul::run
