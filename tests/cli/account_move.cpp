#include "cli/account_move.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <future>
#include <utility>
#include <variant>

#include "account/cpanel/settings_reader.hpp"
#include "mailhaul/base/entropy.hpp"
#include "mailhaul/fs/directory_tree.hpp"
#include "mailhaul/fs/kernel.hpp"
#include "support/cpanel_facts.hpp"
#include "support/new_cpanel_account.hpp"

namespace mailhaul::black_box {
namespace {

namespace files = std::filesystem;
using store::SettingKind;

class NoFindings final : public Findings {
 public:
  void add(const Finding& /*finding*/) override {}
};

}  // namespace

Traces traces_of(const std::string& root) {
  Traces traces;
  const auto add = [&](const std::string& path) {
    struct stat status {};
    if (::lstat((root + path).c_str(), &status) != 0) throw std::runtime_error("lstat " + root + path);
    traces[path] = std::to_string(status.st_ino) + ' ' + std::to_string(status.st_mtim.tv_sec) + '.' +
                   std::to_string(status.st_mtim.tv_nsec) + ' ' + std::to_string(status.st_ctim.tv_sec) + '.' +
                   std::to_string(status.st_ctim.tv_nsec);
  };
  add("");
  for (const auto& entry : files::recursive_directory_iterator(root)) add(entry.path().string().substr(root.size()));
  return traces;
}

std::vector<std::string> touched(const Traces& before, const Traces& after) {
  std::vector<std::string> paths;
  for (const auto& [path, trace] : before)
    if (const auto now = after.find(path); now == after.end() || now->second != trace) paths.push_back(path);
  for (const auto& trace : after)
    if (before.find(trace.first) == before.end()) paths.push_back(trace.first);
  return paths;
}

uid_t AccountMove::target_uid() const { return is_root() ? somebody_else : ::geteuid(); }

store::Renaming AccountMove::renaming() const {
  store::Renaming renaming;
  renaming.domains = {{facts_.plan.main_domain, domain_at_target_}};
  renaming.users = {{facts_.plan.user, "bob"}};
  renaming.old_homes = {facts_.plan.home};
  renaming.new_home = home_at_target_;
  return renaming;
}

void AccountMove::make_accounts(support::AccountPlan plan) {
  if (is_root()) plan.uid = plan.gid = somebody;
  plan.mail_gid = is_root() ? mail_gid_ : ::getegid();
  facts_ = support::make_cpanel_account(plan, source_root());
  support::NewAccountPlan target;
  target.home = home_at_target_;
  target.uid = target_uid();
  target.gid = is_root() ? somebody_else : ::getegid();
  target.mail_gid = plan.mail_gid;
  for (const store::Setting& setting : facts_at_target().settings)
    if (const auto* domain = std::get_if<store::Domain>(&setting.value))
      target.domains.emplace(setting.id.owner, *domain);
  support::make_new_cpanel_account(target, target_root());
}

std::vector<std::string> AccountMove::words(const std::vector<std::string>& options) const {
  std::vector<std::string> all{"sync",
                               "--src-root",
                               source_root(),
                               "--dst-root",
                               target_root(),
                               "--map-domain",
                               facts_.plan.main_domain + '=' + domain_at_target_};
  all.insert(all.end(), options.begin(), options.end());
  all.insert(all.end(), {"cpanel:" + source_home(), "cpanel:" + target_home()});
  return all;
}

support::AccountFacts AccountMove::facts_at_target() const {
  const store::Renaming renaming = this->renaming();
  constexpr const char* archive = "archive/";
  support::AccountFacts facts = facts_;
  std::vector<std::string> changes;
  for (store::Setting& setting : facts.settings) setting = store::renamed(setting, renaming, changes);
  facts.mailboxes.clear();
  for (auto [name, mailbox] : facts_.mailboxes) {
    mailbox.name = name == archive + facts_.plan.main_domain ? archive + domain_at_target_
                                                             : store::renamed_mailbox(name, renaming);
    mailbox.path = store::renamed_home_path(mailbox.path, renaming);
    facts.mailboxes.emplace(mailbox.name, mailbox);
  }
  facts.files.clear();
  for (const auto& [id, content] : facts_.files)
    facts.files.emplace(store::renamed({id, store::OpaqueFile{}}, renaming, changes).id, content);
  facts.roundcube.clear();
  for (auto [owner, database] : facts_.roundcube) {
    database.path = store::renamed_home_path(database.path, renaming);
    facts.roundcube.emplace(store::renamed_mailbox(owner, renaming), database);
  }
  return facts;
}

std::vector<store::Setting> AccountMove::settings_at_target() const {
  // In a thread of its own: it takes on the owner's identity and stays with it (S9).
  return std::async(std::launch::async,
                    [this] {
                      using account::cpanel::AccountPlaces;
                      fs::PosixKernel kernel;
                      SystemEntropy entropy;
                      SystemClock clock;
                      NoFindings findings;
                      account::cpanel::ScratchRoom room;
                      const auto tree = [&](const std::string& path) {
                        fs::Rules rules;
                        rules.more_owners = {target_uid()};
                        return fs::DirectoryTree(fs::Directory::open_root(kernel, entropy, path, rules));
                      };
                      fs::DirectoryTree home = tree(target_home());
                      fs::DirectoryTree server = tree(target_root());
                      account::cpanel::SettingsReader reader(
                          {home, &server, AccountPlaces::Form::live, "bob", home_at_target_}, {room, clock, nullptr},
                          findings);
                      return reader.read();
                    })
      .get();
}

std::optional<store::SettingValue> AccountMove::setting_at_target(const store::SettingId& id) const {
  for (store::Setting& setting : settings_at_target())
    if (setting.id == id) return std::move(setting.value);
  return std::nullopt;
}

std::vector<std::string> AccountMove::unexpected_settings() const {
  std::vector<store::Setting> wanted = facts_at_target().settings;
  for (store::Setting& setting : wanted) {
    // Mail makes the directory of every mailbox, also of one that nobody had logged in to.
    if (auto* state = std::get_if<store::MailboxState>(&setting.value)) state->has_directory = true;
    // Whose outgoing mail is held back is in the server's own lists, which are the panel's: that is reported.
    if (auto* suspension = std::get_if<store::Suspension>(&setting.value))
      suspension->outgoing = suspension->held = false;
  }
  std::vector<store::Setting> found = settings_at_target();
  // What a new domain has for a default stays where the source has none.
  std::string backing;
  for (const store::Setting& setting : wanted)
    if (const auto* domain = std::get_if<store::Domain>(&setting.value))
      if (!domain->stands_for.empty()) backing = domain->stands_for;
  const store::SettingId unset{backing, SettingKind::forwarder, "*"};
  std::erase_if(found, [&](const store::Setting& setting) {
    return setting.id.kind == SettingKind::file || setting.id == unset;
  });
  return support::setting_differences(wanted, found);
}

void AccountMove::edit(const std::string& path, const std::function<std::string(std::string)>& change) {
  ASSERT_TRUE(exists(path)) << path;
  write_file(path, change(read_file(path)));
}

void AccountMove::replace(const std::string& path, const std::string& old_text, const std::string& new_text) {
  edit(path, [&](std::string text) {
    const std::size_t at = text.find(old_text);
    EXPECT_NE(at, std::string::npos) << old_text << " in " << path;
    return at == std::string::npos ? text : text.replace(at, old_text.size(), new_text);
  });
}

void AccountMove::put_at_target(const std::string& path_in_home, const std::string& text) const {
  const std::string path = target_home() + '/' + path_in_home;
  write_file(path, text);
  if (is_root()) {
    ASSERT_EQ(::lchown(path.c_str(), target_uid(), target_uid()), 0);
  }
}

}  // namespace mailhaul::black_box
