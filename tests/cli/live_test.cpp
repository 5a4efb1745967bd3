// T7: both ends are in use while runs go on (D10, D11, D12). When it is quiet at last, nothing was lost, nothing is
// there twice, and what users expunged at the target did not come back.
#include <chrono>
#include <map>
#include <thread>

#include "cli/churner.hpp"
#include "cli/cli_test_case.hpp"

namespace mailhaul::black_box {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

class Live : public CliTest {
 protected:
  Live() : CliTest(Place::memory) {}

  /// How many of each subject.
  static std::map<std::string, int> subjects_in(const std::string& maildir) {
    std::map<std::string, int> subjects;
    for (const Mail& mail : read_maildir(maildir)) {
      ++subjects[subject_of(mail.octets)];
      EXPECT_EQ(mail.octets, simple_mail(subject_of(mail.octets)).octets) << "cut or foreign";
    }
    return subjects;
  }
  Result run_once(const std::vector<std::string>& options) {
    std::vector<std::string> words{"sync", "--fsync=none"};
    words.insert(words.end(), options.begin(), options.end());
    for (const std::string& place : {"maildir:" + at("S"), "maildir:" + at("T")}) words.push_back(place);
    return run(words);
  }
  void fill() {
    std::vector<Mail> mails;
    for (int i = 0; i < messages; ++i) mails.push_back(simple_mail("first-" + std::to_string(i)));
    fill_maildir(at("S"), mails);
    EXPECT_EQ(run_once({}).status, status::ok);
  }
  /// Runs until there is nothing left to do.
  void settle(const std::vector<std::string>& options) {
    for (int i = 0; i < 6; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds{2100});  // D11: so that the directories are not young
      const Result result = run_once(options);
      ASSERT_TRUE(result.status == status::ok || result.status == status::run_again) << result.status << result.err;
      if (i > 0 && result.status == status::ok && holds(result.out, "\nCopied 0 ")) return;
    }
    FAIL() << "it does not settle";
  }
  /// Both ends are in use while runs go on with `options`.
  void live(const std::vector<std::string>& options, Churner& source, Churner& target) {
    const auto end = steady_clock::now() + seconds{is_long() ? 60 : 3};
    const auto latest = end + seconds{120};  // where other work keeps the machine from it
    int runs = 0;
    int whole = 0;
    std::uint64_t copied = 0;
    const auto enough_went_on = [&] {
      // Runs with sanitizers are too slow to get in between.
      return runs > 2 && source.was_busy() && target.was_busy() && (is_sanitized() || copied > 0);
    };
    for (; !HasFailure(); ++runs) {
      const auto now = steady_clock::now();
      if (now >= latest || (now >= end && enough_went_on())) break;
      const Result result = run_once(options);
      EXPECT_TRUE(result.status == status::ok || result.status == status::run_again)
          << result.status << result.out << result.err;
      whole += result.status == status::ok ? 1 : 0;
      const std::size_t at = result.out.find("\nCopied ");
      if (at != std::string::npos) copied += std::stoul(result.out.substr(at + 8));
    }
    source.stop();
    target.stop();
    EXPECT_TRUE(HasFailure() || enough_went_on())
        << runs << " runs copied " << copied << " messages beside " << source.operations() << " and "
        << target.operations() << " operations: that proves nothing";
    RecordProperty("whole", whole);
    RecordProperty("copied", static_cast<int>(copied));
    RecordProperty("runs", runs);
    RecordProperty("operations", static_cast<int>(source.operations() + target.operations()));
  }

  static constexpr int messages = 600;
};

TEST_F(Live, NothingIsLostDoubledOrComesBack) {
  fill();
  Churner source(at("S"), "old", Churner::Touches::all, 300, 1);
  Churner target(at("T"), "new", Churner::Touches::all, 60, 2);  // under the alarm of R5, all runs together
  live({}, source, target);
  settle({});
  const auto there = subjects_in(at("T"));
  for (const auto& [subject, count] : there) {
    EXPECT_EQ(count, 1) << "doubled: " << subject;
    EXPECT_EQ(target.expunged().count(subject), 0U) << "came back: " << subject;
  }
  for (const auto& [subject, count] : subjects_in(at("S")))
    EXPECT_EQ(there.count(subject) + target.expunged().count(subject), 1U) << "lost: " << subject;
  for (const std::string& subject : target.delivered())
    EXPECT_EQ(there.count(subject) + target.expunged().count(subject), 1U) << "lost: " << subject;
  for (int i = 0; i < messages; ++i) {  // no run removes what is gone at the source only
    const std::string subject = "first-" + std::to_string(i);
    EXPECT_EQ(there.count(subject) + target.expunged().count(subject), 1U) << "lost: " << subject;
  }
  EXPECT_EQ(run({"verify", "maildir:" + at("S"), "maildir:" + at("T")}).status, status::ok);
}

TEST_F(Live, DeleteRemovesOnlyWhatIsGone) {  // R2: absence is never concluded from a directory in motion
  fill();
  const std::vector<std::string> options{"--delete", "--max-delete=100000"};
  Churner source(at("S"), "old", Churner::Touches::all, 60, 3);
  Churner target(at("T"), "new", Churner::Touches::own, 60, 4);
  live(options, source, target);
  settle(options);
  const auto there = subjects_in(at("T"));
  std::map<std::string, int> removed;
  if (exists(at("T/.Mailhaul-Removed.INBOX"))) removed = subjects_in(at("T/.Mailhaul-Removed.INBOX"));
  EXPECT_GT(removed.size(), 10U);
  for (const auto& [subject, count] : removed) {
    EXPECT_EQ(source.expunged().count(subject), 1U) << "removed, but never gone: " << subject;
    EXPECT_EQ(there.count(subject), 0U) << "doubled: " << subject;
    EXPECT_EQ(count, 1) << "doubled: " << subject;
  }
  for (const auto& [subject, count] : there) EXPECT_EQ(count, 1) << "doubled: " << subject;
  for (const auto& [subject, count] : subjects_in(at("S")))
    EXPECT_EQ(there.count(subject) + target.expunged().count(subject), 1U) << "lost: " << subject;
  for (const std::string& subject : target.delivered())
    EXPECT_EQ(there.count(subject) + target.expunged().count(subject), 1U) << "lost: " << subject;
}

}  // namespace
}  // namespace mailhaul::black_box
