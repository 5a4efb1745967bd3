#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "account/cpanel/database_maker.hpp"
#include "account/cpanel/settings_reader.hpp"
#include "account/cpanel/target_machine.hpp"

namespace mailhaul::account::cpanel {
namespace {

using store::SettingId;
using store::SettingKind;

/// The account of that machine as a source.
class CpanelFiles : public TargetMachine {
 protected:
  CpanelFiles() { memory_.advance(std::chrono::seconds(10)); }

  /// Alias files are the account's in a directory of root's.
  static fs::Rules with_user() {
    fs::Rules rules;
    rules.more_owners = {user.uid};
    return rules;
  }
  [[nodiscard]] AccountPlaces places() { return {home_, &server_, AccountPlaces::Form::live, "b", "/home/b"}; }
  [[nodiscard]] SettingsReader reader(const store::Renaming* renaming = nullptr, const ReadingLimits& limits = {}) {
    return SettingsReader(places(), {room_, clock_, renaming}, findings_, limits);
  }
  static std::map<SettingId, store::SettingValue> by_id(const std::vector<store::Setting>& settings) {
    std::map<SettingId, store::SettingValue> out;
    for (const store::Setting& setting : settings) out.emplace(setting.id, setting.value);
    return out;
  }
  static std::size_t number_of(const std::vector<store::Setting>& settings, SettingKind kind) {
    return static_cast<std::size_t>(std::count_if(
        settings.begin(), settings.end(), [kind](const store::Setting& setting) { return setting.id.kind == kind; }));
  }
  /// Contents, by path.
  static std::map<std::string, std::string> contents(SettingsReader& reader, const std::set<SettingId>& ids) {
    std::map<std::string, std::string> out;
    reader.visit_files(ids, [&out](const SettingId& id, io::Source& content) {
      for (Bytes piece = content.read(); !piece.empty(); piece = content.read())
        out[id.name].append(reinterpret_cast<const char*>(piece.data()), piece.size());
    });
    return out;
  }
  [[nodiscard]] bool is_told(const std::string& part) const {
    return std::any_of(findings_.texts.begin(), findings_.texts.end(),
                       [&part](const std::string& text) { return text.find(part) != std::string::npos; });
  }

  ScratchRoom room_{};
  fs::DirectoryTree home_{fs::Directory::open_root(kernel_, entropy_, "/home/b", {})};
  fs::DirectoryTree server_{fs::Directory::open_root(kernel_, entropy_, "/", with_user())};
};

TEST_F(CpanelFiles, DatabaseIsCarriedAsOneCleanFileAndABadOneCostsNoOther) {
  const StoredDatabase stored = after({}, std::string("PRAGMA journal_mode=WAL;") + roundcube_schema);
  ASSERT_FALSE(stored.log.empty());
  const SettingId bad = of(SettingKind::file, "bad@example.com", "etc/example.com/bad.rcube.db");
  const SettingId bob = of(SettingKind::file, "old@example.com", "etc/example.com/old.rcube.db");
  const SettingId last = of(SettingKind::file, "sad@example.com", "etc/example.com/sad.rcube.db");
  put("/home/b/etc/example.com/bad.rcube.db", "SQLite format 3, no more");
  for (const char* const name : {"old", "sad"}) {
    put(std::string("/home/b/etc/example.com/") + name + ".rcube.db", stored.database);
    put(std::string("/home/b/etc/example.com/") + name + ".rcube.db-wal", stored.log);
  }
  memory_.advance(std::chrono::seconds(10));
  SettingsReader reader = this->reader();
  const auto settings = by_id(reader.read());
  EXPECT_EQ(settings.count(bad), 0U);
  EXPECT_FALSE(reader.is_complete());
  EXPECT_TRUE(is_told("bad.rcube.db: this database is not carried"));
  ASSERT_EQ(settings.count(bob), 1U);
  const auto& value = std::get<store::OpaqueFile>(settings.at(bob));
  const auto carried = contents(reader, {bad, bob, last});
  ASSERT_EQ(carried.size(), 2U);
  EXPECT_EQ(carried.count(bad.name), 0U);
  EXPECT_EQ(value.octets, carried.at(bob.name).size());
  EXPECT_FALSE(rows_of(carried.at(bob.name), "SELECT username FROM users").empty()) << "what was in the log";
}

TEST_F(CpanelFiles, MoreThanAnybodyNeedsAreSaidToBeLost) {
  memory_.put_directory("/home/b/.cphorde", user, 0700);
  for (const char* const name : {"a", "b", "c", "d"}) put(std::string("/home/b/.cphorde/") + name, name);
  ReadingLimits limits;
  limits.files = 4;
  SettingsReader all = reader(nullptr, limits);
  EXPECT_EQ(number_of(all.read(), SettingKind::file), 4U);
  EXPECT_TRUE(all.is_complete());
  limits.files = 3;
  SettingsReader some = reader(nullptr, limits);
  EXPECT_EQ(number_of(some.read(), SettingKind::file), 3U);
  EXPECT_FALSE(some.is_complete());
  EXPECT_TRUE(is_told("1 files beside the mail are not carried"));
}

TEST_F(CpanelFiles, MoreDirectoriesThanAnybodyNeedsAreNotGoneThrough) {
  for (const char* const path : {".cphorde", ".cphorde/a", ".cphorde/b", ".cphorde/b/c"})
    memory_.put_directory(std::string("/home/b/") + path, user, 0700);
  put("/home/b/.cphorde/b/c/d", "d");
  ReadingLimits limits;
  // Those of etc before them: a domain.
  limits.directories = 4;
  SettingsReader all = reader(nullptr, limits);
  EXPECT_EQ(number_of(all.read(), SettingKind::file), 1U);
  EXPECT_TRUE(all.is_complete());
  limits.directories = 3;
  SettingsReader some = reader(nullptr, limits);
  EXPECT_EQ(number_of(some.read(), SettingKind::file), 0U);
  EXPECT_FALSE(some.is_complete());
  EXPECT_TRUE(is_told("1 directories beside the mail are not carried"));
}

TEST_F(CpanelFiles, MailingListsInAnArchiveAreNoted) {
  memory_.put_directory("/mm", {}, 0755);
  memory_.put_directory("/mms", {}, 0755);
  for (const char* const name : {"mm/news_example.com", "mm/odd_name_example.com", "mm/secret_other.example",
                                 "mm/mailman", "mms/asleep_example.com"})
    memory_.put_directory(std::string("/") + name, {}, 0755);
  const AccountPlaces archive{home_, &server_, AccountPlaces::Form::archive, "b", "/home/b"};
  const auto found = by_id(SettingsReader(archive, {room_, clock_, nullptr}, findings_).read());
  std::set<std::string> lists;
  for (const auto& [id, value] : found)
    if (id.kind == SettingKind::note) lists.insert(id.owner + ' ' + id.name);
  EXPECT_EQ(lists, (std::set<std::string>{"example.com mailing list asleep", "example.com mailing list news",
                                          "example.com mailing list odd_name"}));
}

TEST_F(CpanelFiles, WhatIsMailmansOnALiveServerIsNotLookedInto) {
  for (const char* const directory : {"/usr", "/usr/local", "/usr/local/cpanel", "/usr/local/cpanel/3rdparty"})
    memory_.put_directory(directory, {}, 0755);
  memory_.put_directory("/usr/local/cpanel/3rdparty/mailman", {41, 41}, 0770);
  SettingsReader reader = this->reader();
  EXPECT_EQ(number_of(reader.read(), SettingKind::note), 0U);
  EXPECT_TRUE(reader.is_complete());
}

TEST_F(CpanelFiles, AFilterFileOfOldServersIsCarriedAsItIs) {
  put("/home/b/.filter", "old rules");
  SettingsReader reader = this->reader();
  const SettingId id = of(SettingKind::file, "", ".filter");
  EXPECT_EQ(by_id(reader.read()).count(id), 1U);
  EXPECT_EQ(contents(reader, {id}).at(".filter"), "old rules");
}

TEST_F(CpanelFiles, MoreMailboxesThanAnybodyHasAreSaidToBeLostThoseWithoutALoginFirst) {
  memory_.put_directory("/home/b/mail/example.com", user, 0751);
  for (const char* const name : {"a", "b"})
    memory_.put_directory(std::string("/home/b/mail/example.com/") + name, user, 0751);
  put("/home/b/etc/example.com/passwd", "old:x:1:1::/h:/s\nsad:x:1:1::/h:/s\n");
  ReadingLimits limits;
  limits.mailboxes_of_a_domain = 4;
  SettingsReader all = reader(nullptr, limits);
  EXPECT_EQ(number_of(all.read(), SettingKind::mailbox), 4U);
  EXPECT_TRUE(all.is_complete());
  limits.mailboxes_of_a_domain = 3;
  SettingsReader some = reader(nullptr, limits);
  const auto settings = by_id(some.read());
  EXPECT_FALSE(some.is_complete());
  EXPECT_TRUE(is_told("there are 4 mailboxes, of which 3 are carried"));
  for (const char* const name : {"a", "old", "sad"})
    EXPECT_EQ(settings.count(of(SettingKind::mailbox, std::string(name) + "@example.com")), 1U) << name;
  EXPECT_EQ(settings.count(of(SettingKind::mailbox, "b@example.com")), 0U);
  limits.mailboxes_of_a_domain = 1;
  SettingsReader one = reader(nullptr, limits);
  EXPECT_EQ(by_id(one.read()).count(of(SettingKind::mailbox, "old@example.com")), 1U);
}

TEST_F(CpanelFiles, ServersFilesOfADomainThatOnlyADirectoryClaimsAreNotRead) {
  for (const char* const domain : {"other.example", "none.example"})
    memory_.put_directory(std::string("/home/b/mail/") + domain, user, 0751);
  memory_.put_file("/etc/valiases/other.example", "boss@other.example: secret@example.org\n", {}, 0644);
  memory_.put_file("/etc/vdomainaliases/other.example", "other.example: secret.example\n", {}, 0644);
  memory_.put_file("/etc/vfilters/other.example", "# Exim filter\nsave /secret\n", {}, 0644);
  put("/home/b/etc/example.com/passwd", "old:x:1:1::/h:/s\n");
  SettingsReader source = reader();
  for (const store::Setting& setting : source.read()) {
    EXPECT_EQ(store::summary(setting.value).find("secret"), std::string::npos) << setting.id.owner;
    EXPECT_EQ(store::comparable(setting.value).find("secret"), std::string::npos) << setting.id.owner;
  }
  EXPECT_FALSE(source.is_complete());
  EXPECT_TRUE(is_told("etc/valiases/other.example: not read"));
  EXPECT_FALSE(is_told("etc/valiases/none.example"));
}

TEST_F(CpanelFiles, ForwardFileIsWhatTheTargetCallsThings) {
  put("/home/b/.forward", "\\b, bob@example.com\n|/home/b/bin/x\n");
  put("/home/b/.contactemail", "bob@example.com\n");
  const SettingId forward = of(SettingKind::file, "", ".forward");
  const SettingId contact = of(SettingKind::file, "", ".contactemail");
  const std::string wanted = "\\c, bob@new.example\n|/home/c/bin/x\n";
  const store::Renaming renaming{{{"example.com", "new.example"}}, {{"b", "c"}}, {"/home/b"}, "/home/c"};
  SettingsReader reader = this->reader(&renaming);
  const auto settings = by_id(reader.read());
  const auto carried = contents(reader, {forward, contact});
  EXPECT_EQ(carried.at(".forward"), wanted);
  EXPECT_EQ(carried.at(".contactemail"), "bob@example.com\n");
  EXPECT_TRUE(is_told("|/home/b/bin/x -> |/home/c/bin/x"));
  // The target, which is read without a renaming, has the same then.
  put("/home/b/.forward", wanted);
  SettingsReader there = this->reader();
  EXPECT_EQ(store::comparable(settings.at(forward)), store::comparable(by_id(there.read()).at(forward)));
}

TEST_F(CpanelFiles, ForwardFileThatIsTooLongForThatIsNotCarried) {
  put("/home/b/.forward", std::string(control_file_limit + 1, 'x'));
  const SettingId forward = of(SettingKind::file, "", ".forward");
  const store::Renaming renaming{{}, {{"b", "c"}}, {}, {}};
  SettingsReader reader = this->reader(&renaming);
  EXPECT_EQ(by_id(reader.read()).count(forward), 0U);
  EXPECT_FALSE(reader.is_complete());
  EXPECT_TRUE(is_told(".forward: it is too long"));
  EXPECT_TRUE(contents(reader, {forward}).empty());
}

}  // namespace
}  // namespace mailhaul::account::cpanel
