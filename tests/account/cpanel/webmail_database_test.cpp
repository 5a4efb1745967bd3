#include "account/cpanel/webmail_database.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <map>

#include "account/cpanel/database_maker.hpp"
#include "mailhaul/fs/directory_tree.hpp"
#include "support/faulty_kernel.hpp"
#include "support/machine_clock.hpp"
#include "support/memory_kernel.hpp"

namespace mailhaul::account::cpanel {
namespace {

using support::Call;
using Rows = std::vector<std::string>;

constexpr const char* contacts = "SELECT email FROM contacts ORDER BY contact_id";

std::string one_more_contact(int id) {
  return "INSERT INTO contacts (contact_id, user_id, email) VALUES (" + std::to_string(id) + ", 1, 'n" +
         std::to_string(id) + "@x.example');";
}

/// A home with databases, on a machine in memory.
class WebmailDatabases : public testing::Test {
 protected:
  WebmailDatabases() {
    machine_.put_directory("/home");
    machine_.put_directory("/home/etc");
    machine_.put_directory("/state", {}, 0700);
    room_.directory = fs::Directory::open_root(machine_, entropy_, "/state", {});
    room_.memory_octets = 16'000;
  }

  void put(const std::string& name, const StoredDatabase& stored) {
    const auto put_or_remove = [&](const std::string& path, const std::string& octets) {
      if (!octets.empty())
        machine_.put_file(path, octets);
      else if (machine_.exists(path))
        machine_.remove(path);
    };
    machine_.put_file("/home/etc/" + name, stored.database);
    put_or_remove("/home/etc/" + name + "-wal", stored.log);
    put_or_remove("/home/etc/" + name + "-journal", stored.journal);
  }
  void let_time_pass() { machine_.advance(std::chrono::seconds(10)); }

  /// What comes of them, by name: the octets.
  std::map<std::string, std::string> visit(const std::set<std::string>& names) {
    failed_.clear();
    std::map<std::string, std::string> taken;
    std::set<std::string> paths;
    for (const std::string& name : names) paths.insert("etc/" + name);
    fs::DirectoryTree home(fs::Directory::open_root(kernel_, entropy_, "/home", {}));
    const std::size_t open = machine_.open_descriptors();
    visit_databases(home, paths, room_, clock_, nullptr,
                    {[&](const std::string& path, CleanDatabase& database) {
                       std::string& octets = taken[path.substr(4)];
                       EXPECT_EQ(octets, "");
                       const auto content = database.content();
                       for (Bytes piece = content->read(); !piece.empty(); piece = content->read())
                         octets += as_text(piece);
                     },
                     [&](const std::string& path, const Error& error) {
                       EXPECT_EQ(error.scope(), Scope::message);
                       EXPECT_NE(error.place(), "");
                       failed_.emplace(path.substr(4), error);
                     }});
    EXPECT_EQ(machine_.names_in("/state"), Rows());
    EXPECT_EQ(machine_.open_descriptors(), open);
    return taken;
  }
  [[nodiscard]] std::optional<Cause> failure(const std::string& name) const {
    const auto at = failed_.find(name);
    return at == failed_.end() ? std::nullopt : std::optional<Cause>(at->second.cause());
  }

  support::MemoryKernel machine_{};
  support::FaultyKernel kernel_{machine_};
  SystemEntropy entropy_{};
  support::MachineClock clock_{machine_};
  ScratchRoom room_{};
  std::map<std::string, Error> failed_{};
  StoredDatabase rolled_ = after({}, roundcube_schema);
  StoredDatabase logged_ =
      after(rolled_, "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0;" + one_more_contact(2));
};

TEST_F(WebmailDatabases, ComeEachWithWhatIsInItsLog) {
  put("a.rcube.db", rolled_);
  put("b.rcube.db", logged_);
  put("c.rcube.db", logged_);
  machine_.put_file("/home/etc/c.rcube.db-shm", "not looked at");
  for (const bool is_quiet : {false, true}) {
    if (is_quiet) let_time_pass();
    auto taken = visit({"a.rcube.db", "b.rcube.db", "c.rcube.db"});
    EXPECT_EQ(failed_.size(), 0U);
    EXPECT_EQ(rows_of(taken["a.rcube.db"], contacts), (Rows{"first@old.example"}));
    EXPECT_EQ(rows_of(taken["b.rcube.db"], contacts), (Rows{"first@old.example", "n2@x.example"}));
    EXPECT_EQ(taken["c.rcube.db"], taken["b.rcube.db"]);
  }
}

TEST_F(WebmailDatabases, AreReadOnceWhenNobodyTouchedThemLately) {
  put("b.rcube.db", logged_);
  const auto reads = [&] {
    kernel_.count_anew();
    (void)visit({"b.rcube.db"});
    return kernel_.calls(Call::read_at);
  };
  const std::uint64_t young = reads();
  let_time_pass();
  EXPECT_EQ(reads() * 2, young);
}

TEST_F(WebmailDatabases, AreReadAgainWhenACheckpointRunsThroughTheCopy) {
  // Later contacts are in the log alone; then the server takes the log in, and begins a new one with more.
  const StoredDatabase before = after(logged_, "PRAGMA wal_autocheckpoint=0;" + one_more_contact(3));
  const StoredDatabase later =
      after(after(before, "PRAGMA wal_checkpoint(TRUNCATE)"), "PRAGMA wal_autocheckpoint=0;" + one_more_contact(4));
  for (const bool is_quiet : {false, true}) {
    put("b.rcube.db", before);
    if (is_quiet) let_time_pass();
    kernel_.count_anew();
    (void)visit({"b.rcube.db"});
    const std::uint64_t reads = kernel_.calls(Call::read_at);
    for (std::uint64_t nth = 1; nth <= reads; ++nth) {
      put("b.rcube.db", before);
      if (is_quiet) let_time_pass();
      kernel_.count_anew();
      kernel_.before(Call::read_at, nth, [&] { put("b.rcube.db", later); });
      auto taken = visit({"b.rcube.db"});
      EXPECT_EQ(failed_.size(), 0U);
      // All of the one or all of the other: that is after the last octet was read.
      const Rows rows = rows_of(taken["b.rcube.db"], contacts);
      const Rows all_of_before{"first@old.example", "n2@x.example", "n3@x.example"};
      const Rows all_of_later{"first@old.example", "n2@x.example", "n3@x.example", "n4@x.example"};
      EXPECT_TRUE(rows == all_of_later || (nth == reads && rows == all_of_before)) << nth << " of " << reads;
    }
  }
}

TEST_F(WebmailDatabases, ThatNeverStandStillAreReported) {
  put("a.rcube.db", rolled_);
  put("b.rcube.db", logged_);
  let_time_pass();
  int id = 10;
  std::function<void()> change = [&] {
    logged_ = after(logged_, "PRAGMA wal_autocheckpoint=0;" + one_more_contact(++id));
    put("b.rcube.db", logged_);
  };
  kernel_.count_anew();
  for (std::uint64_t nth = 1; nth < 60; ++nth) kernel_.before(Call::read_at, nth, change);
  auto taken = visit({"a.rcube.db", "b.rcube.db"});
  EXPECT_EQ(failure("b.rcube.db"), Cause::source_changed);
  EXPECT_EQ(rows_of(taken["a.rcube.db"], contacts), (Rows{"first@old.example"}));
}

TEST_F(WebmailDatabases, AreRefusedOneByOneAndTheOthersCome) {
  room_.limit_octets = 150'000;
  put("a.rcube.db", rolled_);
  machine_.put_symlink("/home/etc/link.rcube.db", "a.rcube.db");
  put("bad-log.rcube.db", rolled_);
  machine_.put_symlink("/home/etc/bad-log.rcube.db-wal", "/state/x");
  put("fifo.rcube.db", rolled_);
  machine_.put_special("/home/etc/fifo.rcube.db-journal", fs::EntryKind::fifo);
  machine_.put_file("/home/etc/large.rcube.db", std::string(150'001, 'x'));
  machine_.put_file("/home/etc/text.rcube.db", "no database");
  StoredDatabase headless = rolled_;
  headless.database.replace(16, 84, std::string(84, '\xff'));
  put("headless.rcube.db", headless);
  put("foreign.rcube.db", rolled_);
  machine_.give_to("/home/etc/foreign.rcube.db", {1000, 1000});
  put("z.rcube.db", logged_);
  for (const bool is_quiet : {false, true}) {
    if (is_quiet) let_time_pass();
    const auto taken =
        visit({"a.rcube.db", "bad-log.rcube.db", "fifo.rcube.db", "foreign.rcube.db", "headless.rcube.db",
               "large.rcube.db", "link.rcube.db", "missing.rcube.db", "text.rcube.db", "z.rcube.db"});
    EXPECT_EQ(taken.size(), 2U);
    EXPECT_EQ(taken.count("a.rcube.db") + taken.count("z.rcube.db"), 2U);
    EXPECT_EQ(failure("bad-log.rcube.db"), Cause::refused);
    EXPECT_EQ(failure("fifo.rcube.db"), Cause::refused);
    EXPECT_EQ(failure("foreign.rcube.db"), Cause::refused);
    EXPECT_EQ(failure("headless.rcube.db"), Cause::damaged);
    EXPECT_EQ(failure("large.rcube.db"), Cause::limit);
    EXPECT_EQ(failure("link.rcube.db"), Cause::refused);
    EXPECT_EQ(failure("missing.rcube.db"), Cause::not_found);
    EXPECT_EQ(failure("text.rcube.db"), Cause::damaged);
  }
}

TEST_F(WebmailDatabases, SayWhenTheRoomIsFullAndTheRunGoesOn) {
  support::FaultyKernel full(machine_);
  room_.directory = fs::Directory::open_root(full, entropy_, "/state", {});
  put("a.rcube.db", rolled_);
  put("b.rcube.db", logged_);
  let_time_pass();
  for (std::uint64_t nth = 1; nth <= 40; ++nth) {
    full.heal();
    full.count_anew();
    support::Fault fault;
    fault.call = Call::write_at;
    fault.nth = nth;
    fault.errno_value = ENOSPC;
    full.inject(fault);
    const auto taken = visit({"a.rcube.db", "b.rcube.db"});
    EXPECT_EQ(taken.size() + failed_.size(), 2U);
    EXPECT_EQ(failed_.size(), full.faults_hit()) << nth;
    for (const auto& one : failed_) {
      EXPECT_EQ(one.second.cause(), Cause::no_space);
      EXPECT_EQ(one.second.side(), Side::none);
    }
  }
  room_.directory.reset();
}

}  // namespace
}  // namespace mailhaul::account::cpanel
