// S5, S6, S13: what a leaf must be to be read.

#include <fcntl.h>

#include <cerrno>

#include "fs/world.hpp"

namespace mailhaul::fs {
namespace {

using support::Call;

constexpr EntryKind all_kinds[] = {EntryKind::unknown, EntryKind::regular, EntryKind::directory, EntryKind::symlink,
                                   EntryKind::fifo,    EntryKind::socket,  EntryKind::device};

class Leaf : public InEachWorld {};
INSTANTIATE_TEST_SUITE_P(EachWorld, Leaf, testing::ValuesIn(all_worlds), name_of);

TEST_P(Leaf, IsOpenedWhenItIsARegularFile) {
  world().put_file("f", "hello");
  const Directory root = open();
  for (const EntryKind hint : {EntryKind::unknown, EntryKind::regular}) {
    const OpenResult opened = root.open_file("f", hint);
    EXPECT_EQ(opened.refusal, Refusal::none);
    ASSERT_TRUE(opened.file);
    EXPECT_EQ(opened.file->opened_as().id, world().status_of("f").id);
    EXPECT_EQ(opened.file->opened_as().size_octets, 5U);
    EXPECT_EQ(read_all(*opened.file), "hello");
  }
}

TEST_P(Leaf, IsRefusedWhenItIsAnythingElseWhateverTheHint) {
  world().put_file("outside", "secret");
  world().put_symlink("symlink", "outside");
  world().put_symlink("dangling", "gone");
  world().put_directory("directory");
  world().put_fifo("fifo");
  world().put_socket("socket");
  const bool has_device = world().put_device("device");
  const Directory root = open();
  struct Row {
    const char* name;
    Refusal refusal;
  };
  for (const Row& row :
       {Row{"symlink", Refusal::symlink}, Row{"dangling", Refusal::symlink}, Row{"directory", Refusal::directory},
        Row{"fifo", Refusal::special}, Row{"socket", Refusal::special}, Row{"device", Refusal::special}}) {
    if (std::string_view(row.name) == "device" && !has_device) continue;
    SCOPED_TRACE(row.name);
    for (const EntryKind hint : all_kinds) {
      const OpenResult opened = root.open_file(row.name, hint);
      EXPECT_FALSE(opened.file);
      EXPECT_NE(opened.refusal, Refusal::none);
      if (hint == EntryKind::unknown || hint == EntryKind::regular) {
        EXPECT_EQ(opened.refusal, row.refusal);
      }
    }
    EXPECT_EQ(root.open_file_for_update(row.name).refusal, row.refusal);
  }
}

TEST_P(Leaf, IsNotEvenOpenedWhenTheHintOrALookSaysSpecial) {
  world().put_fifo("fifo");
  world().put_socket("socket");
  world().put_symlink("symlink", "fifo");
  const Directory root = open();
  kernel().count_anew();
  (void)root.open_file("fifo", EntryKind::fifo);
  (void)root.open_file("socket", EntryKind::socket);
  (void)root.open_file("symlink", EntryKind::symlink);
  EXPECT_EQ(kernel().calls(), 0U);
  (void)root.open_file("fifo");
  (void)root.open_file("socket");
  (void)root.open_file("symlink");
  (void)root.open_file_for_update("fifo");
  EXPECT_EQ(kernel().calls(Call::open_at) + kernel().calls(Call::open_beneath), 0U);
}

TEST_P(Leaf, ThatBecomesAFifoAfterTheLookDoesNotHang) {
  world().put_file("m", "mail");
  world().put_fifo("fifo");
  world().put_symlink("link", "m");
  world().put_directory("dir");
  const Directory root = open();
  struct Row {
    const char* other;
    Refusal refusal;
  };
  const bool walk = GetParam().resolving == Resolving::walk;
  for (const Row& row :
       {Row{"fifo", Refusal::special}, Row{"link", Refusal::symlink}, Row{"dir", Refusal::directory}}) {
    SCOPED_TRACE(row.other);
    // The kernel that has no openat2 says so once a root; from then on only open_at is asked.
    (void)root.open_file("m");
    kernel().count_anew();
    kernel().before(walk ? Call::open_at : Call::open_beneath, 1, [&] { world().exchange("m", row.other); });
    EXPECT_EQ(root.open_file("m").refusal, row.refusal);
    EXPECT_FALSE(root.open_file("m", EntryKind::regular).file);
    kernel().heal();
    world().exchange("m", row.other);
  }
  EXPECT_EQ(read_all(*root.open_file("m").file), "mail");
}

TEST_P(Leaf, OfAForeignOwnerIsRefusedWhateverItsLinks) {
  if (!world().has_users()) GTEST_SKIP() << "only root can give a file away";
  world().put_directory("elsewhere");
  world().put_file("elsewhere/secret", "secret");
  world().give_to("elsewhere/secret", 4711);
  world().put_link("hard", "elsewhere/secret");
  world().put_file("single", "secret");
  world().give_to("single", 4711);
  world().put_file("mine", "mine");
  world().put_link("mine too", "mine");
  const Directory root = open();
  EXPECT_EQ(root.open_file("hard").refusal, Refusal::foreign_owner);
  EXPECT_EQ(root.open_file("single", EntryKind::regular).refusal, Refusal::foreign_owner);
  EXPECT_EQ(root.open_file_for_update("hard").refusal, Refusal::foreign_owner);
  EXPECT_EQ(read_all(*root.open_file("mine too").file), "mine") << "links alone are normal in Maildirs";
  EXPECT_TRUE(root.with_owner(4711).open_file("hard").file);
  EXPECT_EQ(root.with_owner(4711).open_file("mine").refusal, Refusal::foreign_owner);
  EXPECT_TRUE(open(Rules{.more_owners = {1, 4711}}).open_file("hard").file);
}

TEST_P(Leaf, ThatIsSparseIsRefusedUnlessAllowed) {
  constexpr std::uint64_t mebibyte = 1U << 20U;
  world().put_sparse("sparse", mebibyte + 1);
  world().put_sparse("small", mebibyte);
  world().put_file("full", std::string(mebibyte + 1, 'x'));
  const Directory root = open();
  EXPECT_EQ(root.open_file("sparse").refusal, Refusal::sparse);
  EXPECT_EQ(root.open_file_for_update("sparse").refusal, Refusal::sparse);
  EXPECT_TRUE(root.open_file("small").file);
  EXPECT_TRUE(root.open_file("full").file);
  const Directory lenient = open(Rules{.allow_sparse = true});
  EXPECT_TRUE(lenient.open_file("sparse").file);

  // A 64th is the line: 32 KiB of 2 MiB.
  for (const std::size_t stored_octets : {8U << 10U, 64U << 10U}) {
    world().put_sparse("partly", 2 * mebibyte);
    lenient.open_file_for_update("partly").file->write_at(as_bytes(std::string(stored_octets, 'x')), 0);
    EXPECT_EQ(root.open_file("partly").refusal, stored_octets < 32768 ? Refusal::sparse : Refusal::none);
    world().remove("partly");
  }
}

TEST_P(Leaf, IsOpenedForUpdateWithReadingAndWriting) {
  world().put_file("mbox", "hello");
  const OpenResult opened = open(Side::target).open_file_for_update("mbox");
  ASSERT_TRUE(opened.file);
  opened.file->write_at(as_bytes("J"), 0);
  opened.file->write_at(as_bytes("!"), 5);
  EXPECT_EQ(read_all(*opened.file), "Jello!");
  opened.file->truncate(2);
  EXPECT_EQ(world().octets_of("mbox"), "Je");
}

TEST_P(Leaf, IsAskedForAgainWithoutNoatimeOnlyAtTheSource) {
  world().put_file("f", "text");
  const Directory source = open(Side::source);
  const Directory target = open(Side::target);
  // O_NOATIME is refused to strangers; the file is then opened without.
  kernel().inject({.call = Call::open_beneath, .nth = 1, .errno_value = EPERM});
  kernel().inject({.call = Call::open_at, .nth = 1, .errno_value = EPERM});
  kernel().count_anew();
  EXPECT_TRUE(source.open_file("f", EntryKind::regular).file);
  kernel().count_anew();
  EXPECT_EQ(error_of([&] { (void)target.open_file("f", EntryKind::regular); }).cause(), Cause::permission);
}

using LeafInMemory = InMemory;

TEST_F(LeafInMemory, OfAnotherUserIsReadWithoutNoatime) {
  memory().put_file("/m/f", "text", bob, 0644);
  memory().become(1002, 1002);
  const OpenResult opened = open(Side::source).open_file("f");
  ASSERT_TRUE(opened.file);
  EXPECT_EQ(read_all(*opened.file), "text");
}

TEST_F(LeafInMemory, ThatIsADeviceIsNeverOpenedWhenItsKindIsKnown) {
  memory().put_special("/m/tape", EntryKind::device, bob);
  memory().set_abilities({.entry_kinds = false});
  const Directory root = open(Side::source);
  root.list([&](const Entry& entry) {
    EXPECT_EQ(entry.kind, EntryKind::unknown);
    EXPECT_EQ(root.open_file(entry.name, entry.kind).refusal, Refusal::special);
  });
  EXPECT_EQ(memory().devices_opened(), 0U);
}

TEST_F(LeafInMemory, CarriesScopeAndSideInItsErrors) {
  memory().put_file("/m/f", "text", bob, 0600);
  struct Row {
    int number;
    Cause cause;
    Scope at_source;
    Scope at_target;
  };
  for (const Row& row :
       {Row{EACCES, Cause::permission, Scope::message, Scope::message},
        Row{EIO, Cause::io_error, Scope::message, Scope::run}, Row{ENOSPC, Cause::no_space, Scope::message, Scope::run},
        Row{EDQUOT, Cause::quota, Scope::message, Scope::mailbox},
        Row{EMFILE, Cause::io_error, Scope::run, Scope::run}}) {
    for (const Side side : {Side::source, Side::target}) {
      SCOPED_TRACE(row.number);
      const Directory root = open(side);
      kernel().inject({.call = Call::open_beneath, .errno_value = row.number, .and_all_later = true});
      const Error error = error_of([&] { (void)root.open_file("f"); });
      kernel().heal();
      EXPECT_EQ(error.cause(), row.cause);
      EXPECT_EQ(error.scope(), side == Side::source ? row.at_source : row.at_target);
      EXPECT_EQ(error.side(), side);
      EXPECT_EQ(error.place(), "/m/f");
      EXPECT_EQ(error.system_error(), row.number);
    }
  }
}

TEST_F(LeafInMemory, IsOpenedThroughInterruptions) {
  memory().put_file("/m/f", "text", bob);
  const Directory root = open(Side::source);
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    kernel().interrupt(seed);
    kernel().make_short(seed);
    EXPECT_EQ(read_all(*root.open_file("f").file), "text");
  }
}

}  // namespace
}  // namespace mailhaul::fs
