#include "support/new_cpanel_account.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace mailhaul::support {
namespace {

using store::Domain;

class Server {
 public:
  Server(const NewAccountPlan& plan, const std::string& root) : plan_(plan), root_(root) {}

  void directory(const std::string& path, mode_t mode, gid_t group) const {
    std::filesystem::create_directories(root_ + path);
    dress(path, mode, plan_.uid, group);
  }
  void server_directory(const std::string& path) const {
    std::filesystem::create_directories(root_ + path);
    dress(path, 0711, 0, 0);
  }
  void append(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(root_ + path).parent_path());
    std::ofstream(root_ + path, std::ios::binary | std::ios::app) << text;
  }
  void file(const std::string& path, const std::string& text) const {
    append(path, text);
    dress(path, 0640, plan_.uid, plan_.mail_gid);
  }

 private:
  void dress(const std::string& path, mode_t mode, uid_t uid, gid_t gid) const {
    if ((::geteuid() == 0 && ::chown((root_ + path).c_str(), uid, gid) != 0) ||
        ::chmod((root_ + path).c_str(), mode) != 0)
      throw std::runtime_error("can't dress " + root_ + path);
  }

  const NewAccountPlan& plan_;
  const std::string& root_;
};

}  // namespace

void make_new_cpanel_account(const NewAccountPlan& plan, const std::string& root) {
  const Server server(plan, root);
  server.directory(plan.home, 0711, plan.gid);
  server.directory(plan.home + "/etc", 0750, plan.mail_gid);
  for (const char* part : {"/mail", "/mail/cur", "/mail/new", "/mail/tmp"})
    server.directory(plan.home + part, 0751, plan.gid);
  for (const char* part : {"valiases", "vdomainaliases", "vfilters"})
    server.server_directory("/etc/" + std::string(part));
  server.append("/etc/passwd", plan.user + ":x:" + std::to_string(plan.uid) + ':' + std::to_string(plan.gid) +
                                   "::" + plan.home + ":/bin/bash\n");
  server.append("/etc/group", "mail:x:" + std::to_string(plan.mail_gid) + ":\n");

  std::string main_domain;
  std::string addons;
  std::string parked;
  std::string subs;
  std::string account = "USER=" + plan.user + '\n';
  std::size_t number = 0;
  for (const auto& [name, domain] : plan.domains)
    if (domain.kind == Domain::Kind::main) main_domain = name;
  account += "DNS=" + main_domain + '\n';
  for (const char* list : {"/etc/localdomains", "/etc/remotedomains", "/etc/secondarymx"}) server.append(list, "");
  for (const auto& [name, domain] : plan.domains) {
    if (name != main_domain) account += "DNS" + std::to_string(++number) + '=' + name + '\n';
    if (domain.kind == Domain::Kind::addon) addons += "  " + name + ": " + domain.stands_for + '\n';
    if (domain.kind == Domain::Kind::parked) parked += "  - " + name + '\n';
    if (domain.kind == Domain::Kind::sub) subs += "  - " + name + '\n';
    server.append(domain.routing == Domain::Routing::remote      ? "/etc/remotedomains"
                  : domain.routing == Domain::Routing::secondary ? "/etc/secondarymx"
                                                                 : "/etc/localdomains",
                  name + '\n');
    server.append("/etc/userdomains", name + ": " + plan.user + '\n');
    server.file("/etc/valiases/" + name, "*: " + plan.user + '\n');
    server.file("/etc/vdomainaliases/" + name, "");
  }
  server.append("/etc/trueuserdomains", main_domain + ": " + plan.user + '\n');
  server.append("/var/cpanel/users/" + plan.user, account);
  server.append("/var/cpanel/userdata/" + plan.user + "/main",
                "---\naddon_domains:" + (addons.empty() ? " {}\n" : '\n' + addons) + "main_domain: " + main_domain +
                    "\nparked_domains:" + (parked.empty() ? " []\n" : '\n' + parked) +
                    "sub_domains:" + (subs.empty() ? " []\n" : '\n' + subs));
}

}  // namespace mailhaul::support
