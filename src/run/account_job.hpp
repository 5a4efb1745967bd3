#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "account_source.hpp"
#include "job_context.hpp"
#include "mailhaul/run/jobs.hpp"
#include "sandbox.hpp"
#include "settings_destination.hpp"

namespace mailhaul::run {

/// What lies beside the mail of one account, to wherever it goes: beside the mail of another account, and into files
/// for other servers (--settings). Opened before the sandbox, since names are looked up on the way, and brought over
/// after the mail.
class AccountJob {
 public:
  /// `source` has settings (has_settings).
  AccountJob(const Machine& machine, const Request& request, JobContext& job, const Store& source,
             const std::string& source_root);
  /// To the account `target`, whose settings the ledger of the pair remembers.
  void add_account(const Store& target, const std::string& target_root, const fs::Birth& birth);
  /// To each place that the request names, if it does; and opens the source: the last of the three. `mail`: the store
  /// of the mail, where it goes anywhere; null: nowhere.
  void add_places(const Store* mail, const fs::Birth& birth);

  /// Of both servers, what lies outside the homes; of the places, themselves.
  [[nodiscard]] const std::vector<AllowedPlace>& places() const { return places_; }
  [[nodiscard]] store::AccountSource& source() { return *source_; }
  /// Whether all of it could be read; asked after that.
  [[nodiscard]] bool source_is_complete() const { return source_->is_complete(); }
  /// `ledger`: of the pair; null where add_account() was not called.
  [[nodiscard]] std::vector<SettingsOutcome> run(ledger::Ledger* ledger);

 private:
  [[nodiscard]] sync::AccountOptions options(const store::Renaming& renaming) const;
  [[nodiscard]] SettingsOutcome left_behind();
  /// Of a domain that the server does not name as the account's: where accounts share files it could be another's.
  [[nodiscard]] bool is_foreign(const store::SettingId& id);

  const Machine& machine_;
  const Request& request_;
  JobContext& job_;
  const Store& store_;
  SourceAccount from_;
  store::Renaming names_{};     ///< of mailboxes and domains
  store::Renaming renaming_{};  ///< of everything, where it goes to another account
  std::vector<AllowedPlace> places_{};
  std::unique_ptr<ReadOnce> source_{};
  std::unique_ptr<store::AccountTarget> account_{};
  std::vector<SettingsDestination> destinations_{};
};

}  // namespace mailhaul::run
