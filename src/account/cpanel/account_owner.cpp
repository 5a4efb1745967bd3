#include "account/cpanel/account_owner.hpp"

#include <algorithm>
#include <array>

#include "account/cpanel/spam.hpp"

namespace mailhaul::account::cpanel {
namespace {

bool begins(std::string_view text, std::string_view head) { return text.substr(0, head.size()) == head; }

}  // namespace

FileStyle home_file_style(std::string_view path, const AccountOwner& account) {
  const fs::Owner owner = account.owner;
  const fs::Owner with_mail{owner.uid, account.mail_group};
  if (path != "etc" && !begins(path, "etc/")) {
    // Switches of the spam filter are looked for by the mail server, `.forward` is read as the owner.
    const bool is_switch = is_spam_flag_file(path);
    return {{owner, is_switch ? mode_t{0644} : mode_t{0600}, 0700}, false, false};
  }
  if (path.find(".rcube.db") != std::string_view::npos) return {{owner, 0600, 0750}, false, false};
  // That it is there is enough.
  if (path.ends_with(".suspended_incoming")) return {{owner, 0640, 0750}, false, false};
  const auto depth = std::count(path.begin(), path.end(), '/');
  const std::string_view name = path.substr(path.rfind('/') + 1);
  // `etc` and `etc/DOMAIN` themselves, and the three files of all mailboxes of a domain.
  constexpr std::array<std::string_view, 3> lists{"passwd", "shadow", "quota"};
  const bool is_list = depth == 2 && std::find(lists.begin(), lists.end(), name) != lists.end();
  if (depth < 2 || is_list) return {{with_mail, 0640, 0750}, is_list, is_list && name == "shadow"};
  return {{owner, 0640, 0750}, false, false};
}

FileStyle server_file_style(const AccountOwner& account) {
  return {{{account.owner.uid, account.mail_group}, 0640, 0711}, true, false};
}

}  // namespace mailhaul::account::cpanel
