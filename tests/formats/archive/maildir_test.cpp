#include "mailhaul/formats/archive/maildir.hpp"

#include "formats/archive/world.hpp"

namespace mailhaul::formats::archive {
namespace {

constexpr const char* bob = "homedir/mail/x.org/bob";

struct Seen {
  std::string octets{};
  store::MessageInfo info{};
};
struct Walked {
  std::vector<Seen> messages{};
  std::vector<Error> failed{};
  store::WalkEnd end{};
  [[nodiscard]] std::vector<std::string> texts() const {
    std::vector<std::string> out;
    for (const Seen& one : messages) out.push_back(one.octets);
    return out;
  }
};

Walked read_cursor(store::MessageCursor& cursor, const store::FolderRef& folder) {
  Walked out;
  for (;;) {
    try {
      if (!cursor.next()) break;
      io::Source& content = cursor.content();
      Seen seen{content_of(content)};
      seen.info = cursor.info();
      out.messages.push_back(std::move(seen));
    } catch (const Error& error) {
      EXPECT_EQ(error.scope(), Scope::message) << error.what();
      out.failed.push_back(error);
    }
  }
  out.end = cursor.end(folder);
  return out;
}

store::FolderRef folder_ref(std::vector<std::string> parts) { return {"", mail::FolderName(std::move(parts))}; }

/// An account in an archive with a mailbox bob@x.org.
class ArchivedMaildirTest : public testing::Test {
 protected:
  std::unique_ptr<store::MessageSource> open(const std::string& octets, const maildir::TreeOptions& options = {},
                                             Options::OneOwner one_owner = {}) {
    world_.put(octets);
    world_.machine.advance(std::chrono::seconds{10});
    Options archived;
    archived.keep = is_maildir_control_file;
    archived.one_owner = std::move(one_owner);
    archived.root_marks = {"cp", "homedir", "homedir.tar"};
    archive_ = world_.open(archived);
    return open_maildir(world_.context, archive_, bob, options, {"archive:a"});
  }
  static Walked read(store::MessageSource& source, const store::FolderRef& folder = {}) {
    const std::vector<store::FolderSince> folders{{folder, std::nullopt}};
    return read_cursor(*source.walk(folders), folder);
  }
  TarText& put(const std::string& name, std::string_view content = "Subject: x\n\nx\n") {
    return tar_.file("cpmove-a/" + std::string(bob) + "/" + name, content);
  }
  World world_;
  TarText tar_;
  std::shared_ptr<Archive> archive_;
};

TEST_F(ArchivedMaildirTest, IsReadWithAllThatItsFilesSay) {
  put("cur/2.b:2,FSa", "two");
  put("new/3.c", "three");
  put("cur/1.a:2,S", "one");
  tar_.member("cpmove-a/" + std::string(bob) + "/cur/4.d:2,", "four", {'0', {}, 0640, 1'500'000'000});
  // As in many archives, what says how to read the mail comes after it.
  put("dovecot-keywords", "0 $Work\n");
  put("dovecot-uidlist", "3 V1700000000 N9 Gabcdefabcdefabcdefabcdefabcdefab\n5 :1.a\n7 P0123 :2.b\n");
  const auto source = open(packed(tar_.finish()));

  const Walked inbox = read(*source);
  EXPECT_EQ(inbox.texts(), (std::vector<std::string>{"two", "three", "one", "four"}));
  const store::MessageInfo& two = inbox.messages[0].info;
  EXPECT_EQ(two.handle.token, "2.b");
  EXPECT_TRUE(two.flags.has(mail::Flag::seen));
  EXPECT_TRUE(two.flags.has(mail::Flag::flagged));
  EXPECT_EQ(std::vector<std::string>(two.keywords.begin(), two.keywords.end()), std::vector<std::string>{"$Work"});
  EXPECT_EQ(two.ids.uid, mail::Uid{7});
  EXPECT_EQ(two.ids.pop3_uidl, "0123");
  EXPECT_EQ(two.size_octets, 3U);
  EXPECT_FALSE(two.recent);
  EXPECT_TRUE(inbox.messages[1].info.recent);
  EXPECT_EQ(inbox.messages[2].info.ids.uid, mail::Uid{5});
  EXPECT_EQ(inbox.messages[3].info.internal_date, mail::InternalDate{std::chrono::seconds{1'500'000'000}});
  EXPECT_TRUE(inbox.end.stable);
  ASSERT_TRUE(inbox.end.stamp);
  EXPECT_FALSE(inbox.end.stamp->young);
  EXPECT_EQ(*inbox.end.stamp, source->stamp({}));

  const store::FolderInfo info = source->folder({});
  EXPECT_EQ(info.uid_validity, mail::UidValidity{1'700'000'000});
  EXPECT_EQ(info.next_uid, mail::Uid{9});
  EXPECT_EQ(info.keywords, std::vector<std::string>{"$Work"});
  EXPECT_TRUE(world_.findings.all.empty());
}

TEST_F(ArchivedMaildirTest, HasItsFolders) {
  const std::string home = "cpmove-a/" + std::string(bob);
  tar_.directory(home + "/.Sent/cur/").directory(home + "/.Entw&APw-rfe/new").directory(home + "/.sieve/");
  tar_.symlink(home + "/.other", "../al").symlink(home + "/.al@x_org", "../al");
  put(".Work.2024/cur/1.a:2,S", "work");
  put("maildirfolder", "");
  const auto source = open(tar_.finish(), {std::nullopt, false, true});
  std::vector<std::string> names;
  const auto mailboxes = source->mailboxes();
  ASSERT_EQ(mailboxes.size(), 1U);
  for (const mail::FolderName& folder : mailboxes[0].folders) names.push_back(folder.display());
  EXPECT_EQ(names, (std::vector<std::string>{"INBOX", "Entw\xc3\xbcrfe", "Sent", "Work/2024"}));
  EXPECT_EQ(read(*source, folder_ref({"Work", "2024"})).texts(), std::vector<std::string>{"work"});
  EXPECT_TRUE(read(*source, folder_ref({"Sent"})).messages.empty());
  EXPECT_EQ(source->stamp(folder_ref({"None"})), std::nullopt);
  EXPECT_EQ(error_of([&] { static_cast<void>(source->folder(folder_ref({"None"}))); }).cause(), Cause::not_found);
  EXPECT_EQ(world_.findings.count(FindingKind::symlink), 1U);  // ".other"
}

TEST_F(ArchivedMaildirTest, GivesMessagesByTheirHandles) {
  for (int i = 0; i < 10; ++i) put("cur/" + std::to_string(i) + ".x:2,S", "text " + std::to_string(i));
  const auto source = open(packed(tar_.finish()));
  const std::vector<store::Handle> handles{{"7.x"}, {"2.x"}, {"none"}};
  EXPECT_EQ(read_cursor(*source->fetch({}, handles), {}).texts(), (std::vector<std::string>{"text 2", "text 7"}));
}

TEST_F(ArchivedMaildirTest, TakesEachBodyOfMembersWithOneName) {
  put("cur/1.a:2,S", "first");
  put("cur/1.a:2,S", "second");
  put("cur/1.a:2,", "third");
  put("cur/1.a:2,S", "fourth");
  const auto source = open(tar_.finish());
  const Walked inbox = read(*source);
  EXPECT_EQ(inbox.texts(), (std::vector<std::string>{"first", "second", "third", "fourth"}));
  std::set<store::Handle> handles;
  for (const Seen& one : inbox.messages) {
    handles.insert(one.info.handle);
    const std::vector<store::Handle> wanted{one.info.handle};
    EXPECT_EQ(read_cursor(*source->fetch({}, wanted), {}).texts(), std::vector<std::string>{one.octets});
  }
  EXPECT_EQ(handles.size(), 4U);
}

TEST_F(ArchivedMaildirTest, TakesAMessageThatMovedUnderTheArchiverOnce) {
  put("new/1.a", "moved");
  put("new/2.b", "one text");
  put("cur/1.a:2,S", "moved");
  put("cur/2.b:2,S", "another text");
  const auto source = open(tar_.finish());
  EXPECT_EQ(read(*source).texts(), (std::vector<std::string>{"one text", "moved", "another text"}));
}

TEST_F(ArchivedMaildirTest, TellsOfADirectoryOfMessagesThatIsALink) {
  put("new/1.a", "one");
  tar_.symlink("cpmove-a/" + std::string(bob) + "/cur", "/var/mail/other/cur");
  const auto source = open(tar_.finish());
  EXPECT_EQ(read(*source).texts(), std::vector<std::string>{"one"});
  ASSERT_EQ(world_.findings.count(FindingKind::symlink), 1U);
  EXPECT_EQ(world_.findings.all.front().weight, Weight::failed);
}

TEST_F(ArchivedMaildirTest, GivesLinksTheContentThatTheyShare) {
  put("cur/1.a:2,S", "shared");
  const std::string home = "cpmove-a/" + std::string(bob);
  tar_.hard_link(home + "/.Sent/cur/1.b:2,S", home + "/cur/1.a:2,S");
  tar_.hard_link(home + "/.Sent/cur/2.c:2,S", home + "/cur/none");
  tar_.symlink(home + "/.Sent/cur/3.d:2,S", "/etc/shadow");
  const auto source = open(packed(tar_.finish()));
  const Walked sent = read(*source, folder_ref({"Sent"}));
  EXPECT_EQ(sent.texts(), std::vector<std::string>{"shared"});
  EXPECT_EQ(sent.messages[0].info.size_octets, 6U);
  ASSERT_EQ(sent.failed.size(), 2U);
  EXPECT_EQ(sent.failed[0].cause(), Cause::damaged);
  EXPECT_EQ(sent.failed[1].cause(), Cause::refused);
  EXPECT_EQ(read(*source).texts(), std::vector<std::string>{"shared"});
}

/// S6: a customer's hard link to what he may not read is a file with its content in a tar that root made.
TEST_F(ArchivedMaildirTest, RefusesFilesOfAnotherOwnerThanTheHomes) {
  const std::string home = "cpmove-a/" + std::string(bob);
  for (const std::uint32_t owner_of_home : {1001U, 0U}) {
    tar_ = {};
    tar_.member("cpmove-a/homedir/", {}, {'5', {}, 0711, 1'700'000'000, owner_of_home});
    put("cur/1.a:2,S", "mine");
    tar_.member(home + "/cur/2.b:2,S", "a hash", {'0', {}, 0640, 1'700'000'000, 0});
    tar_.member(home + "/cur/3.c:2,S", {}, {'1', home + "/cur/2.b:2,S", 0640, 1'700'000'000, 0});
    tar_.member(home + "/subscriptions", "Root\n", {'0', {}, 0640, 1'700'000'000, 0});
    tar_.member("cpmove-a/cp/a", "DNS=x.org\n", {'0', {}, 0640, 1'700'000'000, 0});
    world_.findings.all.clear();
    const auto source = open(tar_.finish(), {}, {"homedir", {"none", "homedir"}});
    const Walked inbox = read(*source);
    const auto tree = archive_->tree();
    EXPECT_TRUE(tree->read("cp/a", 100).has_value()) << "that is the server's own";
    if (owner_of_home == 0) {  // root packed it again, so owners say nothing
      EXPECT_EQ(inbox.texts(), (std::vector<std::string>{"mine", "a hash", "a hash"}));
      EXPECT_EQ(world_.findings.count(FindingKind::foreign_owner), 0U);
    } else {
      EXPECT_EQ(inbox.texts(), std::vector<std::string>{"mine"});
      EXPECT_EQ(world_.findings.count(FindingKind::foreign_owner), 2U);
      EXPECT_EQ(world_.findings.all.front().weight, Weight::failed);
      const std::string list = std::string(bob) + "/subscriptions";
      EXPECT_EQ(error_of([&] { static_cast<void>(tree->read(list, 100)); }).cause(), Cause::refused);
    }
  }
}

TEST_F(ArchivedMaildirTest, InflatesMessagesThatAServerCompressed) {
  const std::string text(5000, 't');
  put("cur/1.a,S=5000:2,S", packed(text));
  const auto source = open(tar_.finish());
  const Walked inbox = read(*source);
  EXPECT_EQ(inbox.texts(), std::vector<std::string>{text});
  EXPECT_EQ(inbox.messages[0].info.hints.compression, io::Compression::gzip);
  EXPECT_FALSE(inbox.messages[0].info.size_octets);
}

TEST_F(ArchivedMaildirTest, SaysThatADamagedArchiveWasNotSeenWhole) {
  put("cur/1.a:2,S", "one");
  put("cur/2.b:2,S", std::string(5000, '2'));
  const auto source = open(tar_.finish().substr(0, 3000));
  const Walked inbox = read(*source);
  EXPECT_EQ(inbox.texts(), std::vector<std::string>{"one"});
  EXPECT_FALSE(inbox.end.stable);
  EXPECT_FALSE(inbox.end.stamp);
  EXPECT_TRUE(source->stamp({})->young);
}

TEST_F(ArchivedMaildirTest, TellsWhatIsNoMessage) {
  put("cur/.hidden", "");
  put("cur/1.a\n:2,S", "");
  put("cur/2.b;2,S", "two");
  tar_.directory("cpmove-a/" + std::string(bob) + "/cur/dir");
  tar_.member("cpmove-a/" + std::string(bob) + "/cur/pipe", "", {'6'});
  const auto source = open(tar_.finish());
  EXPECT_EQ(read(*source).texts(), std::vector<std::string>{"two"});
  EXPECT_EQ(world_.findings.count(FindingKind::odd_name), 2U);
  EXPECT_EQ(world_.findings.count(FindingKind::directory_in_cur), 1U);
}

TEST_F(ArchivedMaildirTest, HasSubscriptionsAndAccessLists) {
  put("cur/1.a:2,S");
  put("subscriptions", "V\t2\n\nSent\nWork\t2024\n");
  put(".Sent/cur/1.b:2,S");
  put(".Sent/dovecot-acl", "user=al lr\n");
  const auto source = open(tar_.finish());
  EXPECT_EQ(source->settings()->subscriptions(""),
            (store::Subscriptions{mail::FolderName({"Sent"}), mail::FolderName({"Work", "2024"})}));
  EXPECT_EQ(source->settings()->acl(folder_ref({"Sent"})), (store::Acl{{"user=al", "lr"}}));
  EXPECT_TRUE(source->settings()->acl({}).empty());
}

TEST_F(ArchivedMaildirTest, LosesNumbersOfAListThatCanNotBeRead) {
  put("cur/1.a:2,S", "one");
  put("dovecot-uidlist", "nonsense\n");
  tar_.directory("cpmove-a/" + std::string(bob) + "/dovecot-keywords");
  const auto source = open(tar_.finish());
  const Walked inbox = read(*source);
  EXPECT_EQ(inbox.texts(), std::vector<std::string>{"one"});
  EXPECT_FALSE(inbox.messages[0].info.ids.uid);
  EXPECT_EQ(world_.findings.count(FindingKind::uid_list), 1U);
  EXPECT_EQ(world_.findings.count(FindingKind::keyword), 1U);
}

}  // namespace
}  // namespace mailhaul::formats::archive
