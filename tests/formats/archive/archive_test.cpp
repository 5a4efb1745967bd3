#include "mailhaul/formats/archive/archive.hpp"

#include "formats/archive/world.hpp"

namespace mailhaul::formats::archive {
namespace {

using Contents = std::map<std::string, std::string>;

/// An account with one message.
TarText account() {
  TarText tar;
  tar.directory("cpmove-a/").directory("cpmove-a/homedir/").directory("cpmove-a/homedir/mail/");
  tar.file("cpmove-a/homedir/mail/cur/1.a:2,S", "Subject: x\n\nx\n").file("cpmove-a/cp/a", "USER=a\n");
  return tar;
}
const Contents account_contents{{"homedir/mail/cur/1.a:2,S", "Subject: x\n\nx\n"}, {"cp/a", "USER=a\n"}};

Options marked() {
  Options options;
  options.root_marks = {"cp", "homedir", "homedir.tar"};
  return options;
}

TEST(Archive, IsReadInEveryForm) {
  const std::string tar = account().finish();
  for (const std::string& octets : {tar, packed(tar), packed(tar, io::Compression::zstd)}) {
    World world;
    world.put(octets);
    const auto archive = world.open(marked());
    EXPECT_FALSE(archive->damage());
    EXPECT_EQ(contents(*archive), account_contents);
    EXPECT_TRUE(world.findings.all.empty());
  }
}

TEST(Archive, IsReadFromItsParts) {
  const std::string octets = packed(account().finish());
  World world;
  for (std::size_t i = 0; i < 12; ++i) {
    const std::size_t each = octets.size() / 11;
    std::string number = std::to_string(i + 1);
    number.insert(0, 5 - number.size(), '0');
    world.put(octets.substr(std::min(i * each, octets.size()), each), "/backup/b.tar.gz.part" + number);
  }
  EXPECT_EQ(contents(*world.open(marked(), "/backup/b.tar.gz.part00001")), account_contents);
  EXPECT_EQ(contents(*world.open(marked(), "/backup/b.tar.gz")), account_contents);

  world.machine.remove("/backup/b.tar.gz.part00007");
  const Error error = error_of([&] { static_cast<void>(world.open(marked(), "/backup/b.tar.gz")); });
  EXPECT_EQ(error.cause(), Cause::not_found);
  EXPECT_EQ(error.reason(), "part 7 is missing");
}

TEST(Archive, GoesThroughAHomeDirectoryThatIsATarInIt) {
  const std::string message(300'000, 'm');
  TarText home;
  home.directory("./").directory("./mail/").file("./mail/cur/1.a:2,S", message);
  home.hard_link("./mail/.Sent/cur/1.a:2,S", "./mail/cur/1.a:2,S");
  TarText tar;
  tar.file("cpmove-a/cp/a", "USER=a\n").file("cpmove-a/homedir.tar", home.finish()).file("cpmove-a/va/x.org", "*: a\n");
  for (const std::string& octets : {tar.finish(), packed(tar.finish())}) {
    World world;
    world.put(octets);
    const auto archive = world.open(marked());
    EXPECT_FALSE(archive->damage());
    EXPECT_EQ(contents(*archive),
              (Contents{{"cp/a", "USER=a\n"}, {"homedir/mail/cur/1.a:2,S", message}, {"va/x.org", "*: a\n"}}));
    const auto link = archive->find("homedir/mail/.Sent/cur/1.a:2,S");
    ASSERT_TRUE(link && link->content);
    EXPECT_EQ(archive->path_of(*link->content), "homedir/mail/cur/1.a:2,S");
  }
}

TEST(Archive, FindsItsRoot) {
  const auto paths = [](const TarText& tar) {
    World world;
    world.put(tar.finish());
    std::string out;
    for (const auto& [path, content] : contents(*world.open(marked()))) out += path + " ";
    return out;
  };
  EXPECT_EQ(paths(TarText().file("cp/a", "").file("homedir/x", "")), "cp/a homedir/x ");
  EXPECT_EQ(paths(TarText().file("./cp/a", "").file("./homedir/x", "")), "cp/a homedir/x ");
  EXPECT_EQ(paths(TarText().file("./u/cp/a", "").file("./u/homedir/x", "")), "cp/a homedir/x ");
  EXPECT_EQ(paths(TarText().file("note", "").file("u/cp/a", "").file("u/homedir/x", "")), "cp/a homedir/x note ");
  // No account: the one directory that all is in.
  EXPECT_EQ(paths(TarText().file("box/cur/1", "").file("box/new/2", "")), "cur/1 new/2 ");
  EXPECT_EQ(paths(TarText().file("cur/1", "").file("new/2", "")), "cur/1 new/2 ");
}

TEST(Archive, KeepsWhatNamesSay) {
  const std::string nfd = "u/e\xcc\x81t\xc3\xa9/";  // one decomposed, one composed: neither is to become the other
  const std::string deep = "u/" + std::string(120, 'd') + "/" + std::string(200, 'n');
  TarText tar;
  tar.file("u/caf\xc3\xa9", "1").file("u/latin\xe9", "2").file(deep, "3");
  tar.pax_path(nfd + std::string(150, 'p')).file("u/short", "4").pax_path("u/raw\xff").file("u/short", "5");
  World world;
  world.put(tar.finish());
  Options options;
  options.root_marks = {"u"};
  EXPECT_EQ(contents(*world.open(options)), (Contents{{"u/caf\xc3\xa9", "1"},
                                                      {"u/latin\xe9", "2"},
                                                      {deep, "3"},
                                                      {nfd + std::string(150, 'p'), "4"},
                                                      {"u/raw\xff", "5"}}));
}

TEST(Archive, TellsWhatItsHeadersSay) {
  TarText tar;
  tar.member("cp/a", "abc", {'0', {}, 04755, 1'600'000'000}).symlink("homedir", "/etc");
  World world;
  world.put(tar.finish());
  const auto archive = world.open(marked());
  const auto file = archive->find("cp/a");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->kind, MemberKind::file);
  EXPECT_EQ(file->size_octets, 3U);
  EXPECT_EQ(file->mode, 04755U);
  EXPECT_EQ(file->modified_seconds, 1'600'000'000);
  const auto link = archive->find("homedir");
  ASSERT_TRUE(link);
  EXPECT_EQ(link->kind, MemberKind::symlink);
  EXPECT_EQ(link->link_target, "/etc");
  EXPECT_FALSE(link->content);
}

TEST(Archive, GivesEachOfSeveralMembersWithOneName) {
  TarText tar;
  tar.file("cp/a", "old").file("cp/b", "").file("cp/a", "new").directory("cp/c").directory("cp/c");
  World world;
  world.put(tar.finish());
  const auto archive = world.open(marked());
  EXPECT_EQ(contents(*archive).at("cp/a"), "oldnew");
  EXPECT_EQ(archive->tree()->read("cp/a", 100), "new");
  std::vector<std::uint32_t> numbers;
  archive->members_in("cp", [&](const Member& member) { numbers.push_back(member.number); });
  EXPECT_EQ(numbers, (std::vector<std::uint32_t>{0, 2, 1, 3, 4}));
  EXPECT_EQ(world.findings.count(FindingKind::duplicate_name), 1U);
}

TEST(Archive, IsReadInAnyOrder) {
  TarText tar;
  std::vector<std::string> texts;
  for (int i = 0; i < 60; ++i) {
    std::string text;
    for (int k = 0; k < 9000; ++k) text += "word" + std::to_string((k * 7919 + i * 104729) % 100'000) + "\n";
    tar.file("cp/" + std::to_string(i), text);
    texts.push_back(std::move(text));
  }
  for (const std::string& octets : {tar.finish(), packed(tar.finish()), packed(tar.finish(), io::Compression::zstd)}) {
    World world;
    world.put(octets);
    const auto archive = world.open();
    const auto opened = archive->contents();
    for (const std::uint32_t number : {59U, 0U, 1U, 30U, 29U, 29U, 58U, 2U, 3U})
      EXPECT_EQ(content_of(opened->open(number)), texts[number]) << number;
    // Left in the middle.
    static_cast<void>(opened->open(40).read());
    EXPECT_EQ(content_of(opened->open(41)), texts[41]);
  }
}

TEST(Archive, SaysThatItChanged) {
  World world;
  world.put(account().finish());
  const auto archive = world.open(marked());
  const std::string token = archive->token();
  EXPECT_TRUE(archive->is_unchanged());
  EXPECT_EQ(world.open(marked())->token(), token);

  // An upload goes on.
  fs::Directory directory =
      fs::Directory::open_root(world.machine, world.entropy, "/backup", fs::Rules{Side::target, false, false});
  auto file = directory.open_file_for_update("a.tar");
  file.file->write_at(as_bytes("x"), file.file->opened_as().size_octets);
  EXPECT_FALSE(archive->is_unchanged());
  EXPECT_NE(world.open(marked())->token(), token);
}

TEST(Archive, IsOpenedByTheRules) {
  World world;
  world.put(account().finish());
  world.machine.put_symlink("/backup/link.tar", "a.tar");
  world.machine.put_special("/backup/pipe.tar", fs::EntryKind::fifo);
  world.machine.put_directory("/home");
  world.machine.put_directory("/home/u", {1001, 1001});
  world.machine.put_file("/home/u/roots.tar", "x", {0, 0});
  for (const char* path : {"/backup/link.tar", "/backup/pipe.tar", "/backup", "/home/u/roots.tar"})
    EXPECT_EQ(error_of([&] { static_cast<void>(world.open(marked(), path)); }).cause(), Cause::refused) << path;
  EXPECT_EQ(error_of([&] { static_cast<void>(world.open(marked(), "/backup/none.tar")); }).cause(), Cause::not_found);
  // Root's directory holds archives of anybody.
  world.machine.give_to(World::path, {1001, 1001});
  EXPECT_EQ(contents(*world.open(marked())), account_contents);
}

TEST(Archive, IsDetectedByItsFirstMember) {
  World world;
  world.put(packed(account().finish()));
  const Evidence good = detect(world.context, World::path);
  EXPECT_TRUE(good.matches);
  EXPECT_EQ(good.text, "a tar archive (gzip) that begins with cpmove-a/");
  world.put("From a@b Thu Nov 29 22:33:52 2001\n\nx\n", "/backup/mbox");
  EXPECT_FALSE(detect(world.context, "/backup/mbox").matches);
  EXPECT_FALSE(detect(world.context, "/backup/none").matches);
}

}  // namespace
}  // namespace mailhaul::formats::archive
