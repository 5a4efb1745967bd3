#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "formats/mbox/mailbox_file.hpp"
#include "mailhaul/fs/new_file.hpp"
#include "world.hpp"

namespace mailhaul::formats::mbox {

using mail::Flag;
using store::FlagChange;
using Outcome = store::Receipt::Outcome;
using Texts = std::vector<std::string>;

inline FlagChange adding(mail::FlagSet flags, mail::KeywordSet keywords = {}) {
  return {flags, {}, std::move(keywords), {}};
}
inline FlagChange removing(mail::FlagSet flags, mail::KeywordSet keywords = {}) {
  return {{}, flags, {}, std::move(keywords)};
}

/// An mbox whose messages are asked for by their place in it.
class MboxRewrite : public testing::Test {
 protected:
  struct Change {
    std::size_t message = 0;
    std::optional<FlagChange> flags{};  ///< nothing: it is expunged
  };
  using Changes = std::vector<Change>;

  /// As a run does: one walk, then the changes under its stamp.
  std::vector<Outcome> change(const Changes& changes, Variant variant = Variant::rd) {
    const auto store = world.target(variant);
    const auto cursor = walk_of(*store);
    std::vector<store::MessageInfo> seen;
    while (cursor->next()) seen.push_back(cursor->info());
    const auto writer = store->open_folder({}, {});
    writer->as_of(*cursor->end({}).stamp);
    if (before_changes) before_changes();
    for (const Change& one : changes) {
      const store::MessageInfo& info = seen.at(one.message);
      if (one.flags)
        writer->change_flags(info.handle, *one.flags);
      else
        writer->expunge({info.handle, info.flags, info.keywords});
    }
    std::vector<Outcome> outcomes;
    for (const store::Receipt& receipt : writer->flush()) outcomes.push_back(receipt.outcome);
    if (after_flush) after_flush();
    store::NoNumberedMessages none;
    writer->finish({}, none);
    return outcomes;
  }
  /// Of one message; done.
  void set(std::size_t message, const FlagChange& flags, Variant variant = Variant::rd) {
    EXPECT_EQ(change({{message, flags}}, variant), std::vector<Outcome>{Outcome::done});
  }
  void expunge(std::size_t message) { EXPECT_EQ(change({{message}}), std::vector<Outcome>{Outcome::done}); }
  [[nodiscard]] MailboxPlace place() {
    return {MboxWorld::path, fs::Directory::open_root(world.kernel, world.entropy, "/var/mail", {}), "bob"};
  }
  [[nodiscard]] std::vector<std::string> names() const { return world.memory.names_in("/var/mail"); }
  void expect_nothing_left() const { EXPECT_EQ(names(), std::vector<std::string>{"bob"}); }

  MboxWorld world{};
  std::function<void()> before_changes{};
  std::function<void()> after_flush{};
};

inline const std::string a_b_c =
    mark + "Subject: a\n\nba\n\n" + mark + "Subject: b\nStatus: O\n\nbb\n\n" + mark + "Subject: c\n\nbc\n\n";

/// What an agent delivers in the middle of it.
inline const std::string late = mark + "Subject: late\n\nbl\n\n";

}  // namespace mailhaul::formats::mbox
