#include <filesystem>
#include <functional>

#include "cli/cli_test_case.hpp"
#include "cli/corpus_index.hpp"
#include "cli/header_parts.hpp"

namespace mailhaul::black_box {
namespace {

/// Each single message of the corpus as a mailbox of its own. What it begins and ends with is then the beginning and
/// the end of a file, and the first octets are what the format of the file is told by. A tree holds them all, so that
/// one run takes each of them a step further.
class SingleMessage : public CliTest {
 protected:
  struct One {
    std::string path;    ///< in the corpus
    std::string folder;  ///< its folder in every tree
    Mail mail;
  };
  using Read = std::function<std::vector<Mail>(const std::string& folder)>;

  SingleMessage() : CliTest(Place::memory) {}
  void SetUp() override {
    if (!has_corpus()) GTEST_SKIP() << "the corpus of real mail is not there: " << corpus("");
    int count = 0;
    for (const CorpusFile& file : corpus_files("eml/")) {
      if (++count % 4 != 0 && is_sanitized()) continue;  // ten times as slow: a quarter of them
      One one;
      one.path = file.path;
      one.folder = "m" + std::to_string(all_.size());
      one.mail.octets = read_file(corpus(file.path));
      one.mail.date = 1'000'000'000 + static_cast<std::int64_t>(all_.size());
      one.mail.flags = all_.size() % 3 == 0 ? "S" : all_.size() % 7 == 0 ? "FR" : "";
      one.mail.fresh = one.mail.flags.empty() && all_.size() % 2 == 0;
      all_.push_back(std::move(one));
    }
    ASSERT_GT(all_.size(), is_sanitized() ? 250U : 1'000U);
  }

  void copy(const std::string& from, const std::string& to, const std::string& variant = "dovecot") {
    const Result result = run({"sync", "-q", "--fsync=none", "--mbox-variant", variant, from, to});
    ASSERT_EQ(result.status, status::ok) << from << " to " << to << "\n" << result.err;
  }
  void expect_each(const std::string& where, As as, const Read& read) {
    std::vector<std::string> changed;
    for (const One& one : all_)
      if (const auto text = difference({one.mail}, read(one.folder), as); !text.empty())
        changed.push_back(one.path + ": " + text);
    EXPECT_EQ(changed.size(), 0U) << where << ", the first of them: " << changed.front();
  }
  void expect_maildirs(const std::string& tree, const std::string& before, As as = As::kept_by_mbox) {
    expect_each(tree, as, [&](const std::string& folder) { return read_maildir(at(tree + "/" + before + folder)); });
  }
  void expect_mboxes(const std::string& tree, Quoting quoting) {
    expect_each(tree, As::kept_by_mbox,
                [&](const std::string& folder) { return read_mbox(at(tree + "/" + folder), quoting); });
  }

  std::vector<One> all_;
};

TEST_F(SingleMessage, AsAMaildirGoesThroughEveryFormatAndBack) {
  make_maildir(at("A"));
  for (const One& one : all_) fill_maildir(at("A/." + one.folder), {one.mail});
  guard(at("A"));
  copy("maildir:" + at("A"), "maildir:" + at("B") + ":LAYOUT=fs");
  expect_maildirs("B", "", As::exact);
  copy("maildir:" + at("B"), "mboxdir:" + at("C"));
  expect_mboxes("C", Quoting::none);
  copy("mboxdir:" + at("C"), "maildir:" + at("D"));
  expect_maildirs("D", ".");
  copy("maildir:" + at("D"), "mboxdir:" + at("E"), "rd");
  expect_mboxes("E", Quoting::rd);
  copy("mboxdir:" + at("E"), "maildir:" + at("F"));
  expect_maildirs("F", ".");
  EXPECT_EQ(run({"verify", "maildir:" + at("A"), "maildir:" + at("F")}).status, status::ok);
}

TEST_F(SingleMessage, AsAnMboxGoesThroughEveryFormatAndBack) {
  std::filesystem::create_directory(at("A"));
  for (One& one : all_) {
    // In an mbox a message's own Status would be the store's.
    one.mail.octets = without_store_headers(one.mail.octets);
    write_file(at("A/" + one.folder), mbox_of({one.mail}, Written::rd));
  }
  guard(at("A"));
  copy("mboxdir:" + at("A"), "maildir:" + at("B"));
  expect_maildirs("B", ".");
  copy("maildir:" + at("B"), "mboxdir:" + at("C"), "rd");
  expect_mboxes("C", Quoting::rd);
  copy("mboxdir:" + at("C"), "mboxdir:" + at("D"), "cl2");
  expect_mboxes("D", Quoting::none);
  copy("mboxdir:" + at("D"), "maildir:" + at("E") + ":LAYOUT=fs");
  expect_maildirs("E", "");
  EXPECT_EQ(run({"verify", "mboxdir:" + at("A"), "maildir:" + at("E")}).status, status::ok);
}

}  // namespace
}  // namespace mailhaul::black_box
