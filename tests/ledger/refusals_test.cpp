// What open() refuses, and how it says so: one line that names the file.
#include <sys/stat.h>
#include <unistd.h>

#include <random>

#include "ledger/child.hpp"
#include "ledger/world.hpp"

namespace mailhaul::ledger {
namespace {

class LedgerRefusals : public LedgerTest {
 protected:
  /// open() refuses, the file stays as it is.
  void expect_refused(Cause cause, std::string_view reason) {
    const std::string before = octets_of(path());
    for (const auto mode : {Ledger::Mode::lasting, Ledger::Mode::preview}) {
      const Error error = error_of([&] { (void)open(mode); });
      EXPECT_EQ(error.cause(), cause) << error.what();
      EXPECT_EQ(error.scope(), Scope::run);
      EXPECT_EQ(error.place(), path());
      EXPECT_NE(error.reason().find(reason), std::string::npos) << error.what();
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
      EXPECT_EQ(error.what_to_do().find("move it away") != std::string::npos, cause == Cause::damaged) << error.what();
      EXPECT_TRUE(octets_of(path()) == before);
    }
  }
  /// Opens, reads all of it and writes to it.
  void use() {
    Ledger ledger = open();
    for (const Side side : {Side::source, Side::target})
      for (const Folder& folder : ledger.folders(side)) {
        (void)rows_in(ledger, side, folder.id);
        ledger.each_gone_from(side, folder.id, [](const Row&) {});
      }
    (void)ledger.runs();
    (void)ledger.begin_run(std::chrono::sys_seconds{});
    (void)ledger.add(known_row(1, 2, 4711));
    ledger.commit();
  }
};

TEST_F(LedgerRefusals, FilesThatAreNoLedger) {
  struct Case {
    const char* what;
    std::string octets;
  };
  for (const Case& one : {Case{"one octet", "x"}, Case{"a line", "Dear Sir\n"}, Case{"text", std::string(10'000, 'a')},
                          Case{"zeros", std::string(8192, '\0')},
                          Case{"a damaged beginning", "SQLite format 3" + std::string(5000, '\x7f')}}) {
    SCOPED_TRACE(one.what);
    write_octets(path(), one.octets);
    expect_refused(Cause::damaged, "");
  }
}

TEST_F(LedgerRefusals, ADatabaseOfAnotherProgram) {
  tamper(path(), "CREATE TABLE bookmarks(a)");
  expect_refused(Cause::damaged, "another program");
  tamper(path(), "DROP TABLE bookmarks; PRAGMA user_version = 3");
  expect_refused(Cause::damaged, "another program");
  tamper(path(), "PRAGMA user_version = 0; PRAGMA application_id = 77");
  expect_refused(Cause::damaged, "another program");
}

TEST_F(LedgerRefusals, WhatIsNoFile) {
  std::filesystem::create_directory(path());
  EXPECT_EQ(error_of([&] { (void)open(); }).cause(), Cause::damaged);
  std::filesystem::remove(path());
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  EXPECT_EQ(error_of([&] { (void)open(); }).cause(), Cause::damaged);
}

/// The log lies beside one of the names, and who opens the other does not see it.
TEST_F(LedgerRefusals, AFileWithASecondName) {
  make_ledger();
  std::filesystem::create_hard_link(path(), at("backup"));
  expect_refused(Cause::damaged, "second name");
}

TEST_F(LedgerRefusals, AFileThatWasCutShort) {
  make_ledger(2000);
  const std::string whole = octets_of(path());
  for (const std::size_t size :
       {std::size_t{50}, std::size_t{100}, std::size_t{4095}, whole.size() / 2, whole.size() - 1}) {
    SCOPED_TRACE(size);
    write_octets(path(), whole.substr(0, size));
    EXPECT_EQ(error_of([&] { use(); }).cause(), Cause::damaged);
  }
}

TEST_F(LedgerRefusals, ADamagedPageIsFoundWhenItIsReadOrAfterAnUncleanEndAtOnce) {
  make_ledger(2000);
  std::string octets = octets_of(path());
  for (std::size_t page = octets.size() / 4096 / 2; page < octets.size() / 4096; ++page)
    octets.replace(page * 4096, 16, std::string(16, '\x55'));
  write_octets(path(), octets);
  const Error error = error_of([&] { use(); });
  EXPECT_EQ(error.cause(), Cause::damaged) << error.what();
  EXPECT_EQ(error.place(), path());

  write_octets(path(), octets);
  write_octets(path() + "-wal", "what a killed run left");
  const Error at_once = error_of([&] { (void)open(); });
  EXPECT_EQ(at_once.cause(), Cause::damaged) << at_once.what();
  write_octets(path() + "-wal", "what a killed run left");
  EXPECT_EQ(error_of([&] { (void)Ledger::open_to_read(path()); }).cause(), Cause::damaged);
}

/// Anything may happen to the octets: a ledger that tells another story is for the next run to find out by content; one
/// that can't be read says so, in words that this program knows.
TEST_F(LedgerRefusals, AnyFlippedOctetsGiveALedgerOrALine) {
  make_ledger(300);
  const std::string whole = octets_of(path());
  std::mt19937 random(42);
  int refused = 0;
  for (int i = 0; i < 150; ++i) {
    SCOPED_TRACE(i);
    std::string octets = whole;
    const std::size_t within = i % 4 == 0 ? 100 : octets.size();
    for (unsigned flips = 1 + random() % 8; flips > 0; --flips)
      octets[random() % within] = static_cast<char>(random() % 256);
    write_octets(path(), octets);
    std::filesystem::remove(path() + "-wal");
    std::filesystem::remove(path() + "-journal");
    try {
      use();
    } catch (const Error& error) {
      ++refused;
      EXPECT_TRUE(error.cause() == Cause::damaged || error.cause() == Cause::unsupported ||
                  error.cause() == Cause::cannot_create)
          << error.what();
      EXPECT_EQ(error.place(), path());
    }
  }
  EXPECT_GT(refused, 20);
}

/// Octets in columns that no version wrote.
TEST_F(LedgerRefusals, ValuesThatMakeNoSense) {
  for (const char* const damage :
       {"UPDATE message SET key = x'00'", "UPDATE message SET ids = x'05'", "UPDATE message SET uid = -1",
        "UPDATE message SET target_keywords = x'ff'", "UPDATE folder SET name = x''",
        "UPDATE folder SET wanted = x'01'", "UPDATE folder SET name = x'000000' WHERE id = 1", "DELETE FROM pair",
        "UPDATE pair SET first_secret = x'00'", "INSERT INTO run(began, failures) VALUES(1, x'09')",
        "DROP TABLE message", "DROP TABLE tally", "ALTER TABLE run RENAME COLUMN began TO start",
        "PRAGMA user_version = 0"}) {
    SCOPED_TRACE(damage);
    std::filesystem::remove(path());
    make_ledger(3);
    tamper(path(), damage);
    const Error error = error_of([&] { use(); });
    EXPECT_EQ(error.cause(), Cause::damaged) << error.what();
    EXPECT_EQ(error.place(), path());
  }
}

TEST_F(LedgerRefusals, OneOfANewerVersion) {
  make_ledger();
  tamper(path(), "PRAGMA user_version = 99");
  expect_refused(Cause::unsupported, "newer version");
  EXPECT_EQ(error_of([&] { (void)Ledger::open_to_read(path()); }).cause(), Cause::unsupported);
}

TEST_F(LedgerRefusals, OneOfOtherStores) {
  make_ledger();
  for (Pair other : {Pair{bobs_pair.source, "mbox:/elsewhere", {}, {}}, Pair{"mbox:/x", bobs_pair.target, {}, {}}}) {
    const Error error = error_of([&] { (void)Ledger::open(path(), other, entropy_, Ledger::Mode::lasting); });
    EXPECT_EQ(error.cause(), Cause::damaged);
    EXPECT_NE(error.reason().find(bobs_pair.source + " -> " + bobs_pair.target), std::string::npos) << error.what();
    EXPECT_EQ(error.place(), path());
  }
  Pair replaced = bobs_pair;
  replaced.source_id = {"another"};
  EXPECT_NO_THROW((void)Ledger::open(path(), replaced, entropy_, Ledger::Mode::lasting)) << "was_replaced() tells";
}

TEST_F(LedgerRefusals, OneThatAnotherRunHas) {
  make_ledger();
  const auto expect_locked = [&](const char* who) {
    SCOPED_TRACE(who);
    for (const auto& act :
         std::vector<std::function<void()>>{[&] { (void)open(); }, [&] { (void)Ledger::open_to_read(path()); }}) {
      const Error error = error_of(act);
      EXPECT_EQ(error.cause(), Cause::locked) << error.what();
      EXPECT_NE(error.reason().find("another run of mailhaul has it"), std::string::npos) << error.what();
      EXPECT_EQ(error.place(), path());
    }
  };
  {
    const Ledger held = open();  // has only read so far
    expect_locked("this process");
    EXPECT_EQ(in_child([&] { return std::string(error_of([&] { (void)open(); }).reason()); }),
              "another run of mailhaul has it")
        << "who looked from this process took no lock away";
  }
  Child child([&](const Child::Say& say) {
    const Ledger held = open();
    say("held");
    ::pause();
  });
  ASSERT_EQ(child.hear(), "held");
  expect_locked("another process");
  child.kill();
  EXPECT_NO_THROW((void)open());
}

/// `{cause} at {place}`, from a child that is nobody.
std::string refusal_for_nobody(const std::function<void()>& act) {
  return in_child([&]() -> std::string {
    if (!become_nobody()) return "not root";
    try {
      act();
    } catch (const Error& error) {
      return (error.cause() == Cause::cannot_create ? "cannot create " : "another cause ") + error.place();
    }
    return "opened";
  });
}

TEST_F(LedgerRefusals, APlaceThatMayNotBeWrittenTo) {
  ASSERT_EQ(::chmod(at("").c_str(), 0755), 0);
  const auto expect_refused_for_nobody = [&](const std::function<void()>& act) {
    EXPECT_EQ(refusal_for_nobody(act), "cannot create " + path());
  };
  if (refusal_for_nobody([] {}) == "not root") GTEST_SKIP() << "only root can become nobody";
  expect_refused_for_nobody([&] { (void)open(); });
  EXPECT_FALSE(std::filesystem::exists(path()));
  make_ledger();
  expect_refused_for_nobody([&] { (void)open(); });
  expect_refused_for_nobody([&] { (void)open(Ledger::Mode::preview); });
  expect_refused_for_nobody([&] { (void)Ledger::open_to_read(path()); });
  ASSERT_EQ(::chmod(path().c_str(), 0444), 0);
  expect_refused_for_nobody([&] { (void)open(); });
}

TEST_F(LedgerRefusals, APlaceThatIsNotThere) {
  const std::string missing = at("no/such/l");
  const Error error = error_of([&] { (void)Ledger::open(missing, bobs_pair, entropy_, Ledger::Mode::lasting); });
  EXPECT_EQ(error.cause(), Cause::cannot_create);
  EXPECT_EQ(error.place(), missing);
  EXPECT_EQ(error_of([&] { (void)Ledger::open_to_read(missing); }).cause(), Cause::not_found);
}

TEST_F(LedgerRefusals, AFullDiskIsToldAndWhatWasCommittedStays) {
  const std::string said = in_child([&]() -> std::string {
    if (!mount_small_disk(at(""), "1m")) return "no mounts";
    std::uint64_t committed = 0;
    std::string told;
    write_octets(at("ballast"), std::string(200'000, 'b'));  // room for who looks at it afterwards
    try {
      Ledger ledger = open();
      for (unsigned i = 0; i < 100'000; i += 10) {
        for (unsigned k = 0; k < 10; ++k) (void)ledger.add(known_row(1, 2, i + k));
        ledger.commit();
        committed += 10;
      }
      return "never full";
    } catch (const Error& error) {
      told = error.cause() == Cause::no_space && error.side() == Side::target && error.place() == path()
                 ? "full"
                 : std::string("another error: ") + error.what();
    }
    (void)::unlink(at("ballast").c_str());
    Ledger ledger = Ledger::open_to_read(path());
    const std::uint64_t known = ledger.counts().known;
    const bool is_whole = known >= committed && known == rows_in(ledger, Side::source, 1).size();
    return told + (committed > 0 && is_whole ? ", all there" : ", lost");
  });
  if (said == "no mounts") GTEST_SKIP() << "a disk that can be filled needs root or user namespaces";
  EXPECT_EQ(said, "full, all there");
}

/// What is tried after a failure could meet other rows by the ids that it has: all of it fails.
TEST_F(LedgerRefusals, AfterAFailureNothingIsWritten) {
  const std::string said = in_child([&]() -> std::string {
    if (!mount_small_disk(at(""), "1m")) return "no mounts";
    Ledger ledger = open();
    try {
      for (unsigned i = 0;; ++i) {
        (void)ledger.add(known_row(1, 2, i));
        ledger.commit();
      }
    } catch (const Error&) {
      // as it must
    }
    for (const auto& act : std::vector<std::function<void()>>{
             [&] { (void)ledger.add(known_row(1, 2, 1)); }, [&] { ledger.add_all(std::vector{known_row(1, 2, 1)}); },
             [&] { ledger.forget(1); }, [&] { (void)ledger.row(1); },
             [&] { (void)ledger.begin_run(std::chrono::sys_seconds{}); }, [&] { ledger.commit(); },
             [&] { (void)ledger.folder_id(Side::source, folder_ref({"A"})); }}) {
      try {
        act();
        return "went on";
      } catch (const Error& error) {
        if (error.cause() != Cause::no_space) return error.what();
      }
    }
    return "refused";
  });
  if (said == "no mounts") GTEST_SKIP() << "a disk that can be filled needs root or user namespaces";
  EXPECT_EQ(said, "refused");
}

}  // namespace
}  // namespace mailhaul::ledger
