// S8 for control files: exchanged, compared, and exchanged back when somebody was faster.

#include "mailhaul/fs/control_file.hpp"

#include <fcntl.h>

#include <cerrno>

#include "fs/world.hpp"

namespace mailhaul::fs {
namespace {

using support::Call;

constexpr std::uint64_t limit = 1000;

class Control : public InMemory {
 protected:
  [[nodiscard]] static Birth birth() { return {bob, 0640, 0700}; }
  [[nodiscard]] std::vector<std::string> names() { return memory().names_in("/m"); }
};

TEST_F(Control, FileIsReadWhole) {
  memory().put_file("/m/uidlist", "3 V1 N2\n", bob);
  const auto found = read_control_file(open(), "uidlist", limit);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->text, "3 V1 N2\n");
  EXPECT_EQ(found->status.id, memory().status_of("/m/uidlist").id);
  memory().put_file("/m/empty", "", bob);
  EXPECT_EQ(read_control_file(open(), "empty", limit)->text, "");
  memory().put_file("/m/exact", std::string(limit, 'x'), bob);
  EXPECT_EQ(read_control_file(open(), "exact", limit)->text.size(), limit);
}

TEST_F(Control, FileThatIsNotThereIsNoError) { EXPECT_FALSE(read_control_file(open(), "gone", limit)); }

TEST_F(Control, FileIsRefusedWhenItIsNotAPlainOneOfTheOwner) {
  memory().put_file("/secret", "secret");
  memory().put_symlink("/m/link", "/secret", bob);
  memory().put_file("/m/foreign", "secret");
  memory().put_special("/m/fifo", EntryKind::fifo, bob);
  memory().put_directory("/m/directory", bob);
  for (const char* name : {"link", "foreign", "fifo", "directory"}) {
    const Error error = error_of([&] { (void)read_control_file(open(Side::source), name, limit); });
    EXPECT_EQ(error.cause(), Cause::refused) << name;
    EXPECT_EQ(error.scope(), Scope::folder);
    EXPECT_EQ(error.side(), Side::source);
    EXPECT_EQ(error.place(), std::string("/m/") + name);
    EXPECT_FALSE(error.reason().empty());
  }
}

TEST_F(Control, FileOverTheLimitIsNotRead) {
  memory().put_file("/m/big", std::string(limit + 1, 'x'), bob);
  kernel().count_anew();
  const Error error = error_of([&] { (void)read_control_file(open(), "big", limit); });
  EXPECT_EQ(error.cause(), Cause::limit);
  EXPECT_EQ(error.scope(), Scope::folder);
  EXPECT_EQ(kernel().calls(Call::read_at), 0U);
}

TEST_F(Control, FileThatChangesIsReadAgain) {
  memory().put_file("/m/f", "first", bob);
  const Directory root = open();
  const auto append = [&] {
    const OpenResult opened = root.open_file_for_update("f");
    opened.file->write_at(as_bytes("+"), opened.file->opened_as().size_octets);
  };
  kernel().count_anew();
  kernel().before(Call::read_at, 1, append);
  EXPECT_EQ(read_control_file(root, "f", limit)->text, "first+");
  kernel().heal();
  kernel().count_anew();
  for (std::uint64_t nth = 1; nth <= 3; ++nth) kernel().before(Call::read_at, nth, append);
  EXPECT_EQ(error_of([&] { (void)read_control_file(root, "f", limit); }).cause(), Cause::source_changed);
}

TEST_F(Control, FileIsMadeWhenTheNameIsFree) {
  EXPECT_TRUE(write_control_file(open(), "f", "text", birth(), std::nullopt));
  EXPECT_EQ(memory().octets_of("/m/f"), "text");
  EXPECT_EQ(memory().status_of("/m/f").owner, bob);
  EXPECT_EQ(memory().status_of("/m/f").permissions, 0640U);
  EXPECT_FALSE(write_control_file(open(), "f", "other", birth(), std::nullopt)) << "the name is taken";
  EXPECT_EQ(memory().octets_of("/m/f"), "text");
  EXPECT_EQ(names(), std::vector<std::string>{"f"});
}

TEST_F(Control, FileIsReplacedWhenItIsWhatWasRead) {
  memory().put_file("/m/f", "old", bob);
  const auto read = read_control_file(open(), "f", limit);
  EXPECT_TRUE(write_control_file(open(), "f", "new", birth(), read->status));
  EXPECT_EQ(memory().octets_of("/m/f"), "new");
  EXPECT_EQ(memory().status_of("/m/f").links, 1U);
  EXPECT_EQ(names(), std::vector<std::string>{"f"});
  memory().lose_power();
  EXPECT_EQ(memory().octets_of("/m/f"), "new") << "durable when it returns";
  EXPECT_EQ(names(), std::vector<std::string>{"f"});
}

TEST_F(Control, FileIsLeftAloneWhenSomebodyWasFaster) {
  memory().put_file("/m/f", "old", bob);
  const auto read = read_control_file(open(), "f", limit);
  memory().put_file("/m/f", "theirs", bob);
  const FileId theirs = memory().status_of("/m/f").id;
  EXPECT_FALSE(write_control_file(open(), "f", "ours", birth(), read->status));
  EXPECT_EQ(memory().octets_of("/m/f"), "theirs");
  EXPECT_EQ(memory().status_of("/m/f").id, theirs);
  EXPECT_EQ(names(), std::vector<std::string>{"f"});
}

TEST_F(Control, FileIsLeftAloneWhenItWasChangedInPlace) {
  memory().put_file("/m/f", "old", bob);
  const auto read = read_control_file(open(), "f", limit);
  open().open_file_for_update("f").file->write_at(as_bytes(" and appended"), 3);
  EXPECT_FALSE(write_control_file(open(), "f", "ours", birth(), read->status));
  EXPECT_EQ(memory().octets_of("/m/f"), "old and appended");
  EXPECT_EQ(names(), std::vector<std::string>{"f"});
}

TEST_F(Control, FileThatWasRemovedMeanwhileIsNotMade) {
  memory().put_file("/m/f", "old", bob);
  const auto read = read_control_file(open(), "f", limit);
  memory().remove("/m/f");
  EXPECT_FALSE(write_control_file(open(), "f", "ours", birth(), read->status));
  EXPECT_TRUE(names().empty());
}

TEST_F(Control, FileIsGivenBackWhateverWasPutThere) {
  memory().put_file("/secret", "secret");
  memory().put_file("/m/f", "old", bob);
  const auto read = read_control_file(open(), "f", limit);
  memory().put_symlink("/m/f", "/secret", bob);
  EXPECT_FALSE(write_control_file(open(), "f", "ours", birth(), read->status));
  EXPECT_EQ(memory().status_of("/m/f").kind, EntryKind::symlink);
  EXPECT_EQ(memory().octets_of("/secret"), "secret");
  memory().put_directory("/m/f", bob);
  EXPECT_FALSE(write_control_file(open(), "f", "ours", birth(), read->status));
  EXPECT_EQ(memory().status_of("/m/f").kind, EntryKind::directory);
  EXPECT_EQ(names(), std::vector<std::string>{"f"});
}

TEST_F(Control, FileIsNotReplacedWhereNamesCannotBeExchanged) {
  memory().put_file("/m/f", "old", bob);
  const auto read = read_control_file(open(), "f", limit);
  memory().set_abilities({.rename_flags = false});
  const Error error = error_of([&] { (void)write_control_file(open(), "f", "new", birth(), read->status); });
  EXPECT_EQ(error.cause(), Cause::unsupported);
  EXPECT_EQ(memory().octets_of("/m/f"), "old");
  EXPECT_EQ(names(), std::vector<std::string>{"f"});
}

TEST_F(Control, FileIsOldOrNewUnderEachFaultAndPowerCut) {
  for (const bool replaces : {false, true}) {
    for (const bool unnamed : {true, false}) {
      for (std::uint64_t nth = 1;; ++nth) {
        SCOPED_TRACE(nth);
        memory().set_abilities({.unnamed_files = unnamed ? 0 : -EOPNOTSUPP});
        std::optional<Status> status;
        if (replaces) {
          memory().put_file("/m/f", "old", bob);
          status = read_control_file(open(), "f", limit)->status;
        }
        bool done = false;
        bool hit = false;
        {
          const Directory root = open();
          kernel().count_anew();
          kernel().inject({.nth = nth, .errno_value = EIO});
          try {
            done = write_control_file(root, "f", "new", birth(), status);
          } catch (const Error& error) {
            EXPECT_EQ(error.side(), Side::target);
          }
          hit = kernel().faults_hit() != 0;
          kernel().heal();
        }
        const auto check = [&] {
          const std::string now = memory().exists("/m/f") ? memory().octets_of("/m/f") : "";
          if (done) {
            EXPECT_EQ(now, "new");
          } else {
            EXPECT_TRUE(now == "new" || now == (replaces ? "old" : "")) << now;
          }
          for (const std::string& name : names()) {
            EXPECT_TRUE(name == "f" || name.starts_with(NewFile::temporary_prefix)) << name;
          }
        };
        check();
        memory().lose_power();
        check();
        for (const std::string& name : names()) memory().remove("/m/" + name);
        if (!hit) {
          EXPECT_TRUE(done);
          break;
        }
        ASSERT_LT(nth, 100U);
      }
    }
  }
}

// The same over real files: the exchange is the kernel's.
using RealControl = InEachWorld;
INSTANTIATE_TEST_SUITE_P(EachWorld, RealControl, testing::ValuesIn(all_worlds), name_of);

TEST_P(RealControl, FileIsMadeReplacedAndGivenBack) {
  const Directory root = open(Side::target);
  const Birth birth{runner(), 0600, 0700};
  ASSERT_TRUE(write_control_file(root, "f", "one", birth, std::nullopt));
  const auto read = read_control_file(root, "f", limit);
  ASSERT_TRUE(write_control_file(root, "f", "two", birth, read->status));
  EXPECT_EQ(world().octets_of("f"), "two");
  EXPECT_FALSE(write_control_file(root, "f", "three", birth, read->status)) << "no longer what was read";
  EXPECT_FALSE(write_control_file(root, "f", "three", birth, std::nullopt));
  EXPECT_EQ(world().octets_of("f"), "two");
  EXPECT_EQ(world().names_in(""), std::vector<std::string>{"f"});
}

}  // namespace
}  // namespace mailhaul::fs
