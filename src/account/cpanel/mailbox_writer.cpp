#include "account/cpanel/mailbox_writer.hpp"

#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "account/cpanel/filters.hpp"
#include "account/cpanel/passwd_file.hpp"
#include "account/cpanel/quota_list.hpp"
#include "account/cpanel/shadow_file.hpp"
#include "mailhaul/base/error.hpp"

namespace mailhaul::account::cpanel {
namespace {

using store::SettingResult;

std::string list_of(const Address& mailbox, std::string_view name) {
  return "etc/" + mailbox.domain + '/' + std::string(name);
}

}  // namespace

Address require_mailbox(std::string_view address) {
  auto mailbox = split_address(address);
  if (!mailbox || !is_safe_local_part(mailbox->local_part) || !is_safe_domain(mailbox->domain))
    throw Error(Cause::refused, Scope::folder, "writing a setting of a mailbox")
        .at(address)
        .because("it is no address that could stand in a server's files");
  return std::move(*mailbox);
}

MailboxWriter::Logins& MailboxWriter::logins_of(const Address& mailbox) {
  const std::string path = list_of(mailbox, "passwd");
  auto known = logins_.find(path);
  if (known == logins_.end()) {
    const std::string text = target_.home.text(path, control_file_limit).value_or("");
    Logins logins{{KeyedLinesEditor(text), {}}, {}};
    for (const PasswdRecord& record : parse_passwd(text).records)
      logins.names[lower_case(record.local_part)].insert(record.local_part);
    known = logins_.emplace(path, std::move(logins)).first;
  }
  return known->second;
}

MailboxWriter::Passwords& MailboxWriter::passwords_of(const Address& mailbox) {
  const std::string path = list_of(mailbox, "shadow");
  auto known = passwords_.find(path);
  if (known == passwords_.end()) {
    const std::string text = target_.home.text(path, control_file_limit).value_or("");
    Passwords passwords{{KeyedLinesEditor(text), {}}, target_.is_suspended, {}};
    for (ShadowRecord& record : parse_shadow(text).records) {
      // The mark of a suspended account in any line: the target's panel takes it off all of them.
      passwords.are_locked = passwords.are_locked || record.suspension.account;
      std::string name = record.local_part;
      passwords.records.emplace(std::move(name), std::move(record));
    }
    known = passwords_.emplace(path, std::move(passwords)).first;
  }
  return known->second;
}

MailboxWriter::Quotas& MailboxWriter::quotas_of(const Address& mailbox) {
  const std::string path = list_of(mailbox, "quota");
  auto known = quotas_.find(path);
  if (known == quotas_.end()) {
    const std::string text = target_.home.text(path, control_file_limit).value_or("");
    Quotas quotas{{KeyedLinesEditor(text), {}}, {}};
    for (const QuotaRecord& record : parse_quota_list(text).records)
      quotas.octets.emplace(record.local_part, record.quota.octets);
    known = quotas_.emplace(path, std::move(quotas)).first;
  }
  return known->second;
}

SettingResult MailboxWriter::mailbox(const NumberedChange& change) {
  const Address mailbox = require_mailbox(change.change.id.owner);
  Logins& logins = logins_of(mailbox);
  std::set<std::string>& alike = logins.names[lower_case(mailbox.local_part)];
  const auto* const state = change.change.value ? std::get_if<store::MailboxState>(&*change.change.value) : nullptr;
  if (state == nullptr) {
    // Its mail and its password stay: what is taken away by mistake is only a line.
    logins.list.remove(mailbox.local_part, change.number);
    alike.erase(mailbox.local_part);
    return written();
  }
  if (!state->has_login || alike.count(mailbox.local_part) != 0) return written();
  if (!alike.empty())
    return not_carried("there is a mailbox '" + *alike.begin() + "', of which a server can't tell it",
                       "give one of the two another name");
  const std::string home = target_.home_path + "/mail/" + mailbox.domain + '/' + mailbox.local_part;
  const fs::Owner owner = target_.account.owner;
  logins.list.set(mailbox.local_part, passwd_fields(owner.uid, owner.gid, home), change.number);
  alike.insert(mailbox.local_part);
  return written();
}

SettingResult MailboxWriter::password(const NumberedChange& change) {
  const Address mailbox = require_mailbox(change.change.id.owner);
  Passwords& passwords = passwords_of(mailbox);
  const auto* const password = change.change.value ? std::get_if<store::Password>(&*change.change.value) : nullptr;
  if (password == nullptr) {
    passwords.list.remove(mailbox.local_part, change.number);
    passwords.records.erase(mailbox.local_part);
    return written();
  }
  const auto record = passwords.records.find(mailbox.local_part);
  store::Suspension suspension;
  if (record != passwords.records.end()) suspension = record->second.suspension;
  write_password(passwords, mailbox, *password, suspension, change.number);
  return written();
}

void MailboxWriter::write_password(Passwords& passwords, const Address& mailbox, const store::Password& password,
                                   store::Suspension suspension, std::size_t number) {
  const auto record = passwords.records.find(mailbox.local_part);
  const bool is_there = record != passwords.records.end();
  suspension.account = target_.is_suspended || (is_there ? record->second.suspension.account : passwords.are_locked);
  passwords.list.set(mailbox.local_part, shadow_fields(password, suspension), number);
  passwords.records[mailbox.local_part] = {0, mailbox.local_part, password, suspension};
}

SettingResult MailboxWriter::quota(const NumberedChange& change) {
  const Address mailbox = require_mailbox(change.change.id.owner);
  Quotas& quotas = quotas_of(mailbox);
  const auto* const quota = change.change.value ? std::get_if<store::Quota>(&*change.change.value) : nullptr;
  if (quota == nullptr) {
    quotas.list.remove(mailbox.local_part, change.number);
    quotas.octets.erase(mailbox.local_part);
    return written();
  }
  const auto record = quotas.octets.find(mailbox.local_part);
  if ((record == quotas.octets.end() ? 0 : record->second) == quota->octets) return written();
  quotas.list.set(mailbox.local_part, quota_fields(*quota), change.number);
  quotas.octets[mailbox.local_part] = quota->octets;
  return written();
}

void MailboxWriter::suspend_login(const Address& mailbox, bool is_suspended, std::size_t number) {
  Passwords& passwords = passwords_of(mailbox);
  const auto record = passwords.records.find(mailbox.local_part);
  const bool is_there = record != passwords.records.end();
  if (is_there ? record->second.suspension.login == is_suspended : !is_suspended) return;
  store::Suspension suspension;
  suspension.login = is_suspended;
  const store::Password password = is_there ? record->second.password : store::Password{};
  write_password(passwords, mailbox, password, suspension, number);
}

void MailboxWriter::finish() {
  for (auto& [path, logins] : logins_) plan(path, logins.list);
  for (auto& [path, passwords] : passwords_) plan(path, passwords.list);
  for (auto& [path, quotas] : quotas_) plan(path, quotas.list);
  logins_.clear();
  passwords_.clear();
  quotas_.clear();
}

void MailboxWriter::plan(const std::string& path, const List& list) {
  if (list.changes.empty()) return;
  std::string text = list.lines.text();
  if (!text.empty() || target_.home.text(path, control_file_limit))
    target_.home.plan(path, std::move(text), list.changes);
}

bool MailboxWriter::suspend_incoming(const Address& mailbox, bool is_suspended, std::size_t number) {
  const std::string flag = incoming_flag_file(mailbox.local_part, mailbox.domain);
  if (target_.home.text(flag, control_file_limit).has_value() != is_suspended)
    target_.home.plan(flag, is_suspended ? std::optional(std::string()) : std::nullopt, number);
  const std::string path = list_of(mailbox, mailbox.local_part) + "/filter";
  const std::optional<std::string> text = target_.home.text(path, control_file_limit);
  std::optional<std::string> with = with_incoming_block(text.value_or(""), is_suspended);
  if (!with) return false;
  if (with->empty() && !text) return true;
  target_.home.plan(path, with->empty() ? std::nullopt : std::move(with), number);
  return true;
}

SettingResult MailboxWriter::suspension(const NumberedChange& change, const store::Suspension& now) {
  const std::string& owner = change.change.id.owner;
  store::Suspension wanted;
  if (change.change.value) wanted = std::get<store::Suspension>(*change.change.value);
  std::string why;
  std::string what_to_do;
  const auto say = [](std::string& text, std::string_view more) {
    if (!text.empty()) text += "; ";
    text += more;
  };
  // What the panel keeps of a suspension is in more places than these files, so it alone can begin or end one.
  const auto leave = [&](bool source, bool target, std::string_view what, std::string_view where) {
    if (source == target) return;
    say(why, std::string(what) + (source ? " at the source, and not here" : " here, and not at the source"));
    say(what_to_do,
        std::string(source ? "suspend it there: " : "if that is over, end it there: ") + std::string(where));
  };
  leave(wanted.account, now.account, "the account is suspended", "WHM, Manage Account Suspension");
  const std::string_view restrictions = owner.empty() ? std::string_view("WHM, List Accounts, Manage Outgoing Email")
                                                      : "the panel, Email Accounts, Manage, Restrictions";
  leave(wanted.outgoing, now.outgoing, "outgoing mail is suspended", restrictions);
  leave(wanted.held, now.held, "outgoing mail is held", restrictions);
  if (!owner.empty()) {
    const Address mailbox = require_mailbox(owner);
    // Each as far as it can be: who is suspended in one way is not let in because of the other.
    try {
      suspend_login(mailbox, wanted.login, change.number);
    } catch (const Error& error) {
      if (error.scope() == Scope::run) throw;
      say(why, error.place() + ": " + error.reason());
      say(what_to_do, error.what_to_do().empty() ? "run the same command again" : error.what_to_do());
    }
    if (!suspend_incoming(mailbox, wanted.incoming, change.number)) {
      say(why, "the mailbox's filter is no text that new messages could be refused or let in by");
      say(what_to_do, std::string("suspend incoming mail, or end that, there: ") + std::string(restrictions));
    }
  }
  return why.empty() ? written() : not_carried(std::move(why), std::move(what_to_do));
}

}  // namespace mailhaul::account::cpanel
