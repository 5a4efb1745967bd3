#pragma once

#include <array>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "account/alias_graph.hpp"
#include "mailhaul/account/facts.hpp"
#include "mailhaul/store/account.hpp"

namespace mailhaul::account::postfix {

enum class Table : std::size_t { domains, mailboxes, aliases, transport, access };
inline constexpr std::array tables{Table::domains, Table::mailboxes, Table::aliases, Table::transport, Table::access};
/// Of its file.
[[nodiscard]] std::string_view name_of(Table table);
/// The line of main.cf that names it; `map` is "hash:/etc/postfix/…".
[[nodiscard]] std::string main_cf_line(Table table, const std::string& map);

/// Values by key, of each table.
struct MapRows {
  std::array<std::map<std::string, std::string>, tables.size()> values{};

  [[nodiscard]] std::map<std::string, std::string>& in(Table table) { return values[static_cast<std::size_t>(table)]; }
  [[nodiscard]] const std::map<std::string, std::string>& in(Table table) const {
    return values[static_cast<std::size_t>(table)];
  }
  [[nodiscard]] const std::string* find(Table table, const std::string& key) const;
  [[nodiscard]] bool is_empty() const;
};

/// The addresses of a row of virtual_alias_maps: with commas or blanks between them.
[[nodiscard]] std::vector<std::string> alias_items(std::string_view value);

inline constexpr std::string_view discard_value = "discard:silently";
inline constexpr std::string_view refuse_code = "550 5.1.1 ";
inline constexpr std::string_view defer_code = "450 4.2.1 ";
inline constexpr std::string_view suspended_value = "450 4.2.1 This mailbox takes no mail for now";
/// Whose mail nobody gets, at each domain that throws the rest away.
inline constexpr std::string_view nobody = "devnull";

/// What the settings of an account are as rows (targets.md section 4).
class MapWriter {
 public:
  /// `facts` must outlive this.
  explicit MapWriter(const AccountFacts& facts);

  struct Rendered {
    MapRows rows{};
    store::SettingResult result{};
  };
  /// Of a setting of the facts, without what follows from others. Not carried and without rows: it can't be written.
  [[nodiscard]] Rendered rendered(const store::SettingId& id) const;
  /// Of all of them, with the rows by which a mailbox keeps its mail beside what takes the rest of its domain.
  [[nodiscard]] MapRows all() const;

 private:
  [[nodiscard]] Rendered domain(const std::string& name, const store::Domain& value) const;
  [[nodiscard]] Rendered mailbox(const std::string& address, const store::MailboxState& value) const;
  [[nodiscard]] Rendered suspension(const std::string& address, const store::Suspension& value) const;
  [[nodiscard]] Rendered forwarder(const store::SettingId& id) const;
  [[nodiscard]] Rendered addresses(const std::string& key, const Route& route) const;
  [[nodiscard]] Rendered discarded(const std::string& key, const Route& route) const;
  [[nodiscard]] Rendered domain_forwarder(const std::string& name, const store::DomainForwarder& value) const;
  [[nodiscard]] bool is_refused(const std::string& address) const;

  const AccountFacts& facts_;
  AliasGraph graph_;
  std::map<std::string, std::string> spellings_{};  ///< of mailboxes, by the address in lower case; the first counts
  std::set<std::string> refused_{};                 ///< by a forwarder
};

/// Without the settings that have no rows because they can't be written, as they are then in nobody's way.
[[nodiscard]] AccountFacts without_what_cant_be(AccountFacts facts);

}  // namespace mailhaul::account::postfix
