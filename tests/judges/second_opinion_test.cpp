#include <algorithm>

#include "cli/cli_test_case.hpp"
#include "cli/corpus_index.hpp"
#include "judges/other_readers.hpp"

namespace mailhaul::judges {
namespace {

using black_box::corpus;
using black_box::Mail;

/// mailutils 3.15 knows no end of a header block but LF LF: it joins mail without one, or with CRLF, with what follows.
bool has_plain_header_end(const Mail& mail) {
  const std::string text = "\n" + mail.octets;
  const std::size_t plain = text.find("\n\n");
  return plain != std::string::npos && plain < text.find("\n\r\n");
}

/// Programs of other authors count what we wrote.
class SecondOpinion : public black_box::CliTest, public ::testing::WithParamInterface<Reader> {
 protected:
  SecondOpinion() : CliTest(black_box::Place::memory) {}
  void SetUp() override {
    if (const std::string reason = why_not(GetParam()); !reason.empty()) GTEST_SKIP() << reason;
  }
  void count_both_forms(std::vector<Mail> mails) {
    if (GetParam() == Reader::mailutils) {
      const std::size_t all = mails.size();
      mails.erase(std::stable_partition(mails.begin(), mails.end(), has_plain_header_end), mails.end());
      RecordProperty("left_out", static_cast<int>(all - mails.size()));
      ASSERT_GT(mails.size(), all / 2) << "too few to prove anything";
    }
    const auto wanted = static_cast<int>(mails.size());
    black_box::fill_maildir(at("A"), mails);
    sync({"--fsync=none", "maildir:" + at("A"), "mbox:" + at("F")});
    EXPECT_EQ(count_by(GetParam(), at("F")), wanted) << "our mbox (rd)";
    sync({"--fsync=none", "mbox:" + at("F"), "maildir:" + at("B")});
    EXPECT_EQ(count_by(GetParam(), at("B")), wanted) << "our Maildir";
  }
};

TEST_P(SecondOpinion, CountsGeneratedMail) { count_both_forms(support::MessageGenerator(17).take(300)); }

TEST_P(SecondOpinion, CountsRealMail) {
  if (!black_box::has_corpus()) GTEST_SKIP() << "the corpus of real mail is not there: " << corpus("");
  std::vector<Mail> mails;
  for (const black_box::CorpusFile& file : black_box::corpus_files("eml/")) {
    Mail mail;
    mail.octets = black_box::read_file(corpus(file.path));
    mail.date = 1'000'000'000 + static_cast<std::int64_t>(mails.size());
    mail.flags = mails.size() % 2 == 0 ? "S" : "";
    mails.push_back(std::move(mail));
  }
  ASSERT_GT(mails.size(), 1'000U);
  count_both_forms(mails);
}

INSTANTIATE_TEST_SUITE_P(Readers, SecondOpinion, ::testing::Values(Reader::mutt, Reader::mailutils, Reader::python),
                         [](const auto& given) { return name_of(given.param); });

}  // namespace
}  // namespace mailhaul::judges
