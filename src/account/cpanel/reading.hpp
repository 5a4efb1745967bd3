#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "account/cpanel/account_places.hpp"
#include "account/cpanel/domains.hpp"
#include "account/cpanel/settings_reader.hpp"
#include "account/text/problem.hpp"
#include "mailhaul/base/finding.hpp"
#include "mailhaul/store/account_settings.hpp"

namespace mailhaul::account::cpanel {

/// One pass over an account for all that lies beside its mail. One thread, one use.
class Reading {
 public:
  Reading(const AccountPlaces& places, const WebmailRoom& webmail, Findings& findings, const ReadingLimits& limits)
      : places_(places), webmail_(webmail), findings_(findings), limits_(limits) {}

  [[nodiscard]] std::vector<store::Setting> read();
  /// Of files that are carried as they are only these.
  [[nodiscard]] std::vector<store::Setting> read_with(const std::set<std::string>& files);
  /// False: something could not be read, or what every account has was not there.
  [[nodiscard]] bool is_complete() const { return is_complete_; }
  [[nodiscard]] const std::set<std::string>& served() const { return served_; }
  /// The same, without reading anything else.
  [[nodiscard]] std::set<std::string> find_served();

 private:
  /// What is known of one mailbox before all of it was seen.
  struct Box {
    store::MailboxState state{};
    std::optional<store::Password> password{};
    std::optional<store::Quota> quota{};
    store::Suspension suspension{};
  };
  /// Sources of what the server holds back of an address.
  struct HeldBack {
    std::set<std::string> suspended{};
    std::set<std::string> held{};
  };

  /// Where something that every account has is missing, its absence is no evidence (R2).
  void look_for_places();
  void read_texts();
  [[nodiscard]] std::vector<store::Setting> sorted();
  void read_account(const std::optional<std::string>& account_file);
  /// What says which domains are the account's, but for its home; notes those that it names.
  [[nodiscard]] DomainTexts domain_texts(const std::optional<std::string>& account_file);
  void read_domains(const std::optional<std::string>& account_file);
  void read_mailboxes(const std::string& domain);
  void keep_within_limit(const std::string& domain, std::map<std::string, Box>& boxes);
  void add_directories(const std::string& domain, std::map<std::string, Box>& boxes);
  /// Whether the server's own files for this domain are the account's.
  [[nodiscard]] bool is_served(const std::string& domain) const;
  /// Of a domain that is not: says so where there is something that might be meant.
  void tell_not_served(const std::string& domain);
  void read_aliases(const std::string& domain);
  void read_responders();
  void read_mailbox_filters(const std::string& address, const std::string& directory, store::Suspension& suspension);
  void read_account_filters();
  void read_spam();
  /// Lists of Mailman in an archive, which no target here can be given: each is a note.
  void read_mailing_lists();
  void read_files();
  void read_found_files();
  void read_opaque_files();
  void read_databases();
  void look_below(const std::string& directory, std::size_t depth);
  void tell_too_many();
  void look_at_file(const std::string& path);

  void add(std::string owner, store::SettingKind kind, std::string name, store::SettingValue value);
  /// Nothing where there is none or it can't be read, which is told.
  [[nodiscard]] std::optional<std::string> text_of(io::Tree& tree, const std::string& path, std::uint64_t limit);
  [[nodiscard]] std::optional<std::string> home_text(const std::string& path);
  [[nodiscard]] std::optional<std::string> server_text(const std::string& path,
                                                       std::uint64_t limit = control_file_limit);
  /// Of what every account has: where it is missing, absence means nothing.
  void expect(bool is_there, const std::string& path);
  void list(io::Tree& tree, const std::string& path, const std::function<void(const std::string&, io::NodeKind)>& take);
  void tell(const std::vector<Problem>& problems, const std::string& where);
  void tell(Weight weight, const std::string& where, const std::string& text);

  const AccountPlaces& places_;
  const WebmailRoom& webmail_;
  Findings& findings_;
  const ReadingLimits& limits_;
  bool is_complete_ = true;
  HeldBack held_back_{};
  std::vector<std::string> domains_{};
  std::set<std::string> served_{};      ///< domains that the server's lists name as this account's
  std::set<std::string> responding_{};  ///< addresses whose mail is led to a responder
  std::set<std::string> opaque_{};      ///< paths
  std::set<std::string> databases_{};
  std::map<std::string, std::string> opaque_owner_{};
  std::size_t files_too_many_ = 0;
  std::size_t directories_ = 0;  ///< that were gone through
  std::size_t directories_too_many_ = 0;
  std::vector<store::Setting> settings_{};
};

}  // namespace mailhaul::account::cpanel
