#include <algorithm>
#include <filesystem>

#include "cli/cli_test_case.hpp"
#include "cli/corpus_index.hpp"
#include "cli/header_parts.hpp"

namespace mailhaul::black_box {
namespace {

namespace stdfs = std::filesystem;

struct Variant {
  const char* name;
  Written written;
  Quoting quoting;
  bool is_reversible;
};
constexpr Variant rd{"rd", Written::rd, Quoting::rd, true};
constexpr Variant o{"o", Written::o, Quoting::o, false};
constexpr Variant cl{"cl", Written::cl, Quoting::o, false};
constexpr Variant cl2{"cl2", Written::cl2, Quoting::none, true};
constexpr Variant dovecot{"dovecot", Written::cl2, Quoting::none, true};

/// Mail -> mbox -> Maildir -> mbox -> Maildir and the other way round (T11), judged by readers of our own: octets but
/// for the seven headers and the line ends at the very end, flags, keywords, dates, as multisets.
class Roundtrip : public CliTest, public ::testing::WithParamInterface<Variant> {
 protected:
  Roundtrip() : CliTest(Place::memory) {}
  void copy(const std::string& from, const std::string& to) {
    const Variant& variant = GetParam();
    // What mboxo and mboxcl quoted is undone as what it is; mboxcl2 and mboxrd are known by themselves.
    std::vector<std::string> arguments{"sync", "--fsync=none", "--mbox-variant", variant.name, from, to};
    if (!variant.is_reversible) arguments.insert(arguments.begin() + 1, "--from-quoting=o");
    const Result result = run(arguments);
    ASSERT_EQ(result.status, status::ok) << result.out << result.err;
    const Result proof = run({"verify", from, to});
    EXPECT_EQ(proof.status, status::ok) << "by its own comparison:\n" << proof.err;
  }

  /// mboxo and mboxcl can't tell what they quoted from what was quoted before: such mail is counted and left out.
  [[nodiscard]] static std::vector<Mail> comparable(const std::vector<Mail>& mails) {
    if (GetParam().is_reversible) return mails;
    std::vector<Mail> some;
    std::copy_if(mails.begin(), mails.end(), std::back_inserter(some),
                 [](const Mail& mail) { return !has_quoted_from(mail.octets); });
    RecordProperty("left_out", static_cast<int>(mails.size() - some.size()));
    EXPECT_GT(some.size(), mails.size() / 3) << "too little is left to prove anything";
    return some;
  }

  /// From a Maildir that the test filled with `mails`.
  void maildir_first(const std::vector<Mail>& mails) {
    const Quoting quoting = GetParam().quoting;
    guard(at("A"));
    copy("maildir:" + at("A"), "mbox:" + at("F"));
    EXPECT_EQ(difference(mails, read_mbox(at("F"), quoting), As::kept_by_mbox), "") << "Maildir -> mbox";
    guard(at("F"));
    copy("mbox:" + at("F"), "maildir:" + at("B"));
    EXPECT_EQ(difference(mails, read_maildir(at("B")), As::kept_by_mbox), "") << "mbox -> Maildir";
    guard(at("B"));
    copy("maildir:" + at("B"), "mbox:" + at("G"));
    EXPECT_EQ(difference(mails, read_mbox(at("G"), quoting), As::kept_by_mbox), "") << "Maildir -> mbox again";
    copy("maildir:" + at("B"), "maildir:" + at("C"));
    EXPECT_EQ(difference(read_maildir(at("B")), read_maildir(at("C")), As::exact), "") << "Maildir -> Maildir";
    EXPECT_EQ(difference(mails, read_maildir(at("C")), As::folded), "");
  }

  void mbox_first(const std::vector<Mail>& mails) {
    const Quoting quoting = GetParam().quoting;
    write_file(at("F"), mbox_of(mails, GetParam().written));
    ASSERT_EQ(difference(mails, read_mbox(at("F"), quoting), As::kept_by_mbox), "") << "the test's own writer";
    guard(at("F"));
    copy("mbox:" + at("F"), "maildir:" + at("A"));
    EXPECT_EQ(difference(mails, read_maildir(at("A")), As::kept_by_mbox), "") << "mbox -> Maildir";
    guard(at("A"));
    copy("maildir:" + at("A"), "mbox:" + at("G"));
    EXPECT_EQ(difference(mails, read_mbox(at("G"), quoting), As::kept_by_mbox), "") << "Maildir -> mbox";
    guard(at("G"));
    copy("mbox:" + at("G"), "maildir:" + at("B"));
    EXPECT_EQ(difference(mails, read_maildir(at("B")), As::kept_by_mbox), "") << "mbox -> Maildir again";
    copy("mbox:" + at("G"), "mbox:" + at("C"));
    EXPECT_EQ(difference(mails, read_mbox(at("C"), quoting), As::kept_by_mbox), "") << "mbox -> mbox";
  }

  void clear() {
    guard_no_more();
    for (const char* name : {"A", "B", "C", "F", "G"}) stdfs::remove_all(at(name));
  }

  static std::uint64_t seeds() { return is_long() ? 25 : 1; }
};

TEST_P(Roundtrip, KeepsGeneratedMailFromAMaildir) {
  for (std::uint64_t seed = 1; seed <= seeds(); ++seed) {
    SCOPED_TRACE(seed);
    const auto mails = comparable(support::MessageGenerator(seed).take(300));
    fill_maildir(at("A"), mails);
    maildir_first(mails);
    if (HasFailure()) return;
    clear();
  }
}

TEST_P(Roundtrip, KeepsGeneratedMailFromAnMbox) {
  for (std::uint64_t seed = 1'001; seed <= 1'000 + seeds(); ++seed) {
    SCOPED_TRACE(seed);
    mbox_first(comparable(support::MessageGenerator(seed).take(300)));
    if (HasFailure()) return;
    clear();
  }
}

/// All single messages of the corpus; of variants that can't keep all a quarter is enough to see what they do.
std::vector<Mail> real_messages(bool all) {
  std::vector<Mail> mails;
  std::int64_t date = 1'000'000'000;
  int count = 0;
  for (const CorpusFile& file : corpus_files("eml/")) {
    if (++count % 4 != 0 && !all) continue;
    Mail mail;
    mail.octets = read_file(corpus(file.path));
    mail.date = date++;
    mail.flags = date % 3 == 0 ? "S" : date % 7 == 0 ? "FR" : "";
    mail.fresh = mail.flags.empty() && date % 2 == 0;
    mails.push_back(std::move(mail));
  }
  EXPECT_GT(mails.size(), all ? 1'000U : 200U);
  return mails;
}

TEST_P(Roundtrip, KeepsRealMessagesFromAMaildir) {
  if (!has_corpus()) GTEST_SKIP() << "the corpus of real mail is not there: " << corpus("");
  const auto mails = comparable(real_messages(GetParam().is_reversible));
  fill_maildir(at("A"), mails);
  maildir_first(mails);
}

TEST_P(Roundtrip, KeepsRealMessagesFromAnMbox) {
  if (!has_corpus()) GTEST_SKIP() << "the corpus of real mail is not there: " << corpus("");
  auto mails = comparable(real_messages(GetParam().is_reversible));
  // In an mbox a message's own Status would be the store's.
  for (Mail& mail : mails) mail.octets = without_store_headers(mail.octets);
  mbox_first(mails);
}

INSTANTIATE_TEST_SUITE_P(Variants, Roundtrip, ::testing::Values(rd, o, cl, cl2, dovecot),
                         [](const auto& given) { return std::string(given.param.name); });

TEST(MessageGenerator, MakesWhatItPromises) {
  const auto mails = support::MessageGenerator(3).take(1'000);
  EXPECT_EQ(mails, support::MessageGenerator(3).take(1'000)) << "the same for the same seed";
  const auto some = [&](const auto& is) { return std::count_if(mails.begin(), mails.end(), is); };
  const auto with = [&](std::string_view part) {
    return some([&](const Mail& mail) { return mail.octets.find(part) != std::string::npos; });
  };
  EXPECT_GT(with("\nFrom "), 50);
  EXPECT_GT(with("\n>From "), 50);
  EXPECT_GT(with("\nFrom someone@example.org Thu Nov 29 22:33:52 2001"), 20);
  EXPECT_GT(with("\r\n"), 100);
  EXPECT_GT(with(std::string_view("\0", 1)), 10);
  EXPECT_GT(with("\xff"), 10);
  EXPECT_GT(some([](const Mail& mail) { return mail.octets.empty(); }), 5);
  EXPECT_GT(some([](const Mail& mail) { return !mail.octets.empty() && mail.octets.back() != '\n'; }), 50);
  EXPECT_GT(some([](const Mail& mail) { return mail.octets.find("\n\n") == std::string::npos; }), 20);
  EXPECT_GT(some([](const Mail& mail) { return mail.octets.size() > 1'000'000; }), 3);
  EXPECT_GT(some([](const Mail& mail) { return mail.fresh; }), 100);
  EXPECT_GT(some([](const Mail& mail) { return mail.keywords.size() > 1; }), 20);
}

}  // namespace
}  // namespace mailhaul::black_box
