#include <unistd.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "cli/cli_test_case.hpp"
#include "judges/dovecot.hpp"
#include "mailhaul/base/clock.hpp"
#include "mailhaul/base/entropy.hpp"
#include "mailhaul/base/finding.hpp"
#include "mailhaul/formats/mbox/mbox.hpp"

namespace mailhaul::judges {
namespace {

using mail::Flag;

class NoFindings final : public Findings {
 public:
  void add(const Finding& finding) override { ADD_FAILURE() << finding.text; }
};

/// An mbox of four messages as Dovecot keeps it, in a directory of its own.
class DovecotJudgesRewrite : public testing::Test {
 protected:
  void SetUp() override {
    if (const std::string reason = Dovecot::why_not(); !reason.empty()) GTEST_SKIP() << reason;
    black_box::write_file(path(), "");
    store_ = open();
    store::FolderInfo folder;
    folder.uid_validity = mail::UidValidity{1234567890};
    folder.next_uid = mail::Uid{42};
    const auto writer = store_->open_folder({}, folder);
    for (std::uint32_t i = 1; i <= 4; ++i) {
      store::MessageInfo info;
      info.internal_date = mail::InternalDate{std::chrono::seconds{1'000'000'000 + i}};
      info.ids.uid = mail::Uid{i * 10};
      info.keywords = {"old"};
      const auto one = writer->append(info);
      one->write(as_bytes("Subject: " + std::to_string(i) + "\n\nbody\n\nFrom a@b Thu Nov 29 22:33:52 2001\nx\n"));
      one->commit();
    }
    ASSERT_EQ(writer->flush().size(), 4U);
    store::NoNumberedMessages none;
    writer->finish(folder, none);
    before_ = dovecot_->view(mbox_file, dir_.path());
    EXPECT_EQ(before_.complaints, "");
    ASSERT_EQ(inbox_of(before_).messages.size(), 4U);
  }

  [[nodiscard]] std::string path() const { return dir_.path() + "/inbox"; }
  [[nodiscard]] std::unique_ptr<store::MessageStore> open() {
    fs::Rules rules;
    rules.side = Side::target;
    formats::mbox::TargetOptions options;
    options.birth.owner = {::getuid(), ::getgid()};
    options.variant = formats::mbox::Variant::dovecot;
    return formats::mbox::open_store(context_, path(), rules, options);
  }
  static const SeenFolder& inbox_of(const View& view) { return view.folders.at("INBOX"); }

  /// Walks, lets `ask` ask for changes of what was seen, and makes them.
  template <typename Ask>
  View change(const Ask& ask) {
    const std::vector<store::FolderSince> folders{{store::FolderRef{}, std::nullopt}};
    std::vector<store::MessageInfo> seen;
    const auto cursor = store_->walk(folders);
    while (cursor->next()) seen.push_back(cursor->info());
    const auto writer = store_->open_folder({}, {});
    writer->as_of(*cursor->end({}).stamp);
    ask(*writer, seen);
    for (const store::Receipt& receipt : writer->flush()) EXPECT_EQ(receipt.outcome, store::Receipt::Outcome::done);
    store::NoNumberedMessages none;
    writer->finish({}, none);
    View view = dovecot_->view(mbox_file, dir_.path());
    EXPECT_EQ(view.complaints, "");
    EXPECT_EQ(inbox_of(view).uidvalidity, inbox_of(before_).uidvalidity);
    EXPECT_EQ(inbox_of(view).uidnext, inbox_of(before_).uidnext);
    return view;
  }

  black_box::TempDir dir_{black_box::Place::memory};
  fs::PosixKernel kernel_{};
  SystemEntropy entropy_{};
  SystemClock clock_{};
  NoFindings findings_{};
  formats::UniqueInstants instants_{Instant{}};
  formats::Context context_{kernel_, entropy_, clock_, findings_, instants_, "host.example", 4711};
  std::unique_ptr<Dovecot> dovecot_ = std::make_unique<Dovecot>();
  std::unique_ptr<store::MessageStore> store_{};
  View before_{};
};

TEST_F(DovecotJudgesRewrite, FlagsAndKeywordsAreThoseThatWereAskedFor) {
  const View after = change([](store::FolderWriter& writer, const std::vector<store::MessageInfo>& seen) {
    writer.change_flags(seen[0].handle, {{Flag::seen, Flag::flagged}, {}, {"new"}, {"old"}});
    writer.change_flags(seen[2].handle, {{Flag::answered, Flag::passed}, {}, {}, {}});
  });
  const auto& messages = inbox_of(after).messages;
  ASSERT_EQ(messages.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(messages[i].uid, inbox_of(before_).messages[i].uid);
    EXPECT_EQ(messages[i].text, inbox_of(before_).messages[i].text);
  }
  EXPECT_EQ(messages[0].flags, (std::set<std::string>{"\\Flagged", "\\Seen"}));
  EXPECT_EQ(messages[0].keywords, (std::set<std::string>{"new"}));
  EXPECT_EQ(messages[1].keywords, (std::set<std::string>{"old"}));
  EXPECT_EQ(messages[2].flags, (std::set<std::string>{"\\Answered"}));
  EXPECT_EQ(messages[2].keywords, (std::set<std::string>{"$Forwarded", "old"}));
}

TEST_F(DovecotJudgesRewrite, TheNumbersStayWhoeverGoes) {
  const auto expunge = [](store::FolderWriter& writer, const store::MessageInfo& info) {
    writer.expunge({info.handle, info.flags, info.keywords});
  };
  const View some = change([&](store::FolderWriter& writer, const std::vector<store::MessageInfo>& seen) {
    expunge(writer, seen[0]);
    expunge(writer, seen[2]);
  });
  ASSERT_EQ(inbox_of(some).messages.size(), 2U);
  EXPECT_EQ(inbox_of(some).messages[0].uid, 20U);
  EXPECT_EQ(inbox_of(some).messages[1].uid, 40U);
  EXPECT_EQ(inbox_of(some).messages[0].text, inbox_of(before_).messages[1].text);
  EXPECT_EQ(inbox_of(some).messages[1].keywords, (std::set<std::string>{"old"}));
  const View none = change([&](store::FolderWriter& writer, const std::vector<store::MessageInfo>& seen) {
    for (const store::MessageInfo& info : seen) expunge(writer, info);
  });
  EXPECT_TRUE(inbox_of(none).messages.empty());
}

}  // namespace
}  // namespace mailhaul::judges
