#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "account/alias_graph.hpp"
#include "account/modoboa/import_file.hpp"
#include "mailhaul/store/account.hpp"

namespace mailhaul::account::modoboa {

/// What the file says that is not for this account's settings to say.
struct Others {
  std::set<std::string> domains{};  ///< of other accounts: local, so that a recipient there must be one of `addresses`
  std::set<std::string> addresses{};  ///< of their accounts and aliases
  /// In MiB, of own domains that the admin gave a quota: what it leaves beside the mailboxes that are there.
  std::map<std::string, std::uint64_t> room{};
  std::map<std::string, std::uint64_t> quotas{};  ///< in MiB, of own mailboxes that are there
};

/// Nobody's hash: with it an account is made, and nobody can log in.
inline constexpr std::string_view no_password = "{SHA512-CRYPT}*";
inline constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20U;

/// All settings of an account as rows, such that the importer takes each (targets.md 1.1): what it would stumble over
/// is left out and said.
class RowWriter {
 public:
  RowWriter(const AccountFacts& facts, const Others& others);

  [[nodiscard]] const Rows& rows() const { return rows_; }
  [[nodiscard]] const std::vector<RowKey>& alias_order() const { return alias_order_; }
  /// Of a setting of the facts.
  [[nodiscard]] const store::SettingResult& result_of(const store::SettingId& id) const { return results_.at(id); }
  /// The row that says it; null: there is none.
  [[nodiscard]] const std::vector<std::string>* row_of(const store::SettingId& id) const;

 private:
  void add_domains();
  void add_accounts();
  void add_account(const store::SettingId& id);
  void set_password(const store::SettingId& box, std::vector<std::string>& cells);
  void set_suspension(const store::SettingId& box, std::vector<std::string>& cells);
  void set_quota(const store::SettingId& box, std::vector<std::string>& cells);
  [[nodiscard]] bool make_room(const std::string& login, std::uint64_t size);
  void add_aliases();
  void add_alias(const store::SettingId& id, const Route& wanted);
  void add_domain_forwarder(const store::SettingId& wanted);
  void say_where_none_goes(const store::SettingId& id, const Route& route);
  void add_recipient(const std::string& to, const std::string& own, Route& route, std::vector<std::string>& cells,
                     std::set<std::string>& seen) const;
  /// Of an address that nobody there has by its name: where its mail goes in the end, of what is there by now.
  [[nodiscard]] std::vector<std::string> ends_of(const std::string& to) const;
  /// Of a recipient that is none of the aliases: whether a row can name it, or what it leads to.
  [[nodiscard]] bool has_end(const std::string& to) const;
  void result_of_the_rest();

  [[nodiscard]] bool is_alias_of_another(const std::string& domain) const;
  [[nodiscard]] bool has_row(RowClass row_class, const std::string& name) const {
    return rows_.count({row_class, name}) != 0;
  }
  [[nodiscard]] bool is_local(const std::string& domain) const {
    return has_row(RowClass::domain, domain) || others_.domains.count(domain) != 0;
  }
  [[nodiscard]] bool is_without_login(const std::string& box) const;
  [[nodiscard]] bool is_there(const std::string& address) const;
  [[nodiscard]] std::string why_no_domain(const std::string& domain) const;

  const AccountFacts& facts_;
  const Others& others_;
  AliasGraph graph_;
  Rows rows_{};
  std::vector<RowKey> alias_order_{};
  std::map<store::SettingId, store::SettingResult> results_{};
  std::map<std::string, std::uint64_t> room_{};
  std::map<std::string, std::string> domain_forwarders_{};
  std::set<std::string> leads_nowhere_{};   ///< aliases of whose recipients none is there
  std::set<std::string> with_addresses_{};  ///< domains that have mailboxes or aliases of their own
};

}  // namespace mailhaul::account::modoboa
