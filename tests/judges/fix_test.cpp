// What `mailhaul fix` mends is what a real Dovecot would not have served, or would have numbered anew.

#include <filesystem>
#include <iostream>
#include <optional>

#include "cli/cli_test_case.hpp"
#include "judges/dovecot.hpp"

namespace mailhaul::judges {
namespace {

namespace status = black_box::status;

class FixJudge : public black_box::CliTest {
 protected:
  void SetUp() override {
    if (const std::string reason = Dovecot::why_not(); !reason.empty()) GTEST_SKIP() << reason;
    black_box::fill_maildir(at("box"), {black_box::simple_mail("one", 1'000'000'000, 300),
                                        black_box::simple_mail("two", 1'000'000'100, 400),
                                        black_box::simple_mail("three", 1'000'000'200, 500)});
    names_ = black_box::names_in(at("box/cur"));
  }
  [[nodiscard]] static std::string base(const std::string& name) { return name.substr(0, name.find(':')); }
  /// The message `number` gets that base name.
  void rename(std::size_t number, const std::string& to) {
    const std::string name = to + names_[number].substr(base(names_[number]).size());
    std::filesystem::rename(at("box/cur/" + names_[number]), at("box/cur/" + name));
    names_[number] = name;
  }
  void write_list(const std::string& records) {
    black_box::write_file(at("box/dovecot-uidlist"), "3 V77 N99 G0123456789abcdef0123456789abcdef\n" + records);
  }
  [[nodiscard]] std::string record(int uid, std::size_t number) const {
    return std::to_string(uid) + " :" + base(names_[number]) + "\n";
  }
  /// Nothing when it could not read all of it.
  [[nodiscard]] std::optional<View> view() {
    try {
      View view = dovecot_.view(maildir, at("box"));
      if (view.complaints.empty()) return view;
      std::cout << "Dovecot: " << view.complaints.substr(0, view.complaints.find('\n')) << '\n';
    } catch (const std::exception& error) {
      std::cout << "Dovecot's answer: " << error.what() << '\n';
    }
    return std::nullopt;
  }
  void fix() {
    const black_box::Result result = run({"fix", "maildir:" + at("box")});
    EXPECT_EQ(result.status, status::ok) << result.err;
  }
  std::vector<std::string> names_{};

 private:
  Dovecot dovecot_{};
};

TEST_F(FixJudge, AListWithJunkKeepsUidsThatItWouldHaveGivenAnew) {
  write_list(record(5, 0) + record(12, 1) + record(70, 2));
  const auto good = view();
  ASSERT_TRUE(good);
  ASSERT_EQ(good->folders.at("INBOX").uidvalidity, 77U);
  for (const std::string& bad :
       {record(5, 0) + "<<<<<<< HEAD\n" + record(12, 1) + record(70, 2), record(12, 1) + record(5, 0) + record(70, 2),
        record(5, 0) + record(12, 1) + record(12, 1) + record(70, 2)}) {
    write_list(bad);
    const auto before = view();
    EXPECT_TRUE(!before || before->folders.at("INBOX").uidvalidity != 77U)
        << "it takes the list as it is, so there was nothing to mend:\n"
        << bad;
    fix();
    const auto after = view();
    ASSERT_TRUE(after) << bad;
    EXPECT_EQ(after->folders.at("INBOX").uidvalidity, 77U) << bad;
    for (const Property property :
         {Property::uids, Property::texts, Property::flags, Property::guids, Property::pop3_uidls, Property::received})
      EXPECT_EQ(difference(*good, *after, property), "") << name_of(property) << "\n" << bad;
  }
}

TEST_F(FixJudge, ASizeInANameThatIsWrongIsServedAgainUnderItsUid) {
  write_list(record(5, 0) + record(12, 1) + record(70, 2));
  const auto good = view();
  ASSERT_TRUE(good);
  rename(1, "1000000100.M7P7.host,S=9999");
  write_list(record(5, 0) + record(12, 1) + record(70, 2));
  EXPECT_FALSE(view()) << "it serves the message as it is, so there was nothing to mend";
  fix();
  const auto after = view();
  ASSERT_TRUE(after);
  for (const Property property :
       {Property::uids, Property::texts, Property::flags, Property::pop3_uidls, Property::received})
    EXPECT_EQ(difference(*good, *after, property), "") << name_of(property);
  // Its GUID is what it was under the wrong name: clients and dsync know it by that.
  EXPECT_EQ(after->folders.at("INBOX").messages.at(1).guid, "1000000100.M7P7.host,S=9999");
}

}  // namespace
}  // namespace mailhaul::judges
