#include "mailhaul/mail/header_block.hpp"
#include "mailhaul/mail/store_headers.hpp"
#include "world.hpp"

namespace mailhaul::formats::mbox {
namespace {

using mail::Flag;
using Texts = std::vector<std::string>;

TEST(MboxReader, TellsFlagsKeywordsDateAndSender) {
  MboxWorld world;
  world.put("From bob@x.org Thu Nov 29 22:33:52 2001 +0300\nSubject: a\nX-IMAPbase: 1234567 0000000009 work\nX-UID: "
            "7\nStatus: RO\n"
            "X-Status: AF\n"
            "X-Keywords: work\n later\nContent-Length: 2\n\nb\n\n"
            "From carol@x.org Thu Nov 29 22:33:52 2001\nSubject: b\n\nc\n");
  const auto all = world.read();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].octets, "Subject: a\n\nb\n");
  EXPECT_EQ(all[0].info.handle.token, "0");
  EXPECT_EQ(all[0].info.flags, (mail::FlagSet{Flag::seen, Flag::answered, Flag::flagged}));
  EXPECT_TRUE(all[0].info.keywords == (mail::KeywordSet{"work", "later"}));
  EXPECT_FALSE(all[0].info.recent);
  EXPECT_EQ(all[0].info.ids.uid, mail::Uid{7});
  EXPECT_EQ(all[0].info.hints.envelope_sender, "bob@x.org");
  EXPECT_EQ(all[0].info.internal_date, mail::InternalDate{std::chrono::seconds{1007062432}});
  EXPECT_EQ(all[1].info.handle.token, std::to_string(world.octets().find("From carol")));
  EXPECT_TRUE(all[1].info.flags.empty());
  EXPECT_TRUE(all[1].info.recent);
  // No zone: the local one of the reader, an hour east.
  EXPECT_EQ(all[1].info.internal_date, mail::InternalDate{std::chrono::seconds{1007073232 - 3600}});
}

TEST(MboxReader, ANumericZoneBeforeTheYearIsMeant) {
  // mbox.md "Traps": midnight +0300 is 21:00Z the day before.
  MboxWorld world;
  world.put("From a@a Mon Jan  1 00:00:00 +0300 2001\nh: 1\n\nb\n");
  EXPECT_EQ(world.read().at(0).info.internal_date, mail::InternalDate{std::chrono::seconds{978296400}});
}

TEST(MboxReader, TheSevenHeadersAreNoPartOfAMessage) {
  MboxWorld world;
  world.put(mark + "x-imapbase: 1234567 0000000009 k1\n k2\nSubject: a\nContent-Length: 99\nSTATUS: O\nX-UID: 8   \n"
                   "X-Status: \nX-Keywords: k1   \nX-UIDL: keep\n\nStatus: is text here\n");
  EXPECT_EQ(world.texts(), Texts{"Subject: a\nX-UIDL: keep\n\nStatus: is text here"});
}

TEST(MboxReader, TakesOneQuoteOffUnlessALengthHolds) {
  MboxWorld world;
  const std::string body = ">From x\n>>From y\n> From z\n>Fromage\nFrom w\n";
  world.put(mark + "h: rd\n\n" + body + "\n" + mark + "h: cl2\nContent-Length: " + std::to_string(body.size()) +
            "\n\n" + body + "\n" + mark + "h: lying\nContent-Length: 5\n\n" + body + "\n" + mark +
            ">From first\nh: 4\n\n");
  EXPECT_EQ(world.texts(), (Texts{"h: rd\n\nFrom x\n>From y\n> From z\n>Fromage\nFrom w\n", "h: cl2\n\n" + body,
                                  "h: lying\n\nFrom x\n>From y\n> From z\n>Fromage\nFrom w\n", "From first\nh: 4\n"}));
  EXPECT_EQ(world.findings.count(FindingKind::unquoted_lines), 5U);
}

TEST(MboxReader, FromQuotingCanBeToldOtherwise) {
  MboxWorld world;
  const std::string body = ">From x\n>>From y\n";
  world.put(mark + "h: 1\n\n" + body + "\n" + mark + "h: 2\nContent-Length: " + std::to_string(body.size()) + "\n\n" +
            body + "\n");
  SourceOptions options;
  options.quoting = mail::FromQuoting::none;
  EXPECT_EQ(world.texts(options), (Texts{"h: 1\n\n" + body, "h: 2\n\n" + body}));
  EXPECT_EQ(world.findings.count(FindingKind::unquoted_lines), 0U);
  options.quoting = mail::FromQuoting::o;
  EXPECT_EQ(world.texts(options), (Texts{"h: 1\n\nFrom x\n>>From y\n", "h: 2\n\nFrom x\n>>From y\n"}));
  EXPECT_EQ(world.findings.count(FindingKind::unquoted_lines), 2U);
}

TEST(MboxReader, ABodyWithAPostmarkIsOneMessageUnderItsLength) {
  MboxWorld world;
  const std::string body = "text\n\nFrom bob@x.org Thu Nov 29 22:33:52 2001\nbye\n";
  world.put(mark + "h: 1\nContent-Length: " + std::to_string(body.size()) + "\n\n" + body + "\n");
  EXPECT_EQ(world.texts(), Texts{"h: 1\n\n" + body});
  world.put(mark + "h: 1\n\n" + body + "\n");
  EXPECT_EQ(world.texts().size(), 2U);
}

const std::string pseudo =
    "From MAILER-DAEMON Mon Jan  1 00:00:00 2001\nDate: x\nFrom: Mail System Internal Data <MAILER-DAEMON@host>\n"
    "Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\nX-IMAP: 1234567 0000000009 k1 k2\nStatus: RO\n\n"
    "This text is part of the internal format of your mail folder.\n\n";

TEST(MboxReader, ThePseudoMessageIsNoMail) {
  MboxWorld world;
  world.put(pseudo + mark + "h: 1\n\nb\n");
  EXPECT_EQ(world.texts(), Texts{"h: 1\n\nb"});
  world.put(pseudo);
  EXPECT_TRUE(world.texts().empty());
  EXPECT_EQ(world.findings.count(FindingKind::ignored_file), 0U);
  // By its header, not by its subject, and only in the first message.
  std::string nameless = pseudo;
  nameless.replace(nameless.find("X-IMAP: 1"), 9, "X-IMAP: 0 ");
  world.put(nameless);
  EXPECT_EQ(world.texts().size(), 1U);
  world.put(mark + "h: 1\n\nb\n\n" + pseudo);
  EXPECT_EQ(world.texts().size(), 2U);
}

TEST(MboxReader, APseudoMessageThatLooksLikeMailIsTold) {
  MboxWorld world;
  world.put(mark + "Subject: offer\nX-IMAP: 1234567 0000000009\n\nb\n\n" + mark + "h: 1\n\nb\n");
  EXPECT_EQ(world.texts().size(), 1U) << "as Dovecot shows it";
  EXPECT_EQ(world.findings.count(FindingKind::ignored_file), 1U);
}

TEST(MboxReader, MailThatOnlyLooksLikeAPseudoMessageIsMailAndTold) {
  for (const std::string number : {"", "X-IMAP: 0000000000 0000000009\n"}) {
    MboxWorld world;
    const std::string subject = "Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\n";
    world.put(mark + subject + number + "\nb\n\n" + mark + subject + "\nb\n");
    EXPECT_EQ(world.texts().size(), 2U);
    EXPECT_EQ(world.findings.count(FindingKind::uid_list), 1U) << "only the first message could be one";
  }
}

TEST(MboxReader, TheFirstHeaderBlockTellsOfTheFolder) {
  MboxWorld world;
  for (const std::string& octets :
       {pseudo + mark + "h: 1\n\nb\n", mark + "X-IMAPbase: 1234567 0000000009 k1\n k2\nh: 1\n\nb\n"}) {
    world.put(octets);
    const auto info = world.source()->folder({});
    EXPECT_EQ(info.uid_validity, mail::UidValidity{1234567});
    EXPECT_EQ(info.next_uid, mail::Uid{10});
    EXPECT_EQ(info.keywords, (std::vector<std::string>{"k1", "k2"}));
  }
  world.put(mark + "h: 1\n\nb\n\n" + mark + "X-IMAPbase: 1234567 0000000009\nh: 2\n\n");
  EXPECT_FALSE(world.source()->folder({}).uid_validity.has_value());
  world.put("");
  EXPECT_EQ(world.source()->folder({}).messages, 0U);
}

TEST(MboxReader, FetchesByOffset) {
  MboxWorld world;
  world.put(pseudo + mark + "h: 1\n\nb1\n\n" + mark + "h: 2\n\nFrom prose\n\n" + mark + "h: 3\n\nb3\n");
  const auto all = world.read();
  ASSERT_EQ(all.size(), 3U);
  const auto source = world.source();
  const std::vector<store::Handle> wanted{all[2].info.handle,
                                          {"0"},
                                          {"1"},
                                          {"999999"},
                                          {""},
                                          {"12x"},
                                          {"-1"},
                                          {"99999999999999999999999"},
                                          all[0].info.handle,
                                          all[2].info.handle};
  const auto cursor = source->fetch({}, wanted);
  Texts got;
  while (cursor->next()) {
    got.push_back(content_of(*cursor));
    EXPECT_EQ(cursor->info().internal_date, all[0].info.internal_date);
  }
  EXPECT_EQ(got, (Texts{all[0].octets, all[2].octets}));
  EXPECT_TRUE(cursor->end({}).stable);
}

TEST(MboxReader, IsOneMailboxWithOneFolder) {
  MboxWorld world;
  world.put(mark + "h: 1\n\nb\n");
  const auto source = world.source();
  const auto mailboxes = source->mailboxes();
  ASSERT_EQ(mailboxes.size(), 1U);
  EXPECT_TRUE(mailboxes[0].name.empty());
  ASSERT_EQ(mailboxes[0].folders.size(), 1U);
  EXPECT_TRUE(mailboxes[0].folders[0].is_inbox());
  const store::FolderRef other{"", mail::FolderName({"Sent"})};
  EXPECT_FALSE(source->stamp(other).has_value());
  const std::vector<store::FolderSince> folders{{other, std::nullopt}};
  EXPECT_FALSE(source->walk(folders)->next());
  const auto can = source->capabilities();
  EXPECT_TRUE(can.fetch && can.keeps_keywords);
  EXPECT_FALSE(can.stable_handles || can.folders || can.keeps_uids || can.moves || can.changes_flags);
  EXPECT_EQ(can.parallel_folders, 1U);
}

TEST(MboxReader, ItsIdentityIsThePlaceAndNotTheInode) {
  MboxWorld world;
  world.put(mark + "h: 1\n\nb\n");
  const auto before = world.source()->identity();
  world.memory.put_file("/var/mail/new", mark, MboxWorld::bob);
  world.memory.exchange("/var/mail/new", MboxWorld::path);
  EXPECT_EQ(world.source()->identity(), before);
  EXPECT_FALSE(open_source(world.context, "/var/mail/new", {}, {})->identity() == before);
}

TEST(MboxReader, ItsIdentityHasTheIdOfTheFileSystemItself) {
  MboxWorld world;
  world.put(mark + "h: 1\n\nb\n");
  world.memory.set_abilities({.file_system_id = 77});
  EXPECT_EQ(world.source()->identity().text.rfind("mbox:77:", 0), 0U);
}

TEST(MboxReader, ItsStampChangesWithSizeTimeAndInode) {
  MboxWorld world;
  world.put(mark + "h: 1\n\nb\n");
  const auto source = world.source();
  const auto first = source->stamp({});
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first, source->stamp({}));
  world.memory.advance(std::chrono::seconds{1});
  world.put(mark + "h: 1\n\nc\n");
  const auto second = source->stamp({});
  EXPECT_FALSE(first == second);
  world.memory.put_file("/var/mail/copy", world.octets(), MboxWorld::bob);
  world.memory.exchange("/var/mail/copy", MboxWorld::path);
  EXPECT_FALSE(second == source->stamp({}));
  world.memory.remove(MboxWorld::path);
  EXPECT_FALSE(source->stamp({}).has_value());
}

TEST(MboxReader, AStampTakenWithinTwoSecondsOfAChangeIsYoung) {
  MboxWorld world;
  world.memory.set_time(fs::FileTime{std::chrono::seconds{1704067199}});
  world.put(mark + "h: 1\n\nb\n");
  EXPECT_TRUE(world.source()->stamp({})->young);
  world.memory.set_time(fs::FileTime{std::chrono::seconds{1704067190}});
  world.put(mark + "h: 1\n\nb\n");
  EXPECT_FALSE(world.source()->stamp({})->young);
}

TEST(MboxReader, OddThingsAreToldOnceAWalk) {
  MboxWorld world;
  std::string octets;
  for (int i = 0; i < 10; ++i) octets += mark + ">From x\nContent-Length: 7\n\nb\n\nFrom here on\n>From q\n\n";
  world.put(octets);
  static_cast<void>(world.read());
  EXPECT_EQ(world.findings.count(FindingKind::bad_content_length), 10U);
  EXPECT_EQ(world.findings.count(FindingKind::odd_postmark), 20U);  // no header line; rejected line
  EXPECT_EQ(world.findings.count(FindingKind::unquoted_lines), 20U);
  EXPECT_EQ(world.findings.count(FindingKind::no_zone), 10U);
  EXPECT_EQ(world.findings.all.size(), 5U);
  for (const Finding& finding : world.findings.all) {
    EXPECT_EQ(finding.weight, Weight::note);
    EXPECT_EQ(finding.folder, "INBOX");
    EXPECT_TRUE(contains(finding.where, MboxWorld::path));
  }
}

TEST(MboxReader, KeywordsThatAreTooManyAreToldOnceAFolder) {
  MboxWorld world;
  std::string names = "X-Keywords:";
  for (std::size_t i = 0; i <= mail::keywords_limit; ++i) names += " k" + std::to_string(i);
  world.put(mark + names + "\n\nb\n\n" + mark + "X-Keywords: k1\n\nb\n\n" + mark + names + "\n\nb\n");
  const auto all = world.read();
  EXPECT_EQ(all.at(2).info.keywords.size(), mail::keywords_limit);
  ASSERT_EQ(world.findings.count(FindingKind::keyword), 2U);
  const auto told = std::find_if(world.findings.all.begin(), world.findings.all.end(),
                                 [](const Finding& f) { return f.kind == FindingKind::keyword; });
  EXPECT_EQ(told->weight, Weight::lost);
  EXPECT_EQ(told->count, 2U);
}

TEST(MboxReader, ALongHeaderBlockIsToldAndTheMessageIsWhole) {
  MboxWorld world;
  std::string header = "Status: RO\nSubject: a\n";
  while (header.size() < mail::header_block_limit_octets) header += "X-Filler: " + std::string(1000, 'x') + "\n";
  world.put(mark + header + "Content-Length: 3\n\nb\n\n" + mark + "h: 2\n\nb\n");
  const auto all = world.read();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_TRUE(all[0].octets == header.substr(11) + "Content-Length: 3\n\nb\n");
  EXPECT_TRUE(all[0].info.flags.has(Flag::seen));
  EXPECT_EQ(world.findings.count(FindingKind::header_too_long), 1U);
}

TEST(MboxReader, NothingIsWrittenAtASource) {
  MboxWorld world;
  world.put(mark + "h: 1\n\nb\n");
  const auto before = world.memory.files();
  static_cast<void>(world.read());
  EXPECT_EQ(world.memory.files(), before);
  for (const support::Call call :
       {support::Call::write_at, support::Call::truncate, support::Call::link_open_file, support::Call::link_at,
        support::Call::rename, support::Call::unlink, support::Call::change_mode, support::Call::change_owner,
        support::Call::set_modified, support::Call::make_directory, support::Call::sync})
    EXPECT_EQ(world.kernel.calls(call), 0U) << static_cast<int>(call);
}

TEST(MboxReader, ContentKeysAreThoseOfTheText) {
  MboxWorld world;
  world.put(mark + "Status: RO\nh: 1\n\n>From x\n\n");
  const auto secrets = mail::KeySecrets::make(world.entropy);
  mail::KeyHasher hasher(secrets);
  hasher.write(as_bytes("h: 1\r\n\r\nFrom x"));
  const auto wanted = hasher.finish();
  const auto source = world.source();
  const auto cursor = walk_of(*source);
  ASSERT_TRUE(cursor->next());
  EXPECT_EQ(cursor->key(secrets), wanted);
}

}  // namespace
}  // namespace mailhaul::formats::mbox
