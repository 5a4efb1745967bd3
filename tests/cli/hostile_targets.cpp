#include <sys/stat.h>
#include <sys/xattr.h>

#include <array>
#include <cerrno>
#include <cstdint>

#include "cli/cli_test_case.hpp"
#include "cli/hostile_rows.hpp"

namespace mailhaul::black_box {
namespace {

/// acl(5) as the kernel has it: everybody named there may read and write all that is made in the directory.
bool give_default_acl(const std::string& directory) {
  struct AclEntry {
    std::uint16_t tag, permissions;
    std::uint32_t id;
  };
  struct Acl {
    std::uint32_t version;
    std::array<AclEntry, 5> entries;
  };
  const Acl acl{2, {{{0x01, 7, ~0U}, {0x02, 7, 54323}, {0x04, 7, ~0U}, {0x10, 7, ~0U}, {0x20, 7, ~0U}}}};
  static_assert(sizeof acl == 44);
  return ::setxattr(directory.c_str(), "system.posix_acl_default", &acl, sizeof acl, 0) == 0;
}

/// Nothing is planted in the mboxdir.
HostileRow of_a_maildir(HostileRow row) {
  row.status_as_mboxdir = status::ok;
  row.messages_as_mboxdir = 4;
  return row;
}

/// The bits of the group are the mask of an ACL: without them nobody named in it may do anything.
void expect_private(const Grounds& grounds, const std::string& below) {
  for (const std::string& name : names_in(grounds.at(below))) {
    struct stat status {};
    ASSERT_EQ(::lstat(grounds.at(below + "/" + name).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0077U, 0U) << below << "/" << name;
  }
}

}  // namespace

std::vector<HostileRow> hostile_targets() {
  using G = Grounds;
  using namespace status;
  std::vector<HostileRow> rows{
      row(
          "NothingPlanted", [](const G&) {}, ok, "", 4),
      row(
          "SetGidDirectories",
          [](const G& g) {
            for (const std::string directory : {"home/T", "home/T/cur", "home/T/new", "home/T/tmp", "home/C"})
              set_mode(g.at(directory), 02777);
          },
          ok, "", 4),
      row(
          "NamesInTmp",
          [](const G& g) {
            for (const std::string name : {"1.M1P1.host", "2.M2P1.host", "1.M1P1.host:2,", ".mailhaul"}) {
              g.symlink("outside/shadow", "home/T/tmp/" + name);
              g.symlink("outside/made-by-root", "home/T/tmp/mailhaul-" + name);
            }
          },
          ok, "", 4),
      row(
          "NamesThatAreTaken",
          [](const G& g) {
            g.symlink("outside/shadow", "home/T/cur/1.M1P1.host:2,");
            g.directory("home/T/cur/2.M2P1.host:2,");
          },
          ok, "", 4),
      of_a_maildir(row(
          "CurIsAFile", [](const G& g) { g.file("home/T/cur", "a file"); }, cannot_create, "cur", 0)),
      of_a_maildir(row(
          "CurIsASymlink", [](const G& g) { g.symlink("outside/victim/cur", "home/T/cur"); }, cannot_create, "cur", 0)),
      of_a_maildir(row(
          "TmpIsASymlink", [](const G& g) { g.symlink("outside/victim/tmp", "home/T/tmp"); }, cannot_create, "tmp", 1)),
      row(
          "AFolderIsAFifo",
          [](const G& g) {
            g.fifo("home/T/.Sub");
            g.fifo("home/C/Sub");
          },
          cannot_create, "Sub", 3),
      row(
          "AFolderIsASymlink",
          [](const G& g) {
            g.symlink("outside/victim", "home/T/.Sub");
            g.symlink("outside/mbox", "home/C/Sub");
          },
          cannot_create, "Sub", 3),
      row(
          "AFolderIsOfOthers",
          [](const G& g) {
            g.hard_link_of_others("home/T/.Sub");
            g.hard_link_of_others("home/C/Sub");
          },
          cannot_create, "Sub", 3),
      row(
          "LocksAreSymlinks",
          [](const G& g) {
            g.symlink("outside/made-by-root", "home/T/dovecot-uidlist.lock");
            g.symlink("outside/made-by-root", "home/T/subscriptions.lock");
            g.symlink("outside/made-by-root", "home/C/.subscriptions.lock");
          },
          settings_missing, "another program holds its lock", 4),
  };
  HostileRow acl = row(
      "ADefaultAcl", [](const G&) {}, ok, "", 4);
  acl.plant = [](const G& g) {
    for (const std::string directory : {"home/T", "home/T/cur", "home/T/new", "home/T/tmp", "home/T/.Sub/cur",
                                        "home/T/.Sub/new", "home/T/.Sub/tmp", "home/C"})
      if (!give_default_acl(g.at(directory))) return false;
    set_mode(g.at("home/T"), 0700);
    set_mode(g.at("home/T/cur"), 0700);
    set_mode(g.at("home/T/.Sub"), 0700);
    set_mode(g.at("home/T/.Sub/cur"), 0700);
    for (const std::string& name : names_in(g.at("home/T/cur"))) set_mode(g.at("home/T/cur/" + name), 0600);
    return true;
  };
  acl.afterwards = [](const G& g) {
    expect_private(g, "home/T/cur");
    expect_private(g, "home/T/.Sub/cur");
  };
  rows.push_back(acl);
  // Lists that are read before something is put into them.
  for (const std::string name : {"dovecot-uidlist", "dovecot-keywords", "subscriptions"}) {
    const std::string key = name == "dovecot-uidlist"    ? "Uidlist"
                            : name == "dovecot-keywords" ? "Keywords"
                                                         : "Subscriptions";
    const bool of_settings = name == "subscriptions";
    const std::string place = (of_settings ? "home/T/" : "home/T/.Sub/") + name;
    const auto add = [&](const std::string& how, const std::function<void(const G&, const std::string&)>& plant,
                         bool is_read) {
      HostileRow list = row(
          key + how,
          [=](const G& g) {
            plant(g, place);
            if (of_settings) plant(g, "home/C/.subscriptions");
          },
          of_settings && !is_read ? settings_missing : ok, is_read ? "" : name, 4);
      if (!of_settings) list.status_as_mboxdir = ok;
      rows.push_back(list);
    };
    add(
        "IsASymlink", [](const G& g, const std::string& at) { g.symlink("outside/shadow", at); }, false);
    add(
        "IsAFifo", [](const G& g, const std::string& at) { g.fifo(at); }, false);
    add(
        "IsADirectory", [](const G& g, const std::string& at) { g.directory(at); }, false);
    add(
        "IsOfOthers", [](const G& g, const std::string& at) { g.hard_link_of_others(at); }, false);
    add(
        "IsHuge", [](const G& g, const std::string& at) { g.sparse(at, "3 V1 N2 G0\n", gibibyte); }, false);
    add(
        "IsNoise", [](const G& g, const std::string& at) { g.file(at, noise(200'000)); }, true);
  }
  return rows;
}

}  // namespace mailhaul::black_box
