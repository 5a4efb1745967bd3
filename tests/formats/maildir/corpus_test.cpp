// Maildirs of other programs' tests. Git keeps no empty directories, and some authors avoid the colon in names: both
// are put right in a copy, as the corpus says.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "formats/maildir/name.hpp"
#include "formats/maildir/real_tree.hpp"

namespace mailhaul::formats::maildir {

namespace {

namespace stdfs = std::filesystem;

struct CorpusTree {
  const char* name;
  std::map<std::string, std::size_t> messages;  ///< by folder
};

const std::vector<CorpusTree> trees{
    {"email-folder/testmaildir", {{"INBOX", 10}}},
    {"mailutils/mbox1", {{"INBOX", 5}}},
    {"mailutils/teaparty", {{"INBOX", 95}}},
    {"mu-testdir", {{"INBOX", 19}}},
    {"stalwart-names", {{"INBOX", 2}, {"My Folder", 2}, {"My Folder/Nested Folder", 2}}},
};

stdfs::path corpus() { return stdfs::path(MAILHAUL_CORPUS) / "maildir"; }

void copy_maildir(const stdfs::path& from, const stdfs::path& to) {
  for (const char* part : {"cur", "new", "tmp"}) {
    stdfs::create_directories(to / part);
    if (!stdfs::exists(from / part)) continue;
    for (const auto& entry : stdfs::directory_iterator(from / part)) {
      std::string name = entry.path().filename().string();
      for (const char* separator : {"!2,", ";2,"})
        if (const auto at = name.find(separator); at != std::string::npos) name[at] = ':';
      stdfs::copy_file(entry.path(), to / part / name);
    }
  }
  for (const auto& entry : stdfs::directory_iterator(from))
    if (entry.is_directory() && entry.path().filename().string().front() == '.')
      copy_maildir(entry.path(), to / entry.path().filename());
}

std::uint64_t bare_line_feeds(const std::string& octets) {
  std::uint64_t bare = 0;
  for (std::size_t i = 0; i < octets.size(); ++i)
    if (octets[i] == '\n' && (i == 0 || octets[i - 1] != '\r')) ++bare;
  return bare;
}

/// The authors of some trees gave real names to bodies of two octets: their sizes are put right.
std::string name_of_copy(const std::string& base, const std::string& octets) {
  return with_right_sizes(base, octets.size(), octets.size() + bare_line_feeds(octets));
}

enum class Names { as_they_are, with_right_sizes };

std::multiset<std::string> files_in(const stdfs::path& root, Names names) {
  std::multiset<std::string> out;
  for (const char* part : {"cur", "new"}) {
    for (const auto& entry : stdfs::directory_iterator(root / part)) {
      std::ifstream file(entry.path(), std::ios::binary);
      std::ostringstream text;
      text << file.rdbuf();
      const std::string octets = text.str();
      std::string base(base_of(entry.path().filename().string()));
      if (names == Names::with_right_sizes) base = name_of_copy(base, octets);
      out.insert(base + "\n" + octets);
    }
  }
  return out;
}

class MaildirCorpus : public testing::TestWithParam<CorpusTree> {
 protected:
  void SetUp() override {
    if (!stdfs::exists(corpus() / GetParam().name))
      GTEST_SKIP() << "NO CORPUS at " << corpus() << ": nothing is proven";
    copy_maildir(corpus() / GetParam().name, tree.path("box"));
  }
  RealTree tree;
};

}  // namespace

TEST_P(MaildirCorpus, HasTheMessagesItsAuthorsCounted) {
  const auto source = tree.source("box");
  std::map<std::string, std::size_t> found;
  for (const auto& mailbox : source->mailboxes())
    for (const auto& folder : mailbox.folders) {
      const Walked walked = read_folder(*source, {"", folder});
      EXPECT_TRUE(walked.failed.empty());
      EXPECT_TRUE(walked.end.stable);
      found[folder.display()] = walked.messages.size();
    }
  EXPECT_EQ(found, GetParam().messages);
}

TEST_P(MaildirCorpus, IsCopiedByteForByteUnderTheSameBaseNames) {
  const auto source = tree.source("box");
  const auto target = tree.target("copy");
  const auto mailboxes = source->mailboxes();
  for (const auto& folder : mailboxes[0].folders) {
    const store::FolderRef ref{"", folder};
    const auto writer = target->open_folder(ref, {});
    const Walked walked = read_folder(*source, ref);
    for (const Seen& seen : walked.messages) append(*writer, seen.octets, seen.info);
    static_cast<void>(writer->flush());
    const Walked back = read_folder(*target, ref);
    ASSERT_EQ(back.messages.size(), walked.messages.size());
    for (const Seen& seen : walked.messages) {
      const Seen& copy = back.by_base(name_of_copy(seen.info.hints.base_name, seen.octets));
      EXPECT_EQ(copy.info.flags, seen.info.flags) << seen.info.hints.base_name;
      EXPECT_TRUE(copy.info.keywords == seen.info.keywords) << seen.info.hints.base_name;
      EXPECT_EQ(copy.info.internal_date, seen.info.internal_date) << seen.info.hints.base_name;
      EXPECT_EQ(copy.info.recent, seen.info.recent && seen.info.flags.empty()) << seen.info.hints.base_name;
    }
  }
  EXPECT_EQ(files_in(tree.path("copy"), Names::as_they_are), files_in(tree.path("box"), Names::with_right_sizes));
}

INSTANTIATE_TEST_SUITE_P(Trees, MaildirCorpus, testing::ValuesIn(trees), [](const auto& one) {
  std::string name = one.param.name;
  for (char& c : name)
    if (c == '/' || c == '-') c = '_';
  return name;
});

}  // namespace mailhaul::formats::maildir
