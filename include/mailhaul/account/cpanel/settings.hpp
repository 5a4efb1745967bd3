#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "mailhaul/formats/context.hpp"
#include "mailhaul/fs/directory.hpp"
#include "mailhaul/store/account.hpp"
#include "mailhaul/store/renaming.hpp"

/// What lies beside the mail of a cPanel account.
namespace mailhaul::account::cpanel {

/// Where a live account is.
struct LiveAccount {
  fs::Directory home;
  /// The root of its machine; its rules allow files of the account's own. Unset: only the home is within reach.
  std::optional<fs::Directory> server{};
  std::string user{};
  std::string home_path{};           ///< as the account's own files say it, whatever it is mounted under
  std::vector<std::string> homes{};  ///< every path that it has on its machine, this one first
  /// For copies of databases, only for its runner; unset: in memory, as far as they are small.
  std::optional<fs::Directory> scratch{};
};

class SettingsSource : public store::AccountSource {
 public:
  /// False: something could not be read by the last read(), or what every account has was not there: absence means
  /// nothing.
  [[nodiscard]] virtual bool is_complete() const = 0;
  /// Domains that its server names as this account's, in lower case: of a packed one, its own lists. A directory of
  /// that name in the home proves nothing. Empty: nothing says whose they are.
  [[nodiscard]] virtual std::set<std::string> find_served() = 0;
};

/// What the files of lists hold that forwarders name is read too, as far as those lie in the home.
/// `renaming` is done to what is in databases alone; everything else is as it is at the source. May be null.
[[nodiscard]] std::unique_ptr<SettingsSource> open_settings(formats::Context& context, const LiveAccount& account,
                                                            const store::Renaming* renaming);

/// `mail_group`: by which the mail server reads passwords. In a dry run nothing is written.
[[nodiscard]] std::unique_ptr<store::AccountTarget> open_settings_target(formats::Context& context,
                                                                         const LiveAccount& account, fs::Owner owner,
                                                                         gid_t mail_group, bool is_dry);

}  // namespace mailhaul::account::cpanel
