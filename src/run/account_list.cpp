#include "mailhaul/run/account_list.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include <fmt/format.h>

#include "job_context.hpp"
#include "mailhaul/account/cpanel/server_accounts.hpp"
#include "mailhaul/base/csv.hpp"
#include "mailhaul/base/shell_words.hpp"
#include "ours_alone.hpp"

namespace mailhaul::run {
namespace {

constexpr char separator = ';';

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// cpanel.md section 3: letters and digits, at most 16, `-` after a rename.
bool is_user_name(std::string_view text) {
  constexpr std::size_t longest = 16;
  const auto may_be = [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-'; };
  return !text.empty() && text.size() <= longest && text.front() != '-' && !is_digit(text.front()) &&
         std::all_of(text.begin(), text.end(), may_be);
}

/// Takes the ending of an archive off; false: it has none, as a directory.
bool take_ending(std::string_view& name) {
  // Parts begin with the first, which stands for all.
  constexpr std::string_view part = ".part";
  if (const std::size_t at = name.rfind(part); at != std::string_view::npos) {
    const std::string_view digits = name.substr(at + part.size());
    const std::size_t zeros = digits.find_first_not_of('0');
    if (zeros == std::string_view::npos || digits.substr(zeros) != "1") {
      name = {};
      return true;
    }
    name = name.substr(0, at);
  }
  constexpr std::array<std::string_view, 4> endings{".tar.gz", ".tar.zst", ".tar", ".tgz"};
  for (const std::string_view ending : endings)
    if (name.ends_with(ending)) {
      name.remove_suffix(ending.size());
      return true;
    }
  return false;
}

/// "backup-M.D.YYYY_HH-MM-SS_": what stands before the user of a backup.
std::string_view without_date(std::string_view name) {
  constexpr std::string_view beginning = "backup-";
  if (!name.starts_with(beginning)) return name;
  const std::size_t user = name.rfind('_');
  if (user == std::string_view::npos) return name;
  const std::string_view date = name.substr(beginning.size(), user - beginning.size());
  const bool is_date =
      std::count(date.begin(), date.end(), '_') == 1 &&
      std::all_of(date.begin(), date.end(), [](char c) { return is_digit(c) || c == '.' || c == '-' || c == '_'; });
  return is_date ? name.substr(user + 1) : name;
}

/// `FORMAT:PATH`, as it is typed.
std::string location(std::string_view format, const std::string& path) {
  std::string text(format);
  text += ':';
  for (const char c : path) text.append(c == ':' ? 2 : 1, c);
  return text;
}

struct PackedFile {
  std::string user{};
  std::string name{};
  fs::FileTime modified{};
};

/// Archives lie where homes do, and what is in one is believed: so only what its customer can't have made.
std::vector<PackedFile> packed_files_in(const fs::Directory& directory, fs::Owner runner) {
  std::vector<PackedFile> files;
  std::vector<std::string> names;
  directory.list([&names](const fs::Entry& entry) { names.push_back(entry.name); });
  for (const std::string& name : names) {
    std::string user = user_of_archive_name(name);
    if (user.empty()) continue;
    const auto status = directory.look_at(name);
    if (!status) continue;
    std::string_view stem = name;
    const bool is_file = take_ending(stem);
    const bool is_account = is_file ? status->kind == fs::EntryKind::regular
                                    : status->kind == fs::EntryKind::directory && directory.look_at(name + "/cp");
    if (is_account && is_ours_alone(*status, runner)) files.push_back({std::move(user), name, status->modified});
  }
  std::sort(files.begin(), files.end(), [](const PackedFile& a, const PackedFile& b) {
    return std::tie(a.user, a.modified, a.name) < std::tie(b.user, b.modified, b.name);
  });
  return files;
}

std::string with_values(std::string_view pattern, const ListedAccount& account) {
  std::string text;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%') {
      text += pattern[i];
      continue;
    }
    const char letter = ++i < pattern.size() ? pattern[i] : '\0';
    if (letter == 'u')
      text += account.user;
    else if (letter == 'd')
      text += account.domain;
    else if (letter == '%')
      text += '%';
    else
      throw Error(Cause::usage, Scope::run, "reading --to")
          .at(pattern)
          .because("behind a % there must be u (the user), d (the main domain) or %");
  }
  return text;
}

}  // namespace

std::string user_of_archive_name(std::string_view name) {
  (void)take_ending(name);
  constexpr std::string_view packed = "cpmove-";
  if (name.starts_with(packed)) name.remove_prefix(packed.size());
  name = without_date(name);
  return is_user_name(name) ? std::string(name) : "";
}

AccountList list_server_accounts(const Machine& machine, const Request& request, const std::string& server_root,
                                 FindingLog& findings) {
  JobContext job(machine, request, findings);
  AccountList list{server_root, server_root, {}};
  for (const auto& account : account::cpanel::accounts_of_server(job.source(), server_root))
    list.accounts.push_back({account.user, account.main_domain, location("cpanel", account.user),
                             account.is_suspended ? "suspended" : "", false});
  return list;
}

AccountList list_packed_accounts(const Machine& machine, const std::string& path) {
  AccountList list{path, "", {}};
  const auto directory = fs::Directory::find_root(machine.kernel, machine.entropy, path, {});
  if (!directory) return list;
  const std::string parent = path.ends_with('/') ? path : path + "/";
  for (const PackedFile& file : packed_files_in(*directory, machine.runner)) {
    // Sorted: the newest of a user comes last.
    if (!list.accounts.empty() && list.accounts.back().user == file.user) {
      list.accounts.back().note = "an older one";
      list.accounts.back().is_older = true;
    }
    list.accounts.push_back({file.user, "", location("cpmove", parent + file.name), "", false});
  }
  return list;
}

TargetPattern::TargetPattern(std::string text) : text_(std::move(text)) {
  if (text_.empty()) return;
  const std::string one = with_values(text_, {"user1", "one.example", "", "", false});
  const std::string other = with_values(text_, {"user2", "two.example", "", "", false});
  const bool is_for_many = parse_location(one).format == Format::vmail;
  if (one == other && !is_for_many)
    throw Error(Cause::usage, Scope::run, "reading --to")
        .at(text_)
        .because("all accounts would go to one target")
        .hint("say where the user stands in it, such as cpanel:%u; only a vmail:DIR holds several accounts");
}

std::string TargetPattern::of(const ListedAccount& account) const {
  if (account.domain.empty() && with_values(text_, account) != with_values(text_, {account.user, "d", "", "", false}))
    throw Error(Cause::usage, Scope::run, "reading --to")
        .at(text_)
        .because("the main domain of " + account.user + " is not known without opening " + account.source)
        .hint("use %u");
  return with_values(text_, account);
}

std::string to_csv(const AccountList& list, const TargetPattern& targets) {
  std::string text = csv_row({"source", "target", "options"}, separator);
  const bool is_mounted = !list.server_root.empty() && list.server_root != "/";
  const std::string options = is_mounted ? join_words({"--src-root", list.server_root}) : "";
  for (const ListedAccount& account : list.accounts) {
    if (account.is_older) text += "# an older one: ";
    text += csv_row({account.source, targets.of(account), options}, separator);
  }
  return text;
}

}  // namespace mailhaul::run
