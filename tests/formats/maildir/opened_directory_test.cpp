// A Maildir that is opened at a directory: one mailbox of an account.

#include "formats/maildir/world.hpp"
#include "mailhaul/fs/directory.hpp"

namespace mailhaul::formats::maildir {

namespace {

class OpenedDirectory : public testing::Test {
 protected:
  static constexpr const char* home = "/mail/home";

  OpenedDirectory() {
    w.machine.put_directory(home);
    w.machine.put_directory(std::string(home) + "/mail");
  }
  [[nodiscard]] fs::Directory directory(Side side) {
    fs::Rules rules;
    rules.side = side;
    return fs::Directory::open_root(w.context.kernel, w.context.entropy, home, rules).open_directory("mail");
  }
  [[nodiscard]] std::string in_mail(const std::string& name) const { return std::string(home) + "/mail/" + name; }
  void put_account() {
    w.put_maildir(std::string(home) + "/mail");
    w.machine.put_file(in_mail("cur/1.a:2,S"), "Subject: x\n\nx\n");
    w.put_maildir(in_mail(".Sent"));
    w.machine.put_directory(in_mail("example.com"));
    w.put_maildir(in_mail("example.com/bob"));
    w.machine.put_symlink(in_mail(".bob@example_com"), "example.com/bob");
    w.put_maildir(in_mail(".mailbox_format.cpanel"));
  }

  World w;
};

TEST_F(OpenedDirectory, IsReadAsAMaildirWhateverIsInIt) {
  const auto empty = open_source(w.context, directory(Side::source));
  EXPECT_EQ(empty->mailboxes().front().folders.size(), 1U);
  EXPECT_TRUE(read_folder(*empty).messages.empty());
  put_account();
  const auto source = open_source(w.context, directory(Side::source));
  EXPECT_EQ(read_folder(*source).messages.size(), 1U);
}

TEST_F(OpenedDirectory, SaysNothingOfTheOtherMailboxesAroundIt) {
  put_account();
  const auto source = open_source(w.context, directory(Side::source), {Layout::maildir_plus_plus, false, true});
  const std::vector<mail::FolderName> expected{mail::FolderName{}, mail::FolderName({"Sent"})};
  EXPECT_EQ(source->mailboxes().front().folders, expected);
  EXPECT_TRUE(w.findings.all().empty());
}

TEST_F(OpenedDirectory, TellsOfOtherLinksAndOfTheMarkersMail) {
  put_account();
  w.machine.put_symlink(in_mail(".Drafts"), ".Sent");
  w.machine.put_file(in_mail(".mailbox_format.cpanel/cur/2.a:2,"), "Subject: y\n\ny\n");
  const auto source = open_source(w.context, directory(Side::source), {Layout::maildir_plus_plus, false, true});
  EXPECT_EQ(source->mailboxes().front().folders.size(), 3U);
  EXPECT_EQ(w.findings.count(FindingKind::symlink, Weight::failed), 1U);
}

TEST_F(OpenedDirectory, IsTheSameStoreAsThatOfItsPath) {
  w.put_maildir(std::string(home) + "/mail");
  const auto by_path = w.source(std::string(home) + "/mail");
  EXPECT_EQ(open_source(w.context, directory(Side::source))->identity(), by_path->identity());
}

TEST_F(OpenedDirectory, BecomesAMaildirBesideWhatIsInIt) {
  w.machine.put_directory(in_mail("example.com"));
  TargetOptions options;
  options.birth = w.birth;
  options.tree = {Layout::maildir_plus_plus, false, true};
  const auto store = open_store(w.context, directory(Side::target), options);
  const auto writer = store->open_folder(inbox, {});
  append(*writer, "Subject: z\n\nz\n");
  EXPECT_EQ(writer->flush().size(), 1U);
  EXPECT_EQ(w.machine.names_in(std::string(home) + "/mail"),
            (std::vector<std::string>{"cur", "example.com", "new", "tmp"}));
  EXPECT_EQ(read_folder(*store).messages.size(), 1U);
}

}  // namespace

}  // namespace mailhaul::formats::maildir
