// make_account DIR: a whole cPanel account below DIR (DIR/etc, DIR/var/cpanel, DIR/home/USER), the same for the same
// seed; with --pack an archive of it as well, in DIR/packed, whose path it prints.
#include <CLI/CLI.hpp>

#include <exception>
#include <iostream>
#include <string>

#include "support/cpanel_account.hpp"
#include "support/cpanel_archive.hpp"

namespace {

using namespace mailhaul::support;

int make(int argc, char** argv) {
  AccountPlan plan;
  std::string directory;
  std::string form;
  uid_t uid = 0;
  gid_t gid = 0;
  CLI::App app("Makes a cPanel account to try things with.");
  app.add_option("DIR", directory, "Where; must not be there or be empty")->required();
  app.add_option("--user", plan.user, "Its name");
  app.add_option("--home", plan.home, "Its home as it knows it; lies below DIR (default /home/USER)");
  app.add_option("--domain", plan.main_domain, "Its main domain");
  const CLI::Option* const uid_given = app.add_option("--uid", uid, "Its owner (default who runs this)");
  const CLI::Option* const gid_given = app.add_option("--gid", gid, "Its group (default who runs this)");
  app.add_option("--mail-gid", plan.mail_gid, "The group `mail`");
  app.add_option("--mailboxes", plan.bulk_mailboxes, "So many mailboxes more");
  app.add_option("--messages", plan.bulk_messages, "So many messages of everyday sizes in them");
  app.add_option("--seed", plan.seed, "Another seed, another account");
  app.add_flag("--hostile", plan.hostile, "With what an attacker would put there");
  app.add_flag("--suspended", plan.suspended, "Suspended as a whole");
  app.add_flag("--mdbox", plan.mdbox, "With a mailbox in Dovecot's mdbox format");
  app.add_option("--pack", form, "Packed as well")
      ->check(CLI::IsMember({"tar.gz", "tar", "homedir", "dir", "parts", "notop"}));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  }
  if (uid_given->count() > 0) plan.uid = uid;
  if (gid_given->count() > 0) plan.gid = gid;
  if (app.count("--home") == 0) plan.home = "/home/" + plan.user;
  if (plan.bulk_messages > 0 && plan.bulk_mailboxes == 0) plan.bulk_mailboxes = 1;

  const AccountFacts facts = make_cpanel_account(plan, directory);
  std::size_t messages = 0;
  for (const auto& mailbox : facts.mailboxes) {
    messages += mailbox.second.bulk_messages;
    for (const ExpectedFolder& folder : mailbox.second.folders) messages += folder.messages.size();
  }
  std::cerr << directory << plan.home << ": " << facts.mailboxes.size() << " mailboxes, " << messages << " messages\n";
  for (const ArchiveForm known : all_archive_forms())
    if (form == to_string(known))
      std::cout << pack_cpanel_account(facts, directory, directory + "/packed", known) << '\n';
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return make(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "make_account: " << error.what() << '\n';
    return 1;
  }
}
