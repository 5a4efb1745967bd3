#include "mailhaul/io/pump.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "mailhaul/base/error.hpp"

namespace mailhaul::io {
namespace {

/// Gives one piece again and again: a message of any size without the memory for it.
class RepeatingSource final : public Source {
 public:
  RepeatingSource(std::string piece, std::uint64_t times) : piece_(std::move(piece)), left_(times) {}
  [[nodiscard]] Bytes read() override {
    if (left_ == 0) return {};
    --left_;
    return as_bytes(piece_);
  }

 private:
  std::string piece_;
  std::uint64_t left_;
};

class CountingSink final : public Sink {
 public:
  void write(Bytes octets) override {
    ++writes_;
    octets_ += octets.size();
  }
  [[nodiscard]] std::uint64_t octets() const { return octets_; }
  [[nodiscard]] std::uint64_t writes() const { return writes_; }

 private:
  std::uint64_t octets_ = 0;
  std::uint64_t writes_ = 0;
};

class FullSink final : public Sink {
 public:
  explicit FullSink(std::size_t room) : room_(room) {}
  void write(Bytes octets) override {
    if (octets.size() > room_) throw Error(Cause::no_space, Scope::run, "writing");
    room_ -= octets.size();
  }

 private:
  std::size_t room_;
};

class FailingSource final : public Source {
 public:
  [[nodiscard]] Bytes read() override {
    if (given_) throw Error(Cause::io_error, Scope::message, "reading");
    given_ = true;
    return as_bytes("half of it");
  }

 private:
  bool given_ = false;
};

TEST(Copy, MovesEveryOctetWhateverThePieces) {
  std::string all;
  for (int i = 0; i < 1000; ++i) all += static_cast<char>(i % 256);
  for (const std::size_t piece : {0U, 1U, 7U, 999U, 1000U, 1001U}) {
    MemorySource source(as_bytes(all), piece);
    StringSink sink;
    EXPECT_EQ(copy(source, sink), 1000U) << piece;
    EXPECT_EQ(sink.text(), all) << piece;
  }
}

TEST(Copy, OfNothingWritesNothing) {
  MemorySource source({});
  CountingSink sink;
  EXPECT_EQ(copy(source, sink), 0U);
  EXPECT_EQ(sink.writes(), 0U);
}

TEST(Copy, CountsBeyondFourGigaoctets) {
  RepeatingSource source(std::string(std::size_t{1} << 20, 'x'), 5000);
  CountingSink sink;
  EXPECT_EQ(copy(source, sink), std::uint64_t{5000} << 20);
  EXPECT_EQ(sink.octets(), std::uint64_t{5000} << 20);
}

TEST(Copy, HandsPiecesOnAsTheyCome) {
  RepeatingSource source("abc", 4);
  CountingSink sink;
  copy(source, sink);
  EXPECT_EQ(sink.writes(), 4U);
}

TEST(Copy, LetsTheSinksErrorOut) {
  MemorySource source(as_bytes("0123456789"), 4);
  FullSink sink(8);
  EXPECT_THROW(copy(source, sink), Error);
}

TEST(Copy, LetsTheSourcesErrorOut) {
  FailingSource source;
  StringSink sink;
  EXPECT_THROW(copy(source, sink), Error);
  EXPECT_EQ(sink.text(), "half of it");
}

TEST(Drain, ReadsToTheEnd) {
  MemorySource source(as_bytes("0123456789"), 3);
  EXPECT_EQ(drain(source), 10U);
  EXPECT_TRUE(source.read().empty());
  EXPECT_EQ(drain(source), 0U);
}

}  // namespace
}  // namespace mailhaul::io
