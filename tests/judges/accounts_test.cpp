// What leaves cPanel is judged by the server it is for: a real Dovecot reads the users, and lets them in.

#include <chrono>
#include <filesystem>
#include <memory>
#include <thread>

#include "cli/cli_test_case.hpp"
#include "judges/dovecot.hpp"
#include "support/cpanel_account.hpp"

namespace mailhaul::judges {
namespace {

using black_box::How;
using black_box::Result;

/// A Dovecot of its own, without listener: for its users alone.
class AccountsJudge : public black_box::RootCliTest {
 protected:
  void SetUp() override {
    RootCliTest::SetUp();
    if (IsSkipped()) return;
    if (const std::string reason = Dovecot::why_not(); !reason.empty()) GTEST_SKIP() << reason;
    if (!std::filesystem::exists(server_program)) GTEST_SKIP() << server_program << " is not installed";
    support::AccountPlan plan;
    plan.messages_a_folder = 1;
    plan.uid = plan.gid = black_box::somebody;
    facts_ = support::make_cpanel_account(plan, at("old"));
  }
  void TearDown() override {
    if (server_) (void)other(doveadm_program, {"-c", at("dovecot.conf"), "stop"});
  }

  static Result other(const std::string& program, std::vector<std::string> words) {
    How how;
    how.program = program;
    return black_box::run(words, how);
  }
  [[nodiscard]] Result doveadm(std::vector<std::string> words) {
    words.insert(words.begin(), {"-c", at("dovecot.conf")});
    return other(doveadm_program, std::move(words));
  }

  /// The mailbox's line in etc/DOMAIN/shadow gets the hash of this password.
  void set_password(const std::string& local_part, const std::string& scheme, const std::string& password) {
    std::string hash = other(doveadm_program, {"pw", "-s", scheme, "-p", password}).out;
    hash = hash.substr(hash.find('}') + 1);
    hash.resize(hash.find('\n'));
    const std::string path = at("old") + facts_.plan.home + "/etc/example.com/shadow";
    std::string out;
    for (const std::string& line : black_box::lines_of(black_box::read_file(path)))
      out += (line.starts_with(local_part + ":") ? local_part + ":" + hash + ":19000::::::" : line) + "\n";
    black_box::write_file(path, out);
  }

  void start_server() {
    std::filesystem::create_directories(at("run"));
    black_box::write_file(
        at("dovecot.conf"),
        "base_dir = " + at("run") + "\nstate_dir = " + at("run") + "\nlog_path = " + at("log") +
            "\nssl = no\nprotocols =\nauth_failure_delay = 0\nfirst_valid_uid = 1\nfirst_valid_gid = 0\n"
            "mail_location = maildir:~/Maildir\nmail_plugins = quota zlib\nplugin {\n  quota = count:User quota\n  "
            "quota_vsizes = yes\n}\n"
            "passdb {\n  driver = passwd-file\n  args = " +
            at("d/users") + "\n}\nuserdb {\n  driver = passwd-file\n  args = " + at("d/users") +
            "\n}\nnamespace inbox {\n  inbox = yes\n}\n");
    How how;
    how.program = server_program;
    how.limit = std::chrono::seconds(120);
    server_ = std::make_unique<black_box::Program>(std::vector<std::string>{"-F", "-c", at("dovecot.conf")}, how);
    for (int tries = 0; tries < 200 && !black_box::exists(at("run/auth-userdb")); ++tries)
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    ASSERT_TRUE(black_box::exists(at("run/auth-userdb"))) << black_box::read_file(at("log"));
  }
  [[nodiscard]] bool lets_in(const std::string& user, const std::string& password) {
    return doveadm({"auth", "test", user, password}).out.find("auth succeeded") != std::string::npos;
  }

  static constexpr const char* doveadm_program = "/usr/bin/doveadm";
  static constexpr const char* server_program = "/usr/sbin/dovecot";
  support::AccountFacts facts_{};
  std::unique_ptr<black_box::Program> server_{};
};

TEST_F(AccountsJudge, DovecotTakesTheOldPasswordsAndShowsTheMail) {
  const std::vector<std::pair<std::string, std::string>> schemes{
      {"bob", "SHA512-CRYPT"}, {"al", "MD5-CRYPT"}, {"sal", "SHA256-CRYPT"}, {"a.b", "BLF-CRYPT"}, {"axb", "CRYPT"}};
  for (const auto& [local_part, scheme] : schemes) set_password(local_part, scheme, "secret of " + local_part);
  const Result moved = run({"sync", "--src-root", at("old"), "cpanel:" + at("old") + facts_.plan.home,
                            "vmail:" + at("v"), "--chown", "10001:10001", "--settings", "dovecot:" + at("d")});
  ASSERT_EQ(moved.status, black_box::status::settings_missing) << moved.err;
  start_server();
  for (const auto& [local_part, scheme] : schemes) {
    const std::string user = local_part + "@example.com";
    EXPECT_TRUE(lets_in(user, "secret of " + local_part)) << user << ' ' << scheme;
    EXPECT_FALSE(lets_in(user, "secret of nobody")) << user;
  }
  std::size_t refused = 0;
  for (const store::Setting& setting : facts_.settings) {
    const auto* const suspension = std::get_if<store::Suspension>(&setting.value);
    if (suspension == nullptr || !suspension->login) continue;
    ++refused;
    EXPECT_FALSE(lets_in(setting.id.owner, "anything")) << setting.id.owner;
  }
  EXPECT_GT(refused, 0U);
  // Every user that has a line is found, with his home; and one with mail has all folders, UIDs kept.
  for (const auto& [name, mailbox] : facts_.mailboxes) {
    if (name.find('@') == std::string::npos || !mailbox.has_login || name.find('+') != std::string::npos) continue;
    EXPECT_EQ(doveadm({"user", "-f", "home", name}).status, 0) << name;
  }
  const auto& bob = facts_.mailboxes.at("bob@example.com");
  for (const support::ExpectedFolder& folder : bob.folders) {
    std::string box = folder.name == "spam" ? "Junk" : folder.name;
    for (char& c : box)
      if (c == '/') c = '.';
    const Result status = doveadm({"mailbox", "status", "-u", "bob@example.com", "messages uidvalidity", box});
    EXPECT_NE(status.out.find("messages=" + std::to_string(folder.messages.size())), std::string::npos)
        << box << ": " << status.out << status.err;
    if (folder.uid_validity == 0) continue;
    EXPECT_NE(status.out.find("uidvalidity=" + std::to_string(folder.uid_validity)), std::string::npos)
        << box << ": " << status.out;
  }
  const Result quota = doveadm({"quota", "get", "-u", "bob@example.com"});
  EXPECT_NE(quota.out.find("5242880"), std::string::npos) << "5 GiB in KiB: " << quota.out << quota.err;
}

}  // namespace
}  // namespace mailhaul::judges
