#include "mailhaul/run/mailbox_choice.hpp"

#include <algorithm>
#include <optional>

#include "mailhaul/account/address.hpp"
#include "mailhaul/base/error.hpp"
#include "mailhaul/store/mapped_mailboxes.hpp"

namespace mailhaul::run {
namespace {

Error bad(std::string_view option, std::string_view text, std::string_view reason) {
  return Error(Cause::usage, Scope::run, std::string("reading ") + std::string(option)).at(text).because(reason);
}

std::pair<std::string, std::string> split_pair(std::string_view option, std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0 || equals + 1 == text.size())
    throw bad(option, text, "not of the form OLD=NEW");
  return {std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
}

bool is_safe_name(std::string_view text) {
  const auto address = account::split_address(text);
  if (!address) return account::is_safe_local_part(text);
  return account::is_safe_local_part(address->local_part) && account::is_safe_domain(address->domain);
}

std::string user_of(const Store& store) {
  const auto user = store.options.find("USER");
  return user == store.options.end() ? std::string() : user->second;
}

std::string mapped_domain(const std::string& domain, const MailboxOptions& options) {
  for (const auto& [from, to] : options.domains)
    if (account::lower_case(from) == account::lower_case(domain)) return to;
  return domain;
}

std::string mapped(const std::string& name, const Store& from, const Store& to, const MailboxOptions& options) {
  for (const auto& [old_name, new_name] : options.users)
    if (account::lower_case(old_name) == account::lower_case(name)) return new_name;
  const bool is_account = from.format == Format::cpanel || from.format == Format::cpmove;
  if (is_account && to.format == Format::cpanel && name == user_of(from)) return user_of(to);
  if (const auto address = account::split_address(name))
    return address->local_part + "@" + mapped_domain(address->domain, options);
  constexpr std::string_view archive = "archive/";
  if (name.starts_with(archive)) return std::string(archive) + mapped_domain(name.substr(archive.size()), options);
  return name;
}

bool same_name(const std::string& a, const std::string& b) { return account::lower_case(a) == account::lower_case(b); }

/// One that was mistyped would leave its mailbox under the old name, unsaid.
void refuse_unknown_names(const MailboxOptions& options, const std::vector<store::Mailbox>& all) {
  for (const auto& [old_name, new_name] : options.users) {
    const bool is_mailbox = old_name.find_first_of("@/") != std::string::npos;
    const bool is_known = std::any_of(all.begin(), all.end(), [&name = old_name](const store::Mailbox& mailbox) {
      return same_name(mailbox.name, name);
    });
    if (is_mailbox && !is_known) throw bad("--map-user", old_name, "the source has no mailbox of that name");
  }
}

/// Of a domain that is not the account's, and not named by the operator.
bool is_foreign(const std::string& name, const MailboxOptions& options, const std::set<std::string>& own_domains) {
  if (own_domains.empty() || name == options.mailbox) return false;
  constexpr std::string_view archive = "archive/";
  const auto address = account::split_address(name);
  if (!address && !name.starts_with(archive)) return false;
  const std::string domain = account::lower_case(address ? address->domain : name.substr(archive.size()));
  if (own_domains.count(domain) != 0) return false;
  return std::none_of(options.users.begin(), options.users.end(),
                      [&](const auto& pair) { return same_name(pair.first, name); });
}

/// A few of them, for people.
std::string some_of(const std::vector<store::Mailbox>& mailboxes) {
  constexpr std::size_t most = 8;
  std::string names;
  for (std::size_t i = 0; i < std::min(most, mailboxes.size()); ++i) names += (i == 0 ? "" : ", ") + mailboxes[i].name;
  return mailboxes.size() > most ? names + " and others" : names;
}

}  // namespace

void add_user_map(MailboxOptions& options, std::string_view text) {
  auto pair = split_pair("--map-user", text);
  if (!is_safe_name(pair.second)) throw bad("--map-user", text, "the new name is neither a user nor an address");
  options.users.push_back(std::move(pair));
}

void add_domain_map(MailboxOptions& options, std::string_view text) {
  auto pair = split_pair("--map-domain", text);
  if (!account::is_safe_domain(pair.first) || !account::is_safe_domain(pair.second))
    throw bad("--map-domain", text, "not two domains");
  options.domains.push_back(std::move(pair));
}

std::unique_ptr<store::MessageSource> choose_mailboxes(std::unique_ptr<store::MessageSource> source, const Store& from,
                                                       const Store& to, const MailboxOptions& options,
                                                       const std::set<std::string>& own_domains, Findings& findings) {
  const bool from_many = abilities_of(from).mailboxes;
  const bool to_many = abilities_of(to).mailboxes;
  const auto refuse = [](std::string_view reason, const std::string& hint) {
    return Error(Cause::usage, Scope::run, "choosing mailboxes").because(reason).hint(hint);
  };
  if (!from_many) {
    if (!to_many) {
      if (options.mailbox.empty()) return source;
      throw bad("--mailbox", options.mailbox, "neither of the two holds more than one mailbox");
    }
    if (options.mailbox.empty())
      throw refuse("the target holds many mailboxes, and the source one that has no name",
                   "say which one it is: --mailbox ADDRESS");
    if (!is_safe_name(options.mailbox)) throw bad("--mailbox", options.mailbox, "neither a user nor an address");
    return store::map_mailboxes(std::move(source), [&](const std::string&) { return options.mailbox; });
  }
  const auto all = source->mailboxes();
  const bool is_known = std::any_of(all.begin(), all.end(),
                                    [&](const store::Mailbox& mailbox) { return mailbox.name == options.mailbox; });
  if (!options.mailbox.empty() && !is_known)
    throw refuse("the source has no mailbox " + options.mailbox, "it has " + some_of(all)).at(from.path);
  if (!to_many && options.mailbox.empty() && all.size() > 1)
    throw refuse("the source has " + std::to_string(all.size()) + " mailboxes, and the target holds one",
                 "choose one with --mailbox: " + some_of(all));
  refuse_unknown_names(options, all);
  std::set<std::string> foreign;
  for (const store::Mailbox& mailbox : all)
    if (to_many && is_foreign(mailbox.name, options, own_domains)) {
      foreign.insert(mailbox.name);
      findings.add({FindingKind::mailbox, Weight::failed, mailbox.name, "",
                    "only a directory in the home says that its domain is the account's, the server does not: not "
                    "copied, unless --mailbox or --map-user names it",
                    1});
    }
  return store::map_mailboxes(std::move(source), [&](const std::string& name) -> std::optional<std::string> {
    if (!options.mailbox.empty() && name != options.mailbox) return std::nullopt;
    if (foreign.count(name) != 0) return std::nullopt;
    return to_many ? mapped(name, from, to, options) : std::string();
  });
}

PairSuffix pair_suffix(const Store& from, const Store& to, const MailboxOptions& options) {
  const bool from_many = abilities_of(from).mailboxes;
  const bool to_many = abilities_of(to).mailboxes;
  if (options.mailbox.empty() || from_many == to_many) return {};
  const std::string suffix = " mailbox=" + options.mailbox;
  return from_many ? PairSuffix{suffix, ""} : PairSuffix{"", suffix};
}

}  // namespace mailhaul::run
