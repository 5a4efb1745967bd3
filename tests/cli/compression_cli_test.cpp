#include <array>

#include "cli/cli_test_case.hpp"

namespace mailhaul::black_box {
namespace {

/// "Subject: zipped\n\nhello\n" as gzip -nc wrote it, 23 octets plain.
std::string zipped() {
  static constexpr std::array<unsigned char, 43> octets{
      0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0x0b, 0x2e, 0x4d, 0xca, 0x4a,
      0x4d, 0x2e, 0xb1, 0x52, 0xa8, 0xca, 0x2c, 0x28, 0x48, 0x4d, 0xe1, 0xe2, 0xca, 0x48, 0xcd,
      0xc9, 0xc9, 0xe7, 0x02, 0x00, 0x58, 0x3a, 0x68, 0x72, 0x17, 0x00, 0x00, 0x00};
  return {octets.begin(), octets.end()};
}
const std::string unzipped = "Subject: zipped\n\nhello\n";

class CompressionCli : public CliTest {
 protected:
  void SetUp() override {
    make_maildir(at("A"));
    write_file(at("A/cur/1.zip,S=23:2,S"), zipped());
    write_file(at("A/cur/2.plain,S=23:2,S"), "Subject: plain.\n\nhello\n");
    guard(at("A"));
  }
};

TEST_F(CompressionCli, IsKeptFromMaildirToMaildirAndSaid) {
  const Result result = sync({"maildir:" + at("A"), "maildir:" + at("B")});
  EXPECT_TRUE(holds(result.out, "1 x compression (note)"));
  EXPECT_EQ(read_file(at("B/cur/1.zip,S=23:2,S")).substr(0, 2), "\x1f\x8b");
  EXPECT_EQ(read_file(at("B/cur/2.plain,S=23:2,S")), "Subject: plain.\n\nhello\n");
  expect_settled("maildir:" + at("A"), "maildir:" + at("B"));
}

TEST_F(CompressionCli, IsUndoneOnRequestAndNothingIsCopiedTwice) {
  sync({"maildir:" + at("A"), "maildir:" + at("B"), "--compress=none"});
  EXPECT_EQ(read_file(at("B/cur/1.zip,S=23:2,S")), unzipped);
  expect_settled("maildir:" + at("A"), "maildir:" + at("B"));
  sync({"maildir:" + at("B"), "maildir:" + at("C"), "--compress=gzip"});
  EXPECT_EQ(read_file(at("C/cur/2.plain,S=23:2,S")).substr(0, 2), "\x1f\x8b");
  expect_settled("maildir:" + at("A"), "maildir:" + at("C"));
}

TEST_F(CompressionCli, IsUndoneInAnMbox) {
  sync({"maildir:" + at("A"), "mbox:" + at("inbox")});
  EXPECT_TRUE(holds(read_file(at("inbox")), "Subject: zipped\n"));
  expect_settled("maildir:" + at("A"), "mbox:" + at("inbox"));
  const Result refused = run({"sync", "maildir:" + at("A"), "mbox:" + at("other"), "--compress=gzip"});
  EXPECT_EQ(refused.status, status::usage);
  expect_one_line(refused, "--compress");
}

TEST_F(CompressionCli, AMessageThatIsAStreamItselfIsCopiedOnce) {
  guard_no_more();
  write_file(at("one.mbox"), "From a@b Sat Jan  1 00:00:00 2022\n" + zipped() + "\n\n");
  for (const char* compress : {"keep", "none"}) {
    const std::string target = "maildir:" + at(compress);
    const Result result = sync({"mbox:" + at("one.mbox"), target, std::string("--compress=") + compress});
    EXPECT_TRUE(holds(result.out, "1 x compression (note)"));
    expect_settled("mbox:" + at("one.mbox"), target);
    EXPECT_EQ(names_in(at(std::string(compress) + "/cur")).size() + names_in(at(std::string(compress) + "/new")).size(),
              1U);
  }
}

TEST_F(CompressionCli, AWrongSizeIsPutRightAndTheNextRunKnowsTheMessage) {
  guard_no_more();
  write_file(at("A/cur/3.wrong,S=999:2,S"), "Subject: wrong\n\nx\n");
  const Result result = sync({"maildir:" + at("A"), "maildir:" + at("B")});
  EXPECT_TRUE(holds(result.out, "1 x wrong_size (note)"));
  EXPECT_TRUE(exists(at("B/cur/3.wrong,S=18:2,S")));
  expect_settled("maildir:" + at("A"), "maildir:" + at("B"));
}

TEST_F(CompressionCli, ADamagedMessageIsListedAndTheOthersAreCopied) {
  guard_no_more();
  write_file(at("A/cur/3.cut:2,S"), zipped().substr(0, 30));
  const Result result = run({"sync", "maildir:" + at("A"), "maildir:" + at("B")});
  EXPECT_EQ(result.status, status::some_failed);
  EXPECT_TRUE(holds(result.err, "3.cut"));
  EXPECT_TRUE(holds(result.err, "cut short"));
  EXPECT_EQ(names_in(at("B/cur")).size(), 2U);
  EXPECT_EQ(names_in(at("B/tmp")).size(), 0U);
}

TEST_F(CompressionCli, ScanCountsPlainOctets) {
  const Result result = run({"scan", "maildir:" + at("A"), "--json"});
  EXPECT_TRUE(holds(result.out, "\"octets\":46"));
}

}  // namespace
}  // namespace mailhaul::black_box
