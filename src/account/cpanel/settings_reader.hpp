#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "account/cpanel/account_places.hpp"
#include "account/cpanel/scratch_file.hpp"
#include "mailhaul/account/cpanel/settings.hpp"
#include "mailhaul/base/clock.hpp"
#include "mailhaul/base/finding.hpp"
#include "mailhaul/store/renaming.hpp"

namespace mailhaul::account::cpanel {

/// For databases, which are carried as one clean file each; and for `.forward`.
struct WebmailRoom {
  const ScratchRoom& room;
  const Clock& clock;
  const store::Renaming* renaming = nullptr;  ///< done to what is in them, so that both ends read the same
};

/// What a customer can make more of than there is any use for: what is beyond is told as lost.
struct ReadingLimits {
  std::size_t files = 200'000;                  ///< carried as they are, databases among them
  std::size_t directories = 100'000;            ///< that those may lie in
  std::size_t mailboxes_of_a_domain = 100'000;  ///< those with a login first
};

class Reading;

/// Reads all that lies beside the mail of an account. What is odd or can't be read is told as a finding, and the rest
/// goes on. Errors of scope run alone are thrown.
class SettingsReader : public SettingsSource {
 public:
  SettingsReader(const AccountPlaces& places, const WebmailRoom& webmail, Findings& findings,
                 const ReadingLimits& limits = {})
      : places_(places), webmail_(webmail), findings_(findings), limits_(limits) {}

  /// A quota and a suspension for every mailbox with a login, also where there is none: that one ended is a change.
  /// `original` of a Forwarder is the line without its key. Owners and names as SettingKind says; domains in lower
  /// case.
  [[nodiscard]] std::vector<store::Setting> read() override;
  /// Of files that are carried as they are only these, paths below the home.
  [[nodiscard]] std::vector<store::Setting> read_with(const std::set<std::string>& files);
  void visit_files(const std::set<store::SettingId>& files,
                   const std::function<void(const store::SettingId& id, io::Source& content)>& take) override;
  [[nodiscard]] bool is_complete() const override { return is_complete_; }
  [[nodiscard]] std::set<std::string> find_served() override;
  /// Domains that the server's lists name as this account's, as read last; where its user is not known none.
  [[nodiscard]] const std::set<std::string>& served() const { return served_; }

 private:
  std::vector<store::Setting> keep(const Reading& reading, std::vector<store::Setting> settings);

  const AccountPlaces places_;
  const WebmailRoom webmail_;
  Findings& findings_;
  const ReadingLimits limits_;
  bool is_complete_ = true;
  std::set<std::string> served_{};
};

}  // namespace mailhaul::account::cpanel
