#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "mailhaul/base/finding.hpp"
#include "mailhaul/ledger/ledger.hpp"
#include "mailhaul/store/account.hpp"
#include "mailhaul/sync/copier.hpp"

namespace mailhaul::sync {

/// What happens to one setting: safety.md section 4 for what lies beside the mail.
enum class SettingAction {
  nothing,            ///< both ends are as the last run left them, or were never anything else
  adopt,              ///< both are the same: from now on it is known
  take,               ///< the source's goes to the target
  take_away,          ///< it went at the source, and the target's is as the last run left it
  forget,             ///< it went at both ends
  keep_gone,          ///< somebody took it away at the target
  keep_own,           ///< the target's is its own, or was changed there
  keep_both_changed,  ///< as keep_own, and the source's changed as well: that change is not at the target
};

/// One setting at both ends and in memory: digests, unset where it is not.
struct SettingSides {
  std::optional<std::string> source{};
  std::optional<std::string> target{};
  bool is_initial = false;  ///< the target's is what every new account has
  std::optional<ledger::SettingBase> base{};
  bool has_parts = false;  ///< of what a run began half may be there: store::AccountTarget::has_parts()
};

/// Pure.
[[nodiscard]] SettingAction decide_setting(const SettingSides& sides);

/// One setting that a run was about, and what became of it.
struct SettingReport {
  enum class Outcome {
    written,
    approximated,
    not_carried,
    removed,
    kept_gone,     ///< taken away at the target
    kept_own,      ///< the target's stays
    kept_removed,  ///< gone at the source: the target's stays, since nobody said --delete
  };
  store::SettingId id{};  ///< as the target calls it
  Outcome outcome = Outcome::written;
  std::string text{};
  std::string what_to_do{};
};
[[nodiscard]] std::string_view to_string(SettingReport::Outcome outcome);

struct AccountOutcome {
  std::uint64_t settings = 0;   ///< at the source
  std::uint64_t unchanged = 0;  ///< that are at the target already, or were dealt with by an earlier run
  std::vector<SettingReport> reports{};
  std::vector<std::string> renames{};  ///< a line each
  std::vector<store::FileChange> files{};
  bool is_complete = true;  ///< false: not all of the source's is at the target
  std::optional<Error> error{};
};

struct AccountOptions {
  bool take_away = false;  ///< `--delete`: what went at the source goes at the target too
  /// What a setting of the source is called and says at the target; nothing: it has no place there by the operator's
  /// own choice. Adds a line for each change to its second argument.
  std::function<std::optional<store::Setting>(const store::Setting&, std::vector<std::string>&)> rename{};
  /// Which settings of the target take part, by what it calls them; unset: all.
  std::function<bool(const store::SettingId&)> concerns{};
  /// What to do when ten or more settings that a run brought, and a fifth of all, are missing at the target: that looks
  /// like a loss, or like another machine (R5). `ask`: Error(guard), and nothing is done.
  Missing missing = Missing::ask;
  /// How many may go at once; unset: a tenth of those that are known, but five (R5: a source that lost its settings is
  /// no reason to lose them here).
  std::optional<std::uint64_t> most_taken_away{};
  /// Whether absence at the source means anything: not where some of it could not be read. Asked after it was read.
  std::function<bool()> source_is_complete{};
};

/// Brings what lies beside the mail after it, by the three-way rule against the ledger: changed at the source and not
/// at the target is taken; changed at the target stays; both: the target's stays, and it is said. Without memory: what
/// the target has of its own stays, but for what nobody chose. A second run changes nothing. An Error ends it and is in
/// the outcome.
[[nodiscard]] AccountOutcome merge_account(store::AccountSource& source, store::AccountTarget& target,
                                           ledger::Ledger& ledger, const AccountOptions& options);

}  // namespace mailhaul::sync
