#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "account/cpanel/account_places.hpp"
#include "account/cpanel/settings_reader.hpp"
#include "account/cpanel/write_target.hpp"
#include "account/text/edited_files.hpp"
#include "account/text/overlay_tree.hpp"
#include "mailhaul/formats/context.hpp"
#include "mailhaul/fs/directory.hpp"
#include "mailhaul/store/account.hpp"

namespace mailhaul::account::cpanel {

/// Writes settings to a live cPanel home, and to the server's files beside it.
///
/// Lines and keys of a text file are edited one by one; all others stay octet for octet, and each file is written once
/// for all changes of it, in one step, with the owners and modes of cpanel.md section 2. Where a file can't be written,
/// the changes that needed it are not carried, and the others are. Panels keep more of a suspension and of a domain
/// than is in these files: both are left to them, and said.
class SettingsTarget : public store::AccountTarget {
 public:
  struct Options {
    fs::Owner owner{};     ///< of the account
    gid_t mail_group = 0;  ///< by which the mail server reads passwords
    bool is_dry = false;   ///< nothing is written, and read() shows what would be; but for files carried as they are
    ScratchRoom room{};    ///< for the databases that are there
  };
  /// `places`: trees over `home` and over `server`, the root of the machine; unset: only the home is within reach.
  SettingsTarget(formats::Context& context, const AccountPlaces& places, fs::Directory home,
                 std::optional<fs::Directory> server, const Options& options);

  [[nodiscard]] std::vector<store::Setting> read() override;
  [[nodiscard]] std::vector<store::Setting> read_again(const std::set<store::SettingId>& settings) override;
  void visit_files(const std::set<store::SettingId>& files,
                   const std::function<void(const store::SettingId& id, io::Source& content)>& take) override;
  [[nodiscard]] bool is_initial(const store::Setting& setting) const override;
  [[nodiscard]] bool has_parts(const store::SettingId& id) const override;
  /// The server reads the file itself.
  [[nodiscard]] bool holds_lists() const override { return false; }
  [[nodiscard]] std::vector<store::SettingResult> apply(std::span<const store::SettingChange> changes,
                                                        store::AccountSource& files) override;
  [[nodiscard]] const std::vector<store::FileChange>& file_changes() const override { return file_changes_; }

 private:
  struct Again {
    std::vector<store::Setting> settings{};
    bool is_complete = true;
  };
  [[nodiscard]] Again look_again(const std::set<store::SettingId>& settings);
  class Run;

  [[nodiscard]] std::vector<store::Setting> look();
  /// Of these changes those whose setting is no longer what read() gave, on which they were decided.
  [[nodiscard]] std::set<store::SettingId> changed_meanwhile(std::span<const store::SettingChange> changes);
  /// That an alias file is the account's was the server's doing: nobody else makes files there.
  [[nodiscard]] bool has_own_aliases(const std::string& domain) const;

  formats::Context& context_;
  const Options options_;
  const AccountPlaces base_;
  const fs::Directory home_root_;
  const std::optional<fs::Directory> server_root_;
  EditedFiles home_;
  std::optional<EditedFiles> server_{};
  OverlayTree home_tree_;
  std::optional<OverlayTree> server_tree_{};
  AccountPlaces places_;                                     ///< as planned
  std::map<store::SettingId, store::SettingValue> known_{};  ///< domains and suspensions, as read last
  /// Domains that the server says are this account's; not those of directories in the home, where its customer may put
  /// anything. As read last.
  std::set<std::string> served_{};
  bool was_read_ = false;
  bool was_complete_ = true;
  /// What read() gave, as store::comparable() has it; unset: nothing was decided on since apply().
  std::optional<std::map<store::SettingId, std::string>> decided_{};
  std::vector<store::FileChange> file_changes_{};
};

}  // namespace mailhaul::account::cpanel
