// The readers of single files against whole accounts whose facts are known: what one understands by a file is what the
// other meant when it wrote it.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "account/cpanel/domain_aliases.hpp"
#include "account/cpanel/domains.hpp"
#include "account/cpanel/passwd_file.hpp"
#include "account/cpanel/quota_list.hpp"
#include "account/cpanel/responder.hpp"
#include "account/cpanel/shadow_file.hpp"
#include "account/cpanel/valiases.hpp"
#include "support/cpanel_account.hpp"
#include "support/cpanel_archive.hpp"
#include "support/cpanel_facts.hpp"
#include "support/scratch_directory.hpp"

namespace mailhaul::account::cpanel {
namespace {

namespace files = std::filesystem;
using store::SettingKind;

/// Where the files of an account lie; the home is below one, the server's files below another.
struct Places {
  std::string home{};
  std::string aliases{};
  std::string domain_aliases{};
  DomainTexts domains{};
};

std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

std::optional<std::string> content_if_any(const std::string& path) {
  if (!files::exists(path)) return std::nullopt;
  return content_of(path);
}

class CpanelFacts : public ::testing::TestWithParam<bool> {
 protected:
  CpanelFacts() {
    support::AccountPlan plan;
    plan.messages_a_folder = 1;
    plan.hostile = plan.suspended = GetParam();
    facts_ = support::make_cpanel_account(plan, path_ + "/a");
  }

  [[nodiscard]] Places live() const {
    Places places{path_ + "/a/home/alice", path_ + "/a/etc/valiases", path_ + "/a/etc/vdomainaliases", {}};
    places.domains.user = "alice";
    places.domains.user_data_main = content_of(path_ + "/a/var/cpanel/userdata/alice/main");
    places.domains.user_data_domains = content_of(path_ + "/a/etc/userdatadomains");
    places.domains.account_file = content_of(path_ + "/a/var/cpanel/users/alice");
    places.domains.user_domains = content_of(path_ + "/a/etc/userdomains");
    places.domains.local_domains = content_of(path_ + "/a/etc/localdomains");
    places.domains.remote_domains = content_of(path_ + "/a/etc/remotedomains");
    places.domains.secondary_mx = content_of(path_ + "/a/etc/secondarymx");
    return places;
  }
  [[nodiscard]] Places packed() const {
    const std::string top =
        support::pack_cpanel_account(facts_, path_ + "/a", path_ + "/packed", support::ArchiveForm::directory);
    Places places{top + "/homedir", top + "/va", top + "/vad", {}};
    places.domains.user = "alice";
    places.domains.user_data_main = content_of(top + "/userdata/main");
    places.domains.account_file = content_of(top + "/cp/alice");
    places.domains.addons = content_of(top + "/addons");
    places.domains.parked = content_of(top + "/pds");
    places.domains.subs = content_of(top + "/sds");
    for (const files::directory_entry& entry : files::directory_iterator(top + "/va"))
      places.domains.alias_files.insert(entry.path().filename());
    return places;
  }

  /// The expected ones of these kinds.
  [[nodiscard]] std::vector<store::Setting> expected(const std::set<SettingKind>& kinds) const {
    std::vector<store::Setting> some;
    for (const store::Setting& setting : facts_.settings)
      if (kinds.contains(setting.id.kind)) some.push_back(setting);
    return some;
  }

  support::ScratchDirectory directory_{"mailhaul-facts"};
  const std::string& path_ = directory_.path();
  support::AccountFacts facts_{};
};

std::vector<store::Setting> domains_of(const Places& places) {
  std::vector<store::Setting> found;
  for (const NamedDomain& domain : account_domains(places.domains).list)
    found.push_back({{domain.name, SettingKind::domain, ""}, domain.domain});
  return found;
}

/// The logins of etc/D; what only the server or a filter says of a suspension is not in it.
std::vector<store::Setting> logins_of(const Places& places) {
  std::vector<store::Setting> found;
  for (const NamedDomain& domain : account_domains(places.domains).list) {
    const std::string etc = places.home + "/etc/" + domain.name;
    const auto add = [&](const std::string& local_part, SettingKind kind, store::SettingValue value) {
      found.push_back({{local_part + '@' + domain.name, kind, ""}, std::move(value)});
    };
    for (const ShadowRecord& record : parse_shadow(content_of(etc + "/shadow")).records) {
      add(record.local_part, SettingKind::password, record.password);
      add(record.local_part, SettingKind::suspension,
          store::Suspension{false, record.suspension.login, false, false, false});
    }
    for (const QuotaRecord& record : parse_quota_list(content_of(etc + "/quota")).records)
      add(record.local_part, SettingKind::quota, record.quota);
  }
  return found;
}

std::vector<store::Setting> aliases_of(const Places& places, std::vector<Problem>& problems,
                                       std::set<std::string>& foreign) {
  std::vector<store::Setting> found;
  for (const NamedDomain& domain : account_domains(places.domains).list) {
    const AliasFile file = parse_valiases(content_of(places.aliases + '/' + domain.name), domain.name);
    for (const AliasEntry& entry : file.entries)
      found.push_back({{domain.name, SettingKind::forwarder, entry.key}, entry.forwarder});
    for (const AliasEntry& entry : file.foreign) foreign.insert(entry.key);
    problems.insert(problems.end(), file.problems.begin(), file.problems.end());
    const DomainAlias alias = parse_domain_alias(content_of(places.domain_aliases + '/' + domain.name), domain.name);
    if (alias.forwarder) found.push_back({{domain.name, SettingKind::domain_forwarder, ""}, *alias.forwarder});
  }
  return found;
}

std::vector<store::Setting> responders_of(const Places& places, const std::vector<store::Setting>& aliases) {
  std::set<std::string> active;
  for (const store::Setting& alias : aliases)
    if (const auto* forwarder = std::get_if<store::Forwarder>(&alias.value))
      for (const store::Destination& to : forwarder->to)
        if (to.kind == store::Destination::Kind::responder) active.insert(to.text);
  std::set<std::string> addresses = active;
  for (const files::directory_entry& entry : files::directory_iterator(places.home + "/.autorespond"))
    if (!entry.is_symlink() && is_responder_name(entry.path().filename().string()))
      addresses.insert(entry.path().filename());
  std::vector<store::Setting> found;
  for (const std::string& address : addresses) {
    const std::string path = places.home + "/.autorespond/" + address;
    const ResponderFiles texts{content_if_any(path), content_if_any(path + ".json"), content_if_any(path + ".conf")};
    found.push_back({{address, SettingKind::responder, ""}, read_responder(texts, active.contains(address)).value});
  }
  return found;
}

TEST_P(CpanelFacts, DomainsAreRead) {
  for (const Places& places : {live(), packed()})
    EXPECT_EQ(support::setting_differences(expected({SettingKind::domain}), domains_of(places)),
              std::vector<std::string>());
}

TEST_P(CpanelFacts, PasswordsSuspendedLoginsAndQuotasAreRead) {
  std::vector<store::Setting> wanted = expected({SettingKind::password, SettingKind::quota, SettingKind::suspension});
  for (store::Setting& setting : wanted)
    if (auto* suspension = std::get_if<store::Suspension>(&setting.value))
      suspension->account = suspension->incoming = suspension->outgoing = suspension->held = false;
  EXPECT_EQ(support::setting_differences(wanted, logins_of(live())), std::vector<std::string>());
}

TEST_P(CpanelFacts, LoginsAreRead) {
  std::set<std::string> wanted;
  for (const auto& mailbox : facts_.mailboxes)
    if (mailbox.second.has_login && mailbox.first.find('@') != std::string::npos) wanted.insert(mailbox.first);
  std::set<std::string> found;
  for (const std::string domain : {"example.com", "addon.example", "parked.example", "shop.example.com"})
    for (const PasswdRecord& record : parse_passwd(content_of(live().home + "/etc/" + domain + "/passwd")).records)
      found.insert(record.local_part + '@' + domain);
  EXPECT_EQ(found, wanted);
}

TEST_P(CpanelFacts, ForwardersAndRespondersAreRead) {
  for (const Places& places : {live(), packed()}) {
    std::vector<Problem> problems;
    std::set<std::string> foreign;
    const std::vector<store::Setting> aliases = aliases_of(places, problems, foreign);
    EXPECT_EQ(support::setting_differences(expected({SettingKind::forwarder, SettingKind::domain_forwarder}), aliases),
              std::vector<std::string>());
    EXPECT_EQ(foreign.contains("ceo@bank.example"), GetParam());
    EXPECT_TRUE(
        std::any_of(problems.begin(), problems.end(), [](const Problem& p) { return p.subject == "one@example.com"; }));
    EXPECT_EQ(support::setting_differences(expected({SettingKind::responder}), responders_of(places, aliases)),
              std::vector<std::string>());
  }
}

INSTANTIATE_TEST_SUITE_P(Accounts, CpanelFacts, ::testing::Bool(), [](const ::testing::TestParamInfo<bool>& kind) {
  return std::string(kind.param ? "Hostile" : "Plain");
});

}  // namespace
}  // namespace mailhaul::account::cpanel
