// D6: the message that a killed run left without its end is found though a server has written into the mailbox since.
#include "formats/mbox/found_append.hpp"

#include <algorithm>

#include "cut_append_world.hpp"

namespace mailhaul::formats::mbox {
namespace {

/// Dovecot does so as soon as somebody looks at the mailbox.
class MboxTouchedAppend : public MboxCutAppend {
 protected:
  /// In each header.
  static std::string touched(const std::string& mailbox) {
    std::string now;
    bool is_header = false;
    int uid = 0;
    for (std::size_t at = 0; at < mailbox.size();) {
      const std::size_t end = std::min(mailbox.find('\n', at), mailbox.size() - 1) + 1;
      const std::string line = mailbox.substr(at, end - at);
      const bool is_text = mailbox.substr(end).starts_with("not a message\n\nbc\n");  // the length leads behind it
      if (line == mark && (at == 0 || now.ends_with("\n\n")) && !is_text) is_header = true;
      if (is_header && line == "\n") {
        is_header = false;
        now += uid == 0 ? "X-IMAPbase: 77 0000000009\n" : "";
        now += "X-UID: " + std::to_string(++uid) + "\nStatus: O\n";
      }
      now += line;
      at = end;
    }
    return now;
  }
  [[nodiscard]] std::uint64_t in_doubt() const {
    std::uint64_t count = 0;
    for (const Finding& finding : world.findings.all)
      if (finding.kind == FindingKind::changed && finding.weight == Weight::lost) count += finding.count;
    return count;
  }
};

TEST_F(MboxTouchedAppend, TheMessageWithoutItsEndGoesAllTheSame) {
  const std::string text = "\n" + joined(staged);
  std::uint64_t mended = 0;
  for (const bool delivers : {false, true})
    for (std::size_t cut = 1; cut <= text.size(); ++cut) {
      SCOPED_TRACE(cut);
      const std::string left = old_mail + text.substr(0, cut);
      const std::string after = delivers ? "\n\n" + late_from_d : "";
      leave(touched(left) + after, old_mail.size(), 1);
      const std::uint64_t doubts = in_doubt();
      next_run();
      expect_nothing_left();
      Texts wanted{"Subject: old\n\nbo"};
      const Texts texts{"Subject: a\n\nba", "Subject: b\n\nFrom here on it goes\n\nbb",
                        "Subject: c\n\n" + mark + "not a message\n\nbc"};
      std::size_t end = 1;
      for (std::size_t i = 0; i < staged.size(); ++i) {
        if (cut < end + staged[i].find_last_not_of('\n') + 1) break;
        end += staged[i].size();
        wanted.push_back(texts[i]);
      }
      if (delivers) wanted.emplace_back("Subject: late\n\nbl");
      Texts now;
      for (const std::string& one : world.texts()) now.push_back(without_last_line_ends(one));
      if (now == wanted)
        ++mended;  // the rest: cut in a postmark, or in what looks like one
      else
        ASSERT_TRUE(in_doubt() == doubts + 1 || cut + 3 > text.size()) << world.octets();
      // Nothing whole goes, whatever. With other line ends behind it the length of the last one leads nowhere, and it
      // is read as two.
      if (wanted.size() > staged.size() && (cut < text.size() || delivers)) wanted.erase(wanted.begin() + 3);
      for (const std::string& one : wanted)
        ASSERT_TRUE(contains(joined(now), one)) << one << " is missing in\n" << world.octets();
      world.memory.remove(MboxWorld::path);
    }
  EXPECT_GT(mended, 240U) << "told " << in_doubt();
}

TEST_F(MboxTouchedAppend, SoItIsInAFileThatTookItsPlace) {
  const std::string text = "\n" + joined(staged);
  leave(old_mail + text.substr(0, text.size() - 10), old_mail.size(), 1);
  const std::string now = world.octets();
  world.memory.remove(MboxWorld::path);
  world.memory.put_file("/var/mail/other", "", MboxWorld::bob);  // takes the inode, where they are used again
  world.put(now);
  next_run();
  EXPECT_EQ(world.octets(), old_mail + "\n" + staged[0] + staged[1]);
  EXPECT_EQ(names(), (std::vector<std::string>{"bob", "other"}));
}

TEST_F(MboxTouchedAppend, WhereAllOfItStandsNothingIsChanged) {
  const std::string all = old_mail + "\n" + joined(staged);
  for (const std::string& mailbox :
       {touched(all), touched(all) + late, touched(old_mail + "\n" + staged[0] + staged[2]),
        touched(old_mail + "\n" + staged[0]) + "\n"}) {
    leave(mailbox, old_mail.size(), 1);
    next_run();
    EXPECT_EQ(world.octets(), mailbox);
    expect_nothing_left();
    world.memory.remove(MboxWorld::path);
  }
  EXPECT_EQ(world.findings.count(FindingKind::changed), 0U);
}

TEST_F(MboxTouchedAppend, WhatIsNotTheirBeginningIsToldAndStays) {
  std::string mailbox = touched(old_mail + "\n" + staged[0] + staged[1].substr(0, staged[1].size() - 4));
  mailbox.replace(mailbox.find("here"), 4, "HERE");
  leave(mailbox, old_mail.size(), 1);
  next_run();
  EXPECT_EQ(world.octets(), mailbox);
  EXPECT_EQ(in_doubt(), 1U);
  expect_nothing_left();
}

/// Two candidates: neither is taken for the one that was cut.
TEST_F(MboxTouchedAppend, OfTwoThatItMayBeNeitherGoes) {
  const std::string half = staged[0].substr(0, staged[0].size() - 3) + "\n\n";
  const std::string mailbox = touched(old_mail + "\n" + half + half);
  leave(mailbox, old_mail.size(), 1);
  next_run();
  EXPECT_EQ(world.octets(), mailbox);
  EXPECT_EQ(in_doubt(), 1U);
}

}  // namespace
}  // namespace mailhaul::formats::mbox
