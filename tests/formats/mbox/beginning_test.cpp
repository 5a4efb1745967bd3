#include "formats/mbox/beginning.hpp"

#include "world.hpp"

namespace mailhaul::formats::mbox {
namespace {

struct Row {
  const char* what;
  std::string octets;
  bool is_mbox;
  const char* says;
};

TEST(Beginning, SaysWhatWasSeen) {
  const std::vector<Row> rows{
      {"empty", "", true, "empty"},
      {"a postmark", mark + "h: 1\n\nb\n", true, "From a@b Thu"},
      {"a postmark with CRLF", "From a@b Thu Nov 29 22:33:52 2001\r\nh: 1\r\n", true, "From a@b Thu"},
      {"a postmark alone", mark, true, "From a@b Thu"},
      {"a postmark that the file ends in", "From a@b Thu Nov 29 22:33:52 2001", false, "not a postmark line"},
      {"one line end", "\n", false, "blank"},
      {"a blank line first", "\n" + mark + "h: 1\n\nb\n", false, "blank lines stand before the first postmark"},
      {"a byte order mark", "\xef\xbb\xbf" + mark + "h: 1\n\nb\n", false, "byte order mark"},
      {"a list archive", "From bob at example.org  Thu Nov 29 22:33:52 2001\nh: 1\n\nb\n", false, "list archive"},
      {"no date", "From - \nh: 1\n\nb\n", false, "writes no date"},
      {"a message", "Return-Path: <a@b>\nSubject: x\n\nb\n", false, "one message without a postmark"},
      {"prose", "Dear friend,\n", false, "not a postmark line (From SENDER DATE)"},
      {"gzip", "\x1f\x8b\x08 rest", false, "gzip"},
      {"lines that end in CR", "From a@b Thu Nov 29 22:33:52 2001\rh: 1\r\rb\r", false, "CR alone"},
      {"MMDF", "\x01\x01\x01\x01\n" + mark, false, "MMDF"},
      {"a long line", std::string(10000, 'x'), false, "not a postmark line"},
  };
  for (const Row& row : rows) {
    const Beginning seen = judge_beginning(row.octets, true);
    EXPECT_EQ(seen.is_mbox, row.is_mbox) << row.what;
    EXPECT_TRUE(contains(seen.text, row.says)) << row.what << ": " << seen.text;
    EXPECT_LT(seen.text.size(), 300U) << row.what;
  }
}

TEST(Beginning, IsWhatDetectShows) {
  MboxWorld world;
  EXPECT_FALSE(detect(world.context, MboxWorld::path).matches);
  EXPECT_TRUE(contains(detect(world.context, MboxWorld::path).text, "no such file"));
  EXPECT_TRUE(contains(detect(world.context, "/nowhere/bob").text, "no such file"));
  world.put(mark + "h: 1\n\nb\n");
  EXPECT_TRUE(detect(world.context, MboxWorld::path).matches);
  world.put("");
  EXPECT_TRUE(detect(world.context, MboxWorld::path).matches);
  world.put("Dear friend,\n");
  EXPECT_FALSE(detect(world.context, MboxWorld::path).matches);
  const Evidence directory = detect(world.context, "/var/mail");
  EXPECT_FALSE(directory.matches);
  EXPECT_TRUE(contains(directory.text, "directory"));
}

TEST(Beginning, WhatIsNoMboxIsRefusedAsSourceAndAsTarget) {
  MboxWorld world;
  world.put("Dear friend,\n\nno mail\n");
  const Error source = error_of([&] { static_cast<void>(world.source()); });
  EXPECT_EQ(source.cause(), Cause::not_a_store);
  EXPECT_EQ(source.scope(), Scope::run);
  EXPECT_EQ(source.place(), MboxWorld::path);
  EXPECT_TRUE(contains(source.reason(), "Dear friend"));
  const Error target = error_of([&] { static_cast<void>(world.target()); });
  EXPECT_EQ(target.cause(), Cause::not_a_store);
  EXPECT_EQ(target.side(), Side::target);
}

TEST(Beginning, NothingIsAppendedToWhatDovecotWouldNotOpen) {
  for (const std::string& octets : {"\n" + mark + "h: 1\n\nb\n", "\xef\xbb\xbf" + mark + "h: 1\n\nb\n",
                                    std::string("From bob at x.org  Thu Nov 29 22:33:52 2001\nh: 1\n\nb\n")}) {
    MboxWorld world;
    world.put(octets);
    EXPECT_EQ(world.texts().size(), 1U) << octets;
    const Error target = error_of([&] { static_cast<void>(world.target()); });
    EXPECT_EQ(target.cause(), Cause::not_a_store) << octets;
  }
}

TEST(Beginning, AMissingFileIsNotFoundAsSource) {
  MboxWorld world;
  for (const char* path : {MboxWorld::path, "/nowhere/bob"}) {
    const Error error = error_of([&] { static_cast<void>(open_source(world.context, path, fs::Rules{}, {})); });
    EXPECT_EQ(error.cause(), Cause::not_found) << path;
    EXPECT_EQ(error.scope(), Scope::run) << path;
    EXPECT_EQ(error.place(), path);
  }
}

TEST(Beginning, ATargetNeedsItsDirectoryOnly) {
  MboxWorld world;
  EXPECT_NO_THROW(static_cast<void>(world.target()));
  EXPECT_FALSE(world.memory.exists(MboxWorld::path));
  fs::Rules rules;
  rules.side = Side::target;
  const Error error = error_of([&] { static_cast<void>(open_store(world.context, "/nowhere/bob", rules, {})); });
  EXPECT_EQ(error.cause(), Cause::cannot_create);
}

struct Refused {
  const char* what;
  void (*put)(support::MemoryKernel&);
  const char* says;
};

TEST(Beginning, OnlyARegularFileOfTheRightOwnerIsOpened) {
  const std::vector<Refused> rows{
      {"symlink", [](support::MemoryKernel& k) { k.put_symlink("/home/bob/mbox", "/var/secret"); }, "symbolic link"},
      {"FIFO", [](support::MemoryKernel& k) { k.put_special("/home/bob/mbox", fs::EntryKind::fifo); }, "FIFO"},
      {"socket", [](support::MemoryKernel& k) { k.put_special("/home/bob/mbox", fs::EntryKind::socket); }, "socket"},
      {"device", [](support::MemoryKernel& k) { k.put_special("/home/bob/mbox", fs::EntryKind::device); }, "device"},
      {"directory", [](support::MemoryKernel& k) { k.put_directory("/home/bob/mbox"); }, "directory"},
      {"S6: a file of root's linked into a customer's directory",
       [](support::MemoryKernel& k) { k.put_link("/home/bob/mbox", "/var/secret"); }, "somebody else"},
  };
  for (const Refused& row : rows) {
    MboxWorld world;
    world.memory.put_directory("/home", {}, 0755);
    world.memory.put_directory("/home/bob", MboxWorld::bob, 0755);
    world.memory.put_file("/var/secret", mark + "h: secret\n\nx\n", {0, 0}, 0600);
    row.put(world.memory);
    const Error source =
        error_of([&] { static_cast<void>(open_source(world.context, "/home/bob/mbox", fs::Rules{}, {})); });
    EXPECT_EQ(source.cause(), Cause::refused) << row.what;
    EXPECT_EQ(source.scope(), Scope::run) << row.what;
    EXPECT_TRUE(contains(source.reason(), row.says)) << row.what << ": " << source.reason();
    fs::Rules rules;
    rules.side = Side::target;
    const Error target = error_of([&] { static_cast<void>(open_store(world.context, "/home/bob/mbox", rules, {})); });
    EXPECT_EQ(target.cause(), Cause::refused) << row.what;
    EXPECT_EQ(world.memory.devices_opened(), 0U);
  }
}

TEST(Beginning, InADirectoryOfRootsEachFileHasItsOwner) {
  MboxWorld world;
  world.put(mark + "h: 1\n\nb\n");
  EXPECT_EQ(world.read().size(), 1U);
  world.memory.give_to(MboxWorld::path, {1002, 1002});
  EXPECT_EQ(world.read().size(), 1U);
}

TEST(Beginning, AnUnreadableFileIsAMatterOfPermission) {
  MboxWorld world;
  world.memory.put_file(MboxWorld::path, mark, {0, 0}, 0600);
  world.memory.become(1001, 1001);
  const Error error = error_of([&] { static_cast<void>(world.source()); });
  EXPECT_EQ(error.cause(), Cause::permission);
  EXPECT_EQ(error.scope(), Scope::run);
  EXPECT_EQ(error_of([&] { static_cast<void>(detect(world.context, MboxWorld::path)); }).cause(), Cause::permission);
}

}  // namespace
}  // namespace mailhaul::formats::mbox
