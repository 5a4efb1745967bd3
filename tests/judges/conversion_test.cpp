#include <filesystem>
#include <iterator>
#include <map>

#include "cli/cli_test_case.hpp"
#include "judges/dovecot.hpp"
#include "judges/real_mail.hpp"

namespace mailhaul::judges {
namespace {

using black_box::As;
namespace status = black_box::status;

enum class Expect {
  kept,      ///< Dovecot shows the same before and after
  cannot,    ///< the target's format has no place for it, and nobody misses it
  reported,  ///< it is lost or changed, and the run says so
};
using enum Expect;

/// What another program's eyes must see after a conversion.
struct Promise {
  As texts;
  Expect folders, uids, flags, keywords, received, guids, pop3_uidls, subscriptions;
};
//                                     texts              folders uids     flags keywords received guids    UIDLs
//                                     subscriptions
constexpr Promise between_maildirs{As::exact, kept, kept, kept, kept, kept, kept, kept, kept};
constexpr Promise maildir_to_tree{As::kept_by_mbox, kept, kept, kept, kept, kept, cannot, cannot, kept};
constexpr Promise tree_to_maildir{As::kept_by_mbox, kept, kept, kept, kept, kept, cannot, cannot, kept};
constexpr Promise between_trees{As::kept_by_mbox, kept, kept, kept, kept, kept, cannot, cannot, kept};
constexpr Promise file_to_maildir{As::kept_by_mbox, kept, kept, kept, kept, kept, cannot, cannot, cannot};
// Dovecot does not undo the quoting of mboxrd, so its readers see one '>' more; and it believes no keywords where there
// is no X-IMAPbase.
constexpr Promise maildir_to_file_rd{As::folded, kept, cannot, kept, cannot, kept, cannot, cannot, cannot};
constexpr Promise maildir_to_file_cl2{As::kept_by_mbox, kept, cannot, kept, cannot, kept, cannot, cannot, cannot};
constexpr Promise maildir_to_dovecots{As::kept_by_mbox, kept, kept, kept, kept, kept, cannot, cannot, cannot};

struct Conversion {
  Form from;
  Form to;
  Promise promise;
  std::vector<std::string> options{};
};

std::string name_of(const Conversion& row) {
  std::string name = std::string(row.from.name) + "_to_" + std::string(row.to.name);
  for (const std::string& option : row.options)
    if (option.rfind("--include", 0) != 0) name += "_" + option.substr(option.find('=') + 1);
  return name;
}
void PrintTo(const Conversion& row, std::ostream* out) { *out << name_of(row); }

const std::vector<Conversion>& conversions() {
  static const std::vector<Conversion> table{
      {maildir, maildir, between_maildirs},
      {maildir, maildir_fs, between_maildirs},
      {maildir, maildir_utf8, between_maildirs},
      {maildir, maildir_gz, between_maildirs, {"--compress=gzip"}},
      {maildir, mbox_tree, maildir_to_tree},
      {maildir, mbox_file, maildir_to_file_rd, {"--include=INBOX"}},
      {maildir, mbox_file, maildir_to_file_cl2, {"--include=INBOX", "--mbox-variant=cl2"}},
      {maildir, mbox_file, maildir_to_dovecots, {"--include=INBOX", "--mbox-variant=dovecot"}},
      {maildir_fs, maildir, between_maildirs},
      {maildir_fs, maildir_fs, between_maildirs},
      {maildir_fs, maildir_utf8, between_maildirs},
      {maildir_fs, mbox_tree, maildir_to_tree},
      {maildir_utf8, maildir, between_maildirs},
      {maildir_utf8, maildir_fs, between_maildirs},
      {maildir_utf8, maildir_utf8, between_maildirs},
      {maildir_utf8, mbox_tree, maildir_to_tree},
      {maildir_gz, maildir_gz, between_maildirs},
      {maildir_gz, maildir, between_maildirs, {"--compress=none"}},
      {maildir_gz, maildir_fs, between_maildirs},
      {maildir_gz, mbox_tree, maildir_to_tree},
      {mbox_tree, maildir, tree_to_maildir},
      {mbox_tree, maildir_fs, tree_to_maildir},
      {mbox_tree, maildir_utf8, tree_to_maildir},
      {mbox_tree, maildir_gz, tree_to_maildir, {"--compress=gzip"}},
      {mbox_tree, mbox_tree, between_trees},
      {mbox_file, maildir, file_to_maildir},
  };
  return table;
}

/// Real mail is made by a real Dovecot, copied by mailhaul and shown by a real Dovecot again.
class DovecotJudges : public black_box::CliTest, public ::testing::WithParamInterface<Conversion> {
 protected:
  DovecotJudges() : CliTest(black_box::Place::memory) {}
  void SetUp() override {
    if (const std::string reason = Dovecot::why_not(); !reason.empty()) GTEST_SKIP() << reason;
  }

  static std::string location(const Form& form, const std::string& directory) {
    return placed(form.mailhaul, directory);
  }
  /// For a form of one folder the rest of a store does not count.
  static View view(Dovecot& dovecot, const Form& form, const std::string& directory) {
    const Conversion& row = GetParam();
    View all = dovecot.view(form, directory);
    return row.from.only_inbox || row.to.only_inbox ? all.only("INBOX") : all;
  }

  static Expect expected(Property property) {
    const Promise& promise = GetParam().promise;
    switch (property) {
    case Property::folders: return promise.folders;
    case Property::uids: return promise.uids;
    case Property::flags: return promise.flags;
    case Property::keywords: return promise.keywords;
    case Property::received: return promise.received;
    case Property::guids: return promise.guids;
    case Property::pop3_uidls: return promise.pop3_uidls;
    case Property::subscriptions: return promise.subscriptions;
    case Property::messages:
    case Property::texts: break;
    }
    return kept;
  }
};

/// A file of no octets has no UIDVALIDITY: Dovecot keeps it in an index beside it, which nobody else reads (mbox.md
/// section 5).
View without_empty(View view) {
  for (auto it = view.folders.begin(); it != view.folders.end();)
    it = it->second.messages.empty() ? view.folders.erase(it) : std::next(it);
  return view;
}

constexpr std::array properties{Property::folders,    Property::messages,     Property::texts,    Property::uids,
                                Property::flags,      Property::keywords,     Property::received, Property::guids,
                                Property::pop3_uidls, Property::subscriptions};

TEST_P(DovecotJudges, SeesNoDifference) {
  const Conversion& row = GetParam();
  Dovecot dovecot;
  const std::string from = at("A");
  const std::string to = at("B");
  make_real_mail(dovecot, row.from, from);
  ASSERT_EQ(dovecot.imap_complaints(), "");
  const View before = view(dovecot, row.from, from);
  ASSERT_EQ(before.complaints, "") << "the judge does not even like what it made";
  ASSERT_GE(before.folders.at("INBOX").messages.size(), 10U);

  if (row.to.needs_parent) std::filesystem::create_directory(to);
  guard(from);
  std::vector<std::string> words{"sync"};
  words.insert(words.end(), row.options.begin(), row.options.end());
  for (const std::string& word : {location(row.from, from), location(row.to, to)}) words.push_back(word);
  const black_box::Result result = run(words);
  EXPECT_EQ(result.status, status::ok) << result.out << result.err;

  const View after = view(dovecot, row.to, to);
  EXPECT_EQ(after.complaints, "") << "about what we wrote";
  bool says_all = true;
  for (const Property property : properties) {
    SCOPED_TRACE(std::string(name_of(property)));
    const bool numbers_of_source = property == Property::uids && row.from.name.substr(0, 4) == "mbox";
    const std::string found = numbers_of_source ? difference(without_empty(before), without_empty(after), property)
                                                : difference(before, after, property, row.promise.texts);
    switch (expected(property)) {
    case kept: EXPECT_EQ(found, ""); break;
    case reported:
      EXPECT_NE(found, "") << "is kept by now";
      EXPECT_TRUE(black_box::holds(result.out + result.err, name_of(property)));
      says_all = false;
      break;
    case cannot: break;
    }
  }
  if (says_all) {
    EXPECT_EQ(result.err, "");
  }
  std::vector<std::string> choice;  // what `verify` takes of the options, too
  for (const std::string& option : row.options)
    if (option.compare(0, 10, "--include=") == 0) choice.push_back(option);
  expect_settled(location(row.from, from), location(row.to, to), choice);
}

INSTANTIATE_TEST_SUITE_P(Conversions, DovecotJudges, ::testing::ValuesIn(conversions()),
                         [](const auto& given) { return name_of(given.param); });

}  // namespace
}  // namespace mailhaul::judges
