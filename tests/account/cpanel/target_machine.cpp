#include "account/cpanel/target_machine.hpp"

namespace mailhaul::account::cpanel {

using store::SettingChange;
using store::SettingId;
using store::SettingKind;
using store::SettingValue;

void GivenFiles::visit_files(const std::set<SettingId>& files,
                             const std::function<void(const SettingId&, io::Source&)>& take) {
  for (const SettingId& id : files) {
    const auto found = contents.find(id);
    if (found == contents.end()) continue;
    io::MemorySource content(as_bytes(found->second), 3);
    take(id, content);
  }
}

TargetMachine::TargetMachine() {
  memory_.put_directory("/home", {}, 0711);
  memory_.put_directory("/home/b", user, 0711);
  memory_.put_directory("/home/b/mail", user, 0751);
  memory_.put_directory("/home/b/etc", {user.uid, mail_group}, 0750);
  memory_.put_directory("/home/b/etc/example.com", {user.uid, mail_group}, 0750);
  put("/home/b/etc/example.com/passwd",
      "# made by hand\nold:x:1001:1002::/home/b/mail/example.com/old:/bin/bash\nodd line\n");
  put("/home/b/etc/example.com/shadow", "old:$6$salt$old:17000::::::\nsad:!!$6$salt$sad:17001::::::\n");
  put("/home/b/etc/example.com/quota", "old:1048576\n");
  for (const char* const directory : {"/etc", "/var", "/var/cpanel", "/var/cpanel/users"})
    memory_.put_directory(directory, {}, 0755);
  for (const char* const directory : {"/etc/valiases", "/etc/vdomainaliases", "/etc/vfilters"})
    memory_.put_directory(directory, {}, 0711);
  put("/etc/valiases/example.com", "# theirs\nold@example.com: x@example.org\n*: b\n");
  put("/etc/vdomainaliases/example.com", "");
  put("/etc/vfilters/example.com", "");
  memory_.put_file("/etc/userdomains", "example.com: b\nother.example: c\n", {}, 0644);
  memory_.put_file("/var/cpanel/users/b", "DNS=example.com\nUSER=b\n", {}, 0644);
  open();
}

void TargetMachine::put(const std::string& path, const std::string& octets, mode_t mode) {
  memory_.put_file(path, octets, {user.uid, mail_group}, mode);
}

void TargetMachine::open(bool is_dry, bool with_server) {
  target_.reset();
  fs::Rules rules;
  rules.side = Side::target;
  const fs::Directory home = fs::Directory::open_root(kernel_, entropy_, "/home/b", rules);
  std::optional<fs::Directory> server;
  home_tree_ = std::make_unique<fs::DirectoryTree>(home);
  server_tree_.reset();
  if (with_server) {
    server = fs::Directory::open_root(kernel_, entropy_, "/", rules);
    fs::Rules with_user = rules;
    with_user.more_owners = {user.uid};
    server_tree_ = std::make_unique<fs::DirectoryTree>(fs::Directory::open_root(kernel_, entropy_, "/", with_user));
  }
  const AccountPlaces places{*home_tree_, server_tree_.get(), AccountPlaces::Form::live, "b", "/home/b"};
  target_ = std::make_unique<SettingsTarget>(context_, places, home, server,
                                             SettingsTarget::Options{user, mail_group, is_dry});
}

store::SettingResult TargetMachine::apply(const SettingId& id, std::optional<SettingValue> value) {
  std::vector<SettingChange> changes(1);
  changes.front().id = changes.front().source = id;
  changes.front().value = std::move(value);
  return apply(changes).at(0);
}

std::optional<SettingValue> TargetMachine::now(const SettingId& id) {
  for (store::Setting& setting : target_->read())
    if (setting.id == id) return std::move(setting.value);
  return std::nullopt;
}

std::vector<SettingChange> TargetMachine::one_of_each() {
  std::vector<SettingChange> changes;
  const auto add = [&changes](const SettingId& id, SettingValue value) {
    changes.push_back({id, std::move(value), id});
  };
  add(of(SettingKind::filters, ""),
      store::Filters{
          {}, true, "---\nfilter: []\n", "# Exim filter\nif $h_subject: contains \"x\" then finish endif\n"});
  add(of(SettingKind::spam, ""), store::Spam{true, true, false, false, "required_score 4\n"});
  const SettingId contact = of(SettingKind::file, "", ".contactemail");
  files_.contents[contact] = "root@example.net\n";
  add(contact, store::OpaqueFile{17, {}, 0644});
  const SettingId webmail = of(SettingKind::file, "new@example.com", "etc/example.com/new.rcube.db");
  files_.contents[webmail] = "SQLite format 3";
  add(webmail, store::OpaqueFile{15, {}, 0644});
  add(of(SettingKind::forwarder, "example.com", "new@example.com"),
      to({address("y@example.org"), {store::Destination::Kind::responder, "new@example.com"}}));
  add(of(SettingKind::forwarder, "example.com", "*"), to({{store::Destination::Kind::fail, "gone, for good"}}));
  add(of(SettingKind::domain_forwarder, "example.com"), store::DomainForwarder{"example.net"});
  const std::string box = "new@example.com";
  add(of(SettingKind::mailbox, box), store::MailboxState{true, true, true});
  add(of(SettingKind::password, box), store::Password{"$6$salt$new", 19000});
  add(of(SettingKind::quota, box), store::Quota{5000000000});
  store::Suspension suspension;
  suspension.login = suspension.incoming = true;
  add(of(SettingKind::suspension, box), suspension);
  store::Responder responder;
  responder.is_active = true;
  responder.headers = {{"From", "\"New\" <new@example.com>"}, {"Subject", "Away"}};
  responder.body = "I am away.\n";
  responder.interval_hours = 8;
  responder.start = 1700000000;
  add(of(SettingKind::responder, box), responder);
  add(of(SettingKind::filters, box),
      store::Filters{{}, true, "---\nfilter: []\n", "# Exim filter\nif $h_to: contains \"z\" then finish endif\n"});
  return changes;
}

}  // namespace mailhaul::account::cpanel
