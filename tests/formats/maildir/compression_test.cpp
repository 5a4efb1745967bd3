#include "mailhaul/io/compression.hpp"

#include <array>

#include <gtest/gtest.h>

#include "formats/maildir/name.hpp"
#include "formats/maildir/world.hpp"
#include "mailhaul/io/pump.hpp"

namespace mailhaul::formats::maildir {
namespace {

using io::Compression;

constexpr std::array all_read{Compression::gzip, Compression::bzip2, Compression::zstd, Compression::xz};

const std::string plain = "Subject: x\n\nhello hello hello hello hello hello hello\n";

std::string packed(std::string_view octets, Compression compression) {
  io::StringSink out;
  io::CompressingSink sink(out, compression);
  sink.write(as_bytes(octets));
  sink.finish();
  return out.take();
}

class MaildirCompression : public testing::Test {
 protected:
  void SetUp() override { from_.put_maildir(); }

  /// Copies the inbox as a first copy does, into a Maildir of its own world.
  void copy(Compress compress) {
    fs::Rules rules;
    rules.side = Side::target;
    const auto store = open_store(to_.context, World::root, rules, {to_.birth, {}, compress});
    const auto source = from_.source();
    const auto writer = store->open_folder(inbox, {});
    for (const Seen& seen : read_folder(*source).messages) append(*writer, seen.octets, seen.info);
    static_cast<void>(writer->flush());
  }
  [[nodiscard]] std::string only_name() const {
    const auto names = to_.names("cur");
    EXPECT_EQ(names.size(), 1U);
    return names.empty() ? "" : names.front();
  }

  World from_;
  World to_;
};

TEST_F(MaildirCompression, IsUndoneOnReadingWithOrWithoutASize) {
  const std::string size = std::to_string(plain.size());
  for (const Compression compression : all_read) {
    const std::string name = std::string(to_string(compression));
    from_.put("cur/1." + name + ",S=" + size + ":2,S", packed(plain, compression));
    from_.put("cur/2." + name + ":2,S", packed(plain, compression));
    from_.put("new/3." + name, packed(plain, compression));
  }
  const Walked walked = from_.read();
  EXPECT_EQ(walked.failed.size(), 0U);
  ASSERT_EQ(walked.messages.size(), 12U);
  for (const Seen& seen : walked.messages) {
    EXPECT_EQ(seen.octets, plain);
    ASSERT_TRUE(seen.info.hints.compression) << seen.info.hints.base_name;
    EXPECT_NE(seen.info.hints.base_name.find(to_string(*seen.info.hints.compression)), std::string::npos);
    EXPECT_FALSE(seen.info.size_octets) << "what is stored is not the size";
  }
}

/// maildir.md, traps: Dovecot does not serve this one.
TEST_F(MaildirCompression, ASizeThatIsThatOfTheFileHidesNothing) {
  const std::string stream = packed(plain, Compression::gzip);
  from_.put("cur/1.a,S=" + std::to_string(stream.size()) + ":2,S", stream);
  const Walked walked = from_.read();
  ASSERT_EQ(walked.messages.size(), 1U);
  EXPECT_EQ(walked.messages[0].octets, plain);
  copy(Compress::keep);
  EXPECT_EQ(only_name(), "1.a,S=" + std::to_string(plain.size()) + ":2,S");
  EXPECT_EQ(to_.read().bodies(), std::multiset<std::string>{plain});
}

TEST_F(MaildirCompression, IsToldByNoNameAndNoFlag) {
  from_.put("cur/1.a.gz:2,SZ", plain);
  from_.put("cur/2.b:2,S", packed(plain, Compression::gzip));
  EXPECT_EQ(from_.read().bodies(), (std::multiset<std::string>{plain, plain}));
}

TEST_F(MaildirCompression, APlainMessageIsReadOnceAndItsSizeIsKnown) {
  from_.put("cur/1.a:2,S", plain);
  const auto source = from_.source();
  const std::vector<store::FolderSince> folders{{inbox, std::nullopt}};
  const auto cursor = source->walk(folders);
  ASSERT_TRUE(cursor->next());
  io::Source& content = cursor->content();
  EXPECT_EQ(cursor->info().size_octets, plain.size());
  const std::size_t before = from_.kernel.calls(support::Call::read_at);
  EXPECT_EQ(io::drain(content), plain.size());
  EXPECT_EQ(from_.kernel.calls(support::Call::read_at), before) << "the octets that were looked at are used";
}

TEST_F(MaildirCompression, NothingOfADamagedStreamIsAMessage) {
  const std::string stream = packed(plain, Compression::gzip);
  from_.put("cur/1.cut:2,S", stream.substr(0, stream.size() - 3));
  std::string broken = stream;
  broken[stream.size() - 6] ^= '\x01';
  from_.put("cur/2.check:2,S", broken);
  from_.put("cur/3.lz4:2,S", "Dovecot-LZ4\r*\x9b\xc5 and so on");
  from_.put("cur/4.good:2,S", plain);
  const Walked walked = from_.read();
  EXPECT_EQ(walked.bodies(), std::multiset<std::string>{plain});
  ASSERT_EQ(walked.failed.size(), 3U);
  EXPECT_EQ(walked.failed[0].cause(), Cause::damaged);
  EXPECT_NE(walked.failed[0].place().find("cur/1.cut"), std::string::npos);
  EXPECT_EQ(walked.failed[1].cause(), Cause::damaged);
  EXPECT_EQ(walked.failed[2].cause(), Cause::unsupported);
}

TEST_F(MaildirCompression, WhatOnlyBeginsLikeAStreamIsPlain) {
  from_.put("cur/1.a", "\x1f\x8b");
  from_.put("cur/2.b", "BZh1 is how it begins\n\nx\n");
  EXPECT_EQ(from_.read().failed.size(), 0U);
  EXPECT_EQ(from_.read().bodies(), (std::multiset<std::string>{"\x1f\x8b", "BZh1 is how it begins\n\nx\n"}));
}

TEST_F(MaildirCompression, IsKeptFromMaildirToMaildirUnderTheSameName) {
  for (const Compression compression : all_read) {
    const std::string name = std::string(to_string(compression)) + ",S=" + std::to_string(plain.size()) + ":2,FS";
    from_.put("cur/1." + name, packed(plain, compression));
  }
  from_.put("cur/2.plain:2,S", plain);
  copy(Compress::keep);
  EXPECT_EQ(to_.names("cur"), from_.names("cur"));
  for (const std::string& name : to_.names("cur")) {
    const std::string stored = to_.octets("cur/" + name);
    EXPECT_EQ(io::detect_compression(as_bytes(stored)), io::detect_compression(as_bytes(from_.octets("cur/" + name))))
        << name;
  }
  EXPECT_EQ(to_.read().bodies(), from_.read().bodies());
  EXPECT_EQ(to_.findings.count(FindingKind::compression, Weight::note), 4U);
}

TEST_F(MaildirCompression, IsGivenUpWhereItIsNotWanted) {
  from_.put("cur/1.a,S=" + std::to_string(plain.size()) + ":2,S", packed(plain, Compression::zstd));
  copy(Compress::none);
  EXPECT_EQ(to_.octets("cur/" + only_name()), plain);
  EXPECT_EQ(to_.findings.count(FindingKind::compression, Weight::note), 1U);
}

/// maildir.md section 10: whether a message is compressed only its first octets tell.
TEST_F(MaildirCompression, AMessageThatBeginsLikeAStreamIsReadBackAsItWas) {
  std::multiset<std::string> messages{"Dovecot-LZ4\r*\x9b\xc5 and so on\n"};
  for (const Compression compression : all_read) {
    messages.insert(packed(plain, compression));
    messages.insert(packed(plain, compression).substr(0, 20) + " and then no stream\n");
  }
  for (const Compress compress : {Compress::keep, Compress::none, Compress::gzip}) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{14}, std::size_t{100'000}}) {
      World world;
      fs::Rules rules;
      rules.side = Side::target;
      const auto store = open_store(world.context, World::root, rules, {world.birth, {}, compress});
      const auto writer = store->open_folder(inbox, {});
      for (const std::string& message : messages) {
        const auto one = writer->append({});
        io::MemorySource octets(as_bytes(message), piece);
        io::copy(octets, *one);
        one->commit();
      }
      static_cast<void>(writer->flush());
      const Walked walked = world.read();
      EXPECT_EQ(walked.failed.size(), 0U);
      EXPECT_EQ(walked.bodies(), messages) << "in pieces of " << piece;
      for (const Seen& seen : walked.messages)
        EXPECT_EQ(size_field(seen.info.hints.base_name, 'S'), seen.octets.size()) << "the size is the plain one";
      EXPECT_EQ(world.findings.count(FindingKind::compression, Weight::note), messages.size());
    }
  }
}

TEST_F(MaildirCompression, AMessageOfFewOctetsIsWrittenPlain) {
  from_.put("cur/1.a", "x");
  from_.put("cur/2.b", "");
  from_.put("cur/3.c", "BZh");
  copy(Compress::keep);
  EXPECT_EQ(to_.octets("cur/1.a:2,"), "x");
  EXPECT_EQ(to_.octets("cur/2.b:2,"), "");
  EXPECT_EQ(to_.octets("cur/3.c:2,"), "BZh");
}

/// Dovecot's zlib plugin goes by the magic, which a header's name can be.
TEST_F(MaildirCompression, WhatDovecotTakesForCompressedIsWrittenCompressed) {
  const std::multiset<std::string> messages{"BZh9: x\nSubject: bz\n\nbody\n", "\x1f\x8bX: y\n\nbody\n",
                                            "\x28\xb5\x2f\xfd: z\n\nbody\n",
                                            std::string("\xfd"
                                                        "7zXZ\0abc\n\nbody\n",
                                                        15)};
  int n = 0;
  for (const std::string& message : messages) from_.put("cur/" + std::to_string(++n) + ".a", message);
  copy(Compress::none);
  for (const std::string& name : to_.names("cur"))
    EXPECT_EQ(io::detect_compression(as_bytes(to_.octets("cur/" + name))), Compression::gzip) << name;
  EXPECT_EQ(to_.read().bodies(), messages);
}

TEST_F(MaildirCompression, GzipIsForAll) {
  from_.put("cur/1.a:2,S", plain);
  from_.put("cur/2.b:2,S", packed(plain, Compression::xz));
  copy(Compress::gzip);
  for (const std::string& name : to_.names("cur"))
    EXPECT_EQ(io::detect_compression(as_bytes(to_.octets("cur/" + name))), Compression::gzip) << name;
  EXPECT_EQ(to_.read().bodies(), (std::multiset<std::string>{plain, plain}));
}

TEST_F(MaildirCompression, ANewNameStatesThePlainSizes) {
  fs::Rules rules;
  rules.side = Side::target;
  const auto store = open_store(to_.context, World::root, rules, {to_.birth, {}, Compress::gzip});
  const auto writer = store->open_folder(inbox, {});
  store::MessageInfo seen;
  seen.flags.add(mail::Flag::seen);
  append(*writer, plain, seen);
  static_cast<void>(writer->flush());
  EXPECT_EQ(size_field(only_name(), 'S'), plain.size());
  EXPECT_EQ(size_field(only_name(), 'W'), plain.size() + 3);
}

/// maildir.md section 2: Dovecot does not serve a message with a wrong S=, and believes a wrong W=.
TEST_F(MaildirCompression, WrongSizesArePutRightInTheCopy) {
  const std::string s = std::to_string(plain.size());
  const std::string w = std::to_string(plain.size() + 3);
  struct Row {
    std::string name;
    std::string copied;
  };
  const std::vector<Row> rows{
      {"1.a,S=1,W=2:2,S", "1.a,S=" + s + ",W=" + w + ":2,S"},
      {"2.b,S=" + s + ",W=1:2,S", "2.b,S=" + s + ",W=" + w + ":2,S"},
      {"3.c,S=x:2,S", "3.c,S=x:2,S"},  // no reader sees a size there
      {"4.d:2,S,S=1", "4.d:2,S,S=" + s},
      {"5.e,S=" + s + ":2,S,S=1", "5.e,S=" + s + ":2,S,S=1"},  // the first one counts
      {"6.f,S=99999999999999999999:2,S", "6.f,S=" + s + ":2,S"},
  };
  std::vector<std::string> expected;
  for (const Row& row : rows) {
    from_.put("cur/" + row.name, plain);
    expected.push_back(row.copied);
  }
  copy(Compress::keep);
  EXPECT_EQ(to_.names("cur"), expected);
  EXPECT_EQ(to_.findings.count(FindingKind::wrong_size, Weight::note), 4U);
}

}  // namespace
}  // namespace mailhaul::formats::maildir
