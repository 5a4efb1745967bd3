#include <array>

#include "support/cpanel/account_writer.hpp"

namespace mailhaul::support::cpanel {
namespace {

using store::Domain;

struct Named {
  std::string name{};
  Domain::Kind kind{};
  Domain::Routing routing{};
  std::string stands_for{};
};

std::string_view mxcheck(Domain::Routing routing) {
  switch (routing) {
  case Domain::Routing::remote: return "remote";
  case Domain::Routing::secondary: return "secondary";
  default: return "local";
  }
}

std::string_view word(Domain::Kind kind) {
  switch (kind) {
  case Domain::Kind::main: return "main";
  case Domain::Kind::addon: return "addon";
  case Domain::Kind::parked: return "parked";
  default: return "sub";
  }
}

}  // namespace

void write_domains(AccountWriter& writer) {
  const AccountPlan& plan = writer.plan();
  const std::string& user = plan.user;
  const std::array<Named, 5> domains{
      Named{plan.main_domain, Domain::Kind::main, Domain::Routing::local, ""},
      Named{plan.addon_domain, Domain::Kind::addon, Domain::Routing::local, writer.backing_domain()},
      Named{plan.parked_domain, Domain::Kind::parked, Domain::Routing::remote, ""},
      Named{writer.sub_domain(), Domain::Kind::sub, Domain::Routing::secondary, ""},
      Named{writer.backing_domain(), Domain::Kind::sub, Domain::Routing::local, ""}};

  // Another account stands beside ours on the server: an equal beginning of a name must not make its domains ours.
  const std::string other = user + "x";
  std::string local = "server.example.net\nother.example\n";
  std::string remote;
  std::string secondary;
  std::string owners = "*: nobody\nother.example: " + other + "\n";
  std::string userdata = "other.example: " + other + "==root==main==other.example==/home/" + other + "/public_html\n";
  std::string cp = "BWLIMIT=unlimited\nDNS=" + plan.main_domain + "\n";
  std::size_t number = 0;
  for (const Named& domain : domains) {
    writer.expect(store::SettingKind::domain, domain.name, "", Domain{domain.kind, domain.routing, domain.stands_for});
    (domain.routing == Domain::Routing::remote      ? remote
     : domain.routing == Domain::Routing::secondary ? secondary
                                                    : local) += domain.name + '\n';
    owners += domain.name + ": " + user + '\n';
    userdata += domain.name + ": " + user + "==root==" + std::string(word(domain.kind)) + "==" + plan.main_domain +
                "==" + plan.home + "/public_html==192.0.2.7:80==192.0.2.7:443\n";
    if (number++ > 0) cp += "DNS" + std::to_string(number - 1) + '=' + domain.name + '\n';
    cp += "MXCHECK-" + domain.name + '=' + std::string(mxcheck(domain.routing)) + '\n';
  }
  cp += "XDNS1=removed.example\nCONTACTEMAIL=owner@other.example\nHOMEDIRLINKS=\nMAXPOP=unlimited\n"
        "MAX_EMAILACCT_QUOTA=1024\nMAX_EMAIL_PER_HOUR=200\nMAX_DEFER_FAIL_PERCENTAGE=80\nMAILBOX_FORMAT=maildir\n"
        "OWNER=root\nPLAN=default\nUSER=" +
        user + '\n';
  if (plan.suspended) cp += "SUSPENDED=1\nSUSPENDTIME=1780000000\n";

  writer.file("etc/localdomains", local, 0644, Whose::server);
  writer.file("etc/remotedomains", remote, 0644, Whose::server);
  writer.file("etc/secondarymx", secondary, 0644, Whose::server);
  writer.file("etc/userdomains", owners, 0640, Whose::server);
  writer.file("etc/trueuserdomains", "other.example: " + other + '\n' + plan.main_domain + ": " + user + '\n', 0640,
              Whose::server);
  writer.file("etc/userdatadomains", userdata, 0640, Whose::server);
  writer.file("etc/domainusers", user + ": " + plan.main_domain + '\n', 0644, Whose::server);
  writer.directory("var/cpanel/users", 0711, Whose::server);
  writer.file("var/cpanel/users/" + user, cp, 0640, Whose::server);
  writer.file("var/cpanel/users/" + other, "DNS=other.example\nUSER=" + other + '\n', 0640, Whose::server);

  std::string main = "---\naddon_domains:\n  " + plan.addon_domain + ": " + writer.backing_domain() +
                     "\ncp_php_magic_include_path.conf: 0\nmain_domain: " + plan.main_domain +
                     "\nparked_domains:\n  - " + plan.parked_domain + "\nsub_domains:\n  - " + writer.sub_domain() +
                     "\n  - " + writer.backing_domain() + '\n';
  writer.file("var/cpanel/userdata/" + user + "/main", main, 0640, Whose::server);
  writer.file("var/cpanel/userdata/" + user + '/' + plan.main_domain,
              "---\ndocumentroot: " + plan.home + "/public_html\nhomedir: " + plan.home + "\nuser: " + user + '\n',
              0640, Whose::server);

  const std::string ids = std::to_string(writer.uid()) + ':' + std::to_string(writer.gid());
  writer.file("etc/passwd",
              "root:x:0:0:root:/root:/bin/bash\n" + other + ":x:54321:54321::/home/" + other + ":/bin/bash\n" + user +
                  ":x:" + ids + "::" + plan.home + ":/bin/bash\n",
              0644, Whose::server);
  const std::string hash = writer.hash("6");
  writer.facts().account_hash = hash;
  writer.file("etc/shadow",
              "root:" + writer.hash("6") + ":19000:0:99999:7:::\n" + other + ':' + writer.hash("6") +
                  ":19000:0:99999:7:::\n" + user + ':' + (plan.suspended ? "!!" : "") + hash + ":19700:0:99999:7:::\n",
              0600, Whose::server);
  if (plan.suspended) {
    writer.expect(store::SettingKind::suspension, "", "", store::Suspension{true, false, false, false, false});
    writer.file("var/cpanel/suspended/" + user, "Unpaid bill\n", 0644, Whose::server);
  }
}

}  // namespace mailhaul::support::cpanel
