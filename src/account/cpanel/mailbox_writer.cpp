#include "account/cpanel/mailbox_writer.hpp"

#include <algorithm>
#include <optional>
#include <variant>
#include <vector>

#include "account/cpanel/filters.hpp"
#include "account/cpanel/keyed_lines.hpp"
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

template <class Records>
auto find_in(Records& records, const std::string& local_part) {
  return std::find_if(records.begin(), records.end(),
                      [&](const auto& record) { return record.local_part == local_part; });
}

/// With the mark of a suspended account where its server says so, or the target's own lines have it: its panel takes it
/// off all of them.
bool is_locked(const WriteTarget& target, const ShadowFile& file) {
  return target.is_suspended || std::any_of(file.records.begin(), file.records.end(),
                                            [](const ShadowRecord& record) { return record.suspension.account; });
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

SettingResult MailboxWriter::mailbox(const NumberedChange& change) {
  const Address mailbox = require_mailbox(change.change.id.owner);
  const std::string path = list_of(mailbox, "passwd");
  const std::string text = target_.home.text(path, control_file_limit).value_or("");
  const auto* const state = change.change.value ? std::get_if<store::MailboxState>(&*change.change.value) : nullptr;
  if (state == nullptr) {
    // Its mail and its password stay: what is taken away by mistake is only a line.
    target_.home.plan(path, without_line(text, mailbox.local_part), change.number);
    return written();
  }
  if (!state->has_login) return written();
  PasswdFile file = parse_passwd(text);
  if (find_in(file.records, mailbox.local_part) != file.records.end()) return written();
  for (const PasswdRecord& record : file.records)
    if (lower_case(record.local_part) == lower_case(mailbox.local_part))
      return not_carried("there is a mailbox '" + record.local_part + "', of which a server can't tell it",
                         "give one of the two another name");
  const std::string home = target_.home_path + "/mail/" + mailbox.domain + '/' + mailbox.local_part;
  const fs::Owner owner = target_.account.owner;
  const std::vector<std::string> fields = passwd_fields(owner.uid, owner.gid, home);
  target_.home.plan(path, with_line(text, mailbox.local_part, fields), change.number);
  return written();
}

SettingResult MailboxWriter::password(const NumberedChange& change) {
  const Address mailbox = require_mailbox(change.change.id.owner);
  const std::string path = list_of(mailbox, "shadow");
  const std::string text = target_.home.text(path, control_file_limit).value_or("");
  const auto* const password = change.change.value ? std::get_if<store::Password>(&*change.change.value) : nullptr;
  if (password == nullptr) {
    target_.home.plan(path, without_line(text, mailbox.local_part), change.number);
    return written();
  }
  ShadowFile file = parse_shadow(text);
  store::Suspension suspension;
  if (const auto record = find_in(file.records, mailbox.local_part); record != file.records.end())
    suspension = record->suspension;
  else
    suspension.account = is_locked(target_, file);
  suspension.account = suspension.account || target_.is_suspended;
  target_.home.plan(path, with_line(text, mailbox.local_part, shadow_fields(*password, suspension)), change.number);
  return written();
}

SettingResult MailboxWriter::quota(const NumberedChange& change) {
  const Address mailbox = require_mailbox(change.change.id.owner);
  const std::string path = list_of(mailbox, "quota");
  const std::string text = target_.home.text(path, control_file_limit).value_or("");
  const auto* const quota = change.change.value ? std::get_if<store::Quota>(&*change.change.value) : nullptr;
  QuotaList list = parse_quota_list(text);
  const auto record = find_in(list.records, mailbox.local_part);
  const bool is_there = record != list.records.end();
  if (quota == nullptr)
    target_.home.plan(path, without_line(text, mailbox.local_part), change.number);
  else if ((is_there ? record->quota.octets : 0) != quota->octets)
    target_.home.plan(path, with_line(text, mailbox.local_part, quota_fields(*quota)), change.number);
  return written();
}

void MailboxWriter::suspend_login(const Address& mailbox, bool is_suspended, std::size_t number) {
  const std::string path = list_of(mailbox, "shadow");
  const std::string text = target_.home.text(path, control_file_limit).value_or("");
  ShadowFile file = parse_shadow(text);
  const auto record = find_in(file.records, mailbox.local_part);
  const bool is_there = record != file.records.end();
  if (is_there ? record->suspension.login == is_suspended : !is_suspended) return;
  store::Suspension suspension;
  suspension.account = target_.is_suspended || (is_there ? record->suspension.account : is_locked(target_, file));
  suspension.login = is_suspended;
  const store::Password password = is_there ? record->password : store::Password{};
  target_.home.plan(path, with_line(text, mailbox.local_part, shadow_fields(password, suspension)), number);
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
