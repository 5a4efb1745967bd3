#include "support/cpanel_account.hpp"

#include <variant>

#include "support/cpanel/account_writer.hpp"

namespace mailhaul::support {

AccountFacts make_cpanel_account(const AccountPlan& plan, const std::string& root) {
  cpanel::AccountWriter writer(plan, root);
  writer.directory(writer.home(), 0711);
  writer.directory(writer.in_home("mail"), 0751);
  writer.directory(writer.in_home("etc"), 0750, cpanel::Whose::user_and_mail);
  cpanel::write_domains(writer);
  cpanel::write_mailboxes(writer);
  cpanel::write_forwarders(writer);
  cpanel::write_responders(writer);
  cpanel::write_filters(writer);
  cpanel::write_files(writer);
  if (plan.hostile) cpanel::write_hostile(writer);
  return std::move(writer.facts());
}

std::vector<store::Setting> settings_in_archive(const AccountFacts& facts) {
  std::vector<store::Setting> settings = facts.settings;
  for (store::Setting& setting : settings)
    if (auto* suspension = std::get_if<store::Suspension>(&setting.value))
      suspension->outgoing = suspension->held = false;
  return settings;
}

}  // namespace mailhaul::support
