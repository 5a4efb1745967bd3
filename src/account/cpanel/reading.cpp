#include "account/cpanel/reading.hpp"

#include <algorithm>
#include <utility>

#include "account/cpanel/account_file.hpp"
#include "account/cpanel/domain_aliases.hpp"
#include "account/cpanel/filters.hpp"
#include "account/cpanel/opaque_files.hpp"
#include "account/cpanel/passwd_file.hpp"
#include "account/cpanel/quota_list.hpp"
#include "account/cpanel/renamed_file.hpp"
#include "account/cpanel/responder.hpp"
#include "account/cpanel/shadow_file.hpp"
#include "account/cpanel/spam.hpp"
#include "account/cpanel/valiases.hpp"
#include "account/cpanel/webmail_database.hpp"
#include "account/text/keyed_lines.hpp"
#include "mailhaul/account/address.hpp"
#include "mailhaul/base/error.hpp"
#include "mailhaul/mail/digest.hpp"

namespace mailhaul::account::cpanel {

using io::NodeKind;
using store::SettingKind;

std::vector<store::Setting> Reading::read() {
  read_texts();
  read_files();
  return sorted();
}

std::vector<store::Setting> Reading::read_with(const std::set<std::string>& files) {
  read_texts();
  for (const std::string& path : files) {
    try {
      if (places_.home.look_at(path).is_file()) look_at_file(path);
    } catch (const Error& error) {
      if (error.scope() == Scope::run) throw;
    }
  }
  read_found_files();
  return sorted();
}

void Reading::read_texts() {
  look_for_places();
  const auto account_file = server_text(places_.account_file());
  read_account(account_file);
  read_domains(account_file);
  for (const std::string& domain : domains_) {
    read_aliases(domain);
    read_mailboxes(domain);
  }
  read_responders();
  read_account_filters();
  read_spam();
  read_mailing_lists();
}

std::vector<store::Setting> Reading::sorted() {
  std::sort(settings_.begin(), settings_.end(),
            [](const store::Setting& a, const store::Setting& b) { return a.id < b.id; });
  const auto last = std::unique(settings_.begin(), settings_.end(),
                                [](const store::Setting& a, const store::Setting& b) { return a.id == b.id; });
  settings_.erase(last, settings_.end());
  return std::move(settings_);
}

void Reading::add(std::string owner, SettingKind kind, std::string name, store::SettingValue value) {
  settings_.push_back({{std::move(owner), kind, std::move(name)}, std::move(value)});
}

void Reading::tell(Weight weight, const std::string& where, const std::string& text) {
  findings_.add({FindingKind::setting, weight, "", where, text, 1});
}

void Reading::tell(const std::vector<Problem>& problems, const std::string& where) {
  for (const Problem& problem : problems) {
    std::string place = where;
    if (problem.line != 0) place += ':' + std::to_string(problem.line);
    tell(problem.weight, place, (problem.subject.empty() ? "" : problem.subject + ": ") + problem.text);
  }
}

std::optional<std::string> Reading::text_of(io::Tree& tree, const std::string& path, std::uint64_t limit) {
  try {
    return tree.read(path, limit);
  } catch (const Error& error) {
    if (error.scope() == Scope::run) throw;
    is_complete_ = false;
    tell(Weight::lost, path, "can't be read: " + error.reason());
    return std::nullopt;
  }
}

std::optional<std::string> Reading::home_text(const std::string& path) {
  return text_of(places_.home, path, control_file_limit);
}

std::optional<std::string> Reading::server_text(const std::string& path, std::uint64_t limit) {
  return places_.server == nullptr ? std::nullopt : text_of(*places_.server, path, limit);
}

void Reading::expect(bool is_there, const std::string& path) {
  if (is_there) return;
  is_complete_ = false;
  tell(Weight::note, path, "is not there: what is missing with it is not taken for removed");
}

void Reading::list(io::Tree& tree, const std::string& path,
                   const std::function<void(const std::string&, NodeKind)>& take) {
  try {
    tree.list(path, take);
  } catch (const Error& error) {
    if (error.scope() == Scope::run) throw;
    is_complete_ = false;
    tell(Weight::lost, path, "can't be listed: " + error.reason());
  }
}

void Reading::look_for_places() {
  const auto miss = [this](const std::string& where, const char* text) {
    is_complete_ = false;
    tell(Weight::lost, where, text);
  };
  if (!places_.home.look_at("etc").is_directory()) miss("etc", "no directory: passwords and quotas are not read");
  expect(places_.home.look_at("mail").is_directory(), "mail");
  if (places_.server == nullptr)
    miss("the server", "its files are not within reach: forwarders and domains are not read");
  else if (!places_.server->look_at(places_.alias_directory()).is_directory())
    miss(places_.alias_directory(), "no directory: forwarders are not read");
}

void Reading::read_account(const std::optional<std::string>& account_file) {
  store::Suspension suspension;
  if (account_file) {
    const AccountFile file = parse_account_file(*account_file);
    tell(file.problems, places_.account_file());
    suspension = file.suspension();
  }
  if (places_.is_live()) {
    for (const auto& [file, addresses] : {std::pair{"etc/outgoing_mail_suspended_users", &held_back_.suspended},
                                          std::pair{"etc/outgoing_mail_hold_users", &held_back_.held}}) {
      const auto text = server_text(file, list_file_limit);
      for (std::size_t begin = 0; text && begin < text->size();) {
        const std::size_t end = std::min(text->find('\n', begin), text->size());
        addresses->insert(text->substr(begin, end - begin));
        begin = end + 1;
      }
    }
    suspension.outgoing = suspension.outgoing || held_back_.suspended.count(places_.user) != 0;
    suspension.held = suspension.held || held_back_.held.count(places_.user) != 0;
  }
  if (places_.server != nullptr) add("", SettingKind::suspension, "", suspension);
}

DomainTexts Reading::domain_texts(const std::optional<std::string>& account_file) {
  DomainTexts texts;
  texts.user = places_.user;
  texts.user_data_main = server_text(places_.user_data_main());
  texts.account_file = account_file;
  if (places_.is_live()) {
    texts.user_data_domains = server_text("etc/userdatadomains", list_file_limit);
    texts.user_domains = server_text("etc/userdomains", list_file_limit);
    texts.local_domains = server_text("etc/localdomains", list_file_limit);
    texts.remote_domains = server_text("etc/remotedomains", list_file_limit);
    texts.secondary_mx = server_text("etc/secondarymx", list_file_limit);
  } else {
    texts.addons = server_text("addons");
    texts.parked = server_text("pds");
    texts.subs = server_text("sds");
    if (places_.server != nullptr)
      places_.server->list(places_.alias_directory(), [&texts](const std::string& name, NodeKind kind) {
        if (kind == NodeKind::file) texts.alias_files.insert(name);
      });
  }
  if (!places_.user.empty())
    for (const NamedDomain& domain : account_domains(texts).list) served_.insert(domain.name);
  return texts;
}

std::set<std::string> Reading::find_served() {
  static_cast<void>(domain_texts(server_text(places_.account_file())));
  return served_;
}

void Reading::read_domains(const std::optional<std::string>& account_file) {
  DomainTexts texts = domain_texts(account_file);
  for (const char* const above : {"mail", "etc"})
    list(places_.home, above, [&](const std::string& name, NodeKind kind) {
      if (kind == NodeKind::directory && name.front() != '.') texts.directories.insert(name);
      // Mail is not walked through; what lies beside the mailboxes may be a trace of a break-in.
      if (kind == NodeKind::file && above == std::string_view("mail")) look_at_file("mail/" + name);
    });
  const AccountDomains found = account_domains(texts);
  tell(found.problems, "domains");
  for (const NamedDomain& domain : found.list) {
    domains_.push_back(domain.name);
    add(domain.name, SettingKind::domain, "", domain.domain);
  }
}

void Reading::keep_within_limit(const std::string& domain, std::map<std::string, Box>& boxes) {
  if (boxes.size() <= limits_.mailboxes_of_a_domain) return;
  is_complete_ = false;
  tell(Weight::lost, domain,
       "there are " + std::to_string(boxes.size()) + " mailboxes, of which " +
           std::to_string(limits_.mailboxes_of_a_domain) + " are carried");
  for (const bool has_login : {false, true})
    for (auto box = boxes.end(); boxes.size() > limits_.mailboxes_of_a_domain && box != boxes.begin();) {
      --box;
      if (box->second.state.has_login == has_login) box = boxes.erase(box);
    }
}

void Reading::add_directories(const std::string& domain, std::map<std::string, Box>& boxes) {
  list(places_.home, "mail/" + domain, [&](const std::string& name, NodeKind kind) {
    // What is no mailbox's name is the mail reader's to tell of.
    if (kind == NodeKind::directory && name.front() != '.' && is_safe_local_part(name))
      boxes[name].state.has_directory = true;
    if (kind == NodeKind::file) look_at_file("mail/" + domain + '/' + name);
  });
}

void Reading::read_mailboxes(const std::string& domain) {
  const std::string etc = "etc/" + domain;
  std::map<std::string, Box> boxes;
  const auto passwd = home_text(etc + "/passwd");
  const auto shadow = home_text(etc + "/shadow");
  if (const auto& text = passwd) {
    PasswdFile file = parse_passwd(*text);
    tell(file.problems, etc + "/passwd");
    for (const PasswdRecord& record : file.records) boxes[record.local_part].state.has_login = true;
  }
  if (const auto& text = shadow) {
    ShadowFile file = parse_shadow(*text);
    tell(file.problems, etc + "/shadow");
    for (ShadowRecord& record : file.records) {
      Box& box = boxes[record.local_part];
      box.state.has_password = true;
      box.password = std::move(record.password);
      // That the whole account is suspended is said once, of the account.
      box.suspension.login = record.suspension.login;
    }
  }
  if (const auto text = home_text(etc + "/quota")) {
    const QuotaList file = parse_quota_list(*text);
    tell(file.problems, etc + "/quota");
    for (const QuotaRecord& record : file.records) boxes[record.local_part].quota = record.quota;
  }
  add_directories(domain, boxes);
  // A list that vanished is not one whose lines were deleted one by one (R2). A domain without mailboxes has none.
  if (served_.count(domain) != 0 && !boxes.empty()) {
    expect(passwd.has_value(), etc + "/passwd");
    expect(shadow.has_value(), etc + "/shadow");
  }
  keep_within_limit(domain, boxes);
  for (auto& [local_part, box] : boxes) {
    const std::string address = local_part + '@' + domain;
    box.suspension.outgoing = held_back_.suspended.count(address) != 0;
    box.suspension.held = held_back_.held.count(address) != 0;
    if (is_safe_local_part(local_part)) {
      box.suspension.incoming = places_.home.look_at(incoming_flag_file(local_part, domain)).is_file();
      read_mailbox_filters(address, etc + '/' + local_part, box.suspension);
    }
    add(address, SettingKind::mailbox, "", box.state);
    if (box.password) add(address, SettingKind::password, "", *box.password);
    if (box.state.has_login || box.quota) add(address, SettingKind::quota, "", box.quota.value_or(store::Quota{}));
    if (box.state.has_login || box.state.has_password) add(address, SettingKind::suspension, "", box.suspension);
  }
}

bool Reading::is_served(const std::string& domain) const {
  // An archive holds what its server took for the account's.
  if (places_.server == nullptr || !places_.is_live() || served_.count(domain) != 0) return true;
  try {
    return places_.serves_too && places_.serves_too(domain);
  } catch (const Error& error) {
    if (error.scope() == Scope::run) throw;
    return false;
  }
}

void Reading::tell_not_served(const std::string& domain) {
  bool is_there = false;
  try {
    is_there = places_.server->look_at(places_.aliases(domain)).is_file();
  } catch (const Error& error) {
    if (error.scope() == Scope::run) throw;
  }
  if (!is_there) return;
  is_complete_ = false;
  tell(Weight::lost, places_.aliases(domain),
       "not read: only a directory in the home says that this domain is the account's, the server does not");
}

void Reading::read_aliases(const std::string& domain) {
  // A customer can make a directory of any name, and would get another's forwarders by it.
  if (!is_served(domain)) return tell_not_served(domain);
  if (const auto text = server_text(places_.aliases(domain), list_file_limit)) {
    AliasFile file = parse_valiases(*text, domain);
    tell(file.problems, places_.aliases(domain));
    for (AliasEntry& entry : file.entries) {
      for (const store::Destination& to : entry.forwarder.to)
        if (to.kind == store::Destination::Kind::responder) responding_.insert(lower_case(to.text));
      add(domain, SettingKind::forwarder, std::move(entry.key), std::move(entry.forwarder));
    }
  } else if (places_.server != nullptr && served_.count(domain) != 0) {
    expect(false, places_.aliases(domain));  // the server makes one for every domain
  }
  if (const auto text = server_text(places_.domain_aliases(domain))) {
    DomainAlias alias = parse_domain_alias(*text, domain);
    tell(alias.problems, places_.domain_aliases(domain));
    if (alias.forwarder) add(domain, SettingKind::domain_forwarder, "", std::move(*alias.forwarder));
  }
}

void Reading::read_responders() {
  const std::string directory = ".autorespond/";
  std::map<std::string, std::string> names;  // by address
  for (const std::string& address : responding_) names.emplace(address, address);
  list(places_.home, ".autorespond", [&names](const std::string& name, NodeKind kind) {
    if (kind == NodeKind::file && is_responder_name(name)) names[lower_case(name)] = name;
  });
  for (const auto& [address, name] : names) {
    const ResponderFiles files{home_text(directory + name), home_text(directory + name + ".json"),
                               home_text(directory + name + ".conf")};
    ReadResponder responder = read_responder(files, responding_.count(address) != 0);
    for (const std::string& problem : responder.problems) tell(Weight::note, directory + name, problem);
    if (!responder.value.has_text)
      tell(Weight::note, directory + name, "mail is led to this responder, which has no text");
    add(name, SettingKind::responder, "", std::move(responder.value));
  }
}

void Reading::read_mailbox_filters(const std::string& address, const std::string& directory,
                                   store::Suspension& suspension) {
  std::string yaml = home_text(directory + "/filter.yaml").value_or("");
  std::string exim = home_text(directory + "/filter").value_or("");
  if (blocks_incoming(exim)) {
    suspension.incoming = true;
    if (const auto without = with_incoming_block(exim, false))
      exim = *without;
    else
      tell(Weight::note, directory + "/filter",
           "where the block on new messages ends is not clear: it is carried as "
           "it stands, as part of the filter");
  }
  const auto first_rule =
      exim.find_first_not_of(" \t\r\n", exim.find('\n') == std::string::npos ? exim.size() : exim.find('\n'));
  if (yaml.empty() && first_rule == std::string::npos) return;
  ReadFilters filters = read_filters(std::move(yaml), std::move(exim));
  for (const std::string& problem : filters.problems) tell(Weight::note, directory + "/filter.yaml", problem);
  add(address, SettingKind::filters, "", std::move(filters.value));
}

void Reading::read_account_filters() {
  std::string yaml = home_text(".cpanel/filter.yaml").value_or("");
  // One copy a domain, all the same; the main domain's is taken.
  std::string exim;
  for (const std::string& domain : domains_) {
    if (!exim.empty()) break;
    if (!is_served(domain)) continue;
    exim = server_text(places_.domain_filter(domain)).value_or("");
  }
  if (yaml.empty() && exim.empty()) return;
  ReadFilters filters = read_filters(std::move(yaml), std::move(exim));
  for (const std::string& problem : filters.problems) tell(Weight::note, ".cpanel/filter.yaml", problem);
  add("", SettingKind::filters, "", std::move(filters.value));
}

void Reading::read_mailing_lists() {
  // On a live server they are Mailman's own files, below /usr/local: neither within reach nor the account's.
  if (places_.server == nullptr || places_.is_live()) return;
  // LIST_DOMAIN, those of a suspended account apart (cpanel.md).
  for (const char* const directory : {"mm", "mms"}) {
    if (!places_.server->look_at(directory).is_directory()) continue;
    list(*places_.server, directory, [this](const std::string& name, NodeKind /*kind*/) {
      const std::size_t line = name.rfind('_');
      if (line == std::string::npos || line == 0) return;
      const std::string domain = name.substr(line + 1);
      if (std::find(domains_.begin(), domains_.end(), domain) == domains_.end()) return;
      add(domain, SettingKind::note, "mailing list " + name.substr(0, line),
          store::Note{"a mailing list of Mailman is not carried",
                      "make it anew at the target, with the members that Mailman's list_members names at the source"});
    });
  }
}

void Reading::read_spam() {
  std::set<std::string> present;
  for (const SpamFlagFile& file : spam_flag_files)
    if (places_.home.look_at(std::string(file.name)).is_file()) present.emplace(file.name);
  add("", SettingKind::spam, "",
      cpanel::read_spam(present, home_text(std::string(spam_preferences_file)).value_or("")));
}

void Reading::look_at_file(const std::string& path) {
  const HomePath what = classify_home_path(path);
  switch (what.kind) {
  case HomePathKind::opaque:
  case HomePathKind::database:
    if (opaque_.size() + databases_.size() >= limits_.files) {
      ++files_too_many_;
      return;
    }
    (what.kind == HomePathKind::opaque ? opaque_ : databases_).insert(path);
    opaque_owner_[path] = what.owner;
    return;
  case HomePathKind::attack:
  case HomePathKind::unknown:
  case HomePathKind::snapshot: tell(Weight::note, path, what.remark); return;
  case HomePathKind::not_ours:
  case HomePathKind::mail:
  case HomePathKind::setting:
  case HomePathKind::companion:
  case HomePathKind::cache: return;
  }
}

void Reading::look_below(const std::string& directory, std::size_t depth) {
  constexpr std::size_t deepest = 16;
  std::vector<std::string> below;
  list(places_.home, directory, [&](const std::string& name, NodeKind kind) {
    const std::string path = directory + '/' + name;
    if (kind == NodeKind::file) look_at_file(path);
    if (kind != NodeKind::directory) return;
    if (directories_ == limits_.directories) {
      ++directories_too_many_;
      return;
    }
    ++directories_;
    below.push_back(path);
  });
  if (depth < deepest)
    for (const std::string& path : below) look_below(path, depth + 1);
  else if (!below.empty())
    tell(Weight::lost, directory, "directories nested too deep: what lies in them is not read");
}

void Reading::read_files() {
  list(places_.home, "", [this](const std::string& name, NodeKind kind) {
    if (kind == NodeKind::file) look_at_file(name);
  });
  for (const std::string_view directory : classified_directories) look_below(std::string(directory), 0);
  tell_too_many();
  read_found_files();
}

void Reading::tell_too_many() {
  const auto tell_one = [this](std::size_t number, const char* what, std::size_t limit) {
    if (number == 0) return;
    is_complete_ = false;
    tell(Weight::lost, "",
         std::to_string(number) + what + " beside the mail are not carried: there are more than " +
             std::to_string(limit));
  };
  tell_one(files_too_many_, " files", limits_.files);
  tell_one(directories_too_many_, " directories", limits_.directories);
}

void Reading::read_found_files() {
  read_opaque_files();
  if (!databases_.empty()) read_databases();
}

void Reading::read_databases() {
  DatabaseVisitor visitor;
  visitor.take = [this](const std::string& path, CleanDatabase& database) {
    store::OpaqueFile file;
    file.octets = database.octets();
    file.digest = database.digest();
    file.mode = places_.home.look_at(path).mode & 0777U;
    add(opaque_owner_[path], SettingKind::file, path, std::move(file));
  };
  visitor.fail = [this](const std::string& path, const Error& error) {
    is_complete_ = false;
    tell(Weight::lost, path, std::string("this database is not carried: ") + error.reason());
  };
  visit_databases(places_.home, databases_, webmail_.room, webmail_.clock, webmail_.renaming, visitor);
}

void Reading::read_opaque_files() {
  std::set<std::string> unread = opaque_;
  const auto take = [&](const std::string& path, io::Source& source) {
    std::vector<std::string> changes;
    const auto digest = [&](io::Source& content) {
      mail::Digester digester;
      store::OpaqueFile file;
      for (Bytes piece = content.read(); !piece.empty(); piece = content.read()) {
        digester.write(piece);
        file.octets += piece.size();
      }
      file.digest = digester.finish();
      file.mode = places_.home.look_at(path).mode & 0777U;
      add(opaque_owner_[path], SettingKind::file, path, std::move(file));
    };
    if (!give_renamed(path, source, webmail_.renaming, changes, digest)) {
      is_complete_ = false;
      tell(Weight::lost, path, "it is too long for its names to be changed to those of the target: not carried");
    }
    unread.erase(path);
    for (const std::string& change : changes) tell(Weight::note, path, change);
  };
  std::string reason;
  try {
    places_.home.visit(opaque_, take);
  } catch (const Error& error) {
    if (error.scope() == Scope::run) throw;
    reason = ": " + error.reason();
  }
  for (const std::string& path : unread) {
    is_complete_ = false;
    tell(Weight::lost, path, "can't be read" + reason);
  }
}

}  // namespace mailhaul::account::cpanel
