#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "mailhaul/ledger/ledger.hpp"

namespace mailhaul::ledger {

/// Different octets at each call, the same in each test.
class CountingEntropy final : public Entropy {
 public:
  void fill(std::span<std::byte> out) override {
    for (std::byte& octet : out) octet = static_cast<std::byte>(next_++ * 37U);
  }

 private:
  unsigned next_ = 1;
};

inline const Pair bobs_pair{"maildir:/home/bob/Maildir", "mbox:/var/mail/bob", {"fs1-42"}, {"fs2-7"}};

/// A state directory of its own.
class LedgerTest : public ::testing::Test {
 protected:
  LedgerTest();
  ~LedgerTest() override;
  LedgerTest(const LedgerTest&) = delete;
  LedgerTest& operator=(const LedgerTest&) = delete;

  [[nodiscard]] std::string at(const std::string& name) const { return (directory_ / name).string(); }
  [[nodiscard]] std::string path() const { return at("bob.ledger"); }
  [[nodiscard]] Ledger open(Ledger::Mode mode = Ledger::Mode::lasting) {
    return Ledger::open(path(), bobs_pair, entropy_, mode);
  }
  /// A ledger that one run has committed, with `rows` messages.
  void make_ledger(int rows = 0);

  CountingEntropy entropy_;

 private:
  std::filesystem::path directory_;
};

[[nodiscard]] store::FolderRef folder_ref(std::vector<std::string> parts, const std::string& mailbox = {});
/// At both ends, with a key of its own.
[[nodiscard]] Row known_row(FolderId source, FolderId target, unsigned number);
[[nodiscard]] std::vector<Row> rows_in(Ledger& ledger, Side side, FolderId folder);
/// Error by error, all that a Row holds.
void expect_same(const Row& wanted, const Row& got);
/// What the ledger has to count for a row.
void count(Counts& counts, const Row& row);
void expect_same(const Counts& wanted, const Counts& got);

[[nodiscard]] std::string octets_of(const std::string& path);
void write_octets(const std::string& path, const std::string& octets);
/// One or more statements, by SQLite alone.
void tamper(const std::string& path, const std::string& statements);
/// What `act` throws; fails the test when it throws nothing.
[[nodiscard]] Error error_of(const std::function<void()>& act);

}  // namespace mailhaul::ledger
