#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "job_context.hpp"
#include "mailhaul/account/facts.hpp"
#include "mailhaul/account/text_targets.hpp"
#include "mailhaul/run/settings_place.hpp"
#include "pair_ledger.hpp"
#include "run_lock.hpp"
#include "sandbox.hpp"

namespace mailhaul::run {

/// Where the mail of an account's mailboxes goes: scripts lie beside it.
struct MailPlace {
  std::optional<fs::Directory> root{};  ///< unset: it is not there yet, in a dry run
  std::string path{};
  fs::Birth birth{};
  /// Of an address the home below the root, "example.com/bob"; empty: it has none.
  std::function<std::string(const std::string& address)> home{};
};

/// One `--settings KIND:PATH` of a run: opened before the sandbox, written to after the mail.
class SettingsDestination {
 public:
  /// Makes the directory where it is missing, but in a dry run. `source`: what the ledger calls it.
  SettingsDestination(const Machine& machine, const Request& request, JobContext& job, const SettingsPlace& place,
                      const std::string& source, std::shared_ptr<const MailPlace> mail);

  [[nodiscard]] const SettingsPlace& place() const { return place_; }
  /// What is written to.
  [[nodiscard]] AllowedPlace allowed() const;
  /// Under a lock, so that no two runs change the same files.
  [[nodiscard]] SettingsOutcome merge(store::AccountSource& source, account::AccountFacts facts,
                                      const sync::AccountOptions& options);
  /// Whether settings of this kind have a place there.
  [[nodiscard]] bool concerns(store::SettingKind kind) const;

 private:
  [[nodiscard]] std::unique_ptr<store::AccountTarget> open(account::AccountFacts facts) const;

  const Machine* machine_;
  const Request* request_;
  JobContext* job_;
  SettingsPlace place_;
  std::shared_ptr<const MailPlace> mail_;
  account::TextPlace text_place_{};
  std::string file_{};  ///< in it, where it is one file
  fs::Owner file_owner_{};
  PlaceLock lock_{};
  PairLedger memory_;
};

/// The settings in such files, of all accounts that are in them: to look at, or to take from.
[[nodiscard]] std::unique_ptr<store::AccountTarget> open_settings_place(const Machine& machine, JobContext& job,
                                                                        const SettingsPlace& place);

}  // namespace mailhaul::run
