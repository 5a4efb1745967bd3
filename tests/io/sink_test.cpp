#include "mailhaul/io/sink.hpp"

#include <string>

#include <gtest/gtest.h>

#include "mailhaul/base/error.hpp"
#include "mailhaul/io/pump.hpp"

namespace mailhaul::io {
namespace {

using namespace std::string_view_literals;

class RefusingSink final : public Sink {
 public:
  void write(Bytes) override { throw Error(Cause::io_error, Scope::message, "writing"); }
};

TEST(StringSink, CollectsOctetsOfAnyKind) {
  StringSink sink;
  EXPECT_EQ(sink.text(), "");
  sink.write(as_bytes("a\0"sv));
  sink.write({});
  sink.write(as_bytes("\xff\n"sv));
  EXPECT_EQ(sink.text(), "a\0\xff\n"sv);
}

TEST(StringSink, GivesItsTextAway) {
  StringSink sink;
  sink.write(as_bytes("text"));
  EXPECT_EQ(sink.take(), "text");
}

TEST(TeeSink, GivesEachOctetToBoth) {
  StringSink first;
  StringSink second;
  TeeSink tee(first, second);
  MemorySource source(as_bytes("one\0two\r\n"sv), 2);
  EXPECT_EQ(copy(source, tee), 9U);
  EXPECT_EQ(first.text(), "one\0two\r\n"sv);
  EXPECT_EQ(second.text(), first.text());
}

TEST(TeeSink, Nests) {
  StringSink a;
  StringSink b;
  StringSink c;
  TeeSink inner(b, c);
  TeeSink outer(a, inner);
  outer.write(as_bytes("x"));
  EXPECT_EQ(a.text() + b.text() + c.text(), "xxx");
}

TEST(TeeSink, ThrowsWhateverSideFails) {
  StringSink good;
  RefusingSink bad;
  TeeSink bad_first(bad, good);
  EXPECT_THROW(bad_first.write(as_bytes("x")), Error);
  EXPECT_EQ(good.text(), "");
  TeeSink bad_second(good, bad);
  EXPECT_THROW(bad_second.write(as_bytes("x")), Error);
}

}  // namespace
}  // namespace mailhaul::io
