#include <filesystem>

#include <nlohmann/json.hpp>

#include "cli/cli_test_case.hpp"
#include "cli/corpus_index.hpp"

namespace mailhaul::black_box {
namespace {

namespace stdfs = std::filesystem;

/// Mail that nobody of us wrote.
class Corpus : public CliTest {
 protected:
  Corpus() : CliTest(Place::memory) {}
  void SetUp() override {
    if (!has_corpus()) GTEST_SKIP() << "the corpus of real mail is not there: " << corpus("");
  }

  /// A copy that can be guarded: the corpus itself may be somebody else's.
  std::string copy(const std::string& path) {
    const std::string name = at(stdfs::path(path).filename().string());
    write_file(name, read_file(corpus(path)));
    set_modified(name, 1'234'567'890);
    return name;
  }
  std::string copy(const CorpusFile& file) { return copy(file.path); }

  int count(const std::string& location) {
    const Result result = run({"scan", "--json", location});
    EXPECT_EQ(result.status, status::ok) << result.out;
    int sum = 0;
    for (const std::string& line : lines_of(result.out)) {
      const auto object = nlohmann::json::parse(line);
      if (object.at("event") == "folder") sum += object.at("messages").get<int>();
    }
    return sum;
  }

  /// Names, contents and times below the root; not what a directory's own time is.
  static std::vector<std::vector<std::string>> mail_below(const std::string& root) {
    std::vector<std::vector<std::string>> rows;
    for (const Entry& entry : snapshot(root))
      if (entry.kind == 'f' && entry.path.find("cur/") + entry.path.find("new/") != 2 * std::string::npos)
        rows.push_back({entry.path, entry.content, std::to_string(entry.modified_ns / 1'000'000'000)});
    return rows;
  }

  void there_and_back(const std::string& name, const char* variant, bool is_plain);
};

TEST_F(Corpus, TheTableHoldsRealDisagreementsOnly) {
  const auto files = corpus_files("mbox/");
  for (const Disagreement& row : disagreements) {
    SCOPED_TRACE(row.path);
    const auto file = std::find_if(files.begin(), files.end(), [&](const CorpusFile& f) { return f.path == row.path; });
    ASSERT_NE(file, files.end());
    EXPECT_EQ(file->expected.value_or(unknown), row.origin);
    EXPECT_NE(file->number(), std::optional(row.ours)) << "no disagreement any more";
    // Nothing but Dovecot's answer may overrule the others; where it refuses the file, Python's.
    const int python = file->python.value_or(0) == 0 ? refused : *file->python;
    EXPECT_EQ(file->dovecot.value_or(python), row.ours);
    EXPECT_FALSE(row.reason.empty());
  }
}

TEST_F(Corpus, EveryMailboxHasTheNumberOfMessagesThatItsOriginSays) {
  int counted = 0;
  for (const CorpusFile& file : corpus_files("mbox/")) {
    if (!file.was_counted) continue;
    SCOPED_TRACE(file.path);
    const std::string name = copy(file);
    guard(name);
    const Disagreement* const row = disagreement_on(file.path);
    if (row != nullptr && row->ours == refused) {
      const Result result = run({"scan", "mbox:" + name});
      EXPECT_EQ(result.status, status::no_such_store);
      expect_one_line(result, name);
    } else {
      const auto wanted = row != nullptr ? row->ours : file.number().value_or(unknown);
      EXPECT_EQ(count("mbox:" + name), wanted);
    }
    ++counted;
    guard_no_more();
    stdfs::remove(name);
  }
  EXPECT_EQ(counted, 72);  // as many as MANIFEST.md lists
}

/// mbox -> Maildir -> mbox -> Maildir, and Maildir -> Maildir.
void Corpus::there_and_back(const std::string& name, const char* variant, bool is_plain) {
  const std::string d = "maildir:" + at("D");
  const std::string f = "mbox:" + at("F2");
  const auto copy = [&](const std::string& from, const std::string& to) {
    const Result result = run({"sync", "--fsync=none", "--mbox-variant", variant, from, to});
    EXPECT_EQ(result.status, status::ok) << from << " to " << to << "\n" << result.err;
  };
  guard(name);
  copy("mbox:" + name, d);
  // The plain reader of these tests keeps to Dovecot's rules; what they refuse, and Thunderbird's flags, must at least
  // stay as they were read once.
  const auto mails = is_plain ? read_mbox(name) : read_maildir(at("D"));
  EXPECT_EQ(difference(mails, read_maildir(at("D")), As::kept_by_mbox), "");
  expect_settled("mbox:" + name, d);

  guard(at("D"));
  copy(d, f);
  EXPECT_EQ(difference(mails, read_mbox(at("F2")), As::kept_by_mbox), "");
  expect_settled(d, f);

  copy(f, "maildir:" + at("D3"));
  EXPECT_EQ(difference(mails, read_maildir(at("D3")), As::kept_by_mbox), "");
  copy(d, "maildir:" + at("D2"));
  EXPECT_EQ(mail_below(at("D2")), mail_below(at("D"))) << "Maildir to Maildir is octet for octet";
  guard_no_more();
  for (const char* path : {"D", "D2", "D3", "F2"}) stdfs::remove_all(at(path));
  forget_runs();
}

/// As mboxrd and as mboxcl2; of the many alike from patchwork each as one of them.
TEST_F(Corpus, EveryMailboxGoesThereAndBack) {
  int count = 0;
  for (const CorpusFile& file : corpus_files("mbox/")) {
    const Disagreement* const row = disagreement_on(file.path);
    if (!file.was_counted || (row != nullptr && row->ours == refused)) continue;
    SCOPED_TRACE(file.path);
    if (++count % 4 != 0 && is_sanitized()) continue;  // ten times as slow: a quarter of them
    const std::string name = copy(file);
    // Those that are known for their `From ` lines are worth both.
    const bool is_plain = file.dovecot.has_value() && file.path.find("thunderbird") == std::string::npos;
    const bool both = file.path.find("patchwork-series") == std::string::npos;
    if (both || count % 2 == 0) there_and_back(name, "rd", is_plain);
    if (both || count % 2 == 1) there_and_back(name, "cl2", is_plain);
    stdfs::remove(name);
  }
  EXPECT_EQ(count, 69);
}

/// A Maildir tree of the corpus, made usable as MANIFEST.md says: git keeps no empty directories, and authors on
/// Windows write '!' or ';' for ':'.
struct Tree {
  const char* path;
  std::size_t messages;
  bool has_folders;
  bool has_wrong_sizes = false;  ///< real names on bodies of two octets: put right in a copy
};

class CorpusTree : public Corpus, public ::testing::WithParamInterface<Tree> {
 protected:
  std::string prepare() {
    const std::string root = at("A");
    copy_tree(corpus(GetParam().path), root);
    std::vector<std::string> folders{root};
    for (const auto& entry : stdfs::directory_iterator(root))
      if (entry.is_directory() && entry.path().filename().string().front() == '.')
        folders.push_back(entry.path().string());
    for (const std::string& folder : folders) {
      make_maildir(folder);
      for (const char* part : {"/cur", "/new"}) {
        std::vector<stdfs::path> names;
        for (const auto& entry : stdfs::directory_iterator(folder + part)) names.push_back(entry.path());
        for (const stdfs::path& path : names) {
          std::string name = path.filename().string();
          const std::size_t info = std::min(name.find("!2,"), name.find(";2,"));
          if (info == std::string::npos) continue;
          name[info] = ':';
          stdfs::rename(path, path.parent_path() / name);
        }
      }
    }
    return root;
  }
  static std::vector<Mail> read_tree(const std::string& root) {
    std::vector<Mail> all = read_maildir(root);
    for (const std::string& name : names_in(root)) {
      if (name.front() != '.') continue;
      const auto more = read_maildir(root + "/" + name);
      all.insert(all.end(), more.begin(), more.end());
    }
    return all;
  }
  static std::vector<std::string> base_names(const std::string& root) {
    std::vector<std::string> names;
    const char* const ends_at = GetParam().has_wrong_sizes ? ",S=" : ":2,";
    for (const auto& row : mail_below(root)) {
      const std::string name = stdfs::path(row[0]).filename().string();
      names.push_back(name.substr(0, name.find(ends_at)));
    }
    std::sort(names.begin(), names.end());
    return names;
  }
};

TEST_P(CorpusTree, GoesInAllDirections) {
  const std::string a = prepare();
  guard(a);
  const std::string maildir = "maildir:" + a;
  EXPECT_EQ(count(maildir), static_cast<int>(GetParam().messages));
  const auto mail = read_tree(a);
  EXPECT_EQ(mail.size(), GetParam().messages);

  ASSERT_EQ(run({"sync", "--fsync=none", maildir, "maildir:" + at("B")}).status, status::ok);
  EXPECT_EQ(difference(mail, read_tree(at("B")), As::exact), "");
  EXPECT_EQ(base_names(at("B")), base_names(a));
  expect_settled(maildir, "maildir:" + at("B"));

  const std::vector<std::string> map =
      GetParam().has_folders ? std::vector<std::string>{"--map-folder=*=INBOX"} : std::vector<std::string>{};
  std::vector<std::string> arguments{"sync", "--fsync=none", maildir, "mbox:" + at("F")};
  if (GetParam().has_folders) {
    EXPECT_EQ(run(arguments).status, status::usage) << "folders are never joined unasked";
  }
  arguments.insert(arguments.begin() + 1, map.begin(), map.end());
  ASSERT_EQ(run(arguments).status, status::ok);
  EXPECT_EQ(difference(mail, read_mbox(at("F")), As::kept_by_mbox), "");
  expect_settled(maildir, "mbox:" + at("F"), map);

  ASSERT_EQ(run({"sync", "--fsync=none", "mbox:" + at("F"), "maildir:" + at("C")}).status, status::ok);
  EXPECT_EQ(difference(mail, read_maildir(at("C")), As::kept_by_mbox), "");
  expect_settled("mbox:" + at("F"), "maildir:" + at("C"));
}

INSTANTIATE_TEST_SUITE_P(Trees, CorpusTree,
                         ::testing::Values(Tree{"maildir/mailutils/teaparty", 95, false},
                                           Tree{"maildir/mailutils/mbox1", 5, false},
                                           Tree{"maildir/email-folder/testmaildir", 10, false},
                                           Tree{"maildir/mu-testdir", 19, false},
                                           Tree{"maildir/stalwart-names", 6, true, true}),
                         [](const auto& given) {
                           std::string name = given.param.path;
                           for (char& c : name)
                             if (c == '/' || c == '-') c = '_';
                           return name;
                         });

TEST_F(Corpus, AMailboxWithCrlfIsTheSameMail) {
  for (const char* path : {"mbox/email-folder/testmbox", "mbox/mailutils/teaparty.mbox", "mbox/mail-box/mbox.src"}) {
    SCOPED_TRACE(path);
    const std::string lf = read_file(corpus(path));
    std::string crlf;
    for (const char c : lf) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
    write_file(at("lf"), lf);
    write_file(at("crlf"), crlf);
    guard_no_more();
    guard_but_for_atimes(at(""));
    EXPECT_EQ(run({"verify", "mbox:" + at("lf"), "mbox:" + at("crlf")}).status, status::ok);
    EXPECT_EQ(run({"verify", "mbox:" + at("crlf"), "mbox:" + at("lf")}).status, status::ok);
  }
}

}  // namespace
}  // namespace mailhaul::black_box
