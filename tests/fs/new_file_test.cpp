// S7, S8: files that nobody sees until they are whole.

#include "mailhaul/fs/new_file.hpp"

#include <fcntl.h>

#include <cerrno>

#include "fs/world.hpp"

namespace mailhaul::fs {
namespace {

using support::Call;

/// What the file system can do; each test runs with each.
enum class Making { unnamed, named, named_without_rename_flags };

class FreshFile : public testing::TestWithParam<std::tuple<Files, Making>> {
 protected:
  FreshFile() { heal(); }

  /// No faults but those that belong to the file system.
  void heal() {
    kernel_.heal();
    if (making() != Making::unnamed) kernel_.forbid_unnamed_files(EOPNOTSUPP);
    if (making() == Making::named_without_rename_flags) {
      kernel_.inject({.call = Call::rename, .errno_value = EINVAL, .and_all_later = true});
    }
  }
  [[nodiscard]] Making making() const { return std::get<1>(GetParam()); }
  [[nodiscard]] World& world() { return *world_; }
  [[nodiscard]] support::FaultyKernel& kernel() { return kernel_; }
  [[nodiscard]] Directory open() {
    return Directory::open_root(kernel_, entropy_, world_->root(), Rules{.side = Side::target});
  }
  [[nodiscard]] Owner runner() { return world_->status_of("").owner; }
  [[nodiscard]] Birth birth(mode_t mode = 0600) { return {runner(), mode, 0700}; }
  /// Whether `names` are all there is, but for a temporary name where one is needed.
  [[nodiscard]] bool shows_only(const std::vector<std::string>& names) {
    std::vector<std::string> seen;
    for (const std::string& name : world_->names_in("")) {
      const bool temporary = name.starts_with(NewFile::temporary_prefix);
      if (!temporary || making() == Making::unnamed) seen.push_back(name);
    }
    return seen == names;
  }

 private:
  Watchdog watchdog_{};
  std::unique_ptr<World> world_ = make_world({std::get<0>(GetParam()), Resolving::openat2});
  support::FaultyKernel kernel_{world_->kernel()};
  SystemEntropy entropy_{};
};
std::string name_of_way(const testing::TestParamInfo<std::tuple<Files, Making>>& info) {
  const Making making = std::get<1>(info.param);
  const std::string files = std::get<0>(info.param) == Files::real ? "Real" : "Memory";
  if (making == Making::unnamed) return files + "Unnamed";
  return files + (making == Making::named ? "Named" : "NamedWithoutRenameFlags");
}
INSTANTIATE_TEST_SUITE_P(EachWay, FreshFile,
                         testing::Combine(testing::Values(Files::real, Files::memory),
                                          testing::Values(Making::unnamed, Making::named,
                                                          Making::named_without_rename_flags)),
                         name_of_way);

TEST_P(FreshFile, IsNotSeenUntilItIsLinked) {
  const Directory root = open();
  NewFile file = root.create_file();
  file.append(as_bytes("hello "));
  file.append(as_bytes("world"));
  file.dress(birth(0640), std::nullopt);
  EXPECT_TRUE(shows_only({}));
  EXPECT_EQ(file.size_octets(), 11U);
  file.sync();
  EXPECT_EQ(file.link(root, "m"), LinkResult::done);
  file.close();
  EXPECT_EQ(world().names_in(""), std::vector<std::string>{"m"});
  EXPECT_EQ(world().octets_of("m"), "hello world");
  EXPECT_EQ(world().status_of("m").permissions, 0640U);
  EXPECT_EQ(world().status_of("m").links, 1U);
}

TEST_P(FreshFile, LeavesNothingWhenItIsDropped) {
  const Directory root = open();
  {
    NewFile file = root.create_file();
    file.append(as_bytes("hello"));
    NewFile moved = std::move(file);
    moved.append(as_bytes("hello"));
    NewFile assigned = root.create_file();
    assigned = std::move(moved);
  }
  EXPECT_TRUE(world().names_in("").empty());
}

TEST_P(FreshFile, NeverReplacesAnything) {
  world().put_file("taken", "theirs");
  world().put_directory("directory");
  world().put_symlink("symlink", "taken");
  world().put_symlink("dangling", "gone");
  const Directory root = open();
  NewFile file = root.create_file();
  file.append(as_bytes("ours"));
  for (const char* name : {"taken", "directory", "symlink", "dangling"}) {
    EXPECT_EQ(file.link(root, name), LinkResult::exists) << name;
  }
  EXPECT_EQ(world().octets_of("taken"), "theirs");
  EXPECT_FALSE(world().exists("gone"));
  EXPECT_EQ(file.link(root, "free"), LinkResult::done) << "another name may be tried";
  EXPECT_EQ(world().octets_of("free"), "ours");
}

TEST_P(FreshFile, GoesToAnotherDirectoryOfItsFileSystem) {
  world().put_directory("tmp");
  world().put_directory("new");
  const Directory root = open();
  NewFile file = root.open_directory("tmp").create_file();
  file.append(as_bytes("mail"));
  EXPECT_TRUE(world().names_in("new").empty());
  EXPECT_EQ(file.link(root.open_directory("new"), "m"), LinkResult::done);
  EXPECT_TRUE(world().names_in("tmp").empty());
  EXPECT_EQ(world().octets_of("new/m"), "mail");
}

TEST_P(FreshFile, HasNoNameWhereReadersLookUntilItIsLinked) {
  world().put_directory("tmp");
  world().put_directory("cur");
  const Directory root = open();
  const Directory cur = root.open_directory("cur");
  NewFile file = cur.create_file(root.open_directory("tmp"));
  file.append(as_bytes("mail"));
  EXPECT_TRUE(world().names_in("cur").empty());
  EXPECT_EQ(world().names_in("tmp").empty(), making() == Making::unnamed);
  EXPECT_EQ(file.link(cur, "m"), LinkResult::done);
  EXPECT_TRUE(world().names_in("tmp").empty());
  EXPECT_EQ(world().octets_of("cur/m"), "mail");
}

TEST_P(FreshFile, TakesOnlyOnePlainName) {
  world().put_directory("d");
  const Directory root = open();
  NewFile file = root.create_file();
  for (const std::string& name : {std::string(""), std::string("."), std::string(".."), std::string("d/x"),
                                  std::string("../x"), std::string("/x"), std::string("a\0b", 3)}) {
    const Error error = error_of([&] { (void)file.link(root, name); });
    EXPECT_EQ(error.cause(), Cause::refused);
    EXPECT_EQ(error.scope(), Scope::message);
  }
  const Error error = error_of([&] { (void)file.link(root, std::string(256, 'n')); });
  EXPECT_EQ(error.cause(), Cause::limit);
  EXPECT_EQ(error.scope(), Scope::message);
  EXPECT_EQ(file.link(root, std::string(255, 'n')), LinkResult::done);
}

TEST_P(FreshFile, CanBeRewrittenCutAndReadBack) {
  const Directory root = open();
  NewFile file = root.create_file();
  file.append(as_bytes("length 00000\nbody and more"));
  file.rewrite(as_bytes("00004"), 7);
  file.cut(17);
  EXPECT_EQ(file.size_octets(), 17U);
  std::string back(17, ' ');
  EXPECT_EQ(file.read_at(std::as_writable_bytes(std::span(back.data(), back.size())), 0), 17U);
  EXPECT_EQ(back, "length 00004\nbody");
  file.append(as_bytes("!"));
  EXPECT_EQ(file.link(root, "m"), LinkResult::done);
  EXPECT_EQ(world().octets_of("m"), "length 00004\nbody!");
  EXPECT_EQ(file.read_at(std::as_writable_bytes(std::span(back.data(), back.size())), 0), 17U);
}

TEST_P(FreshFile, HasTheModeOfItsBirthUnderAnyUmask) {
  const Directory root = open();
  int number = 0;
  for (const mode_t mask : {0U, 022U, 077U, 0777U}) {
    for (const mode_t mode : {0600U, 0640U, 0666U, 0400U, 06755U, 01644U}) {
      world().set_umask(mask);
      NewFile file = root.create_file();
      world().set_umask(022);
      EXPECT_EQ(file.status_now().permissions & 077U, 0U) << "closed to others while it is written";
      file.append(as_bytes("x"));
      file.dress(birth(mode), std::nullopt);
      const std::string name = std::to_string(++number);
      ASSERT_EQ(file.link(root, name), LinkResult::done);
      EXPECT_EQ(world().status_of(name).permissions, mode & 0777U) << "set-id bits are never given";
    }
  }
}

TEST_P(FreshFile, HasTheOwnerAndTimeOfItsBirth) {
  const Directory root = open();
  const Owner owner = world().has_users() ? Owner{4711, 4712} : runner();
  using namespace std::chrono;
  for (const FileTime time : {FileTime(sys_days(year(1999) / 12 / 31) + 1h + 5ns), FileTime{},
                              FileTime(sys_days(year(1969) / 7 / 20) + 250ms)}) {
    NewFile file = root.create_file();
    file.append(as_bytes("x"));
    file.dress({owner, 0660, 0700}, time);
    ASSERT_EQ(file.link(root, "m"), LinkResult::done);
    const Status status = world().status_of("m");
    EXPECT_EQ(status.owner, owner);
    EXPECT_EQ(status.permissions, 0660U);
    EXPECT_EQ(status.modified, time);
    world().remove("m");
  }
}

TEST_P(FreshFile, IsDressedByAsFewCallsAsPossible) {
  world().set_umask(022);
  const Directory root = open();
  NewFile file = root.create_file();
  kernel().count_anew();
  file.dress(birth(0600), std::nullopt);
  EXPECT_EQ(kernel().calls(Call::change_owner), 0U);
  EXPECT_EQ(kernel().calls(Call::change_mode), 0U);
  EXPECT_EQ(kernel().calls(), 1U);
}

TEST_P(FreshFile, IsWholeAfterShortAndInterruptedCalls) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += std::to_string(i);
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    kernel().make_short(seed);
    kernel().interrupt(seed);
    const Directory root = open();
    NewFile file = root.create_file();
    file.append(Bytes(as_bytes(text)).first(1000));
    file.append(Bytes(as_bytes(text)).subspan(1000));
    file.rewrite(as_bytes("012"), 0);
    file.dress(birth(), std::nullopt);
    ASSERT_EQ(file.link(root, "m"), LinkResult::done);
    file.close();
    EXPECT_EQ(world().octets_of("m"), text);
    world().remove("m");
  }
}

TEST_P(FreshFile, IsWholeOrNotThereUnderEachFault) {
  for (const int number : {EIO, ENOSPC, EDQUOT, EACCES}) {
    for (std::uint64_t nth = 1;; ++nth) {
      ASSERT_LT(nth, 200U);
      const Directory root = open();
      kernel().count_anew();
      kernel().inject({.nth = nth, .errno_value = number});
      bool done = false;
      try {
        NewFile file = root.create_file();
        file.append(as_bytes("hello "));
        file.append(as_bytes("world"));
        file.dress(birth(0644), FileTime{});
        file.sync();
        done = file.link(root, "m") == LinkResult::done;
        file.close();
      } catch (const Error& error) {
        EXPECT_EQ(error.side(), Side::target);
        if (number == ENOSPC || number == EIO) {
          EXPECT_EQ(error.scope(), Scope::run) << error.what();
        }
        if (number == EDQUOT) {
          EXPECT_EQ(error.scope(), Scope::mailbox);
        }
      }
      const bool hit = kernel().calls() >= nth;
      heal();
      if (done) {
        EXPECT_TRUE(world().exists("m"));
      }
      if (world().exists("m")) {
        EXPECT_EQ(world().octets_of("m"), "hello world");
        EXPECT_EQ(world().status_of("m").permissions, 0644U);
      }
      // A temporary name may outlive a fault in the very call that would remove it; nothing else may.
      EXPECT_TRUE(shows_only(world().exists("m") ? std::vector<std::string>{"m"} : std::vector<std::string>{}));
      for (const std::string& name : world().names_in("")) world().remove(name);
      if (!hit) break;
    }
  }
}

TEST_P(FreshFile, EndsWhenAWriteMakesNoProgress) {
  // A write that takes nothing and reports no error would loop for ever (D5).
  const Directory root = open();
  NewFile file = root.create_file();
  kernel().inject({.call = Call::write_at, .errno_value = 0, .and_all_later = true});
  const Error error = error_of([&] { file.append(as_bytes("x")); });
  EXPECT_EQ(error.cause(), Cause::io_error);
  EXPECT_EQ(error.system_error(), EIO);
}

TEST_P(FreshFile, IsReportedWhenAnotherFileTookItsTemporaryName) {
  if (making() == Making::unnamed) GTEST_SKIP() << "linked by descriptor: nothing to exchange";
  world().put_file("planted", "theirs");
  const Directory root = open();
  NewFile file = root.create_file();
  file.append(as_bytes("ours"));
  std::string temporary;
  for (const std::string& name : world().names_in("")) {
    if (name.starts_with(NewFile::temporary_prefix)) temporary = name;
  }
  ASSERT_EQ(temporary.size(), std::string_view(NewFile::temporary_prefix).size() + 16);
  world().exchange(temporary, "planted");
  const Error error = error_of([&] { (void)file.link(root, "m"); });
  EXPECT_EQ(error.cause(), Cause::refused);
  EXPECT_EQ(error.side(), Side::target);
  EXPECT_EQ(world().octets_of("planted"), "ours") << "what was exchanged is not removed by name";
}

TEST_P(FreshFile, IsNotRemovedByItsTemporaryNameWhenThatIsAnotherFile) {
  if (making() == Making::unnamed) GTEST_SKIP() << "has no name";
  world().put_file("planted", "theirs");
  const Directory root = open();
  std::string temporary;
  {
    NewFile file = root.create_file();
    for (const std::string& name : world().names_in("")) {
      if (name != "planted") temporary = name;
    }
    world().exchange(temporary, "planted");
  }
  EXPECT_EQ(world().octets_of(temporary), "theirs") << "S11";
}

TEST_P(FreshFile, SyncsAndClosesOnceWhateverTheAnswer) {
  const Directory root = open();
  NewFile file = root.create_file();
  kernel().count_anew();
  kernel().inject({.call = Call::sync, .nth = 1, .errno_value = EIO});
  kernel().inject({.call = Call::close, .nth = 1, .errno_value = EDQUOT});
  EXPECT_EQ(error_of([&] { file.sync(); }).scope(), Scope::run);
  EXPECT_EQ(kernel().calls(Call::sync), 1U) << "D3";
  ASSERT_EQ(file.link(root, "m"), LinkResult::done);
  EXPECT_EQ(error_of([&] { file.close(); }).cause(), Cause::quota) << "D5";
  file.close();
  EXPECT_EQ(kernel().calls(Call::close), 1U);
}

TEST_P(FreshFile, IsMadeThoughTheOtherWaysAreMissing) {
  for (const int number : {EOPNOTSUPP, EISDIR, ENOENT, EINVAL}) {
    kernel().forbid_unnamed_files(number);
    const Directory root = open();
    NewFile file = root.create_file();
    EXPECT_EQ(world().names_in("").size(), 1U);
    EXPECT_EQ(file.link(root, "m"), LinkResult::done);
    world().remove("m");
  }
  kernel().forbid_unnamed_files(EACCES);
  const Directory root = open();
  EXPECT_EQ(error_of([&] { (void)root.create_file(); }).cause(), Cause::permission);
  EXPECT_TRUE(world().names_in("").empty());
}

}  // namespace
}  // namespace mailhaul::fs
