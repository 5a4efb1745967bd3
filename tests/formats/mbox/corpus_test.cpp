#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "split_text.hpp"
#include "world.hpp"

namespace mailhaul::formats::mbox {
namespace {

struct CorpusFile {
  std::string path;     // below the corpus
  std::string dovecot;  // what Dovecot counts, or "ERR"
  std::string python;   // what Python counts: it takes any line that begins with "From "
  std::string octets;
};

/// Rows of INDEX.tsv that Dovecot was asked about.
std::vector<CorpusFile> corpus() {
  const std::filesystem::path root(MAILHAUL_CORPUS);
  std::vector<CorpusFile> files;
  std::ifstream index(root / "INDEX.tsv");
  for (std::string line; std::getline(index, line);) {
    std::vector<std::string> columns;
    std::istringstream cells(line);
    for (std::string cell; std::getline(cells, cell, '\t');) columns.push_back(cell);
    constexpr std::size_t python = 8;
    constexpr std::size_t dovecot = 12;
    if (columns.size() <= dovecot || columns[0].substr(0, 5) != "mbox/" || columns[dovecot].empty()) continue;
    std::ifstream file(root / columns[0], std::ios::binary);
    std::ostringstream octets;
    octets << file.rdbuf();
    files.push_back({columns[0], columns[dovecot], columns[python], octets.str()});
  }
  return files;
}

class MboxCorpus : public testing::Test {
 protected:
  void SetUp() override {
    files_ = corpus();
    if (files_.empty()) GTEST_SKIP() << "no corpus at " << MAILHAUL_CORPUS;
  }
  std::vector<CorpusFile> files_{};
};

/// Where Dovecot refuses a file, Python's number, if it finds a mail in it at all.
TEST_F(MboxCorpus, CountsWhatDovecotCounts) {
  std::size_t salvaged = 0;
  for (const CorpusFile& file : files_) {
    MboxWorld world;
    world.put(file.octets);
    if (file.dovecot == "ERR" && file.python != "0") {
      EXPECT_EQ(std::to_string(world.read().size()), file.python) << file.path;
      ++salvaged;
    } else if (file.dovecot == "ERR") {
      const Error error = error_of([&] { static_cast<void>(world.source()); });
      EXPECT_EQ(error.cause(), Cause::not_a_store) << file.path;
    } else {
      EXPECT_EQ(std::to_string(world.read().size()), file.dovecot) << file.path;
    }
  }
  EXPECT_EQ(salvaged, 7U);
}

TEST_F(MboxCorpus, LooseIsTheSameWherePostmarksAreGood) {
  for (const CorpusFile& file : files_) {
    if (file.dovecot == "ERR") continue;
    MboxWorld world;
    world.put(file.octets);
    SourceOptions loose;
    loose.postmark = PostmarkRule::loose;
    EXPECT_EQ(world.texts(loose), world.texts()) << file.path;
  }
}

TEST_F(MboxCorpus, SplitsTheSameInBlocksOfAnySize) {
  for (const CorpusFile& file : files_) {
    if (file.dovecot == "ERR") continue;
    const auto wanted = split(file.octets);
    for (const std::size_t block : {16U, 17U, 61U, 200U, 4096U})
      ASSERT_TRUE(split(file.octets, block) == wanted) << file.path << ", blocks of " << block;
  }
}

TEST_F(MboxCorpus, SurvivesBeingWrittenAgain) {
  for (const CorpusFile& file : files_) {
    if (file.dovecot == "ERR") continue;
    MboxWorld from;
    from.put(file.octets);
    const auto all = from.read();
    for (const Variant variant : {Variant::rd, Variant::cl2}) {
      MboxWorld to;
      to.append(all, variant);
      const auto back = to.read();
      ASSERT_EQ(back.size(), all.size()) << file.path;
      for (std::size_t i = 0; i < all.size(); ++i) {
        const auto cut = [](std::string text) {
          text.erase(text.find_last_not_of("\r\n") + 1);
          return text;
        };
        EXPECT_TRUE(cut(back[i].octets) == cut(all[i].octets)) << file.path << ", message " << i;
        EXPECT_EQ(back[i].info.flags, all[i].info.flags) << file.path << ", message " << i;
        // A postmark can't say a time before 1970; some files have its first midnight, in a zone east of UTC.
        EXPECT_EQ(back[i].info.internal_date, std::max(all[i].info.internal_date, std::optional(mail::InternalDate{})))
            << file.path << ", message " << i;
        EXPECT_EQ(back[i].info.recent, all[i].info.recent) << file.path << ", message " << i;
      }
    }
  }
}

}  // namespace
}  // namespace mailhaul::formats::mbox
