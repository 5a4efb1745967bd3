#include "mailhaul/store/dated_source.hpp"

#include <gtest/gtest.h>

#include "mailhaul/io/pump.hpp"
#include "support/memory_store.hpp"

namespace mailhaul::store {
namespace {

constexpr mail::InternalDate stored{std::chrono::seconds{1'000'000'000}};
constexpr mail::InternalDate in_name{std::chrono::seconds{1'100'000'000}};
const std::string dated =
    "Received: by a; Thu, 29 Nov 2001 22:33:52 -0500\nDate: Tue, 27 Nov 2001 22:33:52 -0500\n\nbody\n";

class CollectedFindings final : public Findings {
 public:
  void add(const Finding& finding) override { all.push_back(finding); }
  std::vector<Finding> all{};
};

/// What one message's date becomes; its octets must be what they were.
class DatedSourceTest : public testing::Test {
 protected:
  MessageInfo shown(DateOrder order, const std::string& octets, const MessageInfo& info) {
    auto memory = std::make_unique<support::MemoryStore>();
    memory->deliver({}, octets, info);
    DatedSource source(std::move(memory), order, findings_);
    const std::vector<FolderSince> folders{{FolderRef{}, std::nullopt}};
    const auto cursor = source.walk(folders);
    EXPECT_TRUE(cursor->next());
    io::StringSink sink;
    io::copy(cursor->content(), sink);
    EXPECT_EQ(sink.text(), octets);
    MessageInfo seen = cursor->info();
    EXPECT_FALSE(cursor->next());
    return seen;
  }
  static MessageInfo with(std::optional<mail::InternalDate> date, std::optional<mail::InternalDate> name) {
    MessageInfo info;
    info.internal_date = date;
    if (date) info.date_source = DateSource::file_time;
    info.hints.time_in_name = name;
    return info;
  }
  CollectedFindings findings_;
};

TEST_F(DatedSourceTest, TrustsTheStoreUnlessToldOtherwise) {
  const MessageInfo seen = shown(DateOrder::stored, dated, with(stored, in_name));
  EXPECT_EQ(seen.internal_date, stored);
  EXPECT_EQ(seen.date_source, DateSource::file_time);
}

TEST_F(DatedSourceTest, TakesTheTimeInTheName) {
  const MessageInfo seen = shown(DateOrder::name, dated, with(stored, in_name));
  EXPECT_EQ(seen.internal_date, in_name);
  EXPECT_EQ(seen.date_source, DateSource::name);
}

TEST_F(DatedSourceTest, TakesTheTopmostReceived) {
  const MessageInfo seen = shown(DateOrder::received, dated, with(stored, in_name));
  EXPECT_EQ(mail::to_iso(*seen.internal_date), "2001-11-30 03:33:52Z");
  EXPECT_EQ(seen.date_source, DateSource::received);
}

TEST_F(DatedSourceTest, PassesOverWhatIsMissing) {
  EXPECT_EQ(shown(DateOrder::name, dated, with(stored, {})).date_source, DateSource::received);
  const std::string date_only = "Date: Tue, 27 Nov 2001 22:33:52 -0500\n\nbody\n";
  EXPECT_EQ(shown(DateOrder::name, date_only, with(stored, {})).date_source, DateSource::date);
  EXPECT_EQ(shown(DateOrder::received, date_only, with(stored, in_name)).date_source, DateSource::name);
  EXPECT_EQ(shown(DateOrder::received, "no header", with(stored, {})).date_source, DateSource::file_time);
  EXPECT_EQ(shown(DateOrder::received, "", with(stored, {})).internal_date, stored);
}

TEST_F(DatedSourceTest, AMessageTheStoreHasNoDateForGetsTheNextBest) {
  EXPECT_EQ(shown(DateOrder::stored, dated, with({}, in_name)).date_source, DateSource::name);
  EXPECT_EQ(shown(DateOrder::stored, dated, with({}, {})).date_source, DateSource::received);
  EXPECT_FALSE(shown(DateOrder::stored, "\n", with({}, {})).internal_date);
}

TEST_F(DatedSourceTest, TheTimeOfTheWholeMailboxComesLast) {
  MessageInfo info = with({}, {});
  info.hints.file_time = stored;
  for (const DateOrder order : {DateOrder::stored, DateOrder::name, DateOrder::received}) {
    EXPECT_EQ(shown(order, dated, info).date_source, DateSource::received);
    const MessageInfo seen = shown(order, "no header", info);
    EXPECT_EQ(seen.internal_date, stored);
    EXPECT_EQ(seen.date_source, DateSource::file_time);
  }
}

TEST_F(DatedSourceTest, ALongHeaderPassesWhole) {
  const std::string field = "X-Long: " + std::string(1000, 'x') + "\n";
  std::string octets;
  for (int i = 0; i < 500; ++i) octets += field;
  octets += dated;
  EXPECT_EQ(shown(DateOrder::received, octets, with(stored, {})).internal_date, stored) << "not looked for so far down";
}

TEST_F(DatedSourceTest, WarnsOfTimesThatACopyLost) {
  for (const DateOrder order : {DateOrder::stored, DateOrder::name}) {
    findings_.all.clear();
    auto memory = std::make_unique<support::MemoryStore>();
    for (int i = 0; i < 30; ++i) memory->deliver({}, "x\n", with(stored, in_name + std::chrono::days{i}));
    DatedSource source(std::move(memory), order, findings_);
    const std::vector<FolderSince> folders{{FolderRef{}, std::nullopt}};
    const auto cursor = source.walk(folders);
    while (cursor->next()) io::drain(cursor->content());
    static_cast<void>(cursor->end({}));
    ASSERT_EQ(findings_.all.size(), order == DateOrder::stored ? 1U : 0U);
    if (order != DateOrder::stored) continue;
    EXPECT_EQ(findings_.all[0].kind, FindingKind::lost_dates);
    EXPECT_EQ(findings_.all[0].folder, "INBOX");
    EXPECT_NE(findings_.all[0].text.find("30 of 30"), std::string::npos);
  }
}

}  // namespace
}  // namespace mailhaul::store
