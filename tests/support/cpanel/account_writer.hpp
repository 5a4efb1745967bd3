#pragma once

#include <sys/types.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "support/cpanel_account.hpp"

namespace mailhaul::support::cpanel {

/// Whose a file is (cpanel.md section 2).
enum class Whose { user, user_and_mail, server, outside };

/// Puts files below the root of a made server and keeps the facts. Every path is relative to the root; `home()` begins
/// those of the account.
class AccountWriter {
 public:
  AccountWriter(const AccountPlan& plan, std::string root);

  [[nodiscard]] const AccountPlan& plan() const { return facts_.plan; }
  [[nodiscard]] AccountFacts& facts() { return facts_; }
  [[nodiscard]] const std::string& root() const { return root_; }
  [[nodiscard]] std::string home() const { return facts_.plan.home.substr(1); }
  [[nodiscard]] std::string in_home(std::string_view path) const { return home() + '/' + std::string(path); }
  [[nodiscard]] std::string sub_domain() const { return "shop." + plan().main_domain; }
  /// The subdomain behind the addon domain.
  [[nodiscard]] std::string backing_domain() const;
  [[nodiscard]] std::vector<std::string> domains() const;
  [[nodiscard]] uid_t uid() const { return uid_; }
  [[nodiscard]] gid_t gid() const { return gid_; }

  /// The directories above are made when they are not there.
  void directory(const std::string& path, mode_t mode, Whose whose = Whose::user);
  void file(const std::string& path, std::string_view octets, mode_t mode, Whose whose = Whose::user);
  void modified(const std::string& path, std::int64_t seconds);
  void symlink(const std::string& path, const std::string& target);
  void fifo(const std::string& path);
  /// A further name of a file.
  void hard_link(const std::string& path, const std::string& existing);

  /// A file that is carried octet for octet.
  void opaque(const std::string& owner, const std::string& path_in_home, std::string_view octets, mode_t mode,
              Whose whose = Whose::user);
  /// A cache: poisoned and expected nowhere.
  void cache(const std::string& path_in_home, mode_t mode);

  void expect(store::SettingKind kind, std::string owner, std::string name, store::SettingValue value);
  void remark(std::string about, std::string what, bool in_archive = true);

  [[nodiscard]] std::size_t below(std::size_t limit) { return static_cast<std::size_t>(random_() % limit); }
  /// A crypt(3) hash by its looks: "6" for SHA-512.
  [[nodiscard]] std::string hash(std::string_view scheme);

 private:
  [[nodiscard]] std::string on_disk(const std::string& path) const { return root_ + '/' + path; }
  void dress(const std::string& path, mode_t mode, Whose whose) const;

  AccountFacts facts_{};
  std::string root_;
  uid_t uid_ = 0;
  gid_t gid_ = 0;
  std::mt19937_64 random_;
};

// The parts of an account, each in a file of its own.
void write_mailboxes(AccountWriter& writer);   ///< mail, and the databases of logins in etc/D
void write_domains(AccountWriter& writer);     ///< what the server says of the account
void write_forwarders(AccountWriter& writer);  ///< /etc/valiases, /etc/vdomainaliases
void write_responders(AccountWriter& writer);
void write_filters(AccountWriter& writer);
void write_files(AccountWriter& writer);  ///< spam, BoxTrapper, webmail, caches
void write_hostile(AccountWriter& writer);

}  // namespace mailhaul::support::cpanel
