#include <algorithm>
#include <random>

#include "mailhaul/mail/header_block.hpp"
#include "mailhaul/mail/store_headers.hpp"
#include "world.hpp"

namespace mailhaul::formats::mbox {
namespace {

using mail::Flag;
using Texts = std::vector<std::string>;

constexpr Variant all_variants[] = {Variant::rd, Variant::o, Variant::cl, Variant::cl2, Variant::dovecot};

Got message(std::string octets, std::int64_t date = 1'000'000'000) {
  Got got;
  got.octets = std::move(octets);
  got.info.internal_date = mail::InternalDate{std::chrono::seconds{date}};
  got.info.hints.envelope_sender = "bob@x.org";
  return got;
}

const std::string written_mark = "From bob@x.org  Sun Sep 09 01:46:40 2001 +0000\n";

/// How a reader must be told what the variant cannot say itself.
SourceOptions reading(Variant variant) {
  SourceOptions options;
  if (variant == Variant::o || variant == Variant::cl) options.quoting = mail::FromQuoting::o;
  return options;
}

std::string without_last_line_ends(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

TEST(MboxWriter, WritesEachVariantAsItsReadersExpect) {
  Got mail = message("Subject: a\n\nFrom x\n>From y\nz\n");
  mail.info.flags = {Flag::seen, Flag::flagged};
  mail.info.keywords = {"work"};
  const std::string flags = "Status: RO\nX-Status: F\nX-Keywords: work\n";
  const std::vector<std::pair<Variant, std::string>> rows{
      {Variant::rd, flags + "\n>From x\n>>From y\nz\n\n"},
      {Variant::o, flags + "\n>From x\n>From y\nz\n\n"},
      {Variant::cl, flags + "Content-Length: 18                  \n\n>From x\n>From y\nz\n\n"},
      {Variant::cl2, flags + "Content-Length: 17                  \n\nFrom x\n>From y\nz\n\n"},
  };
  for (const auto& [variant, rest] : rows) {
    MboxWorld world;
    world.append({mail}, variant);
    EXPECT_EQ(world.octets(), written_mark + "Subject: a\n" + rest);
    EXPECT_EQ(world.findings.count(FindingKind::quoted_lines), variant == Variant::cl2  ? 0U
                                                               : variant == Variant::rd ? 2U
                                                                                        : 1U);
  }
}

const Texts hostile{
    "Subject: a\n\nbody\n",
    "Subject: crlf\r\n\r\nbody\r\n",
    "Subject: a\n\nno line end",
    "Subject: a\n\nends in CR\r",
    "Subject: header only\n\n",
    "Subject: no empty line\n",
    "Subject: no empty line, no line end",
    "just text",
    "just\r\ntext\r\n",
    "text, then a lone CR\n\r",
    "\r",
    "",
    "\n",
    "\nbody",
    "\r\n\r\nbody\r\n",
    "\n\n\n",
    "From x\nFrom y\n",
    mark + "Subject: begins with a postmark\n\nb\n",
    ">" + mark + "Subject: with a quoted one\n\nb\n",
    "Subject: a\n" + mark + "Subject: postmark in the header\n\nb\n",
    "Subject: a\n\n" + mark + "Subject: postmark at the body's start\n\nb\n",
    "Subject: a\n\ntext\n\n" + mark + "bye\n",
    "Subject: a\n\ntext\n\n" + mark,
    "Subject: a\n\n>From x\n>>From y\n >From z\n",
    "Subject: a\n\nx\r\n" + mark,
    "Subject: ends with a folded line\n more\n\t\n\nb\n",
    " begins with a folded line\n\nb\n",
    std::string("Subject: a\n\n\0\xff\x80", 15),
    "Subject: a\nX-Statusline: stays\n\nStatus: RO\n",
    "Subject: large\n\n" + std::string(2'000'000, 'x') + "\nFrom here\n",
};

TEST(MboxWriter, WhatIsWrittenComesBack) {
  for (const Variant variant : all_variants) {
    MboxWorld world;
    std::vector<Got> all;
    for (const std::string& text : hostile) {
      const bool unquoted = variant == Variant::cl2 || variant == Variant::dovecot;
      if (variant != Variant::rd && !unquoted && contains(text, ">From")) continue;  // not reversible
      // In cl2 a postmark in the header block cannot be told from the next message's: it gains a '>'.
      if (unquoted && contains(text, "postmark in the header")) continue;
      all.push_back(message(text, 1'000'000'000 + static_cast<std::int64_t>(all.size())));
      all.back().info.flags = mail::FlagSet::from_bits(static_cast<unsigned>(all.size() * 7));
      all.back().info.recent = all.size() % 2 == 0;
    }
    world.append(all, variant);
    const auto back = world.read(reading(variant));
    ASSERT_EQ(back.size(), all.size()) << static_cast<int>(variant);
    for (std::size_t i = 0; i < all.size(); ++i) {
      EXPECT_EQ(without_last_line_ends(back[i].octets), without_last_line_ends(all[i].octets)) << "message " << i;
      EXPECT_EQ(back[i].info.flags, all[i].info.flags) << "message " << i;
      EXPECT_EQ(back[i].info.recent, all[i].info.recent) << "message " << i;
      EXPECT_EQ(back[i].info.internal_date, all[i].info.internal_date) << "message " << i;
    }
    EXPECT_EQ(world.findings.count(FindingKind::bad_content_length), 0U);
  }
}

TEST(MboxWriter, ATextWithAnEmptyLineComesBackOctetForOctet) {
  for (const Variant variant : all_variants) {
    MboxWorld world;
    for (const char* text : {"Subject: a\n\nbody\n", "Subject: crlf\r\n\r\nbody\r\n", "Subject: header only\n\n",
                             "\nbody\n", "Subject: a\n\nblank lines\n\n\n\n"})
      world.append({message(text)}, variant);
    EXPECT_EQ(world.texts(), (Texts{"Subject: a\n\nbody\n", "Subject: crlf\r\n\r\nbody\r\n", "Subject: header only\n\n",
                                    "\nbody\n", "Subject: a\n\nblank lines\n\n\n\n"}));
  }
}

TEST(MboxWriter, APostmarkInTheHeaderBlockGainsAQuoteInCl2) {
  MboxWorld world;
  world.append({message("Subject: a\n" + mark + "From prose\nX: y\n\nb\n"), message("h: 2\n\nb\n")}, Variant::cl2);
  EXPECT_EQ(world.texts(), (Texts{"Subject: a\n>" + mark + "From prose\nX: y\n\nb\n", "h: 2\n\nb\n"}));
  EXPECT_EQ(world.findings.count(FindingKind::quoted_lines), 1U);
}

TEST(MboxWriter, RandomMessagesSurviveInRdAndCl2) {
  std::mt19937 random(99);
  const Texts fragments{mark,
                        "From ",
                        ">From ",
                        "\n",
                        "\n\n",
                        "\r\n",
                        "\r",
                        "Subject: x\n",
                        " fold\n",
                        "text",
                        "\nFrom ",
                        "Status: RO\n",
                        "content-length: 5\n",
                        ">",
                        "X-Y: z\r\n",
                        "x"};
  for (const Variant variant : {Variant::rd, Variant::cl2}) {
    for (int round = 0; round < 150; ++round) {
      MboxWorld world;
      std::vector<Got> all;
      Texts wanted;
      for (int i = 0; i < 12; ++i) {
        std::string text = "Subject: x\n";
        const bool header_goes_on = random() % 3 == 0;
        // In cl2 no postmark may stand in the header block; see the test above.
        if (!header_goes_on || variant == Variant::cl2) text += "\n";
        for (std::size_t n = random() % 20; n > 0; --n) text += fragments[random() % fragments.size()];
        if (header_goes_on && variant == Variant::rd && contains(text, "tatus: RO")) continue;
        if (header_goes_on && variant == Variant::rd && contains(text, "content-length")) continue;
        all.push_back(message(text, 1'000'000'000 + i));
        all.back().info.flags = mail::FlagSet::from_bits(random() & 63U);
        wanted.push_back(without_last_line_ends(text));
      }
      // In two batches: the second is appended to what the first made.
      const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
      world.append({all.begin(), middle}, variant);
      world.append({middle, all.end()}, variant);
      Texts got;
      std::size_t i = 0;
      for (const Got& one : world.read()) {
        got.push_back(without_last_line_ends(one.octets));
        ASSERT_LT(i, all.size());
        EXPECT_EQ(one.info.flags, all[i++].info.flags);
      }
      ASSERT_EQ(got, wanted);
    }
  }
}

TEST(MboxWriter, ForgedStoreHeadersAreTakenOff) {
  MboxWorld world;
  world.append({message("X-IMAPbase: 1 2\nStatus: RO\nSubject: a\nCONTENT-LENGTH:\n 99\nX-UID: 3\nX-IMAP: 4 5\n"
                        "X-Status: D\nX-Keywords: z\n\nb\n")});
  EXPECT_EQ(world.octets(), written_mark + "Subject: a\nStatus: O\n\nb\n\n");
}

TEST(MboxWriter, ALineOfOursHasTheLineEndOfTheMessage) {
  MboxWorld world;
  world.append({message("Subject: a\r\n\r\nb\r\n")}, Variant::cl2);
  EXPECT_EQ(world.octets(),
            written_mark + "Subject: a\r\nStatus: O\r\nContent-Length: 3                   \r\n\r\nb\r\n\n");
}

TEST(MboxWriter, TheSenderIsTheEnvelopesOrTheReturnPathsOrTheDaemon) {
  const std::vector<std::array<std::string, 3>> rows{
      {"bob@x.org", "Return-Path: <carol@x.org>\n", "From bob@x.org  "},
      {"", "Return-Path: <carol@x.org>\n", "From carol@x.org  "},
      {"", "Return-Path: carol@x.org (x)\n", "From MAILER-DAEMON  "},
      {"", "Return-Path: <>\n", "From MAILER-DAEMON  "},
      {"", "", "From MAILER-DAEMON  "},
      {"two words", "", "From MAILER-DAEMON  "},
  };
  for (const auto& [sender, header, line] : rows) {
    MboxWorld world;
    Got mail = message(header + "h: 1\n\nb\n");
    mail.info.hints.envelope_sender = sender;
    world.append({mail});
    EXPECT_EQ(world.octets().substr(0, line.size()), line) << header;
  }
}

TEST(MboxWriter, WithoutADateItIsNow) {
  MboxWorld world;
  Got mail = message("h: 1\n\nb\n");
  mail.info.internal_date.reset();
  world.append({mail});
  EXPECT_EQ(world.read().at(0).info.internal_date, mail::InternalDate{std::chrono::seconds{1704067200}});
}

TEST(MboxWriter, KeywordsThatNoHeaderCanHoldAreTold) {
  MboxWorld world;
  Got mail = message("h: 1\n\nb\n");
  mail.info.keywords = {"fine", "two words", "gr\xc3\xb6\xc3\x9f"};
  world.append({mail});
  EXPECT_TRUE(world.read().at(0).info.keywords == (mail::KeywordSet{"fine"}));
  EXPECT_EQ(world.findings.count(FindingKind::keyword), 1U);
  EXPECT_EQ(world.findings.all.front().weight, Weight::lost);
}

TEST(MboxWriter, WhatOnlyAMaildirNameCanSayIsTold) {
  MboxWorld world;
  Got odd = message("h: 1\n\nb\n");
  odd.info.hints.info_extra = "X";
  world.append({odd, message("h: 2\n\nb\n"), odd});
  EXPECT_EQ(world.findings.count(FindingKind::flag_letters), 2U);
  ASSERT_EQ(world.findings.all.size(), 1U) << "one a folder";
  EXPECT_EQ(world.findings.all.front().weight, Weight::lost);
}

TEST(MboxWriter, MoreKeywordsThanAreReadAreNotWritten) {
  for (const bool passed : {false, true}) {
    MboxWorld world;
    Got mail = message("h: 1\n\nb\n");
    if (passed) mail.info.flags = {Flag::passed};
    for (std::size_t i = 0; i <= mail::keywords_limit; ++i) mail.info.keywords.add("k" + std::to_string(i));
    world.append({mail});
    EXPECT_EQ(world.findings.count(FindingKind::keyword), 1U);
    const auto back = world.read();
    EXPECT_EQ(back.at(0).info.keywords.size(), mail::keywords_limit);
    EXPECT_EQ(back.at(0).info.flags.has(Flag::passed), passed);
    EXPECT_EQ(world.findings.count(FindingKind::keyword), 1U) << "nothing is left out on reading";
  }
}

TEST(MboxWriter, AHeaderBlockOverTheLimitComesBack) {
  for (const Variant variant : all_variants) {
    MboxWorld world;
    std::string header = "Subject: a\n";
    while (header.size() < mail::header_block_limit_octets)
      header += "X-Filler: " + std::string(900, 'x') + "\n more\n";
    std::vector<Got> all{message(header + "\nFrom x\n>From y\n\n" + mark + "b\n"),
                         message(std::string(mail::header_block_limit_octets + 5, 'x') + "\nb\n"),
                         message(" " + std::string(mail::header_block_limit_octets + 5, 'x') + "\nb\n"),
                         message("h: 4\n\nb\n")};
    for (Got& one : all) one.info.flags = {Flag::seen};
    world.append(all, variant);
    const auto back = world.read();
    ASSERT_EQ(back.size(), all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
      EXPECT_TRUE(back[i].octets == all[i].octets) << i;
      EXPECT_EQ(back[i].info.flags.has(Flag::seen), i != 2) << i;
    }
    EXPECT_EQ(world.findings.count(FindingKind::keyword), 1U);  // the third has no place for flags
  }
}

TEST(MboxWriter, AHeaderBlockNearTheLimitKeepsItsFlagsAndItsBody) {
  for (const Variant variant : all_variants) {
    MboxWorld world;
    std::vector<Got> all;
    for (const std::size_t less : {0U, 1U, 2U, 30U, 200U, 65535U, 65536U, 65537U, 66000U, 70000U}) {
      std::string header = "Subject: a\nX-Filler: ";
      header += std::string(mail::header_block_limit_octets - less - header.size() - 40, 'x') +
                "\nX-Last: 1234567890123456789012345678901\n";
      all.push_back(message(header + "\ntext\n\n" + mark + "bye\n"));
      all.back().info.flags = {Flag::seen, Flag::flagged};
    }
    world.append(all, variant);
    const auto back = world.read(reading(variant));
    ASSERT_EQ(back.size(), all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
      EXPECT_TRUE(back[i].octets == all[i].octets) << i;
      EXPECT_EQ(back[i].info.flags, all[i].info.flags) << i;
    }
  }
}

TEST(MboxWriter, AppendsBehindAnyTail) {
  const std::vector<std::array<std::string, 2>> rows{{mark + "h: 1\n\nno line end", "\n\n"},
                                                     {mark + "h: 1\n\none line end\n", "\n"},
                                                     {mark + "h: 1\n\ntwo\n\n", ""},
                                                     {mark + "h: 1\r\n\r\ncrlf\r\n", "\n"},
                                                     {mark + "h: 1\n\n\n\n\n", ""},
                                                     {mark, "\n"},
                                                     {"", ""}};
  for (const auto& [before, repair] : rows) {
    MboxWorld world;
    world.put(before);
    const std::size_t count = world.read().size();
    const auto handles = world.append({message("h: new\n\nb\n")});
    EXPECT_EQ(world.octets(), before + repair + written_mark + "h: new\nStatus: O\n\nb\n\n");
    EXPECT_EQ(handles, Texts{std::to_string(before.size() + repair.size())});
    EXPECT_EQ(world.read().size(), count + 1);
    EXPECT_EQ(world.texts().back(), "h: new\n\nb\n");
  }
}

TEST(MboxWriter, ReceiptsNameTheMessages) {
  MboxWorld world;
  for (int round = 0; round < 2; ++round) {
    const auto handles = world.append({message("h: 1\n\nb\n"), message("h: 2\n\nFrom b\n")});
    const auto all = world.read();
    ASSERT_EQ(handles.size(), 2U);
    EXPECT_EQ(all[all.size() - 2].info.handle.token, handles[0]);
    EXPECT_EQ(all[all.size() - 1].info.handle.token, handles[1]);
  }
}

TEST(MboxWriter, ANewFileIsSeenWholeOrNotAtAll) {
  MboxWorld world;
  const auto store = world.target();
  const auto writer = store->open_folder({}, {});
  for (int i = 0; i < 5000; ++i) {
    const auto one = writer->append(message("").info);
    one->write(as_bytes("h: 1\n\n" + std::string(20'000, 'x') + "\n"));
    one->commit();
    EXPECT_FALSE(writer->batch_is_full());
    if (i % 1000 == 0) {
      EXPECT_TRUE(world.memory.names_in("/var/mail").empty());
    }
  }
  EXPECT_EQ(writer->flush().size(), 5000U);
  EXPECT_EQ(world.memory.names_in("/var/mail"), Texts{"bob"});
  EXPECT_EQ(world.memory.status_of(MboxWorld::path).owner, MboxWorld::bob);
  EXPECT_EQ(world.memory.status_of(MboxWorld::path).permissions, 0600U);
  EXPECT_EQ(world.kernel.calls(support::Call::read_at), 0U);  // written once, and not copied
  EXPECT_EQ(world.read().size(), 5000U);
}

TEST(MboxWriter, AnExistingFileTakesBatches) {
  MboxWorld world;
  world.put(mark + "h: 1\n\nb\n");
  const auto store = world.target();
  const auto writer = store->open_folder({}, {});
  int count = 0;
  while (!writer->batch_is_full()) {
    const auto one = writer->append(message("").info);
    one->write(as_bytes("h: 1\n\nx\n"));
    one->commit();
    ASSERT_LT(++count, 10'000);
  }
  EXPECT_EQ(count, 4096);
  EXPECT_EQ(writer->flush().size(), 4096U);
  EXPECT_FALSE(writer->batch_is_full());
  for (count = 0; !writer->batch_is_full(); ++count) {
    const auto one = writer->append(message("").info);
    one->write(as_bytes("h: 1\n\n" + std::string(8'000'000, 'x') + "\n"));
    one->commit();
  }
  EXPECT_EQ(count, 9);
  EXPECT_EQ(writer->flush().size(), 9U);
  EXPECT_EQ(world.read().size(), 1U + 4096 + 9);
}

TEST(MboxWriter, AFileThatAppearsMeanwhileIsAppendedTo) {
  MboxWorld world;
  const auto store = world.target();
  const auto writer = store->open_folder({}, {});
  {
    const auto one = writer->append(message("").info);
    one->write(as_bytes("h: ours\n\nb\n"));
    one->commit();
  }
  world.put(mark + "h: theirs\n\nb");
  EXPECT_EQ(writer->flush().size(), 1U);
  EXPECT_EQ(world.texts(), (Texts{"h: theirs\n\nb\n", "h: ours\n\nb\n"}));
  EXPECT_EQ(world.memory.names_in("/var/mail"), Texts{"bob"});
}

TEST(MboxWriter, AFileThatDisappearsMeanwhileIsMadeAnew) {
  MboxWorld world;
  world.put(mark + "h: theirs\n\nb\n");
  const auto store = world.target();
  const auto writer = store->open_folder({}, {});
  {
    const auto one = writer->append(message("").info);
    one->write(as_bytes("h: ours\n\nb\n"));
    one->commit();
  }
  world.memory.remove(MboxWorld::path);
  EXPECT_EQ(writer->flush().size(), 1U);
  EXPECT_EQ(world.texts(), Texts{"h: ours\n\nb\n"});
}

TEST(MboxWriter, AFileThatIsNoMboxAnyMoreIsLeftAlone) {
  MboxWorld world;
  world.put(mark + "h: theirs\n\nb\n");
  const auto store = world.target();
  const auto writer = store->open_folder({}, {});
  {
    const auto one = writer->append(message("").info);
    one->write(as_bytes("h: ours\n\nb\n"));
    one->commit();
  }
  world.put("Dear friend,\n");
  const Error error = error_of([&] { static_cast<void>(writer->flush()); });
  EXPECT_EQ(error.cause(), Cause::not_a_store);
  EXPECT_EQ(error.side(), Side::target);
  EXPECT_EQ(world.octets(), "Dear friend,\n");
}

TEST(MboxWriter, WithoutAMessageTheFolderIsAnEmptyFile) {
  MboxWorld world;
  world.append({});
  EXPECT_EQ(world.octets(), "");
  EXPECT_EQ(world.memory.status_of(MboxWorld::path).owner, MboxWorld::bob);
  EXPECT_TRUE(world.read().empty());
  world.append({message("h: 1\n\nb\n")});
  world.append({});
  EXPECT_EQ(world.read().size(), 1U);
}

TEST(MboxWriter, AWriterThatIsNotCommittedLeavesNothing) {
  for (const bool there : {false, true}) {
    MboxWorld world;
    if (there) world.put(mark + "h: 0\n\nb\n\n");
    {
      const auto store = world.target();
      const auto writer = store->open_folder({}, {});
      for (const char* text : {"h: dropped\n\nb", "h: kept\n\nb\n", "h: dropped too"}) {
        const auto one = writer->append(message("").info);
        one->write(as_bytes(text));
        one->write(as_bytes(std::string(contains(text, "dropped") ? 1'000'000 : 0, 'x')));
        if (!contains(text, "dropped")) one->commit();
      }
      EXPECT_EQ(writer->flush().size(), 1U);
      { static_cast<void>(writer->append(message("").info)); }
      EXPECT_TRUE(writer->flush().empty());
    }
    EXPECT_EQ(world.octets(),
              std::string(there ? mark + "h: 0\n\nb\n\n" : "") + written_mark + "h: kept\nStatus: O\n\nb\n\n");
    EXPECT_EQ(world.memory.names_in("/var/mail"), Texts{"bob"});
  }
}

TEST(MboxWriter, WhatAnMboxCannotDoIsRefusedWithTheReason) {
  MboxWorld world;
  world.put(mark + "h: 1\n\nb\n");
  const auto store = world.target();
  const auto writer = store->open_folder({}, {});
  const Error error = error_of([&] { writer->take({}, {{"0"}}); });
  EXPECT_EQ(error.cause(), Cause::unsupported);
  EXPECT_EQ(error.scope(), Scope::folder);
  EXPECT_FALSE(error.reason().empty());
  const Error folder = error_of([&] { static_cast<void>(store->open_folder({"", mail::FolderName({"Sent"})}, {})); });
  EXPECT_EQ(folder.cause(), Cause::unsupported);
  EXPECT_EQ(folder.scope(), Scope::folder);
}

TEST(MboxWriter, WhatWasFlushedOutlivesAPowerCut) {
  MboxWorld world;
  world.append({message("h: 1\n\nb\n")});
  world.append({message("h: 2\n\nb\n")});
  world.memory.lose_power();
  world.clock.sleep(std::chrono::minutes{10});  // a lock that had to go has come back, and grows stale
  EXPECT_EQ(world.texts(), (Texts{"h: 1\n\nb\n", "h: 2\n\nb\n"}));
  world.target()->begin();
  EXPECT_EQ(world.texts().size(), 2U);
  EXPECT_EQ(world.memory.names_in("/var/mail"), std::vector<std::string>{"bob"});
}

TEST(MboxWriter, WithoutDurabilityNothingIsSynced) {
  MboxWorld world;
  for (int round = 0; round < 2; ++round) {
    const auto store = world.target(Variant::rd, fs::Durability::none);
    const auto writer = store->open_folder({}, {});
    {
      const auto one = writer->append(message("").info);
      one->write(as_bytes("h: 1\n\nb\n"));
      one->commit();
    }
    EXPECT_EQ(writer->flush().size(), 1U);
  }
  EXPECT_EQ(world.kernel.calls(support::Call::sync) + world.kernel.calls(support::Call::sync_file_system), 0U);
  EXPECT_EQ(world.read().size(), 2U);
}

}  // namespace
}  // namespace mailhaul::formats::mbox
