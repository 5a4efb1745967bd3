#pragma once

#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mailhaul/io/source.hpp"
#include "mailhaul/store/account_settings.hpp"

namespace mailhaul::store {

/// Reads what lies beside the mail of an account; it can't write. One thread.
class AccountSource {
 public:
  AccountSource() = default;
  AccountSource(const AccountSource&) = delete;
  AccountSource& operator=(const AccountSource&) = delete;
  virtual ~AccountSource() = default;

  /// All of it as it is now, sorted by id, none twice. What can't be read is told as a finding and is missing here.
  [[nodiscard]] virtual std::vector<Setting> read() = 0;
  /// Calls `take` with the content of each of those that is an OpaqueFile and is there, in whatever order is cheap.
  virtual void visit_files(const std::set<SettingId>& files,
                           const std::function<void(const SettingId& id, io::Source& content)>& take) = 0;
};

/// What to do to one setting of the target. `value` unset: it is taken away.
struct SettingChange {
  SettingId id{};
  std::optional<SettingValue> value{};
  SettingId source{};  ///< what it is called at the source; of an OpaqueFile: whose content it gets
};

/// What became of a change.
struct SettingResult {
  enum class Outcome { written, approximated, not_carried };
  Outcome outcome = Outcome::written;
  std::string text{};        ///< of `approximated` how, of `not_carried` why
  std::string what_to_do{};  ///< for the admin; empty: nothing
};

/// A setting that is in some of its places and, through no wish of anybody's, not in all.
struct UnfinishedSetting {
  SettingId id{};
  std::string text{};  ///< which place, and why
  std::string what_to_do{};
};

/// A text file as it was and as it is, or in a dry run would be. Empty: it was not there, or is there no longer.
struct FileChange {
  std::string path{};
  std::string before{};
  std::string after{};
  bool is_secret = false;  ///< it holds passwords: never shown, only that it changes
};

/// What lies beside the mail of an account that can be written to.
class AccountTarget : public AccountSource {
 public:
  /// Whether the value is what every new account has, so that nobody chose it: it may be replaced though no run put it
  /// there.
  [[nodiscard]] virtual bool is_initial(const Setting& setting) const = 0;
  /// Whether it lies in several places, so that a run that is killed may leave half of it.
  [[nodiscard]] virtual bool has_parts(const SettingId& id) const = 0;
  /// Of these those that are there now, and others as may be: without going through what else there is.
  [[nodiscard]] virtual std::vector<Setting> read_again(const std::set<SettingId>& settings) = 0;
  /// Does as asked, in order, one result a change. In a dry run nothing is written. Errors end it: of scope run.
  [[nodiscard]] virtual std::vector<SettingResult> apply(std::span<const SettingChange> changes,
                                                         AccountSource& files) = 0;
  /// Of the last apply(): among its changes, or beside them, since what it makes for one mailbox may hold what is the
  /// whole account's.
  [[nodiscard]] virtual std::vector<UnfinishedSetting> unfinished() const { return {}; }
  /// Of all calls of apply().
  [[nodiscard]] virtual const std::vector<FileChange>& file_changes() const = 0;
  /// False: what is there could not be read by the last read(), so that it takes no part.
  [[nodiscard]] virtual bool can_tell(const SettingId& /*id*/) const { return true; }
  /// Whether settings of this kind have a place here at all: others are another program's business, and no loss of this
  /// one's.
  [[nodiscard]] virtual bool concerns(SettingKind /*kind*/) const { return true; }
  /// Whether what the files of lists say goes into it, so that a change of one is a change of the forwarder; false: it
  /// holds their paths alone.
  [[nodiscard]] virtual bool holds_lists() const { return true; }
  /// What the admin has to run there for the changes to be seen, a command each, in order; none where nothing changed.
  [[nodiscard]] virtual std::vector<std::string> after_steps() const { return {}; }
};

}  // namespace mailhaul::store
