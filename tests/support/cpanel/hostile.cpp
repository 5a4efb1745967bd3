#include <unistd.h>

#include <fstream>

#include "support/cpanel/account_writer.hpp"

namespace mailhaul::support::cpanel {
namespace {

void append(const AccountWriter& writer, const std::string& path, std::string_view text) {
  std::ofstream(writer.root() + '/' + path, std::ios::binary | std::ios::app) << text;
}

}  // namespace

// cpanel.md section 7. Everything outside is poisoned; what is well-formed beside it must still arrive.
void write_hostile(AccountWriter& writer) {
  const AccountPlan& plan = writer.plan();
  const std::string secret = std::string(AccountFacts::poison) + " outside of the account\n";
  const std::string mail = "From: root@localhost\nSubject: secret\n\n" + secret;
  writer.directory("outside", 0700, Whose::outside);
  for (const char* part : {"cur", "new", "tmp"})
    writer.directory(std::string("outside/mail/") + part, 0700, Whose::outside);
  writer.file("outside/mail/cur/1000000000.M1P1.root:2,S", mail, 0600, Whose::outside);
  writer.file("outside/shadow", secret, 0600, Whose::outside);
  const std::string outside = writer.root() + "/outside";
  const std::string domain = writer.in_home("mail/" + plan.main_domain);
  const std::string etc = writer.in_home("etc/" + plan.main_domain);
  const std::string info = writer.in_home("mail/" + plan.main_domain + "/info");

  // Links out of the account: a whole cur, a folder, a mailbox, a domain, one message, control files.
  writer.directory(domain + "/evil", 0751);
  writer.symlink(domain + "/evil/cur", outside + "/mail/cur");
  writer.directory(domain + "/evil/new", 0751);
  writer.directory(domain + "/evil/tmp", 0751);
  writer.remark("evil", "its cur is a link");
  writer.symlink(info + "/.Secret", outside + "/mail");
  writer.symlink(domain + "/linked", "../../../../outside/mail");
  writer.symlink(writer.in_home("mail/linked.example"), outside);
  writer.symlink(info + "/cur/1000000001.M1P1.host:2,S", outside + "/shadow");
  writer.remark("1000000001.M1P1.host", "a message that is a link");
  writer.symlink(writer.in_home(".autorespond/stolen@" + plan.main_domain), outside + "/shadow");
  writer.symlink(writer.in_home(".spamassassin/bayes_journal"), outside + "/shadow");

  // What blocks or has no end.
  writer.fifo(info + "/cur/1000000002.M1P1.host:2,S");
  writer.remark("1000000002.M1P1.host", "no file");
  // A second name of somebody else's file; only root can make one where hard links are protected.
  if (::geteuid() == 0 && writer.uid() != 0) {
    writer.hard_link(info + "/cur/1000000003.M1P1.host:2,S", "outside/shadow");
    writer.remark("1000000003.M1P1.host", "another owner", false);
  }

  // Names that would lead elsewhere or mean more than a name.
  const std::string hash = writer.hash("6");
  const std::string ids = std::to_string(writer.uid()) + ':' + std::to_string(writer.gid());
  const std::string long_name(65, 'l');
  for (const std::string& name : {std::string("../../../outside"), std::string(".."), std::string(), long_name}) {
    append(writer, etc + "/passwd", name + ":x:" + ids + "::" + outside + ":/bin/bash\n");
    append(writer, etc + "/shadow", name + ':' + hash + ":17073::::::\n");
    append(writer, etc + "/quota", name + ":1\n");
  }
  // What stands there may be a hash without its name, so only the file and the line are told.
  writer.remark("etc/" + plan.main_domain + "/passwd:", "no local part, or one over 64 octets");
  append(writer, etc + "/passwd", "al:x:0:0::" + outside + "/mail:/bin/bash\n");
  append(writer, etc + "/shadow", "al:" + hash + ":17073::::::\n");
  for (const char* part : {"cur", "new", "tmp"}) writer.directory(domain + "/two\nlines/" + part, 0751);
  writer.file(domain + "/two\nlines/cur/1.M1P1.host:2,S", mail, 0640);

  // A line end in a key that a form let through makes a second key, for a domain of somebody else.
  append(writer, "etc/valiases/" + plan.main_domain,
         "sales@" + plan.main_domain + ": x@other.example\nceo@bank.example: thief@other.example\n");
  writer.expect(store::SettingKind::forwarder, plan.main_domain, "sales@" + plan.main_domain,
                store::Forwarder{{{store::Destination::Kind::address, "x@other.example"}}, "x@other.example"});
  writer.remark("ceo@bank.example", "a key of a foreign domain");

  // A text that grows without end when it is read.
  std::string bomb = "---\na: &a [x,x,x,x,x,x,x,x,x]\n";
  for (char letter = 'b'; letter <= 'i'; ++letter) {
    const char before = static_cast<char>(letter - 1);
    bomb += std::string(1, letter) + ": &" + letter + " [";
    for (int i = 0; i < 9; ++i) bomb += (i == 0 ? "*" : ",*") + std::string(1, before);
    bomb += "]\n";
  }
  bomb += "filter: *i\n";
  writer.file(etc + "/axb/filter.yaml", bomb, 0640);
  store::Filters filters;
  filters.is_understood = false;
  filters.yaml = bomb;
  writer.expect(store::SettingKind::filters, "axb@" + plan.main_domain, "", filters);
  writer.remark("axb@" + plan.main_domain, "its filter.yaml is a bomb");

  // Traces of attacks.
  for (const std::string& trace : {etc + "/shadow.roottn.bak", etc + "/x.php", writer.in_home("mail/mailer.php")}) {
    writer.file(trace, secret, 0644);
    writer.remark(trace.substr(trace.rfind('/') + 1), "a trace of an attack");
  }
}

}  // namespace mailhaul::support::cpanel
