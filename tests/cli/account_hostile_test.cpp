// What a customer plants in his account, at either end: one clear line, the rest goes on, and nothing outside changes
// or is read.
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "cli/account_move.hpp"
#include "support/cpanel_facts.hpp"

namespace mailhaul::black_box {
namespace {

namespace stdfs = std::filesystem;
using store::SettingKind;

std::size_t lines_with(const std::string& text, const std::string& part) {
  const auto lines = lines_of(text);
  return static_cast<std::size_t>(std::count_if(
      lines.begin(), lines.end(), [&](const std::string& line) { return line.find(part) != std::string::npos; }));
}

class HostileAccount : public AccountMove {};

TEST_F(HostileAccount, IsToldOfAndLeavesTheRestAlone) {
  support::AccountPlan plan;
  plan.hostile = true;
  make_accounts(plan);
  guard(source_root());
  const Result result = move({"-v"});
  const std::string said = result.out + result.err;
  EXPECT_NE(result.status, status::ok);
  EXPECT_EQ(support::poisoned_files(target_root()), std::vector<std::string>());
  for (const support::ExpectedRemark& remark : facts_.remarks)
    EXPECT_GE(lines_with(said, remark.about), 1U) << remark.about << ": " << remark.what;
  EXPECT_EQ(lines_with(said, "ceo@bank.example"), 1U);
  EXPECT_FALSE(tree_holds(target_root(), "thief@other.example"));
  EXPECT_FALSE(tree_holds(target_root() + "/home2/bob/etc", "../"));
  // A directory whose cur leads out is one of a mailbox for all that.
  std::vector<std::string> differences = unexpected_settings();
  std::erase_if(differences, [](const std::string& line) { return line.find(" evil@") != std::string::npos; });
  EXPECT_EQ(differences, std::vector<std::string>());
  differences = support::mail_differences(facts_at_target(), target_home());
  std::erase_if(differences, [](const std::string& line) { return line.find("/evil: nobody") != std::string::npos; });
  EXPECT_EQ(differences, std::vector<std::string>());
  EXPECT_EQ(value_at_target<store::Forwarder>({"renamed.example", SettingKind::forwarder, "sales@renamed.example"}).to,
            (std::vector<store::Destination>{{store::Destination::Kind::address, "x@other.example"}}));
  for (const auto& entry : stdfs::recursive_directory_iterator(target_home()))
    EXPECT_TRUE(entry.is_directory() || entry.is_regular_file() || entry.is_symlink()) << entry.path();
  const Traces before = traces_of(target_root());
  EXPECT_EQ(move().status, result.status);
  EXPECT_EQ(touched(before, traces_of(target_root())), std::vector<std::string>());
}

TEST_F(HostileAccount, AFilterThatNobodyCanParseIsCarriedAsItIs) {
  support::AccountPlan plan;
  plan.messages_a_folder = 1;
  make_accounts(plan);
  const Result result = move({"-v"});
  EXPECT_EQ(read_file(target_home() + "/etc/renamed.example/bob/filter.yaml"),
            read_file(source_home() + "/etc/example.com/bob/filter.yaml"));
  EXPECT_GE(lines_with(result.out + result.err, "etc/example.com/bob/filter.yaml"), 1U) << result.out << result.err;
}

/// A link that the target's customer put where the account is written to.
struct Planted {
  const char* name;
  const char* path;        ///< below the home
  bool is_file = false;    ///< it leads to one
  const char* still = "";  ///< of the same kind, and there for all that
};

class PlantedLink : public AccountMove, public ::testing::WithParamInterface<Planted> {};

TEST_P(PlantedLink, IsNotFollowedAndTheRestGoesOn) {
  support::AccountPlan plan;
  plan.messages_a_folder = 1;
  make_accounts(plan);
  const Planted& planted = GetParam();
  // Everybody may write there: what keeps the program out is not a mode.
  const std::string outside = at("outside");
  for (const char* part : {"/cur", "/new", "/tmp", "/bob"}) stdfs::create_directories(outside + part);
  write_file(outside + "/file", "bob:x:0:0::/root:/bin/sh\n");
  for (const auto& entry : stdfs::recursive_directory_iterator(outside))
    stdfs::permissions(entry.path(), entry.is_directory() ? stdfs::perms(0777) : stdfs::perms(0666));
  stdfs::permissions(outside, stdfs::perms(0777));
  const std::string link = target_home() + '/' + planted.path;
  for (stdfs::path made; const auto& part : stdfs::path(planted.path).parent_path()) {
    made /= part;
    stdfs::create_directory(target_home() / made);
    if (is_root()) {
      ASSERT_EQ(::chown((target_home() / made).c_str(), target_uid(), target_uid()), 0);
    }
  }
  stdfs::create_symlink(outside + (planted.is_file ? "/file" : ""), link);
  if (is_root()) {
    ASSERT_EQ(::lchown(link.c_str(), target_uid(), target_uid()), 0);
  }
  guard(outside);
  const Result result = move({"-v"});
  EXPECT_NE(result.status, status::ok);
  EXPECT_GE(lines_with(result.out + result.err, planted.path), 1U) << result.out << result.err;
  EXPECT_TRUE(stdfs::is_symlink(link)) << "it is the customer's";
  EXPECT_TRUE(exists(target_home() + '/' + planted.still)) << planted.still << '\n' << result.out << result.err;
  EXPECT_TRUE(holds(read_file(target_root() + "/etc/valiases/renamed.example"), "\ncomma@renamed.example: "));
  EXPECT_TRUE(exists(target_home() + "/.spamassassin/bayes_seen"));
  // The link away, the next run brings what could not be brought.
  guard_no_more();
  stdfs::remove(link);
  move();
  EXPECT_EQ(unexpected_settings(), std::vector<std::string>());
  EXPECT_EQ(support::mail_differences(facts_at_target(), target_home()), std::vector<std::string>());
}

INSTANTIATE_TEST_SUITE_P(
    AtTheTarget, PlantedLink,
    ::testing::Values(Planted{"ADomainOfLogins", "etc/renamed.example", false, "etc/addon.example/passwd"},
                      Planted{"AListOfLogins", "etc/renamed.example/passwd", true, "etc/renamed.example/quota"},
                      Planted{"Passwords", "etc/renamed.example/shadow", true, "etc/renamed.example/quota"},
                      Planted{"AMailboxsFilters", "etc/renamed.example/bob", false, "etc/renamed.example/sal/filter"},
                      Planted{"Responders", ".autorespond", false, "etc/renamed.example/passwd"},
                      Planted{"AResponder", ".autorespond/info@renamed.example", true,
                              ".autorespond/web@addon.example"},
                      Planted{"AnOpaqueFile", ".cphorde/horde.sqlite", true, ".cphorde/meta/latest"},
                      Planted{"AMailbox", "mail/renamed.example/bob", false, "mail/renamed.example/sal/cur"},
                      Planted{"ADomainOfMail", "mail/renamed.example", false, "mail/addon.example/web/cur"}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace mailhaul::black_box
