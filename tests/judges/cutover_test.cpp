// After the DNS change, with a real Dovecot at both ends: users at work at the new server through imap, mail that still
// trickles into the old one, runs between. Clients keep what they know of a folder by UIDVALIDITY and UID, so neither
// may ever change by a run.
#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>

#include "cli/cli_test_case.hpp"
#include "judges/dovecot.hpp"
#include "judges/real_mail.hpp"

namespace mailhaul::judges {
namespace {

namespace status = black_box::status;

constexpr int rounds = 3;
constexpr const char* archive = "Archive/2023";
constexpr const char* sent = "Sent Items";
constexpr const char* work = "Work/2024/Q1";

/// What a client knows of a message.
struct Known {
  std::string id{};  ///< its Message-ID
  std::set<std::string> flags{};
  bool operator==(const Known&) const = default;
};
struct KnownFolder {
  std::uint32_t uidvalidity = 0;
  std::uint32_t uidnext = 0;
  std::map<std::uint32_t, Known> messages{};  ///< by UID
};
using KnownFolders = std::map<std::string, KnownFolder>;

std::string between(const std::string& text, const std::string& begin, const std::string& end) {
  const std::size_t at = text.find(begin);
  if (at == std::string::npos) throw std::runtime_error("no " + begin + " in " + text);
  return text.substr(at + begin.size(), text.find(end, at + begin.size()) - at - begin.size());
}

KnownFolder look_into(ImapSession& client, const std::string& folder) {
  KnownFolder known;
  const std::string selected = client.command("SELECT \"" + folder + "\"");
  known.uidvalidity = static_cast<std::uint32_t>(std::stoul(between(selected, "[UIDVALIDITY ", "]")));
  known.uidnext = static_cast<std::uint32_t>(std::stoul(between(selected, "[UIDNEXT ", "]")));
  const std::string all = client.command("UID FETCH 1:* (UID FLAGS ENVELOPE)");
  for (const std::string& line : black_box::lines_of(all)) {
    if (line.find(" FETCH ") == std::string::npos) continue;
    Known message;
    message.id = between(line, "\"<", ">\"");
    std::istringstream flags(between(line, "FLAGS (", ")"));
    for (std::string flag; flags >> flag;)
      if (flag != "\\Recent") message.flags.insert(flag);
    known.messages[static_cast<std::uint32_t>(std::stoul(between(line, "UID ", " ")))] = message;
  }
  return known;
}

std::string letter(const std::string& id) {
  return "From: alice@example.org\r\nTo: bob@example.org\r\nSubject: " + id + "\r\nMessage-ID: <" + id +
         ">\r\nDate: Thu, 29 Nov 2001 21:33:50 +0000\r\n\r\nThis is " + id + ".\r\n";
}

class DovecotAtTheTarget : public black_box::CliTest, public ::testing::WithParamInterface<Form> {
 protected:
  DovecotAtTheTarget() : CliTest(black_box::Place::memory) {}
  void SetUp() override {
    if (const std::string reason = Dovecot::why_not(); !reason.empty()) GTEST_SKIP() << reason;
    dovecot_ = std::make_unique<Dovecot>();
    make_real_mail(*dovecot_, maildir, at("S"));
    if (GetParam().needs_parent) {
      std::filesystem::create_directory(at("T"));
      black_box::give_tree(at("T"), Dovecot::user);
    }
  }

  void sync_them() {
    const black_box::Result result =
        run({"sync", placed(maildir.mailhaul, at("S")), placed(GetParam().mailhaul, at("T"))});
    EXPECT_EQ(result.status, status::ok) << result.out << result.err;
  }
  [[nodiscard]] ImapSession at_source() const { return dovecot_->imap(maildir, at("S")); }
  [[nodiscard]] ImapSession at_target() const { return dovecot_->imap(GetParam(), at("T")); }

  KnownFolders look_at_target() {
    ImapSession client = at_target();
    KnownFolders all;
    for (const char* folder : {"INBOX", archive, sent, work}) all[folder] = look_into(client, folder);
    return all;
  }

  /// A message of INBOX that nobody has touched in any round, by its UID.
  std::uint32_t pick(const KnownFolder& inbox) {
    for (const auto& [uid, message] : inbox.messages)
      if (message.flags.count("\\Deleted") == 0 && touched_.insert(message.id).second) return uid;
    throw std::runtime_error("no message is left");
  }

  /// Users at the new server: read, flag, tag, expunge, move, copy away, save.
  void users_work(int round) {
    ImapSession client = at_target();
    KnownFolder inbox = look_into(client, "INBOX");
    const auto take = [&] { return std::to_string(pick(inbox)); };
    const auto id_of = [&](const std::string& uid) {
      return inbox.messages.at(static_cast<std::uint32_t>(std::stoul(uid))).id;
    };
    client.command("UID STORE " + take() + " +FLAGS (\\Seen \\Flagged)");
    client.command("UID STORE " + take() + " FLAGS (mine)");
    const std::string expunged = take();
    expunged_.insert(id_of(expunged));
    const std::string moved = take();
    moved_[id_of(moved)] = archive;
    client.command("UID MOVE " + moved + " \"" + archive + "\"");
    if (round % 2 == 0) {
      const std::string filed = take();
      moved_[id_of(filed)] = sent;
      client.command("UID COPY " + filed + " \"" + sent + "\"");
      client.command("UID STORE " + filed + " +FLAGS.SILENT (\\Deleted)");
      client.command("UID EXPUNGE " + filed);
    }
    client.command("UID STORE " + expunged + " +FLAGS.SILENT (\\Deleted)");
    client.command("UID EXPUNGE " + expunged);
    client.command("UNSELECT");
    client.append("INBOX", "\\Seen", "01-Jul-2019 02:30:00 +0200", letter("own-" + std::to_string(round) + "@new"));
  }

  /// Mail still arrives at the old server, and somebody still reads there. What must be at the target then.
  void old_server_works(int round, const KnownFolders& target) {
    ImapSession client = at_source();
    const std::string number = std::to_string(round);
    arrives(client, "INBOX", "late-" + number + "@old");
    arrives(client, "INBOX", "later-" + number + "@old");
    arrives(client, work, "work-" + number + "@old");
    KnownFolder inbox = look_into(client, "INBOX");
    // One that is in INBOX at the target too, and one that was filed there.
    std::set<std::string> chosen;
    for (const auto& [uid, message] : target.at("INBOX").messages)
      if (is_in(inbox, message.id) && chosen.empty() && message.id.find("late") == std::string::npos &&
          message.flags.count("\\Answered") == 0)
        chosen.insert(message.id);
    chosen.insert(moved_.begin()->first);
    for (const auto& [uid, message] : inbox.messages) {
      if (chosen.count(message.id) == 0) continue;
      client.command("UID STORE " + std::to_string(uid) + " +FLAGS (\\Answered tag" + number + ")");
      // What was set there before is no change: its user may have taken it away at the target.
      answered_[message.id] = {"tag" + number};
      if (message.flags.count("\\Answered") == 0) answered_[message.id].insert("\\Answered");
    }
    EXPECT_EQ(answered_.size(), chosen.size());
  }
  void arrives(ImapSession& client, const std::string& folder, const std::string& id) {
    client.append(folder, "", "05-Jan-2002 10:00:00 +0300", letter(id));
    arrived_[id] = folder;
  }
  static bool is_in(const KnownFolder& folder, const std::string& id) {
    return std::any_of(folder.messages.begin(), folder.messages.end(),
                       [&](const auto& message) { return message.second.id == id; });
  }

  void expect_kept(const KnownFolders& before, const KnownFolders& after) {
    std::map<std::string, int> count;
    for (const auto& [name, folder] : after) {
      SCOPED_TRACE(name);
      const KnownFolder& was = before.at(name);
      EXPECT_EQ(folder.uidvalidity, was.uidvalidity);
      for (const auto& [uid, message] : was.messages) {
        ASSERT_TRUE(folder.messages.count(uid) > 0) << "UID " << uid << " is gone: " << message.id;
        Known wanted = message;
        if (const auto answered = answered_.find(message.id); answered != answered_.end())
          wanted.flags.insert(answered->second.begin(), answered->second.end());
        EXPECT_EQ(folder.messages.at(uid).id, wanted.id) << "UID " << uid;
        EXPECT_EQ(folder.messages.at(uid).flags, wanted.flags) << "UID " << uid << " " << wanted.id;
      }
      for (const auto& [uid, message] : folder.messages) {
        EXPECT_EQ(++count[message.id], 1) << "twice: " << message.id;
        EXPECT_EQ(expunged_.count(message.id), 0U) << "came back: " << message.id;
        if (moved_.count(message.id) > 0) {
          EXPECT_EQ(moved_.at(message.id), name) << message.id;
        }
        if (was.messages.count(uid) > 0) continue;
        EXPECT_GE(uid, was.uidnext) << message.id;
        EXPECT_EQ(arrived_.count(message.id) > 0 ? arrived_.at(message.id) : "", name) << message.id;
      }
    }
    for (const auto& [id, folder] : arrived_)
      EXPECT_EQ(count[id] + static_cast<int>(expunged_.count(id)), 1) << "lost: " << id;
    for (const auto& [id, folder] : moved_) EXPECT_EQ(count[id], 1) << "lost: " << id;
  }

  std::unique_ptr<Dovecot> dovecot_;
  std::set<std::string> touched_;
  std::set<std::string> expunged_;
  std::map<std::string, std::string> moved_;    ///< to which folder
  std::map<std::string, std::string> arrived_;  ///< in which folder
  std::map<std::string, std::set<std::string>> answered_;
};

TEST_P(DovecotAtTheTarget, ItsNumbersNeverChangeByOurRuns) {
  sync_them();
  const KnownFolders first = look_at_target();
  ASSERT_GE(first.at("INBOX").messages.size(), 10U);
  {
    ImapSession source = at_source();
    const KnownFolder inbox = look_into(source, "INBOX");
    EXPECT_EQ(inbox.uidvalidity, first.at("INBOX").uidvalidity);
    EXPECT_EQ(inbox.messages, first.at("INBOX").messages);
  }
  for (int round = 0; round < rounds; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    users_work(round);
    const KnownFolders before = look_at_target();
    answered_.clear();
    old_server_works(round, before);
    sync_them();
    const KnownFolders after = look_at_target();
    expect_kept(before, after);
    const black_box::Result proof =
        run({"verify", placed(maildir.mailhaul, at("S")), placed(GetParam().mailhaul, at("T"))});
    EXPECT_EQ(proof.status, status::ok) << proof.out << proof.err;
    sync_them();
    expect_kept(after, look_at_target());
    EXPECT_EQ(dovecot_->imap_complaints(), "");
    if (HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, DovecotAtTheTarget, ::testing::Values(maildir, maildir_fs, mbox_tree),
                         [](const auto& given) { return std::string(given.param.name); });

}  // namespace
}  // namespace mailhaul::judges
