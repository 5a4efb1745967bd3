#include "mailhaul/store/many_mailboxes.hpp"

#include <gtest/gtest.h>

#include <map>

#include "mailhaul/base/error.hpp"
#include "mailhaul/io/pump.hpp"
#include "support/memory_store.hpp"
#include "support/store_contract.hpp"
#include "support/store_view.hpp"

namespace mailhaul::support {
namespace {

using mail::FolderName;
using store::FolderRef;

class Collected final : public Findings {
 public:
  void add(const Finding& finding) override { all.push_back(finding); }
  std::vector<Finding> all{};
};

/// The mailboxes of an account, each a store in memory that lives as long as the test.
class Account {
 public:
  struct Events {
    std::size_t opened = 0;
    std::size_t open_now = 0;
    std::size_t most_open = 0;
    std::size_t finished = 0;
    std::size_t begun = 0;
  };

  std::map<std::string, MemoryStore> boxes{};
  std::map<std::string, Error> closed{};  ///< those that can't be opened
  Events events{};
  Collected findings{};

  MemoryStore& box(const std::string& name) { return boxes[name]; }

  [[nodiscard]] std::unique_ptr<store::MessageStore> open(std::size_t most_open = 64) {
    store::MailboxStores inner;
    inner.names = [this] {
      std::vector<std::string> names;
      for (const auto& [name, box] : boxes) names.push_back(name);
      return names;
    };
    inner.find = [this](const std::string& name) -> std::unique_ptr<store::MessageStore> {
      if (const auto it = closed.find(name); it != closed.end()) throw Error(it->second);
      const auto it = boxes.find(name);
      if (it == boxes.end()) return nullptr;
      return std::make_unique<Counted>(it->second, events);
    };
    inner.make = [this](const std::string& name) { return std::make_unique<Counted>(boxes[name], events); };
    return store::join_mailboxes({{"account"}, MemoryStore().capabilities(), Side::target, &findings, most_open},
                                 std::move(inner));
  }

 private:
  class Counted final : public StoreView {
   public:
    Counted(MemoryStore& inner, Events& events) : StoreView(inner), events_(events) {
      ++events_.opened;
      events_.most_open = std::max(events_.most_open, ++events_.open_now);
    }
    ~Counted() override { --events_.open_now; }
    void begin() override { ++events_.begun; }
    void finish() override { ++events_.finished; }

   private:
    Events& events_;
  };
};

/// One mailbox of an account with others, taken for a store by itself: so the contract holds for each.
class OneOfMany final : public StoreFixture {
 public:
  OneOfMany() {
    for (const char* name : {"amy@example.com", "zoe@example.com"}) {
      account_.box(name).deliver({}, "Subject: other\n\nx\n");
      account_.box(name).deliver({"", FolderName({"Sent"})}, "Subject: other\n\nx\n");
    }
    account_.box("bob@example.com");
  }
  std::unique_ptr<store::MessageStore> open() override {
    store::MailboxStores inner;
    inner.names = [] { return std::vector<std::string>{""}; };
    inner.find = [this](const std::string&) { return std::make_unique<Named>(account_.open(2), "bob@example.com"); };
    inner.make = inner.find;
    return store::join_mailboxes({{"one"}, MemoryStore().capabilities(), Side::target, nullptr, 8}, std::move(inner));
  }

 private:
  /// Shows a named mailbox as the unnamed one.
  class Named final : public store::MessageStore {
   public:
    Named(std::unique_ptr<store::MessageStore> inner, std::string name)
        : inner_(std::move(inner)), name_(std::move(name)) {}
    [[nodiscard]] store::StoreId identity() const override { return inner_->identity(); }
    [[nodiscard]] store::Capabilities capabilities() const override { return inner_->capabilities(); }
    [[nodiscard]] std::vector<store::Mailbox> mailboxes() override {
      auto all = inner_->mailboxes();
      EXPECT_EQ(all.size(), 3U);
      return {{"", all.at(1).folders}};
    }
    [[nodiscard]] store::FolderInfo folder(const FolderRef& f) override { return inner_->folder(at(f)); }
    [[nodiscard]] std::optional<store::Stamp> stamp(const FolderRef& f) override { return inner_->stamp(at(f)); }
    [[nodiscard]] std::unique_ptr<store::MessageCursor> walk(std::span<const store::FolderSince> all) override {
      std::vector<store::FolderSince> named(all.begin(), all.end());
      for (store::FolderSince& one : named) one.folder = at(one.folder);
      return std::make_unique<Cursor>(inner_->walk(named), name_);
    }
    [[nodiscard]] std::unique_ptr<store::MessageCursor> fetch(const FolderRef& f,
                                                              std::span<const store::Handle> h) override {
      return std::make_unique<Cursor>(inner_->fetch(at(f), h), name_);
    }
    [[nodiscard]] std::unique_ptr<store::FolderWriter> open_folder(const FolderRef& f,
                                                                   const store::FolderInfo& i) override {
      return std::make_unique<Writer>(inner_->open_folder(at(f), i), name_);
    }

   private:
    class Cursor final : public store::MessageCursor {
     public:
      Cursor(std::unique_ptr<store::MessageCursor> inner, const std::string& name)
          : inner_(std::move(inner)), name_(name) {}
      bool next() override {
        if (!inner_->next()) return false;
        EXPECT_EQ(inner_->folder().mailbox, name_);
        folder_ = {"", inner_->folder().folder};
        return true;
      }
      [[nodiscard]] const FolderRef& folder() const override { return folder_; }
      [[nodiscard]] bool is_known() const override { return inner_->is_known(); }
      [[nodiscard]] const store::MessageInfo& info() const override { return inner_->info(); }
      [[nodiscard]] io::Source& content() override { return inner_->content(); }
      [[nodiscard]] store::WalkEnd end(const FolderRef& f) override { return inner_->end({name_, f.folder}); }

     private:
      std::unique_ptr<store::MessageCursor> inner_;
      std::string name_;
      FolderRef folder_{};
    };
    class Writer final : public store::FolderWriter {
     public:
      Writer(std::unique_ptr<store::FolderWriter> inner, const std::string& name)
          : inner_(std::move(inner)), name_(name) {}
      [[nodiscard]] std::unique_ptr<store::MessageWriter> append(const store::MessageInfo& info) override {
        return inner_->append(info);
      }
      void change_flags(const store::Handle& h, const store::FlagChange& c) override { inner_->change_flags(h, c); }
      void take(const FolderRef& from, const store::AsSeen& m) override { inner_->take({name_, from.folder}, m); }
      void expunge(const store::AsSeen& m) override { inner_->expunge(m); }
      [[nodiscard]] bool batch_is_full() const override { return inner_->batch_is_full(); }
      std::vector<store::Receipt> flush() override { return inner_->flush(); }
      store::Finished finish(const store::FolderInfo& i, store::NumberedMessages& m) override {
        return inner_->finish(i, m);
      }

     private:
      std::unique_ptr<store::FolderWriter> inner_;
      std::string name_;
    };
    [[nodiscard]] FolderRef at(const FolderRef& folder) const { return {name_, folder.folder}; }
    std::unique_ptr<store::MessageStore> inner_;
    std::string name_;
  };

  Account account_;
};
INSTANTIATE_TEST_SUITE_P(OneOfManyMailboxes, StoreContract,
                         testing::Values(StoreContractCase{"memory", [] { return std::make_unique<OneOfMany>(); }}),
                         [](const auto& one) { return one.param.name; });

class ManyMailboxes : public testing::Test {
 protected:
  ManyMailboxes() {
    account_.box("amy@a.org").deliver({}, "Subject: 1\n\nx\n");
    account_.box("bob@a.org").deliver({}, "Subject: 2\n\nx\n");
    account_.box("bob@a.org").deliver(inner_sent, "Subject: 3\n\nx\n");
    account_.box("zoe@a.org").deliver({}, "Subject: 4\n\nx\n");
  }
  static void append(store::MessageStore& store, const FolderRef& folder, const std::string& octets) {
    const auto writer = store.open_folder(folder, {});
    const auto message = writer->append({});
    message->write(as_bytes(octets));
    message->commit();
    EXPECT_EQ(writer->flush().size(), 1U);
  }
  template <class Run>
  static Error error_of(const Run& run) {
    try {
      run();
    } catch (const Error& error) {
      return error;
    }
    ADD_FAILURE() << "no Error was thrown";
    return Error(Cause::usage, Scope::run, "none");
  }

  const FolderRef inner_sent{"", FolderName({"Sent"})};
  const FolderRef amy{"amy@a.org", {}};
  const FolderRef bob{"bob@a.org", {}};
  const FolderRef bob_sent{"bob@a.org", FolderName({"Sent"})};
  const FolderRef zoe{"zoe@a.org", {}};
  Account account_;
};

TEST_F(ManyMailboxes, EachIsListedWithItsFolders) {
  const auto store = account_.open();
  const auto all = store->mailboxes();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[1].name, "bob@a.org");
  EXPECT_EQ(all[1].folders, (std::vector<FolderName>{FolderName{}, FolderName({"Sent"})}));
  EXPECT_EQ(store->identity().text, "account");
}

TEST_F(ManyMailboxes, OneWalkGoesThroughFoldersOfSeveralInOrder) {
  const auto store = account_.open(1);
  const std::vector<store::FolderSince> folders{{zoe}, {bob}, {bob_sent}, {{"nobody@a.org", {}}}, {amy}};
  const auto cursor = store->walk(folders);
  std::vector<std::string> seen;
  while (cursor->next()) {
    io::StringSink sink;
    io::copy(cursor->content(), sink);
    seen.push_back(cursor->folder().display() + " " + sink.take().substr(9, 1));
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"zoe@a.org: INBOX 4", "bob@a.org: INBOX 2", "bob@a.org: Sent 3",
                                            "amy@a.org: INBOX 1"}));
  EXPECT_EQ(cursor->end(bob_sent).stamp, store->stamp(bob_sent));
  EXPECT_FALSE(cursor->end({"nobody@a.org", {}}).stamp);
}

TEST_F(ManyMailboxes, NoMoreAreKeptOpenThanAreAllowed) {
  const auto store = account_.open(2);
  for (int i = 0; i < 3; ++i)
    for (const FolderRef& folder : {amy, bob, zoe}) (void)store->stamp(folder);
  EXPECT_EQ(account_.events.open_now, 2U);
  EXPECT_LE(account_.events.most_open, 3U) << "one is opened before another is closed";
  EXPECT_GE(account_.events.opened, 9U);
}

TEST_F(ManyMailboxes, WhatIsInUseStaysOpenWhateverIsAllowed) {
  const auto store = account_.open(1);
  const auto amys = store->open_folder(amy, {});
  const std::vector<store::FolderSince> folders{{bob}};
  const auto cursor = store->walk(folders);
  ASSERT_TRUE(cursor->next());
  (void)store->stamp(zoe);
  EXPECT_EQ(account_.events.open_now, 3U);
  io::StringSink sink;
  io::copy(cursor->content(), sink);
  EXPECT_EQ(sink.take(), "Subject: 2\n\nx\n");
}

TEST_F(ManyMailboxes, EachIsBegunOnceOpenAndFinishedWhereItWasWrittenTo) {
  const auto store = account_.open(1);
  store->begin();
  append(*store, amy, "Subject: a\n\nx\n");
  append(*store, bob, "Subject: b\n\nx\n");
  (void)store->stamp(zoe);
  EXPECT_EQ(account_.events.begun, 3U);
  EXPECT_EQ(account_.events.finished, 2U) << "before they were closed";
  append(*store, zoe, "Subject: c\n\nx\n");
  store->finish();
  EXPECT_EQ(account_.events.finished, 3U);
  store->finish();
  EXPECT_EQ(account_.events.finished, 3U);
}

TEST_F(ManyMailboxes, OneThatIsNotThereIsMadeByWritingAlone) {
  const auto store = account_.open();
  const FolderRef folder{"new@a.org", {}};
  EXPECT_FALSE(store->stamp(folder));
  EXPECT_EQ(error_of([&] { (void)store->folder(folder); }).cause(), Cause::not_found);
  EXPECT_TRUE(store->settings()->subscriptions("new@a.org").empty());
  const std::vector<store::FolderSince> folders{{folder}};
  EXPECT_FALSE(store->walk(folders)->next());
  EXPECT_EQ(account_.boxes.size(), 3U);
  append(*store, folder, "Subject: n\n\nx\n");
  EXPECT_EQ(account_.box("new@a.org").seen({}).size(), 1U);
}

TEST_F(ManyMailboxes, ErrorsNameTheMailboxAndReachNoFurtherThanAFolder) {
  account_.box("bob@a.org").break_folder(inner_sent);
  account_.box("zoe@a.org").fail_flushes(1, Cause::permission);
  account_.box("amy@a.org").fail_flushes(1, Cause::no_space);
  const auto store = account_.open();
  const std::vector<store::FolderSince> folders{{bob_sent}};
  const Error of_walk = error_of([&] { (void)store->walk(folders)->next(); });
  EXPECT_EQ(of_walk.scope(), Scope::folder);
  EXPECT_EQ(of_walk.folder().rfind("bob@a.org", 0), 0U) << of_walk.folder();
  const auto flush = [&](const FolderRef& folder) {
    return error_of([&] { (void)store->open_folder(folder, {})->flush(); });
  };
  const Error of_one = flush(zoe);
  EXPECT_EQ(of_one.scope(), Scope::folder);
  EXPECT_EQ(of_one.folder().rfind("zoe@a.org", 0), 0U) << of_one.folder();
  EXPECT_EQ(flush(amy).scope(), Scope::run) << "the disk is full for everybody";
}

TEST_F(ManyMailboxes, OneThatCannotBeOpenedIsToldAndTheOthersAreListed) {
  account_.closed.emplace("bob@a.org", Error(Cause::permission, Scope::run, "opening").because("not allowed"));
  const auto store = account_.open();
  EXPECT_EQ(store->mailboxes().size(), 2U);
  ASSERT_EQ(account_.findings.all.size(), 1U);
  EXPECT_EQ(account_.findings.all.front().weight, Weight::failed);
  EXPECT_EQ(account_.findings.all.front().folder, "bob@a.org");
  EXPECT_EQ(error_of([&] { (void)store->stamp(bob); }).scope(), Scope::folder);
  account_.closed.clear();
  account_.closed.emplace("amy@a.org", Error(Cause::stopped, Scope::run, "opening"));
  EXPECT_EQ(error_of([&] { (void)account_.open()->mailboxes(); }).cause(), Cause::stopped);
}

TEST_F(ManyMailboxes, NothingIsMovedFromOneToAnother) {
  const auto store = account_.open();
  const auto writer = store->open_folder(amy, {});
  const store::Handle handle = account_.box("bob@a.org").seen({}).front().info.handle;
  EXPECT_EQ(error_of([&] { writer->take(bob, {handle, {}, {}}); }).cause(), Cause::unsupported);
  const auto within = store->open_folder(bob_sent, {});
  within->take(bob, {handle, {}, {}});
  EXPECT_EQ(within->flush().size(), 1U);
  EXPECT_EQ(account_.box("bob@a.org").seen(inner_sent).size(), 2U);
}

TEST_F(ManyMailboxes, SettingsAreThoseOfEachMailbox) {
  const auto store = account_.open();
  account_.box("amy@a.org").beside.subscribed = {FolderName({"Sent"})};
  EXPECT_EQ(store->settings()->subscriptions("amy@a.org").size(), 1U);
  EXPECT_TRUE(store->settings()->subscriptions("bob@a.org").empty());
  store->settings_target()->subscribe("bob@a.org", {FolderName({"Drafts"})});
  EXPECT_EQ(account_.box("bob@a.org").beside.subscribed.size(), 1U);
  EXPECT_TRUE(store->settings_target()->set_acl(bob_sent, {{"user=amy", "lr"}}));
  EXPECT_EQ(account_.box("bob@a.org").beside.acls.at(inner_sent).size(), 1U);
  EXPECT_EQ(store->settings()->acl(bob_sent).size(), 1U);
  EXPECT_TRUE(store->settings()->acl(zoe).empty());
}

TEST(MailboxFindings, NameTheMailboxAndAreToldOnce) {
  Collected collected;
  store::MailboxFindings findings(collected, "bob@a.org");
  for (int i = 0; i < 2; ++i) {
    findings.add({FindingKind::symlink, Weight::failed, "Sent", "x", "a link"});
    findings.add({FindingKind::symlink, Weight::failed, "", "x", "a link"});
  }
  ASSERT_EQ(collected.all.size(), 2U);
  EXPECT_EQ(collected.all[0].folder, "bob@a.org: Sent");
  EXPECT_EQ(collected.all[1].folder, "bob@a.org");
}

}  // namespace
}  // namespace mailhaul::support
