// The ledger can't be written any more while mail is copied: the run ends and says so, and the next one finds all that
// was copied.
#include <sys/resource.h>

#include <csignal>

#include <gtest/gtest.h>

#include "support/scratch_directory.hpp"
#include "sync/harness.hpp"

namespace mailhaul::sync {
namespace {

/// While it lives no file grows: what is written is refused (EFBIG).
class NoFileGrows {
 public:
  NoFileGrows() : signal_before_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit none = before_;
    none.rlim_cur = 0;
    ::setrlimit(RLIMIT_FSIZE, &none);
  }
  NoFileGrows(const NoFileGrows&) = delete;
  NoFileGrows& operator=(const NoFileGrows&) = delete;
  ~NoFileGrows() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    (void)std::signal(SIGXFSZ, signal_before_);
  }

 private:
  rlimit before_{};
  void (*signal_before_)(int);
};

/// What another folder's thread does at that moment: it finds that the ledger can't be written.
class BreaksTheLedger final : public Observer {
 public:
  BreaksTheLedger(ledger::Ledger& ledger, std::size_t at) : ledger_(ledger), at_(at) {}
  void message(const MessageEvent& /*event*/) override {
    if (++messages_ != at_) return;
    const NoFileGrows disk_is_full;
    ledger_.add_setting("test", {});
    EXPECT_THROW(ledger_.commit(), Error);
  }

 private:
  ledger::Ledger& ledger_;
  std::size_t at_;
  std::size_t messages_ = 0;
};

class LedgerFault : public testing::TestWithParam<std::size_t> {
 protected:
  ledger::Ledger open() {
    return ledger::Ledger::open(directory / "ledger", {"memory:a", "memory:b", {"a"}, {"b"}}, harness.entropy,
                                ledger::Ledger::Mode::lasting);
  }

  support::ScratchDirectory directory{"ledger-fault"};
  Harness harness{{}, {.batch_messages = 4}};
};

TEST_P(LedgerFault, WhatWasCopiedIsNeitherLostNorCopiedAgain) {
  std::vector<std::string> all;
  for (int i = 0; i < 10; ++i) {
    all.push_back(mail_text(std::to_string(i)));
    harness.source.deliver({}, all.back());
  }
  {
    ledger::Ledger ledger = open();
    BreaksTheLedger observer(ledger, GetParam());
    const std::int64_t run = ledger.begin_run({});
    ledger.commit();
    const Outcome outcome = copy(harness.source, harness.target, {ledger, harness.secrets, run}, harness.options,
                                 harness.findings, observer, harness.stop);
    ASSERT_TRUE(outcome.error);
    EXPECT_EQ(outcome.error->scope(), Scope::run);
  }
  harness.ledger = open();
  EXPECT_FALSE(harness.copy().error);
  EXPECT_EQ(harness.at_target(), all);
}

/// In the middle of a batch, with its last message, in a later batch, with the last message of all.
INSTANTIATE_TEST_SUITE_P(At, LedgerFault, testing::Values(1, 2, 4, 6, 8, 10));

}  // namespace
}  // namespace mailhaul::sync
