#include <gtest/gtest.h>

#include <regex>

#include "formats/maildir/name.hpp"
#include "formats/maildir/world.hpp"

namespace mailhaul::formats::maildir {

using mail::Flag;
using mail::FlagSet;
using store::MessageInfo;

namespace {

MessageInfo named(const std::string& base) {
  MessageInfo info;
  info.hints.base_name = base;
  return info;
}

/// Copies every folder of one store to another, as a first copy does.
void copy_all(store::MessageSource& from, store::MessageStore& to) {
  const auto mailboxes = from.mailboxes();
  for (const auto& folder : mailboxes[0].folders) {
    const store::FolderRef ref{"", folder};
    const auto writer = to.open_folder(ref, from.folder(ref));
    for (const Seen& seen : read_folder(from, ref).messages) append(*writer, seen.octets, seen.info);
    static_cast<void>(writer->flush());
    store::NoNumberedMessages none;
    writer->finish({}, none);
  }
}

struct Comparable {
  std::string base;
  std::string octets;
  FlagSet flags;
  std::vector<std::string> keywords;
  std::string extra;
  bool recent;
  std::optional<mail::InternalDate> date;
  auto operator<=>(const Comparable&) const = default;
};

std::multiset<Comparable> comparable(const Walked& walked) {
  std::multiset<Comparable> out;
  for (const Seen& seen : walked.messages) {
    out.insert({seen.info.hints.base_name, seen.octets, seen.info.flags, seen.info.keywords.names(),
                seen.info.hints.info_extra, seen.info.recent, seen.info.internal_date});
  }
  return out;
}

Error error_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "no error";
  return Error(Cause::usage, Scope::run, "");
}

}  // namespace

TEST(MaildirWriter, MakesANewMaildirWithTheGivenOwnerAndModes) {
  World world;
  world.birth = {{1001, 1002}, 0640, 0750};
  const auto target = world.target("/mail/new");
  append(*target->open_folder(inbox, {}), "x");
  for (const char* part : {"", "/cur", "/new", "/tmp"}) {
    const auto status = world.machine.status_of(std::string("/mail/new") + part);
    EXPECT_EQ(status.owner, (fs::Owner{1001, 1002})) << part;
    EXPECT_EQ(status.permissions, 0750U) << part;
  }
  const auto writer = target->open_folder(folder_ref({"Sent"}), {});
  append(*writer, "y");
  static_cast<void>(writer->flush());
  EXPECT_EQ(world.machine.status_of("/mail/new/.Sent").permissions, 0750U);
  EXPECT_EQ(world.machine.status_of("/mail/new/.Sent/maildirfolder").permissions, 0640U);
  EXPECT_EQ(world.machine.octets_of("/mail/new/.Sent/maildirfolder"), "");
  const std::string name = world.machine.names_in("/mail/new/.Sent/cur").at(0);
  EXPECT_EQ(world.machine.status_of("/mail/new/.Sent/cur/" + name).owner, (fs::Owner{1001, 1002}));
  EXPECT_EQ(world.machine.status_of("/mail/new/.Sent/cur/" + name).permissions, 0640U);
}

TEST(MaildirWriter, TakesAnEmptyDirectoryAndNoOther) {
  World world;
  world.machine.put_directory("/mail/empty");
  EXPECT_NO_THROW(static_cast<void>(world.target("/mail/empty")));
  EXPECT_EQ(world.machine.names_in("/mail/empty"), (std::vector<std::string>{"cur", "new", "tmp"}));
  world.machine.put_directory("/mail/home");
  world.machine.put_file("/mail/home/.profile", "x");
  EXPECT_EQ(error_of([&] { static_cast<void>(world.target("/mail/home")); }).cause(), Cause::not_a_store);
  EXPECT_EQ(world.machine.names_in("/mail/home"), (std::vector<std::string>{".profile"}));
  world.machine.put_file("/mail/file", "x");
  EXPECT_EQ(error_of([&] { static_cast<void>(world.target("/mail/file")); }).cause(), Cause::not_a_store);
  EXPECT_EQ(error_of([&] { static_cast<void>(world.target("/mail/none/box")); }).cause(), Cause::cannot_create);
}

TEST(MaildirWriter, ANewNameHasTheRightSizesAndIsUnique) {
  World world;
  const auto target = world.target();
  const auto writer = target->open_folder(inbox, {});
  append(*writer, "a\nb\r\nc\n");
  append(*writer, "a\nb\r\nc\n");
  append(*writer, "");
  const auto receipts = writer->flush();
  ASSERT_EQ(receipts.size(), 3U);
  const auto names = world.names("cur");
  ASSERT_EQ(names.size(), 3U);
  const std::regex grammar(R"(17[0-9]{8}\.M[0-9]+P4711Q[0-9]+\.host\.example,S=([0-9]+),W=([0-9]+):2,)");
  std::multiset<std::string> sizes;
  for (const std::string& name : names) {
    std::smatch match;
    ASSERT_TRUE(std::regex_match(name, match, grammar)) << name;
    sizes.insert(match[1].str() + " " + match[2].str());
  }
  EXPECT_EQ(sizes, (std::multiset<std::string>{"0 0", "7 9", "7 9"}));
  EXPECT_EQ(receipts[0].handle.token + ":2,", names[0]);
  const Walked back = world.read();
  ASSERT_EQ(back.messages.size(), 3U);
  EXPECT_EQ(back.messages[2].octets, "") << "the order of writing is the order of numbering";
}

TEST(MaildirWriter, LineEndsAreCountedAcrossPieces) {
  World world;
  const auto target = world.target();
  const auto writer = target->open_folder(inbox, {});
  const std::string octets = "\na\r\n\r\r\n\nb\r";
  for (std::size_t piece = 1; piece <= octets.size(); ++piece) {
    const auto message = writer->append({});
    for (std::size_t at = 0; at < octets.size(); at += piece) message->write(as_bytes(octets.substr(at, piece)));
    message->commit();
  }
  static_cast<void>(writer->flush());
  for (const std::string& name : world.names("cur")) {
    EXPECT_EQ(size_field(name, 'S'), octets.size()) << name;
    EXPECT_EQ(size_field(name, 'W'), octets.size() + 2) << name << ": two line feeds stand alone";
    EXPECT_EQ(world.octets("cur/" + name), octets);
  }
}

TEST(MaildirWriter, SmallPiecesBecomeOneWriteAndLargeOnesPass) {
  World world;
  const auto target = world.target();
  const auto writer = target->open_folder(inbox, {});
  const auto message = writer->append({});
  world.kernel.count_anew();
  std::string all;
  for (int i = 0; i < 1000; ++i) {
    message->write(as_bytes("a line of some length\n"));
    all += "a line of some length\n";
  }
  EXPECT_EQ(world.kernel.calls(support::Call::write_at), 0U);
  const std::string large(300'000, 'x');
  message->write(as_bytes(large));
  message->write(as_bytes("end"));
  message->commit();
  EXPECT_EQ(world.kernel.calls(support::Call::write_at), 3U);
  static_cast<void>(writer->flush());
  EXPECT_EQ(world.octets("cur/" + world.names("cur").at(0)), all + large + "end");
}

TEST(MaildirWriter, OnlyUntouchedNewMailGoesToNew) {
  World world;
  const auto target = world.target();
  const auto writer = target->open_folder(inbox, {});
  MessageInfo info = named("1.fresh");
  info.recent = true;
  append(*writer, "x", info);
  info = named("2.fresh-with-flag");
  info.recent = true;
  info.flags = {Flag::flagged};
  append(*writer, "x", info);
  info = named("3.fresh-with-keyword");
  info.recent = true;
  info.keywords = {"Work"};
  append(*writer, "x", info);
  info = named("4.fresh-with-future");
  info.recent = true;
  info.hints.info_extra = ",x";
  append(*writer, "x", info);
  append(*writer, "x", named("5.old"));
  static_cast<void>(writer->flush());
  EXPECT_EQ(world.names("new"), (std::vector<std::string>{"1.fresh"}));
  EXPECT_EQ(world.names("cur"), (std::vector<std::string>{"2.fresh-with-flag:2,F", "3.fresh-with-keyword:2,a",
                                                          "4.fresh-with-future:2,,x", "5.old:2,"}));
}

TEST(MaildirWriter, DatesAreModificationTimes) {
  World world;
  const auto target = world.target();
  const auto writer = target->open_folder(inbox, {});
  MessageInfo info = named("1.dated");
  info.internal_date = mail::InternalDate{std::chrono::seconds{1'000'000'000}};
  append(*writer, "x", info);
  append(*writer, "x", named("2.undated"));
  static_cast<void>(writer->flush());
  EXPECT_EQ(world.machine.status_of("/mail/box/cur/1.dated:2,").modified.time_since_epoch(),
            std::chrono::seconds{1'000'000'000});
  EXPECT_GE(world.machine.status_of("/mail/box/cur/2.undated:2,").modified.time_since_epoch(),
            std::chrono::seconds{1'700'000'000});
}

TEST(MaildirWriter, MaildirToMaildirIsByteForByte) {
  World world;
  world.put_maildir();
  world.put("dovecot-keywords", "5 $Work\n2 later\n");
  world.put("dovecot-uidlist", "3 V7 N9 G0123\n");
  world.put("dovecot.index.cache", "junk");
  world.put("maildirsize", "0S\n");
  world.put("new/1.M1.h", "Subject: new\n\nx\n");
  world.put("cur/2.M2.h,S=5,W=6:2,FSfc", "a\nb\r\n");
  world.put("cur/3.M3.h:2,DPRTZA,fut=1", "no end of line");
  world.put("cur/4.M4.h", "");
  world.put("cur/5.\xe4\x1b[1m:2,S", std::string("\0\r\n\xff", 4));
  world.put_maildir("/mail/box/.Gr&APw-n.A");
  world.put(".Gr&APw-n.A/cur/1.M1.h:2,a", "in a folder");
  const auto source = world.source();
  copy_all(*source, *world.target("/mail/copy"));
  const auto copy = world.source("/mail/copy");
  EXPECT_EQ(copy->mailboxes()[0].folders, source->mailboxes()[0].folders);
  const auto mailboxes = source->mailboxes();
  for (const auto& folder : mailboxes[0].folders)
    EXPECT_EQ(comparable(read_folder(*copy, {"", folder})), comparable(read_folder(*source, {"", folder})))
        << folder.display();
  EXPECT_EQ(world.machine.names_in("/mail/copy"),
            (std::vector<std::string>{".Gr&APw-n.A", "cur", "dovecot-keywords", "new", "tmp"}))
      << "no index, no quota file, no UID list yet";
  EXPECT_EQ(world.machine.octets_of("/mail/copy/dovecot-keywords"), "0 $Work\n1 later\n");
  EXPECT_EQ(
      world.machine.names_in("/mail/copy/cur"),
      (std::vector<std::string>{"2.M2.h,S=5,W=6:2,FSab", "3.M3.h:2,ADPRTZ,fut=1", "4.M4.h:2,", "5.\xe4\x1b[1m:2,S"}));
  EXPECT_EQ(world.machine.names_in("/mail/copy/.Gr&APw-n.A/cur"), (std::vector<std::string>{"1.M1.h:2,a"}));
  EXPECT_EQ(world.machine.octets_of("/mail/copy/.Gr&APw-n.A/dovecot-keywords"), "0 unknown-0\n");
}

TEST(MaildirWriter, ATakenBaseNameGetsANewOneAndNothingIsOverwritten) {
  World world;
  world.put_maildir();
  world.put("cur/1.a:2,S", "was there");
  world.put("new/2.a", "was there too");
  const auto target = world.target();
  const auto writer = target->open_folder(inbox, {});
  append(*writer, "incoming", named("1.a"));
  append(*writer, "incoming", named("2.a"));
  append(*writer, "first", named("3.a"));
  append(*writer, "second of the same batch", named("3.a"));
  const auto receipts = writer->flush();
  ASSERT_EQ(receipts.size(), 4U);
  EXPECT_EQ(receipts[2].handle.token, "3.a");
  EXPECT_NE(receipts[3].handle.token, "3.a");
  EXPECT_EQ(world.octets("cur/1.a:2,S"), "was there");
  const Walked back = world.read();
  EXPECT_EQ(back.bodies(), (std::multiset<std::string>{"was there", "was there too", "incoming", "incoming", "first",
                                                       "second of the same batch"}));
  for (const auto& receipt : receipts) static_cast<void>(back.by_base(receipt.handle.token));
  EXPECT_EQ(world.findings.count(FindingKind::duplicate_name, Weight::note), 3U);
}

TEST(MaildirWriter, ANameTakenAtTheLastMomentGetsAnother) {
  World world;
  const auto target = world.target();
  const auto writer = target->open_folder(inbox, {});
  append(*writer, "ours", named("1.a"));
  world.kernel.count_anew();
  world.kernel.before(support::Call::link_open_file, 1, [&] { world.put("cur/1.a:2,", "theirs"); });
  const auto receipts = writer->flush();
  EXPECT_EQ(world.octets("cur/1.a:2,"), "theirs");
  EXPECT_EQ(world.octets("cur/" + receipts.at(0).handle.token + ":2,"), "ours");
}

TEST(MaildirWriter, AnUnusableBaseNameIsNotTakenOver) {
  World world;
  const auto target = world.target();
  const auto writer = target->open_folder(inbox, {});
  for (const std::string& base : {std::string(216, 'a'), std::string("../../etc/x"), std::string("a:b"),
                                  std::string(".hidden"), std::string("a\nb")})
    append(*writer, base, named(base));
  append(*writer, "kept", named(std::string(215, 'b')));
  MessageInfo info = named(std::string(215, 'c'));
  info.hints.info_extra = "," + std::string(100, 'x');
  append(*writer, "kept info", info);
  static_cast<void>(writer->flush());
  const auto names = world.names("cur");
  ASSERT_EQ(names.size(), 7U);
  for (const std::string& name : names) {
    EXPECT_LE(name.size(), 255U);
    EXPECT_TRUE(is_usable_base(base_of(name)));
  }
  EXPECT_EQ(world.read().by_base(std::string(215, 'b')).octets, "kept");
  EXPECT_EQ(world.machine.names_in("/mail"), (std::vector<std::string>{"box"}));
}

TEST(MaildirWriter, KeywordsGoByNameIntoTheLettersOfTheTarget) {
  World world;
  world.put_maildir();
  world.put("dovecot-keywords", "0 other\n2 $WORK\n");
  const auto before = world.machine.status_of("/mail/box/dovecot-keywords").modified;
  const auto target = world.target();
  const auto writer = target->open_folder(inbox, {});
  MessageInfo info = named("1.a");
  info.keywords = {"$Work", "later"};
  append(*writer, "x", info);
  static_cast<void>(writer->flush());
  EXPECT_EQ(world.octets("dovecot-keywords"), "0 other\n1 later\n2 $WORK\n");
  EXPECT_EQ(world.names("cur"), (std::vector<std::string>{"1.a:2,bc"}));
  const auto after = world.machine.status_of("/mail/box/dovecot-keywords").modified;
  EXPECT_GT(std::chrono::floor<std::chrono::seconds>(after), std::chrono::floor<std::chrono::seconds>(before))
      << "servers compare whole seconds";
  EXPECT_FALSE(world.machine.exists("/mail/box/dovecot-uidlist.lock"));
  EXPECT_EQ(world.machine.names_in("/mail/box"), (std::vector<std::string>{"cur", "dovecot-keywords", "new", "tmp"}))
      << "nothing is left over";
}

TEST(MaildirWriter, ALetterThatIsOnSomeFileIsNeverGivenAway) {
  World world;
  world.put_maildir();
  world.put("cur/0.old:2,ac", "old");
  const auto target = world.target();
  const auto writer = target->open_folder(inbox, {});
  MessageInfo info = named("1.a");
  info.keywords = {"x", "y"};
  append(*writer, "x", info);
  static_cast<void>(writer->flush());
  EXPECT_EQ(world.octets("dovecot-keywords"), "1 x\n3 y\n");
}

TEST(MaildirWriter, KeywordsWithoutRoomAreReportedAndTheMailIsKept) {
  World world;
  const auto target = world.target();
  const auto writer = target->open_folder(inbox, {});
  for (int i = 0; i < 30; ++i) {
    MessageInfo info = named("1." + std::to_string(i));
    info.keywords.add("key" + std::to_string(10 + i));
    info.keywords.add("two words");
    append(*writer, "x", info);
  }
  EXPECT_EQ(writer->flush().size(), 30U);
  const Walked back = world.read();
  EXPECT_EQ(back.messages.size(), 30U);
  std::size_t with = 0;
  for (const Seen& seen : back.messages) with += seen.info.keywords.size();
  EXPECT_EQ(with, 26U);
  EXPECT_EQ(world.findings.count(FindingKind::keyword, Weight::lost), 4U + 30U);
}

TEST(MaildirWriter, TheNamesOfKeywordsAreThereBeforeTheFirstLetterShows) {
  World world;
  const auto target = world.target();
  const auto writer = target->open_folder(inbox, {});
  for (int i = 0; i < 5; ++i) {
    MessageInfo info = named(std::to_string(i) + ".a");
    info.keywords.add("key" + std::to_string(i));
    append(*writer, "x", info);
  }
  bool looked = false;
  world.kernel.count_anew();
  for (std::uint64_t nth = 1; nth < 20; ++nth) {
    world.kernel.before(support::Call::link_open_file, nth, [&] {
      for (const std::string& name : world.names("cur")) {
        looked = true;
        EXPECT_TRUE(world.machine.exists("/mail/box/dovecot-keywords")) << name;
        EXPECT_NE(world.octets("dovecot-keywords").find("key" + name.substr(0, 1)), std::string::npos);
      }
    });
  }
  static_cast<void>(writer->flush());
  EXPECT_TRUE(looked);
}

TEST(MaildirWriter, AHeldLockIsWaitedForThenNamed) {
  World world;
  world.put_maildir();
  world.put("dovecot-uidlist.lock", "1:other");
  const auto target = world.target();
  const auto writer = target->open_folder(inbox, {});
  MessageInfo info = named("1.a");
  info.keywords = {"x"};
  append(*writer, "x", info);
  const auto started = world.clock.now();
  const Error error = error_of([&] { static_cast<void>(writer->flush()); });
  EXPECT_EQ(error.cause(), Cause::locked);
  EXPECT_EQ(error.scope(), Scope::folder);
  EXPECT_NE(error.place().find("dovecot-uidlist.lock"), std::string::npos);
  EXPECT_GE(world.clock.now() - started, std::chrono::seconds{2});
  EXPECT_TRUE(world.names("cur").empty());
  // The next one is not waited for as long again.
  append(*writer, "x", info);
  const auto again = world.clock.now();
  EXPECT_EQ(error_of([&] { static_cast<void>(writer->flush()); }).cause(), Cause::locked);
  EXPECT_LT(world.clock.now() - again, std::chrono::seconds{1});
  // Without new keywords no lock is needed; and the batch that failed is gone.
  append(*writer, "y", named("2.a"));
  EXPECT_EQ(writer->flush().size(), 1U);
  EXPECT_EQ(world.names("cur"), (std::vector<std::string>{"2.a:2,"}));
  world.machine.remove("/mail/box/dovecot-uidlist.lock");
  append(*writer, "x", info);
  static_cast<void>(writer->flush());
  EXPECT_EQ(world.names("cur"), (std::vector<std::string>{"1.a:2,a", "2.a:2,"}));
}

TEST(MaildirWriter, AKeywordFileThatIsALinkIsLeftAlone) {
  World world;
  world.put_maildir();
  world.machine.put_file("/etc-shadow", "0 x\n");
  world.machine.put_symlink("/mail/box/dovecot-keywords", "/etc-shadow");
  const auto target = world.target();
  const auto writer = target->open_folder(inbox, {});
  MessageInfo info = named("1.a");
  info.keywords = {"x"};
  append(*writer, "x", info);
  static_cast<void>(writer->flush());
  EXPECT_EQ(world.names("cur"), (std::vector<std::string>{"1.a:2,"}));
  EXPECT_EQ(world.machine.octets_of("/etc-shadow"), "0 x\n");
  EXPECT_GE(world.findings.count(FindingKind::keyword, Weight::lost), 1U);
}

TEST(MaildirWriter, FoldersAreMadeInModifiedUtf7AndFoundInAnySpelling) {
  World world;
  world.put_maildir();
  world.put_maildir("/mail/box/.&APY-");  // without it the other one would make it a tree of UTF-8 names
  world.put_maildir("/mail/box/.Gr\xc3\xbc");
  const auto target = world.target();
  for (const auto& parts :
       std::vector<std::vector<std::string>>{{"Gr\xc3\xbc"}, {"\xc3\xa4", "A & B"}, {"INBOX", "x"}}) {
    const auto writer = target->open_folder(folder_ref(parts), {});
    append(*writer, parts.back());
    static_cast<void>(writer->flush());
  }
  EXPECT_EQ(world.machine.names_in("/mail/box"),
            (std::vector<std::string>{".&AOQ-.A &- B", ".&APY-", ".Gr\xc3\xbc", ".INBOX.x", "cur", "new", "tmp"}));
  EXPECT_EQ(world.machine.names_in("/mail/box/.Gr\xc3\xbc/cur").size(), 1U);
}

TEST(MaildirWriter, AFolderThatMaildirCanNotHoldIsRefusedWithAWayOut) {
  World world;
  const auto target = world.target();
  const Error error = error_of([&] { static_cast<void>(target->open_folder(folder_ref({"v1.0"}), {})); });
  EXPECT_EQ(error.cause(), Cause::unsupported);
  EXPECT_EQ(error.scope(), Scope::folder);
  EXPECT_NE(error.what_to_do().find("--map-folder"), std::string::npos);
  const store::FolderRef other_mailbox{"bob@example.com", mail::FolderName{}};
  EXPECT_EQ(error_of([&] { static_cast<void>(target->open_folder(other_mailbox, {})); }).cause(), Cause::unsupported);
}

TEST(MaildirWriter, ASymlinkInPlaceOfAFolderIsNotFollowed) {
  World world;
  world.put_maildir();
  world.put_maildir("/mail/victim");
  world.machine.put_symlink("/mail/box/.Sent", "/mail/victim");
  world.machine.put_directory("/mail/box/.Drafts");
  world.machine.put_symlink("/mail/box/.Drafts/cur", "/mail/victim/cur");
  const auto target = world.target();
  EXPECT_EQ(error_of([&] { static_cast<void>(target->open_folder(folder_ref({"Sent"}), {})); }).cause(),
            Cause::refused);
  EXPECT_EQ(error_of([&] { static_cast<void>(target->open_folder(folder_ref({"Drafts"}), {})); }).cause(),
            Cause::refused);
  EXPECT_TRUE(world.machine.names_in("/mail/victim/cur").empty());
}

TEST(MaildirWriter, LeftOversOfADeadRunGoAndNothingElse) {
  World world;
  world.put_maildir();
  const std::string prefix = fs::NewFile::temporary_prefix;
  world.put("tmp/" + prefix + "0011223344556677", "half a message");
  world.put(prefix + "00112233445566aa", "half a keyword file");
  world.put("tmp/1220863087.12663.delivery", "of an LDA");
  world.machine.put_directory("/mail/box/tmp/" + prefix + "dir");
  world.machine.advance(std::chrono::hours{2});
  world.put("tmp/" + prefix + "8899aabbccddeeff", "of a run that lives");
  const auto target = world.target();
  static_cast<void>(target->open_folder(inbox, {}));
  EXPECT_EQ(world.names("tmp"),
            (std::vector<std::string>{"1220863087.12663.delivery", prefix + "8899aabbccddeeff", prefix + "dir"}));
  EXPECT_FALSE(world.machine.exists("/mail/box/" + prefix + "00112233445566aa"));
}

TEST(MaildirWriter, ABatchIsFullByFilesAndByOctets) {
  World world;
  const auto target = world.target();
  const auto writer = target->open_folder(inbox, {});
  for (int i = 0; i < 255; ++i) append(*writer, "x");
  EXPECT_FALSE(writer->batch_is_full());
  append(*writer, "x");
  EXPECT_TRUE(writer->batch_is_full());
  static_cast<void>(writer->flush());
  EXPECT_FALSE(writer->batch_is_full());
  const auto message = writer->append({});
  const std::string megabyte(1U << 20U, 'x');
  for (int i = 0; i < 64; ++i) message->write(as_bytes(megabyte));
  message->commit();
  EXPECT_TRUE(writer->batch_is_full());
}

TEST(MaildirWriter, WorksWithoutUnnamedFilesToo) {
  World world;
  world.machine.set_abilities({.unnamed_files = -95});
  const auto target = world.target();
  const auto writer = target->open_folder(inbox, {});
  append(*writer, "one", named("1.a"));
  { const auto dropped = writer->append(named("2.a")); }
  EXPECT_TRUE(world.names("cur").empty());
  EXPECT_EQ(world.names("tmp").size(), 1U);
  static_cast<void>(writer->flush());
  EXPECT_EQ(world.names("cur"), (std::vector<std::string>{"1.a:2,"}));
  EXPECT_TRUE(world.names("tmp").empty());
}

}  // namespace mailhaul::formats::maildir
