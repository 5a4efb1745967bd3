// T4, offline: what recorded runs did to the disk, and in which order. No power is cut, so the proof goes by the rules:
// see write_order.hpp. A power cut in memory is in tests/run/fault_test.cpp.
#include <filesystem>
#include <iostream>
#include <memory>
#include <tuple>

#include "cli/cli_test_case.hpp"
#include "cli/late_mail.hpp"
#include "cli/write_order.hpp"

namespace mailhaul::black_box {
namespace {

constexpr const char* strace = "/usr/bin/strace";

class WriteOrders : public CliTest, public ::testing::WithParamInterface<Between> {
 protected:
  void SetUp() override {
    if (!exists(strace)) GTEST_SKIP() << "there is no " << strace << ", which records calls";
    How how;
    how.under = {strace, "-f", "-qq", "-o", "/dev/null", "-e", "trace=write"};
    if (black_box::run({"--version"}, how).status != status::ok) GTEST_SKIP() << "strace may not trace here";
  }

  /// One more run of the migration, recorded.
  WriteOrder recorded(const LateMail& mail, const std::string& fsync, bool deletes) {
    How how;
    how.under = {strace, "-f",
                 "-y",   "-qq",
                 "-s",   "0",
                 "-o",   at("calls"),
                 "-e",   "trace=write,pwrite64,ftruncate,fsync,fdatasync,syncfs,linkat,renameat2,renameat,mkdirat"};
    // -s 0 cuts what is written, but never names.
    std::vector<std::string> words{"sync", "--state", at("state"), "-j", "1", "--fsync=" + fsync};
    if (deletes) words.emplace_back("--delete");
    words.insert(words.end(), {mail.source(), mail.target()});
    const Result result = black_box::run(words, how);
    EXPECT_EQ(result.status, status::ok) << result.err;
    WriteOrder order(mail.target_path());
    order.read(read_file(at("calls")));
    return order;
  }
  void expect_kept(const WriteOrder& order, const std::string& run) {
    ++runs_;
    ledger_syncs_ += order.ledger_syncs();
    names_given_ += order.names_given();
    writes_in_place_ += order.writes_in_place();
    EXPECT_GT(order.ledger_syncs(), 1U) << run;
    for (const std::string& violation : order.violations()) ADD_FAILURE() << run << ", " << violation;
    violations_ += order.violations().size();
  }

  std::size_t runs_ = 0;
  std::size_t ledger_syncs_ = 0;
  std::size_t names_given_ = 0;
  std::size_t writes_in_place_ = 0;
  std::size_t violations_ = 0;
};

TEST_P(WriteOrders, NoLedgerCommitIsAheadOfTheMail) {
  for (const char* fsync : {"batch", "each"}) {
    LateMail mail(at(std::string("mail-") + fsync), GetParam());
    expect_kept(recorded(mail, fsync, false), std::string("first copy, ") + fsync);
    mail.happens();
    const bool deletes = GetParam() != Between::maildir_and_mbox;  // it has no folder for what is set aside
    expect_kept(recorded(mail, fsync, deletes), std::string("re-sync, ") + fsync);
    std::filesystem::remove_all(at("state"));
  }
  EXPECT_GE(names_given_ + writes_in_place_, 6U);
  std::cout << "T4 offline: " << runs_ << " runs, " << ledger_syncs_ << " syncs of the ledger, " << names_given_
            << " names given, " << writes_in_place_ << " writes in place; violations " << violations_ << "\n";
}

TEST_P(WriteOrders, TheControlWithoutSyncsFails) {
  const LateMail mail(at("mail"), GetParam());
  EXPECT_GT(recorded(mail, "none", false).violations().size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Between, WriteOrders, ::testing::ValuesIn(all_betweens),
                         [](const auto& row) { return std::string(name_of(row.param)); });

TEST(WriteOrder, FindsEachFault) {
  const auto violations = [](std::string_view log) {
    WriteOrder order("/t");
    order.read(log);
    return order.violations().size();
  };
  const std::string write = "7  pwrite64(9</t/cur/#1>(deleted), \"\"..., 18, 0) = 18\n";
  const std::string sync = "7  fsync(9</t/cur/#1>(deleted)) = 0\n";
  const std::string link = "7  linkat(9</t/cur/#1>(deleted), \"\", 5</t/cur>, \"1,a:2,S\", AT_EMPTY_PATH) = 0\n";
  const std::string directory = "7  fsync(5</t/cur>) = 0\n";
  const std::string whole = "7  syncfs(5</t/cur>) = 0\n";
  const std::string commit = "7  fdatasync(3</s/x.ledger-wal>) = 0\n";
  const std::string append = "7  pwrite64(9</t/cur/1,a:2,S>, \"\"..., 18, 0) = 18\n";
  EXPECT_EQ(violations(write + sync + link + directory + commit), 0U);
  EXPECT_EQ(violations(write + whole + link + whole + commit), 0U);
  EXPECT_EQ(violations(write + commit + sync + link + directory + commit), 0U) << "nothing is visible yet";
  EXPECT_EQ(violations(write + link + sync + directory + commit), 1U) << "named before it is synced";
  EXPECT_EQ(violations(write + sync + link + commit), 1U) << "its directory is not synced";
  EXPECT_EQ(violations(append + commit), 1U);
  EXPECT_EQ(violations("7  mkdirat(5</t>, \"cur\", 0700) = 0\n" + write + sync + link + directory + commit), 1U);
  EXPECT_EQ(
      violations(append + "7  fsync(9</t/cur/1,a:2,S> <unfinished ...>\n" + commit + "7  <... fsync resumed>) = 0\n"),
      1U);
  EXPECT_EQ(violations(append + "7  fsync(9</t/cur/1,a:2,S>) = -1 EIO (Input/output error)\n" + commit), 1U);
}

}  // namespace
}  // namespace mailhaul::black_box
