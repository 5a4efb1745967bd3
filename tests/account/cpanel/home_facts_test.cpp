// What a home holds against whole accounts whose facts are known: mailboxes, filters, spam settings, and what is to be
// done with every other file.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "account/cpanel/filters.hpp"
#include "account/cpanel/opaque_files.hpp"
#include "account/cpanel/spam.hpp"
#include "mailhaul/account/cpanel/layout.hpp"
#include "mailhaul/base/entropy.hpp"
#include "mailhaul/base/finding.hpp"
#include "mailhaul/fs/directory_tree.hpp"
#include "mailhaul/fs/kernel.hpp"
#include "support/cpanel_account.hpp"
#include "support/cpanel_facts.hpp"
#include "support/scratch_directory.hpp"

namespace mailhaul::account::cpanel {
namespace {

namespace files = std::filesystem;
using store::SettingKind;

class Collected final : public Findings {
 public:
  void add(const Finding& finding) override { all.push_back(finding); }
  std::vector<Finding> all{};
};

class CpanelHomeFacts : public ::testing::TestWithParam<bool> {
 protected:
  CpanelHomeFacts() {
    support::AccountPlan plan;
    plan.messages_a_folder = 1;
    plan.mdbox = true;
    plan.hostile = GetParam();
    facts_ = support::make_cpanel_account(plan, path_ + "/a");
    home_ = path_ + "/a/home/alice";
  }
  [[nodiscard]] std::string content(const std::string& path_in_home) const {
    std::ifstream in(home_ + '/' + path_in_home, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return std::move(text).str();
  }

  support::ScratchDirectory directory_{"mailhaul-home"};
  const std::string& path_ = directory_.path();
  std::string home_;
  support::AccountFacts facts_{};
};

MailboxPlace::State state_of(const support::ExpectedMailbox& mailbox) {
  if (mailbox.name.find('@') == std::string::npos) return MailboxPlace::State::full;
  if (!mailbox.has_directory) return MailboxPlace::State::no_directory;
  if (mailbox.has_login) return MailboxPlace::State::full;
  return mailbox.has_password ? MailboxPlace::State::no_login : MailboxPlace::State::orphan;
}

TEST_P(CpanelHomeFacts, EachMailboxIsFoundOnceWithItsStateFormatAndEncoding) {
  fs::PosixKernel kernel;
  SystemEntropy entropy;
  fs::DirectoryTree tree(fs::Directory::open_root(kernel, entropy, home_, fs::Rules{}));
  Collected findings;
  const LinesByAddress lines = read_mailbox_lines(tree, findings);
  const Layout layout = read_layout(tree, "alice", lines, {"example.com", "addon.example", "parked.example"}, findings);
  std::map<std::string, MailboxPlace> found;
  for (const MailboxPlace& place : layout.mailboxes) EXPECT_TRUE(found.emplace(place.name, place).second) << place.name;
  for (const auto& entry : facts_.mailboxes) {
    const support::ExpectedMailbox& mailbox = entry.second;
    ASSERT_TRUE(found.contains(entry.first)) << entry.first;
    const MailboxPlace& place = found[entry.first];
    EXPECT_EQ(place.path, mailbox.path);
    EXPECT_EQ(place.has_utf8_names, mailbox.names_are_utf8) << entry.first;
    EXPECT_EQ(place.format == MailboxPlace::Format::mdbox, mailbox.format == support::ExpectedMailbox::Format::mdbox)
        << entry.first;
    EXPECT_EQ(place.kind == MailboxPlace::Kind::archive, mailbox.format == support::ExpectedMailbox::Format::archive)
        << entry.first;
    if (mailbox.format != support::ExpectedMailbox::Format::maildir) {
      found.erase(entry.first);
      continue;
    }
    EXPECT_EQ(to_string(place.state), std::string(to_string(state_of(mailbox)))) << entry.first;
    found.erase(entry.first);
  }
  // What is left an attacker made, and none of it leads out.
  for (const auto& entry : found) {
    EXPECT_TRUE(GetParam()) << entry.first;
    EXPECT_FALSE(files::is_symlink(home_ + '/' + entry.second.path)) << entry.first;
    EXPECT_EQ(entry.second.path.find(".."), std::string::npos);
  }
  const auto links = std::count_if(facts_.derived_links.begin(), facts_.derived_links.end(),
                                   [](const std::string& path) { return path.starts_with("mail/"); });
  if (!GetParam()) {
    EXPECT_EQ(layout.derived_links, static_cast<std::uint64_t>(links));
  }
  const auto is_said = [&](const std::string& about) {
    return std::any_of(findings.all.begin(), findings.all.end(), [&](const Finding& finding) {
      return (finding.folder + finding.where + finding.text).find(about) != std::string::npos;
    });
  };
  EXPECT_TRUE(is_said("dbox@example.com"));
  EXPECT_EQ(is_said("linked"), GetParam());
  EXPECT_EQ(is_said("two\nlines"), GetParam());
}

TEST_P(CpanelHomeFacts, FiltersAreRead) {
  std::size_t count = 0;
  for (const store::Setting& setting : facts_.settings) {
    const auto* wanted = std::get_if<store::Filters>(&setting.value);
    if (wanted == nullptr) continue;
    const ReadFilters read = read_filters(wanted->yaml, wanted->exim);
    EXPECT_EQ(read.value.is_understood, wanted->is_understood) << setting.id.owner;
    EXPECT_TRUE(read.value.list == wanted->list) << setting.id.owner;
    EXPECT_EQ(store::comparable(read.value), store::comparable(*wanted)) << setting.id.owner;
    // Only one of the two texts is worth a word as well.
    const bool is_whole = wanted->is_understood && !wanted->yaml.empty() && !wanted->exim.empty();
    EXPECT_EQ(read.problems.empty(), is_whole) << setting.id.owner;
    EXPECT_FALSE(blocks_incoming(read.value.exim)) << setting.id.owner;
    ++count;
  }
  EXPECT_GE(count, 5U);
  EXPECT_TRUE(blocks_incoming(content("etc/example.com/muted/filter")));
}

TEST_P(CpanelHomeFacts, SpamSettingsAreRead) {
  std::set<std::string> top;
  for (const files::directory_entry& entry : files::directory_iterator(home_)) top.insert(entry.path().filename());
  const store::Spam read = read_spam(top, content(std::string(spam_preferences_file)));
  const auto wanted = std::find_if(facts_.settings.begin(), facts_.settings.end(),
                                   [](const store::Setting& s) { return s.id.kind == SettingKind::spam; });
  ASSERT_NE(wanted, facts_.settings.end());
  EXPECT_EQ(store::comparable(read), store::comparable(wanted->value));
}

TEST_P(CpanelHomeFacts, EveryFileIsCarriedByItsOwnerOrLeftBehind) {
  for (const auto& file : facts_.files) {
    const HomePath what = classify_home_path(file.first.name);
    EXPECT_EQ(what.kind, HomePathKind::opaque) << file.first.name;
    EXPECT_TRUE(file_setting_id(file.first.name, what) == file.first)
        << file.first.name << " is " << what.owner << "'s";
  }
  const std::set<HomePathKind> left{HomePathKind::not_ours, HomePathKind::mail, HomePathKind::snapshot,
                                    HomePathKind::cache, HomePathKind::unknown};
  for (const std::string& path : facts_.dropped) EXPECT_TRUE(left.contains(classify_home_path(path).kind)) << path;
  for (const auto& book : facts_.roundcube) {
    EXPECT_EQ(classify_home_path(book.second.path).kind, HomePathKind::database) << book.second.path;
    EXPECT_EQ(classify_home_path(book.second.path + "-wal").kind, HomePathKind::companion) << book.second.path;
  }
  // Nothing else of the home is carried octet for octet, and a trace of an attack least of all.
  std::set<std::string> attacks;
  for (const files::directory_entry& entry : files::recursive_directory_iterator(home_)) {
    const std::string path = entry.path().lexically_relative(home_);
    const HomePath what = classify_home_path(path);
    if (what.kind == HomePathKind::attack) attacks.insert(entry.path().filename());
    if (what.kind != HomePathKind::opaque || !files::is_regular_file(entry.symlink_status())) continue;
    EXPECT_TRUE(facts_.files.contains(file_setting_id(path, what))) << path;
  }
  EXPECT_EQ(attacks,
            GetParam() ? std::set<std::string>({"mailer.php", "shadow.roottn.bak", "x.php"}) : std::set<std::string>());
}

INSTANTIATE_TEST_SUITE_P(Accounts, CpanelHomeFacts, ::testing::Bool(), [](const ::testing::TestParamInfo<bool>& kind) {
  return std::string(kind.param ? "Hostile" : "Plain");
});

}  // namespace
}  // namespace mailhaul::account::cpanel
