#include "account/cpanel/domains.hpp"

#include <gtest/gtest.h>

namespace mailhaul::account::cpanel {
namespace {

const char* const main_text =
    "addon_domains:\n  Addon.example: addon.example.com\nmain_domain: Example.com\nparked_domains: [parked.example]\n"
    "sub_domains: [addon.example.com]\n";

std::string shown(const AccountDomains& domains) {
  const char* const kinds = "?maps";
  const char* const routings = "?alrs";
  std::string out;
  for (const NamedDomain& domain : domains.list) {
    out += domain.name + " " + kinds[static_cast<int>(domain.domain.kind)] +
           routings[static_cast<int>(domain.domain.routing)];
    if (!domain.domain.stands_for.empty()) out += " " + domain.domain.stands_for;
    out += "\n";
  }
  return out;
}

TEST(Domains, TheMainDomainFirstThenByName) {
  DomainTexts texts;
  texts.user_data_main = main_text;
  EXPECT_EQ(shown(account_domains(texts)),
            "example.com m?\naddon.example a? addon.example.com\naddon.example.com s?\nparked.example p?\n");
}

TEST(Domains, WhoIsBelievedFirst) {
  DomainTexts texts;
  texts.user = "u";
  texts.user_data_main = "main_domain: a.example\nparked_domains: [b.example]\n";
  texts.user_data_domains = "b.example: u==root==addon\nc.example: u==root==sub\nx.example: v==root==main\n";
  texts.account_file = "DNS=a.example\nDNS1=c.example\nDNS2=d.example\n";
  texts.user_domains = "e.example: u\nx.example: v\n*: nobody\n";
  texts.alias_files = {"f.example"};
  const AccountDomains domains = account_domains(texts);
  EXPECT_EQ(shown(domains), "a.example m?\nb.example p?\nc.example s?\nd.example ??\ne.example ??\nf.example ??\n");
  EXPECT_TRUE(domains.problems.empty());
}

TEST(Domains, WithoutUserData) {
  DomainTexts texts;
  texts.account_file = "DNS=a.example\nDNS1=b.example\nDNS2=p.example\n";
  texts.addons = "b.example=b_a.example\n";
  texts.parked = "p.example\n";
  texts.subs = "b_a.example\n";
  EXPECT_EQ(shown(account_domains(texts)), "a.example m?\nb.a.example s?\nb.example a? b.a.example\np.example p?\n");
}

TEST(Domains, UserDataThatCantBeReadIsReportedAndTheRestGoesOn) {
  DomainTexts texts;
  texts.user_data_main = "main_domain: [";
  texts.account_file = "DNS=a.example\n";
  const AccountDomains domains = account_domains(texts);
  EXPECT_EQ(shown(domains), "a.example m?\n");
  ASSERT_EQ(domains.problems.size(), 1U);
  EXPECT_EQ(domains.problems[0].weight, Weight::lost);
  EXPECT_EQ(domains.problems[0].subject, "userdata/main");
}

TEST(Domains, ASecondMainDomainIsNone) {
  DomainTexts texts;
  texts.user_data_main = "main_domain: a.example\n";
  texts.account_file = "DNS=b.example\n";
  const AccountDomains domains = account_domains(texts);
  EXPECT_EQ(shown(domains), "a.example m?\nb.example ??\n");
  EXPECT_EQ(domains.problems.size(), 1U);
}

TEST(Domains, NamesThatAreNone) {
  DomainTexts texts;
  texts.user_data_main = "main_domain: a.example\nsub_domains: ['../etc', '*.a.example', '../etc']\n";
  texts.directories = {"cur", "webdav", ".Sent", "x_y.example"};
  const AccountDomains domains = account_domains(texts);
  EXPECT_EQ(shown(domains), "a.example m?\n");
  ASSERT_EQ(domains.problems.size(), 2U);
  EXPECT_EQ(domains.problems[0].weight, Weight::lost);
  EXPECT_EQ(domains.problems[0].subject, "../etc");
  EXPECT_EQ(domains.problems[1].weight, Weight::note);
}

TEST(Domains, ADirectoryOfADomainThatIsNotTheAccountsIsSeen) {
  DomainTexts texts;
  texts.directories = {"a.example", "gone.example"};
  EXPECT_EQ(shown(account_domains(texts)), "a.example ??\ngone.example ??\n");
  EXPECT_TRUE(account_domains(texts).problems.empty()) << "nobody says which are";
  texts.account_file = "DNS=a.example\n";
  const AccountDomains domains = account_domains(texts);
  EXPECT_EQ(shown(domains), "a.example m?\ngone.example ??\n");
  ASSERT_EQ(domains.problems.size(), 1U);
  EXPECT_EQ(domains.problems[0].subject, "gone.example");
}

TEST(Domains, Routing) {
  DomainTexts texts;
  texts.account_file = "DNS=a.example\nDNS1=b.example\nDNS2=c.example\nDNS3=d.example\nDNS4=e.example\nDNS5=f.example\n"
                       "MXCHECK-a.example=auto\nMXCHECK-b.example=remote\nMXCHECK-c.example=0\n";
  texts.local_domains = "a.example\nB.example\n# f.example\n";
  texts.remote_domains = "c.example\r\nd.example\n";
  texts.secondary_mx = "e.example\nd.example\n";
  const AccountDomains domains = account_domains(texts);
  EXPECT_EQ(shown(domains), "a.example ma\nb.example ?r\nc.example ?r\nd.example ?s\ne.example ?s\nf.example ??\n");
  ASSERT_EQ(domains.problems.size(), 2U);
  EXPECT_EQ(domains.problems[0].subject, "b.example") << "set remote, listed local";
  EXPECT_EQ(domains.problems[1].subject, "d.example") << "in two lists";
}

}  // namespace
}  // namespace mailhaul::account::cpanel
