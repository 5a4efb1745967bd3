#include <algorithm>

#include "cli/cli_test_case.hpp"

namespace mailhaul::black_box {
namespace {

/// A Maildir that a copy without -p made: 25 names over 25 weeks, one time for all files.
class DatesCli : public CliTest {
 protected:
  static constexpr std::int64_t copied = 1'700'000'000;
  static constexpr std::int64_t first = 1'500'000'000;
  static constexpr std::int64_t week = 7 * 24 * 3600;

  void SetUp() override {
    make_maildir(at("A"));
    for (int i = 0; i < 25; ++i) {
      const std::string name = at("A/cur/") + std::to_string(first + i * week) + ".M1P1.host:2,S";
      write_file(name, "Received: by a; Thu, 29 Nov 2001 22:33:52 -0500\nSubject: " + std::to_string(i) + "\n\nx\n");
      set_modified(name, copied + i);
    }
    guard(at("A"));
  }
  [[nodiscard]] std::vector<std::int64_t> dates_in(const std::string& maildir) const {
    std::vector<std::int64_t> dates;
    for (const std::string& name : names_in(at(maildir) + "/cur"))
      dates.push_back(modified(at(maildir) + "/cur/" + name));
    return dates;
  }
};

TEST_F(DatesCli, LostOnesAreToldByScanAndSync) {
  const Result scan = run({"scan", "maildir:" + at("A")});
  EXPECT_EQ(scan.status, status::ok);
  EXPECT_TRUE(holds(scan.out, "Dates from: file time 25\n"));
  EXPECT_TRUE(holds(scan.out, "1 x lost_dates (note)"));
  EXPECT_TRUE(holds(scan.out, "25 of 25 messages have file times between 2023-11-14"));
  EXPECT_TRUE(holds(scan.out, "--dates=name"));
  const Result sync_result = sync({"maildir:" + at("A"), "maildir:" + at("B")});
  EXPECT_TRUE(holds(sync_result.out, "1 x lost_dates (note)"));
  EXPECT_EQ(dates_in("B").front(), copied);
}

TEST_F(DatesCli, AreTakenFromTheNames) {
  const Result scan = run({"scan", "--dates=name", "maildir:" + at("A")});
  EXPECT_TRUE(holds(scan.out, "Dates from: file name 25\n"));
  EXPECT_FALSE(holds(scan.out, "lost_dates"));
  sync({"--dates=name", "maildir:" + at("A"), "maildir:" + at("B")});
  for (int i = 0; i < 25; ++i) EXPECT_EQ(dates_in("B")[static_cast<std::size_t>(i)], first + i * week);
  expect_settled("maildir:" + at("A"), "maildir:" + at("B"));
}

TEST_F(DatesCli, AreTakenFromTheHeaders) {
  const Result scan = run({"scan", "--dates=received", "maildir:" + at("A"), "--json"});
  EXPECT_TRUE(holds(scan.out, "\"dates\":{\"Received\":25}"));
  sync({"--dates=received", "maildir:" + at("A"), "maildir:" + at("B")});
  for (const std::int64_t date : dates_in("B")) EXPECT_EQ(date, 1'007'091'232);
}

/// mbox.md section 4. The time of the run would make old mail the newest of all.
TEST_F(DatesCli, OfAnMboxThatSaysNoneAreThatOfTheFile) {
  write_file(at("F"), "From - \nSubject: one\nStatus: O\n\nx\n\nFrom - \nStatus: O\nReceived: by a; Thu, 29 Nov 2001 "
                      "22:33:52 -0500\n\ny\n");
  set_modified(at("F"), copied);
  const Result result = sync({"mbox:" + at("F"), "maildir:" + at("B")});
  EXPECT_TRUE(holds(result.out, "2 x no_date (note)"));
  auto dates = dates_in("B");
  std::sort(dates.begin(), dates.end());
  EXPECT_EQ(dates, (std::vector<std::int64_t>{1'007'091'232, copied}));
}

TEST_F(DatesCli, OfAnotherKindAreWrongUsage) {
  const Result result = run({"scan", "--dates=ctime", "maildir:" + at("A")});
  EXPECT_EQ(result.status, status::usage);
  expect_one_line(result, "--dates");
}

}  // namespace
}  // namespace mailhaul::black_box
