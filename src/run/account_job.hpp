#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "job_context.hpp"
#include "mailhaul/account/cpanel/settings.hpp"
#include "mailhaul/sync/account_merge.hpp"
#include "sandbox.hpp"

namespace mailhaul::run {

/// Whether anything lies beside the mail of such a store that this program knows of.
[[nodiscard]] bool has_settings(const Store& store);

/// What lies beside the mail of one account after the mail of another went there: opened before the sandbox, since
/// names are looked up on the way, and brought over after the mail.
class AccountJob {
 public:
  /// Both stores have settings (has_settings).
  AccountJob(const Machine& machine, const Request& request, JobContext& job, const SyncReport& report,
             const Location& source, const Location& target, const fs::Birth& birth);
  /// Of both servers, what lies outside the homes.
  [[nodiscard]] const std::vector<AllowedPlace>& places() const { return places_; }
  [[nodiscard]] sync::AccountOutcome run(ledger::Ledger& ledger);

 private:
  store::Renaming renaming_{};
  std::string only_{};  ///< --mailbox
  bool take_away_ = false;
  std::optional<std::uint64_t> most_taken_away_{};
  std::vector<AllowedPlace> places_{};
  std::unique_ptr<account::cpanel::SettingsSource> source_{};
  std::unique_ptr<store::AccountTarget> target_{};
};

}  // namespace mailhaul::run
