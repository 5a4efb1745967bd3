// Random mboxes of odd messages against random changes (T11): those that stay keep text, date and UID, and have the
// flags that were asked for where a receipt says so; the others go; a second walk asks for nothing more.
#include <algorithm>
#include <cstdlib>
#include <random>

#include "formats/mbox/message_flags.hpp"
#include "rewrite_world.hpp"

namespace mailhaul::formats::mbox {
namespace {

class RandomMbox {
 public:
  explicit RandomMbox(std::uint64_t seed) : random_(seed) {}

  std::string octets() {
    std::string all;
    const std::string base = one_of({"", "", "X-IMAPbase: 77 0000000900 k1\n", "X-IMAPbase: 77 0000000900\n k1   \n"});
    const std::size_t messages = 1 + pick(6);
    for (std::size_t i = 0; i < messages; ++i) {
      all += one_of({mark, mark, "From - Thu Nov 29 22:33:52 2001\n"});
      all += one_of({"", "X-Mozilla-Status: 0001\n", "Subject: s\n", " blank\n", "no field\n", mark, "X-IMAP: 3 3\n"});
      if (i == 0) all += base;
      if (pick(4) != 0) all += "X-UID: " + std::to_string(10 * (i + 1)) + "\n";
      all += one_of({"", "Status: O\n", "Status: RO  \n", "STATUS:\n", "X-Status: AF\nStatus: r\n"});
      all += one_of({"", "X-Keywords: k1\n", "X-Keywords: k1\n k2\n", "x-keywords:    \n"});
      const std::string body =
          one_of({"", "b\n", "b\n\n", ">From x\n", "From x\n", "b\n\n" + mark + "Subject: in\n\nin\n", "b"});
      if (pick(3) == 0)
        all += "Content-Length: " + std::to_string(body.size() + one_of_number({0, 0, 0, 1, 40})) + "\n";
      if (pick(5) != 0) all += "\n";
      all += body;
      all += one_of({"\n", "\n", "\n\n"});
    }
    if (pick(3) == 0) all.pop_back();
    if (pick(4) == 0) all = with_crlf(all);
    return all;
  }
  FlagChange change() {
    FlagChange change;
    change.add = mail::FlagSet::from_bits(static_cast<unsigned>(pick(64) & pick(64)));
    change.remove = mail::FlagSet::from_bits(static_cast<unsigned>(pick(64) & pick(64))) - change.add;
    if (pick(3) == 0) change.add_keywords.add("k" + std::to_string(pick(4)));
    if (pick(3) == 0) change.remove_keywords.add("k" + std::to_string(4 + pick(4) / 3));
    return change;
  }
  std::size_t pick(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }

 private:
  std::string one_of(const std::vector<std::string>& all) { return all[pick(all.size())]; }
  std::size_t one_of_number(const std::vector<std::size_t>& all) { return all[pick(all.size())]; }
  static std::string with_crlf(const std::string& text) {
    std::string out;
    for (const char c : text) out += c == '\n' ? std::string("\r\n") : std::string(1, c);
    return out;
  }
  std::mt19937_64 random_;
};

MessageFlags asked(const store::MessageInfo& info, const FlagChange& change) {
  MessageFlags wanted{(info.flags | change.add) - change.remove, info.keywords};
  for (const std::string& name : change.add_keywords) wanted.keywords.add(name);
  for (const std::string& name : change.remove_keywords) wanted.keywords.remove(name);
  return wanted;
}

/// Line ends at the very end of a text are the separator's to give (mbox.md, "must do" 3).
std::string without_last_line_ends(std::string text) {
  text.resize(text.find_last_not_of("\r\n") + 1);
  return text;
}

TEST(MboxRewriteModel, WhatStaysIsTheSameAndTheRestIsAsAskedFor) {
  const std::uint64_t histories = std::getenv("MAILHAUL_LONG") != nullptr ? 200'000 : 4'000;
  std::size_t done = 0;
  std::size_t gone = 0;
  for (std::uint64_t seed = 1; seed <= histories && !testing::Test::HasFailure(); ++seed) {
    RandomMbox random(seed);
    MboxWorld world;
    const std::string octets = random.octets();
    SCOPED_TRACE("seed " + std::to_string(seed) + "\n" + octets);
    world.put(octets);
    const auto store = world.target(Variant::dovecot);
    const auto cursor = walk_of(*store);
    std::vector<Got> before;
    while (cursor->next()) {
      std::string text = content_of(*cursor);
      before.push_back({std::move(text), cursor->info()});
    }
    const store::FolderInfo folder = store->folder({});
    const auto writer = store->open_folder({}, {});
    writer->as_of(*cursor->end({}).stamp);
    struct Asked {
      std::size_t message;
      std::optional<FlagChange> flags;
    };
    std::vector<Asked> all;
    for (std::size_t i = 0; i < before.size(); ++i) {
      const store::MessageInfo& info = before[i].info;
      switch (random.pick(3)) {
      case 0:
        all.push_back({i, std::nullopt});
        writer->expunge({info.handle, info.flags, info.keywords});
        break;
      case 1:
        all.push_back({i, random.change()});
        writer->change_flags(info.handle, *all.back().flags);
        break;
      default: break;
      }
    }
    const auto receipts = writer->flush();
    ASSERT_EQ(receipts.size(), all.size());
    std::vector<std::optional<MessageFlags>> wanted(before.size());
    std::vector<bool> goes(before.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto& [message, flags] = all[i];
      if (receipts[i].outcome != Outcome::done) continue;
      if (flags)
        wanted[message] = asked(before[message].info, *flags);
      else
        goes[message] = true;
      ++(flags ? done : gone);
    }
    std::vector<Got> after = read_all(*store);
    std::size_t at = 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (goes[i]) continue;
      ASSERT_LT(at, after.size());
      const Got& now = after[at++];
      EXPECT_EQ(without_last_line_ends(now.octets), without_last_line_ends(before[i].octets));
      EXPECT_EQ(now.info.internal_date, before[i].info.internal_date);
      if (before[i].info.ids.uid) {
        EXPECT_EQ(now.info.ids.uid, before[i].info.ids.uid);
      }
      if (!wanted[i]) {
        EXPECT_EQ(now.info.flags, before[i].info.flags);
        EXPECT_TRUE(now.info.keywords == before[i].info.keywords);
      } else if (before[i].info.hints.envelope_sender != "-") {  // Thunderbird's own flags stay
        EXPECT_EQ(now.info.flags - mail::FlagSet{Flag::passed}, wanted[i]->flags - mail::FlagSet{Flag::passed});
        EXPECT_TRUE(now.info.keywords.without({"$Forwarded"}) == wanted[i]->keywords.without({"$Forwarded"}));
      }
    }
    EXPECT_EQ(at, after.size());
    if (folder.uid_validity) {
      EXPECT_EQ(store->folder({}).uid_validity, folder.uid_validity);
      EXPECT_EQ(store->folder({}).next_uid, folder.next_uid);
    }
  }
  EXPECT_GT(done, 1000U);
  EXPECT_GT(gone, 1000U);
}

}  // namespace
}  // namespace mailhaul::formats::mbox
