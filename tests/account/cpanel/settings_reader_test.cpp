#include "account/cpanel/settings_reader.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "mailhaul/formats/archive/archive.hpp"
#include "mailhaul/fs/directory_tree.hpp"
#include "mailhaul/io/sub_tree.hpp"
#include "support/cpanel_archive.hpp"
#include "support/cpanel_facts.hpp"
#include "support/scratch_directory.hpp"

namespace mailhaul::account::cpanel {
namespace {

using store::SettingKind;
using support::ArchiveForm;

class Collected final : public Findings {
 public:
  void add(const Finding& finding) override { all.push_back(finding); }
  std::vector<Finding> all{};
};

/// An account on a disk, and readers of each form of it.
class CpanelSettings : public ::testing::TestWithParam<bool> {
 protected:
  CpanelSettings() {
    support::AccountPlan plan;
    plan.messages_a_folder = 1;
    plan.hostile = plan.suspended = GetParam();
    facts_ = support::make_cpanel_account(plan, path_ + "/a");
  }

  [[nodiscard]] fs::Directory directory(const std::string& path) {
    return fs::Directory::open_root(kernel_, entropy_, path, {});
  }
  /// All but files, and those apart.
  void expect_facts(SettingsReader& reader, const std::vector<store::Setting>& wanted) {
    std::vector<store::Setting> beside_files;
    std::map<store::SettingId, store::OpaqueFile> found_files;
    for (store::Setting& setting : reader.read()) {
      if (setting.id.kind == SettingKind::file)
        found_files.emplace(setting.id, std::get<store::OpaqueFile>(setting.value));
      else
        beside_files.push_back(std::move(setting));
    }
    // A directory like any other; that nothing may be read through the link in it is the mail reader's to say.
    if (GetParam())
      std::erase_if(beside_files, [](const store::Setting& setting) { return setting.id.owner == "evil@example.com"; });
    EXPECT_EQ(support::setting_differences(wanted, beside_files), std::vector<std::string>());
    std::set<store::SettingId> all;
    for (const auto& [id, content] : facts_.files) {
      ASSERT_EQ(found_files.count(id), 1U) << id.owner << ' ' << id.name;
      EXPECT_EQ(found_files[id].octets, content.size()) << id.name;
      all.insert(id);
    }
    std::size_t databases = 0;
    for (const auto& found : found_files)
      databases += static_cast<std::size_t>(
          std::count_if(facts_.roundcube.begin(), facts_.roundcube.end(),
                        [&](const auto& database) { return database.second.path == found.first.name; }));
    EXPECT_EQ(databases, facts_.roundcube.size());
    EXPECT_EQ(found_files.size(), facts_.files.size() + databases) << "and no others";
    std::size_t visited = 0;
    const std::map<store::SettingId, std::string>& wanted_files = facts_.files;
    reader.visit_files(all, [&](const store::SettingId& id, io::Source& content) {
      std::string text;
      for (Bytes piece = content.read(); !piece.empty(); piece = content.read())
        text.append(reinterpret_cast<const char*>(piece.data()), piece.size());
      EXPECT_EQ(text, wanted_files.at(id)) << id.name;
      ++visited;
    });
    EXPECT_EQ(visited, all.size());
  }
  support::ScratchDirectory directory_{"mailhaul-settings"};
  const std::string& path_ = directory_.path();
  support::AccountFacts facts_{};
  fs::PosixKernel kernel_;
  SystemEntropy entropy_;
  Collected findings_;
  SystemClock clock_;
  ScratchRoom room_{};
  WebmailRoom webmail_{room_, clock_, nullptr};
};

TEST_P(CpanelSettings, OfALiveAccountAreReadWhole) {
  fs::DirectoryTree home(directory(path_ + "/a" + facts_.plan.home));
  fs::DirectoryTree server(directory(path_ + "/a"));
  SettingsReader reader({home, &server, AccountPlaces::Form::live, facts_.plan.user, facts_.plan.home}, webmail_,
                        findings_);
  expect_facts(reader, facts_.settings);
  EXPECT_TRUE(reader.is_complete() || GetParam());
}

TEST_P(CpanelSettings, OfADirectoryThatABackupIsAreReadWhole) {
  const std::string top = support::pack_cpanel_account(facts_, path_ + "/a", path_ + "/packed", ArchiveForm::directory);
  fs::DirectoryTree home(directory(top + "/homedir"));
  fs::DirectoryTree server(directory(top));
  SettingsReader reader({home, &server, AccountPlaces::Form::archive, facts_.plan.user, facts_.plan.home}, webmail_,
                        findings_);
  expect_facts(reader, support::settings_in_archive(facts_));
}

TEST_P(CpanelSettings, OfEachFormOfAnArchiveAreReadWhole) {
  for (const ArchiveForm form : support::all_archive_forms()) {
    if (form == ArchiveForm::directory) continue;
    SCOPED_TRACE(support::to_string(form));
    const std::string file = support::pack_cpanel_account(
        facts_, path_ + "/a", path_ + "/packed-" + std::string(support::to_string(form)), form);
    SystemClock clock;
    formats::UniqueInstants instants(clock.now());
    formats::Context context{kernel_, entropy_, clock, findings_, instants, "host", 1};
    formats::archive::Options options;
    options.root_marks = {"cp", "homedir", "homedir.tar"};
    const auto archive = formats::archive::Archive::open(context, file, {}, options);
    const auto tree = archive->tree();
    io::SubTree home(*tree, "homedir");
    SettingsReader reader({home, tree.get(), AccountPlaces::Form::archive, facts_.plan.user, facts_.plan.home},
                          webmail_, findings_);
    expect_facts(reader, support::settings_in_archive(facts_));
  }
}

INSTANTIATE_TEST_SUITE_P(Accounts, CpanelSettings, ::testing::Bool(), [](const ::testing::TestParamInfo<bool>& kind) {
  return std::string(kind.param ? "Hostile" : "Plain");
});

}  // namespace
}  // namespace mailhaul::account::cpanel
