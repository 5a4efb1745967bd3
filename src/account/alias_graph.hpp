#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "mailhaul/account/facts.hpp"

namespace mailhaul::account {

/// What becomes of the mail of one address, for servers whose aliases lead to addresses and to nothing else (targets.md
/// section 4).
struct Route {
  enum class End {
    nowhere,    ///< as if there were no forwarder
    addresses,  ///< to each of `to`
    refused,    ///< for good; `text` is what the sender is told
    deferred,   ///< for now; the same
    discarded,
  };
  End end = End::nowhere;
  /// Safe addresses (is_safe_address), each once whatever its case; the address itself first where its mailbox keeps a
  /// copy.
  std::vector<std::string> to{};
  std::string text{};
  std::vector<std::string> nearly{};      ///< how it differs from the source, a part of a sentence each
  std::vector<std::string> left_out{};    ///< destinations that have no place here and why
  std::vector<std::string> what_to_do{};  ///< about those
};

/// Who leads to whom among the addresses of one account. Pure; reads the facts when it is made, and keeps a view of
/// them.
class AliasGraph {
 public:
  explicit AliasGraph(const AccountFacts& facts);

  /// Of a forwarder of the facts. What is said of it is what Exim does at the source: a mailbox keeps a copy unasked;
  /// one `:fail:` or `:blackhole:` is for all of a list, `/dev/null` for itself; each address is taken once, so that a
  /// loop leads to where it has ends; a user is the account's own mailbox.
  [[nodiscard]] Route route_of(const store::SettingId& forwarder) const;
  /// Whether another forwarder of the facts is for the same address, and counts.
  [[nodiscard]] bool is_shadowed(const store::SettingId& forwarder) const;
  [[nodiscard]] bool is_mailbox(const std::string& address) const { return mailboxes_.count(address) != 0; }
  /// In lower case.
  [[nodiscard]] const std::set<std::string>& mailboxes() const { return mailboxes_; }
  /// Where mail of the domain goes that no mailbox and no forwarder has; "": nowhere, or round in a circle.
  [[nodiscard]] std::string domain_after(const std::string& domain) const;
  /// Where mail for an address goes in the end, without what only has the form of an address: each once. An address of
  /// the account that nobody has leads nowhere. At most most_ends.
  [[nodiscard]] std::vector<std::string> ends_of(const std::string& address) const;

  static constexpr std::size_t most_ends = 10'000;

 private:
  struct Landing {
    std::string node{};     ///< key of the forwarder that has it
    std::string address{};  ///< where it stays; both empty: nowhere
  };

  [[nodiscard]] Route direct_route(const std::string& address, const store::Forwarder& forwarder) const;
  void add(Route& route, const std::string& address, const store::Destination& to) const;
  /// The destinations with the members of lists in the place of their files. Of a list that can't be is said so in
  /// `route`; one that nobody looked at stays.
  [[nodiscard]] static std::vector<store::Destination> with_members(const store::Forwarder& forwarder, Route& route);
  void add_user(Route& route, const std::string& user) const;
  void add_file(Route& route, const std::string& path) const;
  [[nodiscard]] Landing landing(const std::string& address) const;
  void find_loops();
  [[nodiscard]] std::vector<std::string> ends_from(const std::vector<std::string>& addresses) const;

  const AccountFacts& facts_;
  std::set<std::string> mailboxes_{};
  std::map<std::string, std::string> domain_forwarders_{};
  std::map<std::string, store::SettingId> ids_{};  ///< by the address, "@example.com" for the rest of a domain
  std::map<std::string, Route> routes_{};
  std::set<std::string> looping_{};
};

/// "a; b; c"
[[nodiscard]] std::string joined(const std::vector<std::string>& sentences);

}  // namespace mailhaul::account
