// S4, S5, S11: listing, looking, renaming and removing.

#include <fcntl.h>

#include <cerrno>
#include <set>

#include "fs/world.hpp"

namespace mailhaul::fs {
namespace {

using support::Call;

class Entries : public InEachWorld {
 protected:
  [[nodiscard]] static std::vector<std::string> listed(const Directory& directory) {
    std::vector<std::string> names;
    directory.list([&](const Entry& entry) { names.push_back(entry.name); });
    std::sort(names.begin(), names.end());
    return names;
  }
};
INSTANTIATE_TEST_SUITE_P(EachWorld, Entries, testing::ValuesIn(all_worlds), name_of);

TEST_P(Entries, AreListedAnewEachTimeWithoutTheDots) {
  const Directory root = open();
  EXPECT_TRUE(listed(root).empty());
  std::vector<std::string> expected;
  for (int i = 0; i < 1500; ++i) {
    expected.push_back("message-" + std::to_string(i) + std::string(40, 'x'));
    world().put_file(expected.back(), "");
  }
  expected.push_back(std::string(255, 'n'));
  world().put_file(expected.back(), "");
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(listed(root), expected);
  EXPECT_EQ(listed(root), expected);
  world().remove(expected.front());
  expected.erase(expected.begin());
  EXPECT_EQ(listed(root), expected);
}

TEST_P(Entries, AreMadeAsLinksThatLeadDownwardsOnly) {
  world().put_directory("d");
  const Directory root = open();
  EXPECT_EQ(root.make_symlink("l", "d/x"), LinkResult::done);
  EXPECT_EQ(root.link_text("l"), "d/x");
  EXPECT_EQ(root.look_at("l")->kind, EntryKind::symlink);
  EXPECT_EQ(root.make_symlink("l", "d/y"), LinkResult::exists);
  EXPECT_EQ(root.make_symlink("d", "d/y"), LinkResult::exists);
  EXPECT_EQ(root.link_text("l"), "d/x");
  for (const char* const text : {"", "/etc", "..", "d/../x", "./d"})
    EXPECT_EQ(error_of([&] { (void)root.make_symlink("m", text); }).cause(), Cause::refused) << text;
  EXPECT_FALSE(root.look_at("m"));
}

TEST_P(Entries, ComeWithAKindThatIsRightOrUnknown) {
  world().put_file("regular", "");
  world().put_directory("directory");
  world().put_symlink("symlink", "regular");
  world().put_fifo("fifo");
  world().put_socket("socket");
  const std::map<std::string, EntryKind> kinds{{"regular", EntryKind::regular},
                                               {"directory", EntryKind::directory},
                                               {"symlink", EntryKind::symlink},
                                               {"fifo", EntryKind::fifo},
                                               {"socket", EntryKind::socket}};
  std::size_t count = 0;
  const Directory root = open();
  root.list([&](const Entry& entry) {
    ++count;
    if (entry.kind != EntryKind::unknown) {
      EXPECT_EQ(entry.kind, kinds.at(entry.name)) << entry.name;
    }
    EXPECT_EQ(root.look_at(entry.name)->kind, kinds.at(entry.name)) << entry.name;
  });
  EXPECT_EQ(count, kinds.size());
}

TEST_P(Entries, CanBeListedWhileTheyAreListed) {
  for (const char* name : {"a", "b", "c"}) world().put_file(name, "");
  const Directory root = open();
  std::size_t inner = 0;
  root.list([&](const Entry&) { inner += listed(root).size(); });
  EXPECT_EQ(inner, 9U);
}

TEST_P(Entries, AreNotListedTwiceAfterTheCallerThrows) {
  for (const char* name : {"a", "b", "c"}) world().put_file(name, "");
  const Directory root = open();
  EXPECT_THROW(root.list([](const Entry&) { throw Error(Cause::stopped, Scope::run, "test"); }), Error);
  EXPECT_EQ(listed(root).size(), 3U);
}

TEST_P(Entries, AreLookedAtWithoutFollowing) {
  world().put_file("f", "12345");
  world().put_symlink("link", "f");
  world().put_link("hard", "f");
  const Directory root = open();
  EXPECT_EQ(root.look_at("f")->size_octets, 5U);
  EXPECT_EQ(root.look_at("f")->links, 2U);
  EXPECT_EQ(root.look_at("f")->id, root.look_at("hard")->id);
  EXPECT_EQ(root.look_at("link")->kind, EntryKind::symlink);
  EXPECT_FALSE(root.look_at("gone"));
}

TEST_P(Entries, AreRenamedWhenTheyAreWhatWasSeen) {
  world().put_directory("new");
  world().put_directory("cur");
  world().put_file("new/m", "mail");
  world().put_file("new/other", "other");
  const Directory root = open(Side::target);
  const Directory fresh = root.open_directory("new");
  const Directory cur = root.open_directory("cur");
  const FileId id = fresh.look_at("m")->id;
  const FileId other = fresh.look_at("other")->id;

  EXPECT_FALSE(fresh.rename("m", other, cur, "m:2,S").found) << "another file by that name";
  EXPECT_FALSE(fresh.rename("gone", id, cur, "m:2,S").found);
  EXPECT_TRUE(world().names_in("cur").empty());

  auto outcome = fresh.rename("m", id, cur, "m:2,S");
  EXPECT_TRUE(outcome.found);
  EXPECT_EQ(outcome.result, LinkResult::done);
  EXPECT_EQ(world().octets_of("cur/m:2,S"), "mail");
  EXPECT_FALSE(world().exists("new/m"));

  outcome = fresh.rename("other", other, cur, "m:2,S");
  EXPECT_TRUE(outcome.found);
  EXPECT_EQ(outcome.result, LinkResult::exists);
  EXPECT_EQ(world().octets_of("cur/m:2,S"), "mail") << "never over an existing name (S8)";
  EXPECT_EQ(world().octets_of("new/other"), "other");

  EXPECT_TRUE(root.rename("cur/m:2,S", id, root, "new/back").found) << "paths serve as well";
  EXPECT_EQ(world().octets_of("new/back"), "mail");
}

TEST_P(Entries, ThatVanishDuringARenameAreNotFound) {
  world().put_file("m", "mail");
  const Directory root = open(Side::target);
  const FileId id = root.look_at("m")->id;
  kernel().count_anew();
  kernel().before(Call::rename, 1, [&] { world().remove("m"); });
  EXPECT_FALSE(root.rename("m", id, root, "m:2,S").found);
}

TEST_P(Entries, AreRenamedWithoutRenameFlagsToo) {
  world().put_file("m", "mail");
  world().put_file("taken", "taken");
  const Directory root = open(Side::target);
  const FileId id = root.look_at("m")->id;
  kernel().inject({.call = Call::rename, .errno_value = EINVAL, .and_all_later = true});
  EXPECT_EQ(root.rename("m", id, root, "taken").result, LinkResult::exists);
  EXPECT_TRUE(root.rename("m", id, root, "m:2,S").found);
  EXPECT_EQ(world().names_in(""), (std::vector<std::string>{"m:2,S", "taken"}));
  EXPECT_EQ(world().octets_of("m:2,S"), "mail");
  EXPECT_EQ(world().octets_of("taken"), "taken");
}

TEST_P(Entries, AreMovedWhenTheyAreWhatWasSeen) {
  world().put_file("a", "a");
  world().put_directory("d");
  world().put_file("d/taken", "taken");
  const Directory root = open(Side::target);
  const Directory d = root.open_directory("d");
  const FileId a = root.look_at("a")->id;
  EXPECT_FALSE(root.move("gone", a, d, "a").found);
  EXPECT_FALSE(root.move("a", d.look_at("taken")->id, d, "a").found);
  const auto onto = root.move("a", a, d, "taken");
  EXPECT_TRUE(onto.found);
  EXPECT_EQ(onto.result, LinkResult::exists);
  EXPECT_EQ(world().octets_of("d/taken"), "taken");
  const auto moved = root.move("a", a, d, "b");
  EXPECT_TRUE(moved.found);
  EXPECT_EQ(moved.result, LinkResult::done);
  EXPECT_EQ(d.look_at("b")->id, a);
  EXPECT_FALSE(world().exists("a"));
}

TEST_P(Entries, ThatAreNotTheOneThatWasSeenGoBack) {
  world().put_file("a", "a");
  world().put_file("other", "other");
  world().put_directory("d");
  const Directory root = open(Side::target);
  const Directory d = root.open_directory("d");
  const FileId a = root.look_at("a")->id;
  kernel().count_anew();
  kernel().before(Call::rename, 1, [&] { world().exchange("a", "other"); });
  EXPECT_FALSE(root.move("a", a, d, "b").found);
  EXPECT_TRUE(world().names_in("d").empty());
  EXPECT_EQ(world().octets_of("a"), "other");
  EXPECT_EQ(world().octets_of("other"), "a");
}

TEST_P(Entries, AreRemovedOnlyWhenTheyAreWhatWasSeen) {
  world().put_file("a", "a");
  world().put_file("b", "b");
  world().put_directory("d");
  world().put_file("d/c", "c");
  const Directory root = open(Side::target);
  const FileId a = root.look_at("a")->id;
  EXPECT_FALSE(root.remove("b", a));
  EXPECT_FALSE(root.remove("gone", a));
  EXPECT_TRUE(world().exists("b"));
  EXPECT_TRUE(root.remove("a", a));
  EXPECT_FALSE(root.remove("a", a));
  EXPECT_TRUE(root.remove("d/c", world().status_of("d/c").id));
  EXPECT_THROW(root.remove("d", world().status_of("d").id), Error) << "directories are not removed by this";
  EXPECT_EQ(world().names_in(""), (std::vector<std::string>{"b", "d"}));
}

using EntriesInMemory = InMemory;

TEST_F(EntriesInMemory, SayWhichSideAndFolderFailed) {
  memory().put_file("/m/f", "text", bob);
  const Directory source = open(Side::source);
  kernel().count_anew();
  kernel().inject({.call = Call::read_directory, .nth = 2, .errno_value = EIO});
  std::size_t seen = 0;
  const Error error = error_of([&] { source.list([&](const Entry&) { ++seen; }); });
  EXPECT_EQ(seen, 1U) << "the failure comes after the first piece";
  EXPECT_EQ(error.cause(), Cause::io_error);
  EXPECT_EQ(error.scope(), Scope::folder);
  EXPECT_EQ(error.side(), Side::source);
  EXPECT_EQ(error.place(), "/m");
}

TEST_F(EntriesInMemory, AreNotMovedWhereThatTakesMoreThanOneStep) {
  memory().put_directory("/m/d", bob);
  memory().put_mount("/m/mounted", bob);
  memory().put_file("/m/f", "text", bob);
  const Directory root = open(Rules{.side = Side::target, .cross_mounts = true});
  const FileId f = root.look_at("f")->id;
  const auto expect_unsupported = [&](const char* where) {
    const Directory to = root.open_directory(where);
    const Error error = error_of([&] { static_cast<void>(root.move("f", f, to, "g")); });
    EXPECT_EQ(error.cause(), Cause::unsupported) << where;
    EXPECT_EQ(error.scope(), Scope::folder) << where;
    EXPECT_EQ(error.place(), "/m/f") << where;
    EXPECT_TRUE(memory().names_in(std::string("/m/") + where).empty());
    EXPECT_EQ(memory().octets_of("/m/f"), "text");
  };
  expect_unsupported("mounted");
  memory().set_abilities({.rename_flags = false});
  expect_unsupported("d");
}

TEST_F(EntriesInMemory, KnowTheirFileSystemByItsOwnIdWhereItHasOne) {
  EXPECT_EQ(open().file_system(), memory().status_of("/m").id.device);
  memory().set_abilities({.file_system_id = 77});
  EXPECT_EQ(open().file_system(), 77U);
}

TEST_F(EntriesInMemory, AreRemovedAndRenamedUnderEachFaultOrNotAtAll) {
  for (std::uint64_t nth = 1;; ++nth) {
    memory().put_file("/m/f", "text", bob);
    const Directory root = open();
    const FileId id = root.look_at("f")->id;
    kernel().count_anew();
    kernel().inject({.nth = nth, .errno_value = EIO});
    bool done = false;
    try {
      done = root.rename("f", id, root, "g").found && root.remove("g", id);
    } catch (const Error& error) {
      EXPECT_EQ(error.scope(), Scope::run);
    }
    const bool hit = kernel().faults_hit() != 0;
    kernel().heal();
    const std::size_t left = memory().names_in("/m").size();
    EXPECT_EQ(left, done ? 0U : 1U);
    for (const std::string& name : memory().names_in("/m")) memory().remove("/m/" + name);
    if (!hit) break;
  }
}

}  // namespace
}  // namespace mailhaul::fs
