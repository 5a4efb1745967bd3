#include "account/cpanel/list_files.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "account/cpanel/settings_reader.hpp"
#include "mailhaul/account/cpanel/packed_account.hpp"
#include "mailhaul/account/cpanel/settings.hpp"
#include "mailhaul/base/entropy.hpp"
#include "mailhaul/fs/directory_tree.hpp"
#include "support/cpanel_archive.hpp"
#include "support/memory_kernel.hpp"
#include "support/scratch_directory.hpp"

namespace mailhaul::account::cpanel {
namespace {

using store::Destination;
using store::SettingKind;
using Kind = Destination::Kind;
using Strings = std::vector<std::string>;

class Ignored final : public Findings {
 public:
  void add(const Finding& /*finding*/) override {}
};

/// A tree that another one stands behind.
class TreeBefore : public io::Tree {
 public:
  explicit TreeBefore(io::Tree& under) : under_(under) {}
  [[nodiscard]] io::Node look_at(const std::string& path) override { return under_.look_at(path); }
  void list(const std::string& path, const std::function<void(const std::string&, io::NodeKind)>& take) override {
    under_.list(path, take);
  }
  [[nodiscard]] std::optional<std::string> read(const std::string& path, std::uint64_t limit_octets) override {
    return under_.read(path, limit_octets);
  }
  void visit(const std::set<std::string>& paths,
             const std::function<void(const std::string&, io::Source&)>& take) override {
    under_.visit(paths, take);
  }
  [[nodiscard]] const std::string& place() const override { return under_.place(); }

 private:
  io::Tree& under_;
};

/// A home whose files are counted as they are opened.
class CountedTree final : public TreeBefore {
 public:
  using TreeBefore::TreeBefore;
  void visit(const std::set<std::string>& paths,
             const std::function<void(const std::string&, io::Source&)>& take) override {
    ++visits;
    TreeBefore::visit(paths, [&](const std::string& path, io::Source& content) {
      ++opened[path];
      take(path, content);
    });
  }

  std::size_t visits = 0;
  std::map<std::string, std::size_t> opened{};
};

/// /home/b of user 1001, whom the server's other files are not.
class ListFiles : public ::testing::Test {
 protected:
  static constexpr fs::Owner user{1001, 1002};

  ListFiles() {
    for (const char* const path : {"/home", "/home/bob"}) memory_.put_directory(path, {}, 0755);
    memory_.put_directory("/home/b", user, 0700);
    memory_.put_file("/secret", "root@o.example\n", {}, 0600);
    memory_.put_file("/home/bob/list", "bob@o.example\n", {1003, 1003}, 0644);
  }

  void put(const std::string& name, const std::string& text) { memory_.put_file("/home/b/" + name, text, user, 0600); }
  static store::Setting forward(const std::string& name, const std::vector<std::string>& paths) {
    store::Forwarder forwarder;
    for (const std::string& path : paths) forwarder.to.push_back({Kind::include, path});
    return {{"example.com", SettingKind::forwarder, name}, forwarder};
  }
  /// As readers get them.
  std::vector<store::Setting> read(std::vector<store::Setting> settings, const ListLimits& limits = {}) {
    fs::Rules rules;
    fs::DirectoryTree home(fs::Directory::open_root(memory_, entropy_, "/home/b", rules));
    counted_ = std::make_unique<CountedTree>(home);
    read_lists(settings, *counted_, homes_, limits);
    return settings;
  }
  static const store::ListFile& list_of(const store::Setting& setting, const std::string& path) {
    static const store::ListFile none{{}, "nobody looked at it"};
    const auto& lists = std::get<store::Forwarder>(setting.value).lists;
    const auto list = lists.find(path);
    return list == lists.end() ? none : list->second;
  }
  store::ListFile read_one(const std::string& path, const ListLimits& limits = {}) {
    return list_of(read({forward("a", {path})}, limits).front(), path);
  }

  support::MemoryKernel memory_{};
  SystemEntropy entropy_{};
  Strings homes_{"/home/b", "/home2/b/"};
  std::unique_ptr<CountedTree> counted_{};
};

TEST_F(ListFiles, BelowTheHomeAreReadByEachOfItsPaths) {
  put("list", "a@o.example\nacct\n");
  memory_.put_directory("/home/b/lists", user, 0700);
  put("lists/all of us", "# all\nb@o.example\n");
  EXPECT_EQ(read_one("/home/b/list").members, (Strings{"a@o.example", "acct"}));
  EXPECT_EQ(read_one("/home2/b/list").members, (Strings{"a@o.example", "acct"}));
  EXPECT_EQ(read_one("/home/b//lists/all of us").members, Strings{"b@o.example"});
  put("list", "");
  const store::ListFile empty = read_one("/home/b/list");
  EXPECT_EQ(empty.members, Strings());
  EXPECT_EQ(empty.why_not, "") << "that nobody is in it is known";
}

TEST_F(ListFiles, OfWhatACustomerCanNameOnlyHisOwnPlainFilesAreRead) {
  memory_.put_directory("/home/b/dir", user, 0700);
  memory_.put_symlink("/home/b/link", "/secret", user);
  memory_.put_symlink("/home/b/link-to-own", "own", user);
  memory_.put_symlink("/home/b/way", "/home/bob", user);
  memory_.put_special("/home/b/fifo", fs::EntryKind::fifo, user);
  memory_.put_special("/home/b/device", fs::EntryKind::device, user);
  memory_.put_file("/home/b/roots", "root@o.example\n", {}, 0644);
  memory_.put_link("/home/b/hard", "/secret");
  put("own", "a@o.example\n");
  put("program", "a@o.example\n|/bin/x\n");
  put("nested", "a@o.example\n:include:/home/b/own\n");
  const struct {
    std::string path;
    const char* why_not;
  } table[] = {
      {"/secret", "outside"},
      {"/etc/shadow", "outside"},
      {"/home/bob/list", "outside"},
      {"/home/b", "outside"},
      {"/home/b/", "no plain file"},
      {"home/b/own", "outside"},
      {"", "outside"},
      {"/home/b/../../secret", "'..'"},
      {"/home/b/dir/../own", "'..'"},
      {"/home/b/./own", "'.'"},
      {"/home/bob/../b/own", "outside"},
      {std::string("/home/b/own\0x", 13), "control"},
      {"/home/b/own\n", "control"},
      {"/home/b/missing", "no such file"},
      {"/home/b/own/x", "no such file"},
      {"/home/b/" + std::string(300, 'x'), ""},
      {"/home/b/dir", "no plain file"},
      {"/home/b/link", "link"},
      {"/home/b/link-to-own", "link"},
      {"/home/b/way/list", "no such file"},
      {"/home/b/fifo", "no plain file"},
      {"/home/b/device", "no plain file"},
      {"/home/b/roots", "can't be read"},
      {"/home/b/hard", "can't be read"},
      {"/home/b/program", "its line 2 holds a program"},
      {"/home/b/nested", "its line 2 holds another list"},
  };
  for (const auto& row : table) {
    const store::ListFile list = read_one(row.path);
    EXPECT_EQ(list.members, Strings()) << row.path;
    EXPECT_FALSE(list.why_not.empty()) << row.path;
    EXPECT_NE(list.why_not.find(row.why_not), std::string::npos) << row.path << ": " << list.why_not;
  }
  EXPECT_EQ(memory_.devices_opened(), 0U);
  EXPECT_EQ(memory_.open_descriptors(), 0U);

  // All at once: what is wrong with one costs the others nothing.
  Strings paths{"/home/b/own"};
  for (const auto& row : table) paths.push_back(row.path);
  const store::Setting setting = read({forward("a", paths)}).front();
  EXPECT_EQ(list_of(setting, "/home/b/own").members, Strings{"a@o.example"});
  for (const auto& row : table) {
    EXPECT_EQ(list_of(setting, row.path).members, Strings()) << row.path;
    EXPECT_FALSE(list_of(setting, row.path).why_not.empty()) << row.path;
  }
}

TEST_F(ListFiles, WhatBecomesALinkBetweenTheLookAndTheReadIsNotFollowed) {
  put("list", "a@o.example\n");
  fs::DirectoryTree home(fs::Directory::open_root(memory_, entropy_, "/home/b", {}));
  /// It swaps the file as soon as it was looked at.
  class Swapped final : public TreeBefore {
   public:
    Swapped(io::Tree& under, std::function<void()> swap) : TreeBefore(under), swap_(std::move(swap)) {}
    [[nodiscard]] io::Node look_at(const std::string& path) override {
      const io::Node node = TreeBefore::look_at(path);
      swap_();
      return node;
    }

   private:
    std::function<void()> swap_;
  };
  const std::vector<std::function<void()>> swaps{
      [&] { memory_.put_symlink("/home/b/list", "/secret", user); },
      [&] { memory_.put_special("/home/b/list", fs::EntryKind::fifo, user); },
      [&] { put("list", std::string((std::size_t{1} << 20U) + 1, ',')); },
  };
  for (const auto& swap : swaps) {
    memory_.remove("/home/b/list");
    put("list", "a@o.example\n");
    Swapped tree(home, [&] {
      memory_.remove("/home/b/list");
      swap();
    });
    std::vector<store::Setting> settings{forward("a", {"/home/b/list"})};
    read_lists(settings, tree, homes_);
    EXPECT_EQ(list_of(settings.front(), "/home/b/list").members, Strings());
    EXPECT_FALSE(list_of(settings.front(), "/home/b/list").why_not.empty());
  }
}

TEST_F(ListFiles, EachIsReadOnceHoweverOftenItIsNamed) {
  put("list", "a@o.example\n");
  put("other", "b@o.example\n");
  std::vector<store::Setting> settings;
  for (int i = 0; i < 50; ++i)
    settings.push_back(forward("f" + std::to_string(i), {"/home/b/list", "/home/b//list", "/home2/b/other"}));
  for (const store::Setting& setting : read(settings)) {
    EXPECT_EQ(list_of(setting, "/home/b/list").members, Strings{"a@o.example"});
    EXPECT_EQ(list_of(setting, "/home/b//list").members, Strings{"a@o.example"});
    EXPECT_EQ(list_of(setting, "/home2/b/other").members, Strings{"b@o.example"});
  }
  EXPECT_EQ(counted_->visits, 1U);
  EXPECT_EQ(counted_->opened, (std::map<std::string, std::size_t>{{"list", 1}, {"other", 1}}));
}

TEST_F(ListFiles, AnAccountWithoutListsIsNotGoneThroughForThem) {
  const store::Setting plain{{"example.com", SettingKind::forwarder, "a"},
                             store::Forwarder{{{Kind::address, "/home/b/x@o.example"}}, {}}};
  EXPECT_TRUE(std::get<store::Forwarder>(read({plain}).front().value).lists.empty());
  EXPECT_EQ(counted_->visits, 0U);
  EXPECT_EQ(read_one("/etc/passwd").why_not, "it lies outside of the account's home");
  EXPECT_EQ(counted_->visits, 0U);
}

TEST_F(ListFiles, StayWithinEachLimit) {
  put("two", "a@o.example\nb@o.example\n");
  put("three", "a@o.example\nb@o.example\nc@o.example\n");
  ListLimits octets;
  octets.octets = 24;
  EXPECT_EQ(read_one("/home/b/two", octets).members.size(), 2U);
  EXPECT_NE(read_one("/home/b/three", octets).why_not.find("larger than 24 octets"), std::string::npos);
  ListLimits members;
  members.members = 2;
  EXPECT_EQ(read_one("/home/b/two", members).members.size(), 2U);
  EXPECT_NE(read_one("/home/b/three", members).why_not.find("more than 2 addresses"), std::string::npos);

  ListLimits files;
  files.files = 1;
  const store::Setting both = read({forward("a", {"/home/b/two", "/home/b/three", "/home2/b/two"})}, files).front();
  EXPECT_EQ(list_of(both, "/home/b/two").members.size(), 2U);
  EXPECT_EQ(list_of(both, "/home2/b/two").members.size(), 2U) << "the same file";
  EXPECT_NE(list_of(both, "/home/b/three").why_not.find("more than 1 lists"), std::string::npos);

  // Named by many, one file would become as many lists of the target.
  ListLimits all;
  all.members_of_account = 4;
  const auto named =
      read({forward("a", {"/home/b/two"}), forward("b", {"/home/b/two"}), forward("c", {"/home/b/two"})}, all);
  EXPECT_EQ(list_of(named[0], "/home/b/two").members.size(), 2U);
  EXPECT_EQ(list_of(named[1], "/home/b/two").members.size(), 2U);
  EXPECT_NE(list_of(named[2], "/home/b/two").why_not.find("more than 4 addresses"), std::string::npos);
  const auto files_of_all = read({forward("a", {"/home/b/three"}), forward("b", {"/home/b/two"})}, all);
  EXPECT_EQ(list_of(files_of_all[0], "/home/b/three").members.size(), 3U);
  EXPECT_NE(list_of(files_of_all[1], "/home/b/two").why_not.find("more than 4 addresses"), std::string::npos);
}

/// Generated accounts on a disk, in each form; one of their forwarders names a list.
class ListFilesOfAccounts : public ::testing::Test {
 protected:
  ListFilesOfAccounts() {
    support::AccountPlan plan;
    plan.messages_a_folder = 1;
    facts_ = support::make_cpanel_account(plan, path_ + "/a");
  }
  static store::Forwarder included_in(const std::vector<store::Setting>& settings) {
    for (const store::Setting& setting : settings)
      if (setting.id.kind == SettingKind::forwarder && setting.id.name == "included@example.com")
        return std::get<store::Forwarder>(setting.value);
    return {};
  }
  void expect_included(const std::vector<store::Setting>& settings, const std::string& what) const {
    const store::Forwarder forwarder = included_in(settings);
    const std::string path = facts_.plan.home + "/list.txt";
    ASSERT_EQ(forwarder.to, (std::vector<Destination>{{Kind::include, path}})) << what;
    ASSERT_EQ(forwarder.lists.count(path), 1U) << what;
    EXPECT_EQ(forwarder.lists.at(path).why_not, "") << what;
    EXPECT_EQ(forwarder.lists.at(path).members, Strings{"included@other.example"}) << what;
  }
  [[nodiscard]] LiveAccount live() {
    fs::Rules rules;
    return {fs::Directory::open_root(kernel_, entropy_, path_ + "/a" + facts_.plan.home, rules),
            fs::Directory::open_root(kernel_, entropy_, path_ + "/a", rules),
            facts_.plan.user,
            facts_.plan.home,
            {facts_.plan.home},
            {}};
  }

  support::ScratchDirectory directory_{"mailhaul-lists"};
  const std::string& path_ = directory_.path();
  support::AccountFacts facts_{};
  fs::PosixKernel kernel_;
  SystemEntropy entropy_;
  SystemClock clock_;
  Ignored findings_;
  formats::UniqueInstants instants_{clock_.now()};
  formats::Context context_{kernel_, entropy_, clock_, findings_, instants_, "host", 1};
};

TEST_F(ListFilesOfAccounts, OfALiveOneAreRead) {
  expect_included(open_settings(context_, live(), nullptr)->read(), "live");
}

TEST_F(ListFilesOfAccounts, OfEachFormOfAnArchiveAreRead) {
  for (const support::ArchiveForm form : support::all_archive_forms()) {
    const std::string name(support::to_string(form));
    const std::string file = support::pack_cpanel_account(facts_, path_ + "/a", path_ + "/packed-" + name, form);
    const auto account = PackedAccount::open(context_, file, {}, {});
    expect_included(open_settings(context_, account, std::nullopt, nullptr)->read(), name);
  }
}

TEST_F(ListFilesOfAccounts, AFileOfAGigabyteOfNothingIsNotRead) {
  const std::string list = path_ + "/a" + facts_.plan.home + "/list.txt";
  std::filesystem::resize_file(list, std::uintmax_t{1} << 30U);
  const store::Forwarder forwarder = included_in(open_settings(context_, live(), nullptr)->read());
  ASSERT_EQ(forwarder.lists.size(), 1U);
  EXPECT_EQ(forwarder.lists.begin()->second.why_not, "it is larger than 1048576 octets");
}

}  // namespace
}  // namespace mailhaul::account::cpanel
