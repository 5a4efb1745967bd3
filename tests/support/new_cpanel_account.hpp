#pragma once

#include <sys/types.h>

#include <map>
#include <string>

#include "mailhaul/store/account_settings.hpp"

namespace mailhaul::support {

/// An account as a panel has just made it: domains, no mailboxes, nothing that anybody chose.
struct NewAccountPlan {
  std::string user = "bob";
  std::string home = "/home/bob";  ///< on the disk it is below the root
  uid_t uid = 0;
  gid_t gid = 0;
  gid_t mail_gid = 12;
  /// One of kind main; an addon domain's `stands_for` is a subdomain that is in the list as well.
  std::map<std::string, store::Domain> domains{};
};

/// Writes it below `root`, to which other accounts may belong already. Run as root it sets owners as well.
void make_new_cpanel_account(const NewAccountPlan& plan, const std::string& root);

}  // namespace mailhaul::support
