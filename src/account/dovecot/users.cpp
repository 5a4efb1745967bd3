#include "mailhaul/account/dovecot/users.hpp"

#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <utility>

#include "account/dovecot/users_file.hpp"
#include "account/password_scheme.hpp"
#include "account/text/result.hpp"
#include "account/text/text_target.hpp"
#include "mailhaul/account/address.hpp"

namespace mailhaul::account::dovecot {
namespace {

using store::SettingId;
using store::SettingKind;
using store::SettingResult;

constexpr std::uint64_t limit_octets = 256U << 20U;
constexpr std::string_view locked = "*";                              ///< a password that nobody has
constexpr std::string_view quota_rule = "userdb_quota_rule";          ///< of 2.3
constexpr std::string_view quota_size = "userdb_quota_storage_size";  ///< of 2.4
// Which of the two it is comes back out of the file, so that one can end and the other stays.
constexpr std::string_view mailbox_suspended = "suspended";
constexpr std::string_view account_suspended = "account-suspended";
constexpr std::string_view both_suspended = "account-and-mailbox-suspended";

/// "10M", "4096" in this unit; nothing: it is no size.
std::optional<std::uint64_t> parse_size(std::string_view text, unsigned usual_shift) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  const std::string unit = lower_case(text.substr(static_cast<std::size_t>(end - text.data())));
  unsigned shift = usual_shift;
  constexpr std::array<std::pair<std::string_view, unsigned>, 5> units{
      {{"b", 0}, {"k", 10}, {"m", 20}, {"g", 30}, {"t", 40}}};
  if (!unit.empty()) {
    bool is_known = false;
    for (const auto& [name, its_shift] : units)
      if (unit == name) {
        shift = its_shift;
        is_known = true;
      }
    if (!is_known) return std::nullopt;
  }
  if (shift > 0 && number >> (64U - shift) != 0) return std::nullopt;
  return number << shift;
}

std::optional<std::uint64_t> quota_of(const UserLine& line) {
  if (const auto size = line.field(quota_size)) return parse_size(*size, 0);
  const auto rule = line.field(quota_rule);
  if (!rule) return std::nullopt;
  constexpr std::string_view octets = "*:bytes=";
  constexpr std::string_view storage = "*:storage=";
  if (rule->starts_with(octets)) return parse_size(std::string_view(*rule).substr(octets.size()), 0);
  if (rule->starts_with(storage)) return parse_size(std::string_view(*rule).substr(storage.size()), 10);
  return std::nullopt;
}

struct Suspended {
  bool mailbox = false;
  bool account = false;
};
Suspended suspended_of(const UserLine& line) {
  if (!line.field("nologin")) return {};
  const std::string reason = line.field("reason").value_or("");
  if (reason == account_suspended) return {false, true};
  return {true, reason == both_suspended};
}
void set_suspended(UserLine& line, Suspended value) {
  if (!value.mailbox && !value.account) {
    line.set_field("nologin", std::nullopt);
    line.set_field("reason", std::nullopt);
    return;
  }
  line.set_field("nologin", "y");
  const std::string_view reason = !value.account  ? mailbox_suspended
                                  : value.mailbox ? both_suspended
                                                  : account_suspended;
  line.set_field("reason", std::string(reason));
}

/// As crypt(3) has it, where it is one of those; else with the scheme that the admin wrote.
std::string hash_of(const std::string& cell) {
  if (cell.empty() || cell.front() == '*' || cell.front() == '!') return {};
  if (cell.front() != '{') return cell;
  const std::size_t brace = cell.find('}');
  if (brace == std::string::npos) return cell;
  const std::string hash = cell.substr(brace + 1);
  return scheme_of(hash).empty() ? cell : hash;
}

class Users final : public TextTarget {
 public:
  Users(EditedFiles files, AccountFacts facts, UsersOptions options)
      : TextTarget(std::move(files), options.is_dry), facts_(std::move(facts)), options_(std::move(options)) {
    for (std::string& mailbox : facts_.mailboxes()) spellings_[lower_case(mailbox)].push_back(std::move(mailbox));
  }

  [[nodiscard]] bool concerns(SettingKind kind) const override {
    return kind == SettingKind::mailbox || kind == SettingKind::password || kind == SettingKind::quota ||
           kind == SettingKind::suspension;
  }

  [[nodiscard]] std::vector<std::string> after_steps() const override {
    if (file_changes().empty()) return {};
    const store::FileChange& file = file_changes().front();
    std::vector<std::string> steps;
    if (file.before.empty())
      steps.push_back("name the file in Dovecot's configuration: passdb { driver = passwd-file args = " + file.path +
                      " } userdb { driver = passwd-file args = " + file.path + " }");
    steps.emplace_back("doveadm reload");
    steps.emplace_back("doveadm auth cache flush");
    steps.emplace_back("doveadm quota recalc -A");
    return steps;
  }

 protected:
  std::vector<store::Setting> parse(EditedFiles& files) override {
    const UsersFile users(files.text(users_name, limit_octets).value_or(""));
    std::map<SettingId, store::SettingValue> settings;
    bool is_account_suspended = true;
    bool has_any = false;
    users.visit([&](const std::string& user, const UserLine& line) {
      const auto address = split_address(user);
      if (!address || !facts_.serves(address->domain)) return;
      has_any = true;
      const Suspended suspended = suspended_of(line);
      is_account_suspended = is_account_suspended && suspended.account;
      const std::string hash = hash_of(line.password);
      settings.emplace(id_of(user, SettingKind::mailbox), store::MailboxState{true, true, !hash.empty()});
      settings.emplace(id_of(user, SettingKind::password), store::Password{hash, {}});
      if (const auto quota = quota_of(line)) settings.emplace(id_of(user, SettingKind::quota), store::Quota{*quota});
      settings.emplace(id_of(user, SettingKind::suspension), store::Suspension{false, suspended.mailbox, {}, {}, {}});
    });
    if (has_any)
      settings.emplace(SettingId{"", SettingKind::suspension, ""},
                       store::Suspension{is_account_suspended, {}, {}, {}, {}});
    std::vector<store::Setting> list;
    list.reserve(settings.size());
    for (auto& [id, value] : settings) list.push_back({id, std::move(value)});
    return list;
  }

  void edit(EditedFiles& files, std::span<const store::SettingChange> changes,
            std::vector<SettingResult>& results) override {
    UsersFile users(files.text(users_name, limit_octets).value_or(""));
    std::set<std::size_t> numbers;
    // Mailboxes first: what belongs to one needs its line.
    for (const bool is_mailbox : {true, false})
      for (std::size_t i = 0; i < changes.size(); ++i) {
        if ((changes[i].id.kind == SettingKind::mailbox) != is_mailbox) continue;
        numbers.insert(i);
        try {
          results[i] = change(users, changes[i]);
        } catch (const Error& error) {
          if (error.scope() == Scope::run) throw;
          results[i] = not_carried((error.place().empty() ? "" : error.place() + ": ") + error.reason());
        }
      }
    files.plan(users_name, users.text(), numbers);
  }

 private:
  /// As the source calls it: a mailbox "Bob@example.com" is one user with "bob@example.com".
  [[nodiscard]] SettingId id_of(const std::string& user, SettingKind kind) const {
    const auto known = spellings_.find(user);
    return {known == spellings_.end() ? user : known->second.front(), kind, ""};
  }

  SettingResult change(UsersFile& users, const store::SettingChange& change) {
    if (change.id.owner.empty()) return change_account(users, change);
    const std::string user = lower_case(change.id.owner);
    const auto address = split_address(user);
    if (!address)
      return not_carried("it is the account's own mailbox, and no address",
                         "give it one: --map-user " + change.id.owner + "=NAME@DOMAIN");
    if (!is_safe_local_part(address->local_part) || !is_safe_domain(address->domain))
      return not_carried("Dovecot lets nobody log in by such a name (auth_username_chars)",
                         "give the mailbox another name: --map-user " + change.id.owner + "=NAME@DOMAIN");
    if (const auto known = spellings_.find(user); known != spellings_.end() && known->second.size() > 1)
      return not_carried("several mailboxes of the source are one user here: " + user,
                         "give one of them another name: --map-user " + change.id.owner + "=NAME@DOMAIN");
    const UserLine* const there = users.find(user);
    if (change.id.kind == SettingKind::mailbox) return change_mailbox(users, change, user, there);
    if (there == nullptr) return approximated("the mailbox has no login at the source: it is no user here either");
    UserLine line = *there;
    SettingResult result = change_line(line, change);
    users.set(std::move(line));
    return result;
  }

  SettingResult change_mailbox(UsersFile& users, const store::SettingChange& change, const std::string& user,
                               const UserLine* there) {
    if (!change.value) {
      users.remove(user);
      return written();
    }
    if (!std::get<store::MailboxState>(*change.value).has_login)
      return approximated("without a login at the source: it is no user here either");
    const bool has_owner = options_.mail_owner && options_.mail_owner->uid != 0;
    if (there == nullptr) {
      UserLine line;
      line.user = user;
      line.password = locked;
      if (has_owner) {
        line.uid = std::to_string(options_.mail_owner->uid);
        line.gid = std::to_string(options_.mail_owner->gid);
      }
      if (options_.home) line.home = options_.home(change.id.owner);
      if (const auto* all = facts_.find<store::Suspension>({"", SettingKind::suspension, ""}))
        set_suspended(line, {false, all->account});
      users.set(std::move(line));
    }
    if (user.find('+') != std::string::npos)
      return approximated("Dovecot's usual auth_username_chars has no '+'", "add it there");
    if (!has_owner && there == nullptr)
      return approximated("without uid and gid: nobody says whose the mail is",
                          "set mail_uid and mail_gid on the server, or bring the mail in the same run with --chown");
    return written();
  }

  SettingResult change_line(UserLine& line, const store::SettingChange& change) const {
    switch (change.id.kind) {
    case SettingKind::password: return change_password(line, change);
    case SettingKind::quota:
      set_quota(line, change.value ? std::optional(std::get<store::Quota>(*change.value).octets) : std::nullopt);
      return written();
    case SettingKind::suspension: break;
    default: return not_carried("it is written nowhere");
    }
    const auto suspension = change.value ? std::get<store::Suspension>(*change.value) : store::Suspension{};
    set_suspended(line, {suspension.login, suspended_of(line).account});
    if (suspension.incoming || suspension.outgoing || suspension.held)
      return approximated("only the login: mail in and out is not Dovecot's business");
    return written();
  }

  [[nodiscard]] SettingResult change_password(UserLine& line, const store::SettingChange& change) const {
    const std::string hash = change.value ? std::get<store::Password>(*change.value).hash : "";
    if (hash.empty()) {
      line.password = locked;
      return written();
    }
    const std::string scheme(scheme_of(hash));
    if (scheme.empty() && hash.front() != '{')
      return not_carried("the hash is of no kind that Dovecot knows", "set a new password");
    line.password = scheme.empty() ? hash : with_scheme(hash);
    if (options_.version == Version::v2_4 && is_weak_scheme(hash))
      return approximated("Dovecot 2.4 refuses hashes of this kind",
                          "set a new password, or auth_allow_weak_schemes = yes");
    return written();
  }

  void set_quota(UserLine& line, std::optional<std::uint64_t> octets) const {
    const bool is_old = options_.version == Version::v2_3;
    line.set_field(is_old ? quota_size : quota_rule, std::nullopt);
    std::optional<std::string> text;
    if (octets && is_old) text = "*:bytes=" + std::to_string(*octets);
    if (octets && !is_old)
      text = *octets % (1U << 20U) == 0 ? std::to_string(*octets >> 20U) + 'M' : std::to_string(*octets) + 'B';
    line.set_field(is_old ? quota_rule : quota_size, text);
  }

  /// Whether the whole account is suspended stands in the line of each of its users.
  SettingResult change_account(UsersFile& users, const store::SettingChange& change) {
    const auto suspension = change.value ? std::get<store::Suspension>(*change.value) : store::Suspension{};
    std::vector<UserLine> lines;
    users.visit([&](const std::string& user, const UserLine& line) {
      const auto address = split_address(user);
      if (!address || !facts_.serves(address->domain)) return;
      lines.push_back(line);
      set_suspended(lines.back(), {suspended_of(line).mailbox, suspension.account});
    });
    const bool has_users = !lines.empty();
    for (UserLine& line : lines) users.set(std::move(line));
    if (suspension.account && !has_users)
      return approximated("the account has no user here whose login it could refuse");
    if (suspension.incoming || suspension.outgoing || suspension.held)
      return approximated("only logins: mail in and out is not Dovecot's business");
    return written();
  }

  AccountFacts facts_;
  UsersOptions options_;
  std::map<std::string, std::vector<std::string>> spellings_{};  ///< by user, as the source has it
};

}  // namespace

std::unique_ptr<store::AccountTarget> open_users(const TextPlace& place, AccountFacts facts, UsersOptions options) {
  EditedFiles files(place.directory, place.path + "/", EditedFiles::Missing::is_refused,
                    [owner = options.owner](const std::string& /*path*/) {
                      return FileStyle{{owner, 0640, 0750}, false, true};
                    });
  return std::make_unique<Users>(std::move(files), std::move(facts), std::move(options));
}

}  // namespace mailhaul::account::dovecot
