#include "account/sieve/scripts.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "mailhaul/base/entropy.hpp"
#include "support/memory_kernel.hpp"

namespace mailhaul::account::sieve {
namespace {

using Outcome = store::SettingResult::Outcome;

constexpr fs::Owner vmail{5000, 5000};
const std::string home = "example.com/info";
const std::string home_path = "/srv/vmail/example.com/info";
const std::string script_path = home_path + "/sieve/mailhaul.sieve";
const std::string link_path = home_path + "/.dovecot.sieve";
const SectionChange filters{"filters", "# Filter: a\nif true { stop; }\n", {}};
const SectionChange no_filters{"filters", "", {}};
const SectionChange responder{"autoresponder", "vacation \"x\";\n", {"vacation"}};

/// A server with one home in memory.
class SieveScripts : public ::testing::Test {
 protected:
  SieveScripts() {
    for (const char* path : {"/srv", "/srv/vmail", "/srv/vmail/example.com", "/srv/vmail/example.com/info"})
      kernel_.put_directory(path, vmail, 0700);
    open();
  }

  void open() {
    fs::Rules rules;
    rules.side = Side::target;
    scripts_ = std::make_unique<Scripts>(fs::Directory::open_root(kernel_, entropy_, "/srv/vmail", rules),
                                         "/srv/vmail/", fs::Birth{vmail, 0600, 0700});
  }

  /// Of one change, written.
  Outcome write(const SectionChange& change) {
    open();
    last_ = scripts_->plan(home, change, 0);
    for (const auto& failure : scripts_->commit()) last_ = {Outcome::not_carried, failure.reason, failure.what_to_do};
    return last_.outcome;
  }

  [[nodiscard]] std::string link() {
    fs::Rules rules;
    const auto directory = fs::Directory::open_root(kernel_, entropy_, home_path, rules);
    return directory.link_text(".dovecot.sieve").value_or("none");
  }

  support::MemoryKernel kernel_;
  SystemEntropy entropy_;
  std::unique_ptr<Scripts> scripts_;
  store::SettingResult last_{};
};

TEST_F(SieveScripts, AScriptAndItsLinkAreMade) {
  EXPECT_EQ(write(filters), Outcome::written);
  EXPECT_EQ(kernel_.octets_of(script_path), with_sections("", {filters}));
  EXPECT_EQ(link(), "sieve/mailhaul.sieve");
  EXPECT_EQ(scripts_->changes().count("/srv/vmail/example.com/info/sieve/mailhaul.sieve") +
                scripts_->changes().count("example.com/info/sieve/mailhaul.sieve"),
            1U);
  fs::Rules rules;
  const auto status =
      fs::Directory::open_root(kernel_, entropy_, home_path + "/sieve", rules).look_at("mailhaul.sieve");
  ASSERT_TRUE(status);
  EXPECT_EQ(status->owner.uid, vmail.uid);
  EXPECT_EQ(status->permissions, 0600U);
  open();
  const Sections sections = scripts_->sections(home);
  ASSERT_EQ(sections.list.size(), 1U);
  EXPECT_TRUE(sections.list[0].is_as_written);
}

TEST_F(SieveScripts, TheSameOnceMoreWritesNothing) {
  EXPECT_EQ(write(filters), Outcome::written);
  EXPECT_EQ(write(filters), Outcome::written);
  EXPECT_TRUE(scripts_->changes().empty());
}

TEST_F(SieveScripts, SectionsOfOneRunGoIntoOneScript) {
  EXPECT_EQ(scripts_->plan(home, filters, 0).outcome, Outcome::written);
  EXPECT_EQ(scripts_->plan(home, responder, 1).outcome, Outcome::written);
  EXPECT_TRUE(scripts_->commit().empty());
  EXPECT_EQ(kernel_.octets_of(script_path), with_sections("", {filters, responder}));
}

TEST_F(SieveScripts, WhenNothingIsLeftBothGo) {
  EXPECT_EQ(write(filters), Outcome::written);
  EXPECT_EQ(write(no_filters), Outcome::written);
  EXPECT_FALSE(kernel_.exists(script_path));
  EXPECT_EQ(link(), "none");
  EXPECT_EQ(write(no_filters), Outcome::written);
  EXPECT_FALSE(kernel_.exists(script_path));
}

TEST_F(SieveScripts, AnotherActiveScriptStays) {
  kernel_.put_symlink(link_path, "sieve/own.sieve", vmail);
  EXPECT_EQ(write(filters), Outcome::approximated);
  EXPECT_NE(last_.what_to_do.find(script_path), std::string::npos) << last_.what_to_do;
  EXPECT_EQ(link(), "sieve/own.sieve");
  EXPECT_TRUE(kernel_.exists(script_path));
  EXPECT_EQ(write(no_filters), Outcome::written);
  EXPECT_EQ(link(), "sieve/own.sieve");
  kernel_.remove(link_path);
  kernel_.put_file(link_path, "keep;\n", vmail);
  EXPECT_EQ(write(filters), Outcome::approximated);
  EXPECT_EQ(kernel_.octets_of(link_path), "keep;\n");
}

TEST_F(SieveScripts, WhatWasChangedByHandStays) {
  EXPECT_EQ(write(filters), Outcome::written);
  std::string edited = kernel_.octets_of(script_path);
  edited.insert(edited.find("# Filter"), "# mine\n");
  kernel_.put_file(script_path, edited, vmail, 0600);
  EXPECT_EQ(write({"filters", "stop;\n", {}}), Outcome::not_carried);
  EXPECT_NE(last_.what_to_do.find(script_path), std::string::npos) << last_.what_to_do;
  EXPECT_EQ(write(no_filters), Outcome::not_carried);
  EXPECT_EQ(kernel_.octets_of(script_path), edited);
  // Other parts of it are written.
  EXPECT_EQ(write(responder), Outcome::written);
  EXPECT_NE(kernel_.octets_of(script_path).find("# mine\n"), std::string::npos);
}

TEST_F(SieveScripts, AScriptOfSomebodyElsesStays) {
  kernel_.put_directory(home_path + "/sieve", vmail, 0700);
  kernel_.put_file(script_path, "keep;\n", vmail, 0600);
  EXPECT_EQ(write(filters), Outcome::not_carried);
  EXPECT_EQ(kernel_.octets_of(script_path), "keep;\n");
  EXPECT_EQ(link(), "none");
}

TEST_F(SieveScripts, WithoutAScriptThereIsNoLink) {
  kernel_.put_symlink(home_path + "/sieve", "/etc", vmail);
  EXPECT_THROW(static_cast<void>(scripts_->plan(home, filters, 0)), Error);
  EXPECT_EQ(link(), "none");
  // It came after the plan.
  kernel_.remove(home_path + "/sieve");
  open();
  EXPECT_EQ(scripts_->plan(home, filters, 7).outcome, Outcome::written);
  kernel_.put_symlink(home_path + "/sieve", "/etc", vmail);
  const auto failures = scripts_->commit();
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_EQ(failures[0].changes, std::set<std::size_t>{7});
  EXPECT_EQ(link(), "none");
}

TEST_F(SieveScripts, ADryRunWritesNothing) {
  EXPECT_EQ(scripts_->plan(home, filters, 0).outcome, Outcome::written);
  scripts_->keep_as_preview();
  EXPECT_EQ(scripts_->changes().size(), 1U);
  EXPECT_EQ(scripts_->changes().begin()->second.after, with_sections("", {filters}));
  EXPECT_EQ(scripts_->sections(home).list.size(), 1U);
  EXPECT_FALSE(kernel_.exists(home_path + "/sieve"));
  EXPECT_EQ(link(), "none");
}

TEST(SieveResults, OfTwoTheWorseCounts) {
  const store::SettingResult fine{};
  const store::SettingResult near{Outcome::approximated, "a", "do a"};
  const store::SettingResult also_near{Outcome::approximated, "b", ""};
  const store::SettingResult lost{Outcome::not_carried, "c", "do c"};
  EXPECT_EQ(combined(fine, near).text, "a");
  EXPECT_EQ(combined(fine, near).outcome, Outcome::approximated);
  EXPECT_EQ(combined(near, fine).outcome, Outcome::approximated);
  EXPECT_EQ(combined(near, also_near).text, "a; b");
  EXPECT_EQ(combined(near, also_near).what_to_do, "do a");
  EXPECT_EQ(combined(near, near).text, "a");
  EXPECT_EQ(combined(near, lost).text, "c");
  EXPECT_EQ(combined(lost, near).outcome, Outcome::not_carried);
}

}  // namespace
}  // namespace mailhaul::account::sieve
