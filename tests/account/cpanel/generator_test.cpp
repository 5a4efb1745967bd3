// The accounts that other tests trust: what lies on the disk is what their facts say, by a reading that shares nothing
// with the program or the writer.
#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>

#include "support/cpanel_account.hpp"
#include "support/cpanel_archive.hpp"
#include "support/cpanel_facts.hpp"
#include "support/scratch_directory.hpp"

namespace mailhaul::support {
namespace {

namespace files = std::filesystem;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

bool is_poisoned(const std::string& text) { return text.find(AccountFacts::poison) != std::string::npos; }

std::set<std::string> names_below(const files::path& directory) {
  std::set<std::string> names;
  for (const files::directory_entry& entry : files::recursive_directory_iterator(directory))
    names.insert(entry.path().lexically_relative(directory));
  return names;
}

std::string without_slash(std::string name) {
  while (!name.empty() && name.back() == '/') name.pop_back();
  return name.starts_with("./") ? name.substr(2) : name;
}

using Reader = std::unique_ptr<archive, decltype(&::archive_read_free)>;

Reader reader() {
  Reader made(::archive_read_new(), &::archive_read_free);
  ::archive_read_support_filter_gzip(made.get());
  ::archive_read_support_format_tar(made.get());
  return made;
}

/// Name to content.
std::map<std::string, std::string> members_of(archive* opened) {
  std::map<std::string, std::string> members;
  // A warning: a name of the pax format that the locale has no letters for; it is there, octet for octet.
  for (archive_entry* entry = nullptr;;) {
    const int result = ::archive_read_next_header(opened, &entry);
    if (result == ARCHIVE_EOF) break;
    if (result < ARCHIVE_WARN) throw std::runtime_error(::archive_error_string(opened));
    std::string text(static_cast<std::size_t>(::archive_entry_size(entry)), '\0');
    const std::string name = without_slash(::archive_entry_pathname(entry));
    if (!text.empty())
      text.resize(
          static_cast<std::size_t>(std::max<la_ssize_t>(0, ::archive_read_data(opened, text.data(), text.size()))));
    if (!name.empty() && name != ".") members.emplace(name, std::move(text));
  }
  return members;
}

std::map<std::string, std::string> members_of(const std::string& path, ArchiveForm form) {
  std::vector<std::string> paths{path};
  if (form == ArchiveForm::parts) {
    paths.clear();
    for (const files::directory_entry& entry : files::directory_iterator(files::path(path).parent_path()))
      paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    EXPECT_GT(paths.size(), 9U);
  }
  std::vector<const char*> names;
  for (const std::string& one : paths) names.push_back(one.c_str());
  names.push_back(nullptr);
  const Reader opened = reader();
  EXPECT_EQ(::archive_read_open_filenames(opened.get(), names.data(), 65536), ARCHIVE_OK);
  std::map<std::string, std::string> members = members_of(opened.get());
  if (form != ArchiveForm::homedir_tar) return members;
  const std::string home = members.at("cpmove-alice/homedir.tar");
  const Reader inner = reader();
  EXPECT_EQ(::archive_read_open_memory(inner.get(), home.data(), home.size()), ARCHIVE_OK);
  for (auto& member : members_of(inner.get())) members.emplace("cpmove-alice/homedir/" + member.first, member.second);
  return members;
}

std::size_t contacts_in(const std::string& path) {
  sqlite3* opened = nullptr;
  ::sqlite3_open(path.c_str(), &opened);
  std::size_t count = 0;
  ::sqlite3_exec(
      opened, "SELECT email FROM contacts",
      [](void* to, int, char**, char**) {
        ++*static_cast<std::size_t*>(to);
        return 0;
      },
      &count, nullptr);
  ::sqlite3_close(opened);
  return count;
}

AccountPlan everything() {
  AccountPlan plan;
  plan.mdbox = plan.hostile = plan.suspended = true;
  return plan;
}

TEST(CpanelGenerator, MailOnTheDiskIsWhatTheFactsSay) {
  const ScratchDirectory directory("mailhaul-account");
  AccountPlan plan;
  plan.mdbox = true;
  const AccountFacts facts = make_cpanel_account(plan, directory / "a");
  EXPECT_EQ(mail_differences(facts, directory / "a/home/alice"), std::vector<std::string>());
  std::size_t messages = 0;
  std::size_t gzipped = 0;
  for (const auto& mailbox : facts.mailboxes) {
    EXPECT_EQ(files::is_directory(directory / ("a/home/alice/" + mailbox.second.path)), mailbox.second.has_directory)
        << mailbox.first;
    for (const ExpectedFolder& folder : mailbox.second.folders) {
      for (const ExpectedMessage& message : folder.messages) {
        EXPECT_FALSE(is_poisoned(message.mail.octets));
        ++messages;
        if (message.is_gzipped) ++gzipped;
      }
    }
  }
  EXPECT_GT(messages, 100U);
  EXPECT_GT(gzipped, 10U);
  EXPECT_GT(facts.mailboxes.size(), 10U);
}

TEST(CpanelGenerator, EveryChangeOfTheMailIsADifference) {
  const ScratchDirectory directory("mailhaul-account");
  const AccountFacts facts = make_cpanel_account({}, directory / "a");
  const std::string home = directory / "a/home/alice";
  const auto count = [&] { return mail_differences(facts, home).size(); };
  const ExpectedFolder& inbox = facts.mailboxes.at("info@example.com").folders.front();
  // Not the first: it is a second name of a message in another folder.
  const auto in_cur = std::find_if(inbox.messages.begin() + 1, inbox.messages.end(),
                                   [](const ExpectedMessage& m) { return m.uid != 0; });
  ASSERT_NE(in_cur, inbox.messages.end());
  const std::string message = home + '/' + in_cur->path;
  ASSERT_EQ(count(), 0U);

  // A flag or a date that is not the same is one message missing and one too many.
  files::rename(message, message + 'T');
  EXPECT_EQ(count(), 2U);
  files::rename(message + 'T', message);
  const auto date = files::last_write_time(message);
  files::last_write_time(message, date + std::chrono::seconds(1));
  EXPECT_EQ(count(), 2U);
  files::last_write_time(message, date);
  ASSERT_EQ(count(), 0U);
  files::remove(message);
  EXPECT_EQ(count(), 1U);
  files::remove(home + '/' + inbox.path + "/dovecot-uidlist");
  EXPECT_GT(count(), 2U);
  EXPECT_EQ(mail_differences(facts, home, Uids::ignored).size(), 1U);
  files::rename(home + "/mail/example.com/info/.spam", home + "/mail/example.com/info/.Spam");
  EXPECT_EQ(mail_differences(facts, home, Uids::ignored).size(), 3U);
  files::rename(home + "/mail/example.com/al", home + "/mail/example.com/Al");
  EXPECT_EQ(mail_differences(facts, home, Uids::ignored).size(), 5U);
}

TEST(CpanelGenerator, EveryChangeOfASettingIsADifference) {
  using store::SettingKind;
  const std::vector<store::Setting> none;
  const store::Setting quota{{"a@b.example", SettingKind::quota, ""}, store::Quota{5}};
  const store::Setting other{{"a@b.example", SettingKind::quota, ""}, store::Quota{6}};
  const store::Setting unlimited{{"a@b.example", SettingKind::quota, ""}, store::Quota{0}};
  EXPECT_EQ(setting_differences({quota}, {quota}), std::vector<std::string>());
  EXPECT_EQ(setting_differences({quota}, {other}).size(), 1U);
  EXPECT_EQ(setting_differences({quota}, none).size(), 1U);
  EXPECT_EQ(setting_differences(none, {quota}).size(), 1U);
  EXPECT_EQ(setting_differences({unlimited}, none), std::vector<std::string>());
  EXPECT_EQ(setting_differences({quota}, {quota, other}).size(), 1U);
}

TEST(CpanelGenerator, NoFolderWithMessagesIsMissingFromTheFacts) {
  const ScratchDirectory directory("mailhaul-account");
  const AccountFacts facts = make_cpanel_account({}, directory / "a");
  const std::string home = directory / "a/home/alice";
  std::set<std::string> known;
  for (const auto& mailbox : facts.mailboxes)
    for (const ExpectedFolder& folder : mailbox.second.folders) known.insert(folder.path);
  for (const std::string& name : names_below(home)) {
    if (!name.ends_with("/cur")) continue;
    EXPECT_TRUE(known.contains(name.substr(0, name.size() - 4))) << name;
  }
}

TEST(CpanelGenerator, DatabasesOfLoginsAreWhatTheFactsSay) {
  for (const bool suspended : {false, true}) {
    const ScratchDirectory directory("mailhaul-account");
    AccountPlan plan;
    plan.suspended = suspended;
    const AccountFacts facts = make_cpanel_account(plan, directory / "a");
    std::map<store::SettingId, store::SettingValue> settings;
    for (const store::Setting& setting : facts.settings)
      EXPECT_TRUE(settings.emplace(setting.id, setting.value).second) << setting.id.owner << ' ' << setting.id.name;
    std::map<std::string, std::string> hashes;
    for (const auto& mailbox : facts.mailboxes) {
      const std::size_t at = mailbox.first.find('@');
      if (at == std::string::npos || mailbox.second.format == ExpectedMailbox::Format::archive) continue;
      const std::string local_part = mailbox.first.substr(0, at);
      const std::string etc = directory / ("a/home/alice/etc/" + mailbox.first.substr(at + 1));
      const auto line_in = [&](const char* file) {
        for (const std::string& line : lines_of(inflated_content(etc + '/' + file)))
          if (line.starts_with(local_part + ':')) return line.substr(local_part.size() + 1);
        return std::string("none");
      };
      EXPECT_EQ(line_in("passwd") != "none", mailbox.second.has_login) << mailbox.first;
      const std::string shadow = line_in("shadow");
      ASSERT_EQ(shadow != "none", mailbox.second.has_password) << mailbox.first;
      if (!mailbox.second.has_password) continue;
      EXPECT_EQ(shadow.starts_with("*LOCKED*") && shadow.ends_with("*LOCKED*"), suspended);
      const store::SettingId id{mailbox.first, store::SettingKind::password, ""};
      hashes[mailbox.first] = std::get<store::Password>(settings.at(id)).hash;
      EXPECT_NE(shadow.find(hashes[mailbox.first]), std::string::npos) << mailbox.first;
    }
    EXPECT_NE(hashes.at("al@example.com"), hashes.at("sal@example.com"));
    EXPECT_EQ(settings.contains({"", store::SettingKind::suspension, ""}), suspended);
  }
}

TEST(CpanelGenerator, EveryForwarderStandsInItsFile) {
  const ScratchDirectory directory("mailhaul-account");
  const AccountFacts facts = make_cpanel_account(everything(), directory / "a");
  std::size_t count = 0;
  std::set<store::Destination::Kind> kinds;
  for (const store::Setting& setting : facts.settings) {
    const auto* forwarder = std::get_if<store::Forwarder>(&setting.value);
    if (forwarder == nullptr) continue;
    const std::string text = '\n' + inflated_content(directory / ("a/etc/valiases/" + setting.id.owner));
    EXPECT_NE(text.find('\n' + setting.id.name + ": " + forwarder->original), std::string::npos) << setting.id.name;
    for (const store::Destination& to : forwarder->to) kinds.insert(to.kind);
    ++count;
  }
  EXPECT_GT(count, 30U);
  EXPECT_EQ(kinds.size(), 8U) << "every kind but the unknown one";
}

TEST(CpanelGenerator, WhatIsCarriedHasNoPoisonAndWhatIsDroppedIsNothingElse) {
  const ScratchDirectory directory("mailhaul-account");
  const AccountFacts facts = make_cpanel_account(everything(), directory / "a");
  const std::string home = directory / "a/home/alice/";
  EXPECT_GT(facts.files.size(), 10U);
  for (const auto& file : facts.files) {
    EXPECT_TRUE(inflated_content(home + file.first.name) == file.second) << file.first.name;
    EXPECT_FALSE(is_poisoned(file.second)) << file.first.name;
  }
  EXPECT_GT(facts.dropped.size(), 20U);
  EXPECT_GT(poisoned_files(directory / "a/home/alice").size(), facts.dropped.size());
  for (const std::string& name : facts.dropped) EXPECT_TRUE(is_poisoned(inflated_content(home + name))) << name;
  std::size_t absolute = 0;
  for (const std::string& name : facts.derived_links) {
    ASSERT_TRUE(files::is_symlink(home + name)) << name;
    if (files::read_symlink(home + name).is_absolute()) ++absolute;
  }
  EXPECT_GT(absolute, 3U);
  EXPECT_GT(facts.derived_links.size(), absolute + 3);
}

TEST(CpanelGenerator, TheLastContactIsInTheWriteAheadLogAlone) {
  const ScratchDirectory directory("mailhaul-account");
  const AccountFacts facts = make_cpanel_account({}, directory / "a");
  ASSERT_EQ(facts.roundcube.size(), 2U);
  for (const auto& book : facts.roundcube) {
    const std::string path = directory / ("a/home/alice/" + book.second.path);
    files::copy_file(path, directory / (book.first + ".db"));
    EXPECT_EQ(contacts_in(directory / (book.first + ".db")), 1U);
    EXPECT_EQ(contacts_in(path), book.second.contacts.size());
  }
}

TEST(CpanelGenerator, SameSeedSameAccount) {
  const ScratchDirectory directory("mailhaul-account");
  AccountPlan plan;
  const AccountFacts first = make_cpanel_account(plan, directory / "a");
  const AccountFacts again = make_cpanel_account(plan, directory / "b");
  plan.seed = 2;
  const AccountFacts other = make_cpanel_account(plan, directory / "c");
  EXPECT_EQ(names_below(directory / "a"), names_below(directory / "b"));
  EXPECT_EQ(first.files, again.files);
  EXPECT_EQ(first.account_hash, again.account_hash);
  EXPECT_NE(first.account_hash, other.account_hash);
  EXPECT_NE(names_below(directory / "a"), names_below(directory / "c"));
}

TEST(CpanelGenerator, AttacksAreThereBySwitchAlone) {
  const ScratchDirectory directory("mailhaul-account");
  const AccountFacts good = make_cpanel_account({}, directory / "good");
  const AccountFacts bad = make_cpanel_account(everything(), directory / "bad");
  EXPECT_FALSE(files::exists(directory / "good/outside"));
  const auto fifos = [](const std::string& below) {
    const auto begin = files::recursive_directory_iterator(below);
    return std::count_if(begin, files::recursive_directory_iterator(),
                         [](const files::directory_entry& e) { return e.is_fifo(); });
  };
  EXPECT_EQ(fifos(directory / "good"), 0);
  EXPECT_EQ(fifos(directory / "bad"), 1);
  // Every mailbox of the account is there as well, with all its mail.
  for (const auto& mailbox : good.mailboxes) {
    ASSERT_TRUE(bad.mailboxes.contains(mailbox.first));
    for (const ExpectedFolder& folder : bad.mailboxes.at(mailbox.first).folders)
      for (const ExpectedMessage& message : folder.messages)
        EXPECT_TRUE(files::is_regular_file(directory / ("bad/home/alice/" + message.path))) << message.path;
  }
  EXPECT_GT(bad.remarks.size(), good.remarks.size() + 8);
}

TEST(CpanelGenerator, EveryArchiveHasTheWholeHome) {
  const ScratchDirectory directory("mailhaul-account");
  const AccountFacts facts = make_cpanel_account(everything(), directory / "a");
  const std::set<std::string> home = names_below(directory / "a/home/alice");
  for (const ArchiveForm form : all_archive_forms()) {
    const std::string name(to_string(form));
    const std::string path = pack_cpanel_account(facts, directory / "a", directory / ("packed-" + name), form);
    std::set<std::string> found;
    if (form == ArchiveForm::directory) {
      found = names_below(path);
    } else {
      const std::string top = form == ArchiveForm::without_top ? "" : "cpmove-alice/";
      for (const auto& member : members_of(path, form)) {
        EXPECT_TRUE((member.first + '/').starts_with(top)) << name << ' ' << member.first;
        found.insert(member.first.substr(std::min(top.size(), member.first.size())));
      }
    }
    std::set<std::string> homedir;
    for (const std::string& member : found)
      if (member.starts_with("homedir/")) homedir.insert(member.substr(8));
    EXPECT_EQ(homedir, home) << name;
    for (const char* member : {"cp/alice", "va/example.com", "vad/parked.example", "vf/addon.example", "userdata/main",
                               "shadow", "homedir_paths", "version", "pds", "suspended/alice"})
      EXPECT_TRUE(found.contains(member)) << name << ' ' << member;
    EXPECT_EQ(found.contains("homedir.tar"), form == ArchiveForm::homedir_tar) << name;
    EXPECT_FALSE(files::exists(directory / ("packed-" + name + "/.staging")));
  }
}

}  // namespace
}  // namespace mailhaul::support
