#include "account/cpanel/domains.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "account/cpanel/account_file.hpp"
#include "account/cpanel/user_data.hpp"
#include "account/text/text_lines.hpp"
#include "mailhaul/account/address.hpp"

namespace mailhaul::account::cpanel {
namespace {

using Kind = store::Domain::Kind;
using Routing = store::Domain::Routing;

Routing routing_of(std::string_view word) {
  if (word == "auto") return Routing::automatic;
  if (word == "local") return Routing::local;
  if (word == "remote") return Routing::remote;
  if (word == "secondary") return Routing::secondary;
  return Routing::unknown;
}

class Collector {
 public:
  explicit Collector(const DomainTexts& texts) : texts_(texts) {}

  AccountDomains collect() {
    if (texts_.user_data_main) {
      const UserDataMain main = parse_user_data_main(*texts_.user_data_main);
      if (main.data)
        take(*main.data);
      else
        report(Weight::lost, "userdata/main", "the kinds of the domains can't be read: " + main.problem);
    }
    if (texts_.user_data_domains)
      for (const auto& [name, kind] : parse_user_data_domains(*texts_.user_data_domains, texts_.user)) add(name, kind);
    take(parse_archive_lists(texts_.addons.value_or(""), texts_.parked.value_or(""), texts_.subs.value_or("")));
    if (texts_.account_file) take_account_file();
    if (texts_.user_domains) take_user_domains();
    for (const std::string& name : texts_.alias_files) add(name, Kind::unknown);
    take_directories();
    take_routing();
    return result();
  }

 private:
  void report(Weight weight, std::string_view subject, std::string text) {
    out_.problems.push_back({weight, 0, std::string(subject), std::move(text)});
  }

  /// The first kind that is said is believed. Nothing where the name is no domain.
  store::Domain* add(std::string_view stored, Kind kind) {
    const std::string name = lower_case(stored);
    if (!is_safe_domain(name)) {
      if (!reported_.insert(name).second) return nullptr;
      if (name.substr(0, 2) == "*.")
        report(Weight::note, stored, "the name stands for many: it has no mail of its own");
      else
        report(Weight::lost, stored, "the name is no domain: nothing of it is carried");
      return nullptr;
    }
    store::Domain& domain = domains_[name];
    if (domain.kind != Kind::unknown) return &domain;
    if (kind == Kind::main && !std::exchange(has_main_, true)) {
      domain.kind = Kind::main;
    } else if (kind == Kind::main) {
      report(Weight::note, name, "a second main domain: the first one counts");
    } else {
      domain.kind = kind;
    }
    return &domain;
  }

  void take(const UserData& data) {
    if (!data.main_domain.empty()) add(data.main_domain, Kind::main);
    for (const auto& [name, sub] : data.addon_domains) {
      store::Domain* domain = add(name, Kind::addon);
      if (domain != nullptr && domain->kind == Kind::addon && domain->stands_for.empty())
        domain->stands_for = lower_case(sub);
    }
    for (const std::string& name : data.parked_domains) add(name, Kind::parked);
    for (const std::string& name : data.sub_domains) add(name, Kind::sub);
  }

  void take_account_file() {
    account_ = parse_account_file(*texts_.account_file);
    std::move(account_.problems.begin(), account_.problems.end(), std::back_inserter(out_.problems));
    const std::vector<std::string> names = account_.domains();
    const bool has_first = !account_.value("DNS").empty();
    for (std::size_t i = 0; i < names.size(); ++i) add(names[i], i == 0 && has_first ? Kind::main : Kind::unknown);
  }

  void take_user_domains() {
    for (const TextLine& line : text_lines(*texts_.user_domains)) {
      const std::size_t colon = line.content.find(':');
      if (colon != std::string_view::npos && trimmed(line.content.substr(colon + 1)) == texts_.user)
        add(trimmed(line.content.substr(0, colon)), Kind::unknown);
    }
  }

  void take_directories() {
    const bool is_told = !domains_.empty();
    for (const std::string& name : texts_.directories) {
      if (!is_safe_domain(name) || domains_.count(lower_case(name)) != 0) continue;
      add(name, Kind::unknown);
      if (is_told)
        report(Weight::note, name, "there is a directory of this domain, which the account does not have (any more)");
    }
  }

  void take_routing() {
    const std::set<std::string> local = parse_domain_list(texts_.local_domains.value_or(""));
    const std::set<std::string> remote = parse_domain_list(texts_.remote_domains.value_or(""));
    const std::set<std::string> secondary = parse_domain_list(texts_.secondary_mx.value_or(""));
    for (auto& [name, domain] : domains_) {
      Routing listed = Routing::unknown;
      if (local.count(name) != 0) listed = Routing::local;
      if (listed == Routing::unknown && secondary.count(name) != 0) listed = Routing::secondary;
      if (listed == Routing::unknown && remote.count(name) != 0) listed = Routing::remote;
      if (local.count(name) + remote.count(name) + secondary.count(name) > 1)
        report(Weight::note, name, "the domain is in more than one of localdomains, secondarymx, remotedomains");
      domain.routing = routing_of(account_.value("MXCHECK-" + name));
      if (domain.routing == Routing::unknown)
        domain.routing = listed;
      else if (domain.routing != Routing::automatic && listed != Routing::unknown && listed != domain.routing)
        report(Weight::note, name, "the server's lists do not route its mail as it is set for the account");
    }
  }

  AccountDomains result() {
    for (auto& [name, domain] : domains_) out_.list.push_back({name, std::move(domain)});
    std::stable_sort(out_.list.begin(), out_.list.end(), [](const NamedDomain& a, const NamedDomain& b) {
      return (a.domain.kind == Kind::main) > (b.domain.kind == Kind::main);
    });
    return std::move(out_);
  }

  const DomainTexts& texts_;
  AccountFile account_{};
  std::map<std::string, store::Domain> domains_{};
  std::set<std::string> reported_{};
  bool has_main_ = false;
  AccountDomains out_{};
};

}  // namespace

std::set<std::string> parse_domain_list(std::string_view text) {
  std::set<std::string> out;
  for (const TextLine& line : text_lines(text)) {
    const std::string_view name = trimmed(line.content);
    if (!name.empty() && name.front() != '#') out.insert(lower_case(name));
  }
  return out;
}

AccountDomains account_domains(const DomainTexts& texts) { return Collector(texts).collect(); }

}  // namespace mailhaul::account::cpanel
