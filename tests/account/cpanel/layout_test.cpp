#include "mailhaul/account/cpanel/layout.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "mailhaul/base/entropy.hpp"
#include "mailhaul/base/error.hpp"
#include "mailhaul/fs/directory_tree.hpp"
#include "support/memory_kernel.hpp"

namespace mailhaul::account::cpanel {
namespace {

using Kind = MailboxPlace::Kind;
using State = MailboxPlace::State;
using Format = MailboxPlace::Format;

class Collected final : public Findings {
 public:
  void add(const Finding& finding) override { all.push_back(finding); }
  std::vector<Finding> all{};
};

class CpanelLayout : public testing::Test {
 protected:
  CpanelLayout() {
    memory_.put_directory("/h");
    put_directory("mail");
    put_directory("etc");
  }
  void put_directory(const std::string& path) {
    for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1))
      if (!memory_.exists("/h/" + path.substr(0, slash))) memory_.put_directory("/h/" + path.substr(0, slash));
    if (!memory_.exists("/h/" + path)) memory_.put_directory("/h/" + path);
  }
  void put_file(const std::string& path, const std::string& text) { memory_.put_file("/h/" + path, text); }
  void put_link(const std::string& path, const std::string& target) { memory_.put_symlink("/h/" + path, target); }
  void put_maildir(const std::string& path) {
    put_directory(path);
    for (const char* part : {"/cur", "/new", "/tmp"}) put_directory(path + part);
  }
  void put_domain(const std::string& domain, const std::string& passwd, const std::string& shadow = "",
                  const std::string& quota = "") {
    put_directory("etc/" + domain);
    put_file("etc/" + domain + "/passwd", passwd);
    put_file("etc/" + domain + "/shadow", shadow);
    put_file("etc/" + domain + "/quota", quota);
  }
  [[nodiscard]] Layout read(const std::set<std::string>& domains = {}) {
    findings_.all.clear();
    fs::DirectoryTree tree(fs::Directory::open_root(memory_, entropy_, "/h", fs::Rules{}));
    const auto lines = read_mailbox_lines(tree, findings_);
    return read_layout(tree, "alice", lines, domains, findings_);
  }
  [[nodiscard]] static const MailboxPlace* find(const Layout& layout, const std::string& name) {
    const auto it = std::find_if(layout.mailboxes.begin(), layout.mailboxes.end(),
                                 [&](const MailboxPlace& place) { return place.name == name; });
    return it == layout.mailboxes.end() ? nullptr : &*it;
  }
  [[nodiscard]] static std::vector<std::string> names(const Layout& layout) {
    std::vector<std::string> out;
    for (const MailboxPlace& place : layout.mailboxes) out.push_back(place.name);
    return out;
  }
  /// Findings of that kind and weight about that place.
  [[nodiscard]] std::size_t told(FindingKind kind, Weight weight, const std::string& where) const {
    return static_cast<std::size_t>(
        std::count_if(findings_.all.begin(), findings_.all.end(), [&](const Finding& finding) {
          return finding.kind == kind && finding.weight == weight && finding.where == where;
        }));
  }

  support::MemoryKernel memory_{};
  SystemEntropy entropy_{};
  Collected findings_{};
};

TEST_F(CpanelLayout, IsTheUnionOfWhatIsWrittenAndWhatIsThere) {
  put_maildir("mail");
  put_domain("example.com", "bob:x:1:1::/h:/x\nnew:x:1:1::/h:/x\n", "bob:$6$x:1::::::\ncarl:$6$x:1\ngone:$6$x:1\n",
             "bob:100\n");
  put_domain("other.org", "a+b:x:1:1::/elsewhere:/x\n");
  put_directory("mail/example.com");
  put_directory("mail/other.org");
  for (const char* name : {"example.com/bob", "example.com/carl", "example.com/old", "other.org/a+b"})
    put_maildir(std::string("mail/") + name);
  const Layout layout = read();
  EXPECT_EQ(names(layout), (std::vector<std::string>{"alice", "a+b@other.org", "bob@example.com", "carl@example.com",
                                                     "new@example.com", "old@example.com"}));
  EXPECT_EQ(find(layout, "alice")->kind, Kind::account);
  EXPECT_EQ(find(layout, "alice")->path, "mail");
  EXPECT_EQ(find(layout, "bob@example.com")->state, State::full);
  EXPECT_EQ(find(layout, "bob@example.com")->path, "mail/example.com/bob");
  EXPECT_EQ(find(layout, "carl@example.com")->state, State::no_login);
  EXPECT_EQ(find(layout, "new@example.com")->state, State::no_directory);
  EXPECT_EQ(find(layout, "old@example.com")->state, State::orphan);
  EXPECT_EQ(find(layout, "a+b@other.org")->state, State::full);
  EXPECT_EQ(told(FindingKind::mailbox, Weight::note, "mail/example.com/gone"), 1U);
  EXPECT_EQ(layout.domains, (std::set<std::string>{"example.com", "other.org"}));
}

TEST_F(CpanelLayout, CountsTheLinksThatShowMailboxesAndFollowsNone) {
  put_maildir("mail");
  put_domain("example.com", "bob:x:1:1::/h:/x\n");
  put_directory("mail/example.com");
  put_maildir("mail/example.com/bob");
  put_link("mail/.bob@example_com", "example.com/bob");
  put_link("mail/bob@example.com", "/h/mail/example.com/bob");
  const Layout layout = read();
  EXPECT_EQ(names(layout), (std::vector<std::string>{"alice", "bob@example.com"}));
  EXPECT_EQ(layout.derived_links, 2U);
  EXPECT_TRUE(findings_.all.empty());
}

TEST_F(CpanelLayout, TellsOfLinksWhereMailCouldBe) {
  put_domain("example.com", "bob:x:1:1::/h:/x\neve:x:1:1::/h:/x\n");
  put_domain("moved.net", "x:x:1:1::/h:/x\n");
  put_directory("mail/example.com");
  put_maildir("mail/example.com/bob");
  put_link("mail/example.com/eve", "/etc");
  put_link("mail/moved.net", "/disk2/moved.net");
  put_link("mail/parked.org", "example.com/");
  const Layout layout = read();
  EXPECT_EQ(names(layout), (std::vector<std::string>{"bob@example.com"}));
  EXPECT_EQ(told(FindingKind::symlink, Weight::failed, "mail/example.com/eve"), 1U);
  EXPECT_EQ(told(FindingKind::symlink, Weight::failed, "mail/moved.net"), 1U);
  EXPECT_EQ(told(FindingKind::symlink, Weight::note, "mail/parked.org"), 1U);
}

TEST_F(CpanelLayout, KnowsADomainByItsFilesOrByItsMailboxesAndNotByItsDot) {
  put_maildir("mail");
  put_directory("mail/known.com");
  put_maildir("mail/known.com/bob");
  put_directory("mail/by.name");
  put_directory("mail/sub.dir/empty");
  put_directory("mail/nodots");
  put_maildir("mail/nodots/bob");
  for (const char* name : {"virtual", "lost+found", ".cagefs", ".nfs0001"}) put_maildir("mail/" + std::string(name));
  put_directory("etc/webdav");
  put_file("etc/webdav/passwd", "bob:x:1:1::/h:/x\n");
  const Layout layout = read({"by.name"});
  EXPECT_EQ(names(layout), (std::vector<std::string>{"alice", "bob@known.com"}));
  EXPECT_EQ(layout.domains, (std::set<std::string>{"by.name", "known.com"}));
  EXPECT_EQ(told(FindingKind::ignored_file, Weight::note, "mail/sub.dir"), 1U);
  EXPECT_EQ(told(FindingKind::ignored_file, Weight::failed, "mail/nodots"), 1U);
  EXPECT_EQ(findings_.all.size(), 3U);  // and bob, who has no line
}

TEST_F(CpanelLayout, RefusesNamesThatNoMailboxCanHave) {
  put_domain("example.com", "../../etc:x:1:1::/h:/x\n..:x:1:1::/h:/x\n:x:1:1::/h:/x\n");
  put_directory("mail/example.com");
  const std::string longest(64, 'a');
  for (const std::string& name : {std::string("a\nb"), longest + "a", longest, std::string("a@b"), std::string("x:y")})
    put_maildir("mail/example.com/" + name);
  const Layout layout = read();
  EXPECT_EQ(names(layout), (std::vector<std::string>{longest + "@example.com"}));
  for (const std::string& name : {std::string("a\nb"), longest + "a", std::string("a@b"), std::string("x:y")})
    EXPECT_EQ(told(FindingKind::odd_name, Weight::failed, "mail/example.com/" + name), 1U) << name;
  for (const char* name : {"../x@example.com", "..@example.com", "@example.com", "a/b@example.com", "bob@..", "bob",
                           "bob@exam/ple.com", "archive/..", "archive/", ""})
    EXPECT_EQ(mailbox_path(name, "alice"), "") << name;
  EXPECT_EQ(mailbox_path("alice", "alice"), "mail");
  EXPECT_EQ(mailbox_path("bob@example.com", "alice"), "mail/example.com/bob");
  EXPECT_EQ(mailbox_path("archive/example.com", "alice"), "mail/archive/example.com");
}

TEST_F(CpanelLayout, ReadsTheFormatOfEachMailbox) {
  put_domain("example.com", "");
  put_directory("mail/example.com");
  const auto put = [&](const std::string& name, const std::string& marker, bool maildir, bool mdbox) {
    const std::string path = "mail/example.com/" + name;
    put_directory(path);
    if (!marker.empty()) put_file(path + "/mailbox_format.cpanel", marker);
    if (maildir) put_directory(path + "/cur");
    if (mdbox) put_directory(path + "/storage");
  };
  put("plain", "", true, false);
  put("said", "maildir\n", true, false);
  put("stale", "maildir", true, true);
  put("both", "", true, true);
  put("mdbox", "mdbox", true, true);
  put("unsaid", "", false, true);
  put("odd", "sdbox", true, false);
  put("moving", "mdbox", true, true);
  put_file("mail/example.com/moving/conversion_in_progress.txt", "");
  const Layout layout = read();
  const auto format = [&](const std::string& name) { return find(layout, name + "@example.com")->format; };
  for (const char* name : {"plain", "said", "stale", "both"}) EXPECT_EQ(format(name), Format::maildir) << name;
  EXPECT_EQ(format("mdbox"), Format::mdbox);
  EXPECT_EQ(format("unsaid"), Format::mdbox);
  EXPECT_EQ(format("odd"), Format::unknown);
  EXPECT_EQ(format("moving"), Format::converting);
  for (const char* name : {"stale", "both"})
    EXPECT_EQ(told(FindingKind::ignored_file, Weight::note, std::string("mail/example.com/") + name), 1U);
  for (const char* name : {"mdbox", "unsaid", "odd", "moving"})
    EXPECT_EQ(told(FindingKind::mailbox, Weight::failed, std::string("mail/example.com/") + name), 1U) << name;
}

TEST_F(CpanelLayout, OneNameThatCannotBeModifiedUtf7TellsForItsMailboxAlone) {
  put_domain("example.com", "");
  put_directory("mail/example.com");
  const auto put = [&](const std::string& name, const std::vector<std::string>& folders) {
    put_maildir("mail/example.com/" + name);
    for (const std::string& folder : folders) put_maildir("mail/example.com/" + name + "/" + folder);
  };
  put("ascii", {".Sent", ".A.B"});
  put("utf7", {".Gr&APwA3w-e"});
  put("utf8", {".Sent", ".Gr\xc3\xbc\xc3\x9f"});
  put("ampersand", {".R&D"});
  const Layout layout = read();
  const auto is_utf8 = [&](const std::string& name) { return find(layout, name + "@example.com")->has_utf8_names; };
  EXPECT_FALSE(is_utf8("ascii"));
  EXPECT_FALSE(is_utf8("utf7"));
  EXPECT_TRUE(is_utf8("utf8"));
  EXPECT_TRUE(is_utf8("ampersand"));
  EXPECT_EQ(told(FindingKind::folder_name, Weight::note, ".R&D"), 1U);
}

TEST_F(CpanelLayout, TheEmailArchiveHasMailboxesOfItsOwn) {
  put_maildir("mail/archive/example.com/.incoming.2024-01-01");
  put_maildir("mail/archive/.outgoing.2024-01-01");
  put_directory("mail/archive/other.org");
  const Layout layout = read();
  EXPECT_EQ(names(layout), (std::vector<std::string>{"archive", "archive/example.com"}));
  EXPECT_EQ(find(layout, "archive/example.com")->kind, Kind::archive);
  EXPECT_EQ(find(layout, "archive/example.com")->path, "mail/archive/example.com");
}

TEST_F(CpanelLayout, TellsOfNamesThatDifferInCaseAlone) {
  put_domain("example.com", "bob:x:1:1::/h:/x\nBob:x:1:1::/h:/x\n");
  put_directory("mail/example.com");
  put_maildir("mail/example.com/bob");
  put_maildir("mail/example.com/Bob");
  EXPECT_EQ(names(read()), (std::vector<std::string>{"Bob@example.com", "bob@example.com"}));
  EXPECT_EQ(findings_.all.size(), 1U);
  EXPECT_EQ(findings_.all.front().kind, FindingKind::mailbox);
}

TEST_F(CpanelLayout, AMailboxThatBelongsToSomebodyElseIsToldAndTheOthersAreRead) {
  put_domain("example.com", "bob:x:1:1::/h:/x\neve:x:1:1::/h:/x\n");
  put_directory("mail/example.com");
  put_maildir("mail/example.com/bob");
  put_maildir("mail/example.com/eve");
  memory_.give_to("/h/mail/example.com/eve", {4711, 4711});
  EXPECT_EQ(names(read()), (std::vector<std::string>{"bob@example.com"}));
  EXPECT_EQ(told(FindingKind::unreadable, Weight::failed, "mail/example.com/eve"), 1U);
}

TEST_F(CpanelLayout, AnAccountWithoutMailHasNone) {
  memory_.remove("/h/mail");
  EXPECT_TRUE(read().mailboxes.empty());
  put_domain("example.com", "bob:x:1:1::/h:/x\n");
  EXPECT_EQ(names(read()), (std::vector<std::string>{"bob@example.com"}));
}

}  // namespace
}  // namespace mailhaul::account::cpanel
