#include "sync/known_rows.hpp"

#include <gtest/gtest.h>

#include "mailhaul/base/entropy.hpp"

namespace mailhaul::sync {
namespace {

class KnownRowsTest : public testing::Test {
 protected:
  ledger::RowId add(const std::string& handle, unsigned flags = 0, std::uint64_t content = 0) {
    ledger::Row row;
    row.source_folder = 1;
    row.source = ledger::Sighting{{handle}, mail::FlagSet::from_bits(flags), {}};
    row.key.hash[0] = content;
    return ledger_.add(row);
  }

  SystemEntropy entropy_;
  ledger::Ledger ledger_ = ledger::Ledger::in_memory(entropy_);
};

}  // namespace

TEST_F(KnownRowsTest, AreFoundByHandleInWhateverOrderMessagesCome) {
  std::vector<ledger::RowId> ids;
  for (unsigned i = 0; i < 50; ++i) ids.push_back(add("h" + std::to_string(i), i % 64));
  KnownRows rows(ledger_, Side::source, 1, KnownRows::By::handle);
  for (unsigned step = 0; step < 49; ++step) {  // every one but the last, by steps of 10
    const unsigned i = step * 10 % 49;
    const auto known = rows.take({"h" + std::to_string(i)});
    ASSERT_TRUE(known) << i;
    EXPECT_EQ(known->row, ids[i]);
    EXPECT_EQ(known->seen, (ledger::Sighting{{"h" + std::to_string(i)}, mail::FlagSet::from_bits(i % 64), {}}));
  }
  EXPECT_EQ(rows.left(), std::vector{ids[49]});
}

TEST_F(KnownRowsTest, AreFoundOnceEach) {
  const auto first = add("twice");
  const auto second = add("twice");
  const auto last = add("once");
  KnownRows rows(ledger_, Side::source, 1, KnownRows::By::handle);
  EXPECT_EQ(rows.take({"once"})->row, last);
  EXPECT_FALSE(rows.take({"once"}));
  EXPECT_EQ(rows.take({"twice"})->row, first);
  EXPECT_EQ(rows.left(), std::vector{second});
  EXPECT_EQ(rows.take({"twice"})->row, second);
  EXPECT_FALSE(rows.take({"twice"}));
  EXPECT_FALSE(rows.take({"never"}));
  EXPECT_TRUE(rows.left().empty());
}

TEST_F(KnownRowsTest, OfOneContentTheRowOfThatPlaceComesBeforeOneWithTheFlags) {
  const auto seen = add("10", 2, 7);
  const auto plain = add("20", 0, 7);
  const auto other = add("30", 0, 8);
  KnownRows rows(ledger_, Side::source, 1, KnownRows::By::content);
  mail::ContentKey key;
  key.hash[0] = 7;
  EXPECT_EQ(rows.take(key, {{"10"}, {}, {}})->row, seen);
  EXPECT_EQ(rows.take(key, {{"99"}, {}, {}})->row, plain);
  EXPECT_FALSE(rows.take(key, {{"99"}, {}, {}}));
  EXPECT_EQ(rows.left(), std::vector{other});
  EXPECT_EQ(rows.take(store::Handle{"30"})->row, other);
}

TEST_F(KnownRowsTest, ManyOfOneContentAreFoundInTheOrderOfTheLedger) {
  std::vector<ledger::RowId> ids;
  for (int i = 0; i < 5000; ++i) ids.push_back(add("p" + std::to_string(i), 0, i % 5 == 0 ? 1 : 7));
  KnownRows rows(ledger_, Side::source, 1, KnownRows::By::content);
  mail::ContentKey key;
  key.hash[0] = 7;
  for (std::size_t i = 0; i < 5000; ++i) {
    if (i % 5 == 0) continue;
    const auto known = rows.take(key, {{"elsewhere"}, {}, {}});
    ASSERT_TRUE(known) << i;
    EXPECT_EQ(known->row, ids[i]);
  }
  EXPECT_FALSE(rows.take(key, {{"elsewhere"}, {}, {}}));
  EXPECT_EQ(rows.left().size(), 1000U);
}

}  // namespace mailhaul::sync
