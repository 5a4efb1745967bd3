// Days after the first move both ends have changed: who changed what, and what each run makes of it (safety.md 4). A
// run that is killed in the middle is gone on with.
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <sstream>

#include "cli/account_move.hpp"
#include "support/cpanel_facts.hpp"

namespace mailhaul::black_box {
namespace {

using store::SettingId;
using store::SettingKind;

SettingId forwarder(const std::string& local_part) {
  return {"renamed.example", SettingKind::forwarder, local_part + "@renamed.example"};
}

class AccountDays : public AccountMove {
 protected:
  void SetUp() override {
    support::AccountPlan plan;
    plan.messages_a_folder = 1;
    make_accounts(plan);
    move();
  }

  [[nodiscard]] std::string aliases_at_source() const { return source_root() + "/etc/valiases/example.com"; }
  [[nodiscard]] std::string aliases_at_target() const { return target_root() + "/etc/valiases/renamed.example"; }
  [[nodiscard]] std::string lists_at_source() const { return source_home() + "/etc/example.com"; }
  [[nodiscard]] std::string lists_at_target() const { return target_home() + "/etc/renamed.example"; }
  /// The line of a key, replaced; no new one: taken away.
  static void change_line(const std::string& path, const std::string& key, const std::optional<std::string>& line) {
    edit(path, [&](const std::string& text) {
      std::istringstream in(text);
      std::string out;
      bool is_found = false;
      for (std::string old; std::getline(in, old);) {
        const bool is_it = old.compare(0, key.size() + 1, key + ':') == 0;
        if (is_it && !is_found && line) out += *line + '\n';
        if (!is_it) out += old + '\n';
        is_found = is_found || is_it;
      }
      if (!is_found && line) out += *line + '\n';
      EXPECT_TRUE(is_found || line) << key << " in " << path;
      return out;
    });
  }
  static void change_password(const std::string& lists, const std::string& local_part, const std::string& hash) {
    change_line(lists + "/shadow", local_part, local_part + ':' + hash + ":19999::::::");
  }

  [[nodiscard]] std::string hash_of(const std::string& address) const {
    return value_at_target<store::Password>({address, SettingKind::password, {}}).hash;
  }
  /// What a forwarder leads to at the target, each with a blank behind it; "-" where there is none.
  [[nodiscard]] std::string led_to(const std::string& local_part) const {
    const auto value = setting_at_target(forwarder(local_part));
    if (!value) return "-";
    std::string all;
    for (const store::Destination& to : std::get<store::Forwarder>(*value).to) all += to.text + ' ';
    return all;
  }
  /// Whatever the source's owner took away.
  void take_away_at_source() {
    change_line(aliases_at_source(), "void@example.com", std::nullopt);
    for (const char* list : {"/passwd", "/shadow", "/quota"})
      change_line(lists_at_source() + list, "newcomer", std::nullopt);
    std::filesystem::remove(source_home() + "/.autorespond/bob@example.com");
    std::filesystem::remove(source_home() + "/.autorespond/bob@example.com.json");
    std::filesystem::remove(source_home() + "/.autorespond/bob@example.com.conf");
  }
  void expect_all_are_there() const {
    EXPECT_NE(led_to("void"), "-");
    EXPECT_NE(hash_of("newcomer@renamed.example"), "");
    EXPECT_TRUE(exists(target_home() + "/.autorespond/bob@renamed.example"));
  }
};

TEST_F(AccountDays, ChangesOfOneEndAreKeptOrTakenAndOfBothTheTargetsStays) {
  // The second day: the customer at the target.
  change_password(lists_at_target(), "bob", "$6$target$bob");
  append_file(aliases_at_target(), "added@renamed.example: z@other.example\n");
  change_line(aliases_at_target(), "plus+list@renamed.example", std::nullopt);
  replace(target_home() + "/.autorespond/info@renamed.example", "Ich bin weg.", "Ich bin wieder da.");
  // And at the source, where mail still comes in.
  change_password(lists_at_source(), "sal", "$6$source$sal");
  change_line(lists_at_source() + "/quota", "al", "al:777");
  change_line(aliases_at_source(), "comma@example.com", "comma@example.com: only@other.example");
  append_file(aliases_at_source(), "late@example.com: bob@example.com\n");
  replace(source_home() + "/.autorespond/away@parked.example", "Away.", "Still away.");
  write_file(source_home() + "/.spamassassin/user_prefs", "required_score 7\n");
  // Both.
  change_line(aliases_at_source(), "team@example.com", "team@example.com: source@other.example");
  change_line(aliases_at_target(), "team@renamed.example", "team@renamed.example: target@other.example");
  change_password(lists_at_source(), "a.b", "$6$source$ab");
  change_password(lists_at_target(), "a.b", "$6$target$ab");

  const auto expect_all_is_as_it_should = [this] {
    EXPECT_EQ(hash_of("bob@renamed.example"), "$6$target$bob");
    EXPECT_EQ(led_to("added"), "z@other.example ");
    EXPECT_EQ(led_to("plus+list"), "-");
    EXPECT_TRUE(holds(read_file(target_home() + "/.autorespond/info@renamed.example"), "wieder da"));
    EXPECT_EQ(hash_of("sal@renamed.example"), "$6$source$sal");
    EXPECT_EQ(value_at_target<store::Quota>({"al@renamed.example", SettingKind::quota, {}}).octets, 777U);
    EXPECT_EQ(led_to("comma"), "only@other.example ");
    EXPECT_EQ(led_to("late"), "bob@renamed.example ");
    EXPECT_TRUE(holds(read_file(target_home() + "/.autorespond/away@parked.example"), "Still away."));
    EXPECT_EQ(read_file(target_home() + "/.spamassassin/user_prefs"), "required_score 7\n");
    EXPECT_EQ(led_to("team"), "target@other.example ");
    EXPECT_EQ(hash_of("a.b@renamed.example"), "$6$target$ab");
  };
  const Result second = move();
  EXPECT_EQ(second.status, status::settings_missing) << second.err;
  expect_all_is_as_it_should();
  for (const char* line : {"forwarder renamed.example team@renamed.example: changed at both ends",
                           "password a.b@renamed.example: changed at both ends"})
    EXPECT_TRUE(holds(second.out, line));
  EXPECT_FALSE(holds(second.out, "$6$target$ab"));
  EXPECT_FALSE(holds(second.out, "$6$source$ab"));

  // The third day nothing happened. The fourth both agree on what they had changed, and the target's responder goes.
  const Traces before = traces_of(target_root());
  move();
  EXPECT_EQ(touched(before, traces_of(target_root())), std::vector<std::string>());
  change_line(aliases_at_target(), "team@renamed.example", "team@renamed.example: source@other.example");
  std::filesystem::remove(target_home() + "/.autorespond/away@parked.example");
  const Result fourth = move();
  EXPECT_EQ(led_to("team"), "source@other.example ");
  EXPECT_FALSE(exists(target_home() + "/.autorespond/away@parked.example")) << "removed at the target stays removed";
  EXPECT_FALSE(holds(fourth.out, "team@renamed.example: changed"));
  // So from the fifth on the source's changes of it are taken again.
  change_line(aliases_at_source(), "team@example.com", "team@example.com: new@other.example");
  move();
  EXPECT_EQ(led_to("team"), "new@other.example ");
}

TEST_F(AccountDays, WhatWentAtTheSourceGoesOnlyWhenAskedFor) {
  take_away_at_source();
  const Result kept = move();
  EXPECT_TRUE(holds(kept.out, "gone at the source, stays  forwarder renamed.example void@renamed.example"));
  expect_all_are_there();
  // Touched at the target since: somebody wants it.
  change_password(lists_at_target(), "newcomer", "$6$target$newcomer");
  const Result dry = move({"-n", "--delete"});
  EXPECT_TRUE(holds(dry.out, "-void@renamed.example: :blackhole:"));
  expect_all_are_there();
  move({"--delete"});
  EXPECT_EQ(led_to("void"), "-");
  EXPECT_FALSE(exists(target_home() + "/.autorespond/bob@renamed.example"));
  EXPECT_EQ(hash_of("newcomer@renamed.example"), "$6$target$newcomer");
  EXPECT_NE(led_to("team"), "-") << "and nothing else";
}

TEST_F(AccountDays, NothingGoesWhileSomeOfTheSourceCanNotBeRead) {
  take_away_at_source();
  const std::string preferences = source_home() + "/.spamassassin/user_prefs";
  std::filesystem::rename(preferences, at("kept"));
  std::filesystem::create_symlink("/etc/hostname", preferences);
  const Result result = move({"--delete"});
  EXPECT_EQ(result.status, status::settings_missing);
  EXPECT_TRUE(holds(result.out + result.err, "user_prefs"));
  expect_all_are_there();
  std::filesystem::remove(preferences);
  std::filesystem::rename(at("kept"), preferences);
  move({"--delete"});
  EXPECT_EQ(led_to("void"), "-");
}

/// R2: what has vanished as a whole was not deleted line by line.
TEST_F(AccountDays, WhatVanishedAsAWholeIsNoEvidenceThatItWasTakenAway) {
  for (const std::string& path : {aliases_at_source(), lists_at_source() + "/passwd", lists_at_source() + "/shadow",
                                  lists_at_source(), source_home() + "/etc", source_home() + "/mail"}) {
    SCOPED_TRACE(path);
    std::filesystem::rename(path, at("kept"));
    const Result result = move({"--delete", "-v"});
    EXPECT_TRUE(holds(result.out + result.err, "is not there: what is missing with it is not taken for removed"));
    EXPECT_NE(led_to("team"), "-");
    EXPECT_NE(hash_of("bob@renamed.example"), "");
    EXPECT_TRUE(holds(read_file(lists_at_target() + "/passwd"), "\nbob:x:"));
    EXPECT_TRUE(exists(lists_at_target() + "/info/filter.yaml"));
    EXPECT_TRUE(exists(lists_at_target() + "/bob/.boxtrapper/boxtrapper.conf"));
    std::filesystem::rename(at("kept"), path);
  }
}

constexpr const char* strace = "/usr/bin/strace";

struct Killing {
  const char* call;
  bool is_second = false;  ///< a run that brings changes, not the first one
};

class KilledAccount : public AccountMove, public ::testing::WithParamInterface<Killing> {
 protected:
  void begin() {
    for (const std::string& root : {source_root(), target_root()}) std::filesystem::remove_all(root);
    forget_runs();
    support::AccountPlan plan;
    plan.messages_a_folder = 1;
    make_accounts(plan);
    if (!GetParam().is_second) return;
    move();
    // Of everything that lies in several files, both.
    const std::string filters = source_home() + "/etc/example.com/info/filter";
    replace(filters, "lists", "other");
    replace(filters + ".yaml", "val: lists", "val: other");
    replace(source_home() + "/.cpanel/filter.yaml", "+++++", "+++");
    for (const auto& entry : std::filesystem::directory_iterator(source_root() + "/etc/vfilters"))
      replace(entry.path(), "+++++", "+++");
    replace(source_home() + "/.autorespond/info@example.com", "weg", "fort");
    replace(source_home() + "/.autorespond/info@example.com.json", "24", "12");
    replace(source_home() + "/.spamassassin/user_prefs", "4.5", "6.5");
    std::filesystem::remove(source_home() + "/.spamassassinboxenable");
    replace(source_root() + "/etc/valiases/example.com", "someone@other.example", "other@other.example");
  }
  /// The settings at the source as they are now, as the target must have them.
  [[nodiscard]] std::map<std::string, std::string> wanted_files() const {
    std::map<std::string, std::string> files;
    for (const char* path : {"etc/example.com/info/filter.yaml", "etc/example.com/info/filter", ".cpanel/filter.yaml",
                             ".autorespond/info@example.com", ".spamassassin/user_prefs"}) {
      std::string text = read_file(source_home() + '/' + path);
      for (const auto& [old_text, new_text] :
           {std::pair{source_home_path(), home_at_target_}, std::pair{facts_.plan.main_domain, domain_at_target_}}) {
        // A body of a responder stays as it is.
        if (std::string(path).find(".autorespond") == 0 && old_text == source_home_path()) continue;
        for (std::size_t at = 0; (at = text.find(old_text, at)) != std::string::npos; at += new_text.size())
          text.replace(at, old_text.size(), new_text);
      }
      std::string name = path;
      if (const std::size_t at = name.find("example.com"); at != std::string::npos)
        name.replace(at, facts_.plan.main_domain.size(), domain_at_target_);
      files[target_home() + '/' + name] = text;
    }
    for (const std::string domain : {"addon.example", "parked.example"})
      files[target_root() + "/etc/vfilters/" + domain] = read_file(source_root() + "/etc/vfilters/" + domain);
    return files;
  }
  [[nodiscard]] std::string source_home_path() const { return facts_.plan.home; }
};

TEST_P(KilledAccount, IsCompletedByTheNextRun) {
  if (!exists(strace)) GTEST_SKIP() << "there is no " << strace << ", which kills at a chosen call";
  How how;
  how.under = {strace, "-f", "-qq", "-o", "/dev/null", "-e", "trace=write"};
  if (black_box::run({"--version"}, how).status != status::ok) GTEST_SKIP() << "strace may not trace here";
  const std::string call = GetParam().call;
  begin();
  how.under = {strace, "-f", "-qq", "-o", at("calls"), "-e", "trace=" + call};
  static_cast<void>(black_box::run(words({"-j", "1"}), how));
  const std::string calls = read_file(at("calls"));
  const auto count = static_cast<std::size_t>(std::count(calls.begin(), calls.end(), '\n'));
  // What lies beside the mail comes last.
  std::size_t kills = 0;
  for (const std::size_t from_end : {std::size_t{1}, std::size_t{4}, std::size_t{20}}) {
    if (from_end >= count) continue;
    SCOPED_TRACE(call + " " + std::to_string(count - from_end) + " of " + std::to_string(count));
    begin();
    how.under = {strace,
                 "-f",
                 "-qq",
                 "-o",
                 "/dev/null",
                 "-e",
                 "trace=" + call,
                 "-e",
                 "inject=" + call + ":signal=KILL:when=" + std::to_string(count - from_end)};
    if (black_box::run(words({"-j", "1"}), how).status == 128 + SIGKILL) ++kills;
    const Result next = move();
    EXPECT_EQ(next.status, status::settings_missing) << next.out << next.err;
    const support::AccountFacts wanted = facts_at_target();
    EXPECT_EQ(support::mail_differences(wanted, target_home()), std::vector<std::string>());
    if (!GetParam().is_second) {
      EXPECT_EQ(unexpected_settings(), std::vector<std::string>());
    }
    for (const auto& [path, text] : wanted_files()) EXPECT_EQ(exists(path) ? read_file(path) : "none", text) << path;
    EXPECT_EQ(exists(target_home() + "/.spamassassinboxenable"), !GetParam().is_second);
    for (const auto& [id, content] : wanted.files)
      EXPECT_TRUE(exists(target_home() + '/' + id.name) && read_file(target_home() + '/' + id.name) == content)
          << id.name;
    const Traces before = traces_of(target_root());
    move();
    EXPECT_EQ(touched(before, traces_of(target_root())), std::vector<std::string>());
  }
  EXPECT_GT(kills, 1U) << count;
}

INSTANTIATE_TEST_SUITE_P(AtAnyCall, KilledAccount,
                         ::testing::Values(Killing{"linkat"}, Killing{"fsync"}, Killing{"renameat2", true},
                                           Killing{"linkat", true}),
                         [](const auto& test) {
                           return std::string(test.param.call) + (test.param.is_second ? "InALaterRun" : "");
                         });

}  // namespace
}  // namespace mailhaul::black_box
