#include "account/cpanel/scratch_file.hpp"

#include <gtest/gtest.h>

#include <array>

#include "support/memory_kernel.hpp"

namespace mailhaul::account::cpanel {
namespace {

class Scratch : public testing::TestWithParam<bool> {
 protected:
  Scratch() {
    room_.limit_octets = 100'000;
    room_.memory_alone_octets = 100'000;
    room_.memory_octets = 10'000;
    machine_.put_directory("/state");
    if (GetParam()) room_.directory = fs::Directory::open_root(machine_, entropy_, "/state", {});
  }
  [[nodiscard]] static std::string octets_of(const ScratchFile& file) {
    std::string octets;
    const auto content = file.content();
    for (Bytes piece = content->read(); !piece.empty(); piece = content->read()) octets += as_text(piece);
    return octets;
  }

  support::MemoryKernel machine_{};
  SystemEntropy entropy_{};
  ScratchRoom room_{};
};
INSTANTIATE_TEST_SUITE_P(Room, Scratch, testing::Bool(), [](const testing::TestParamInfo<bool>& is) {
  return std::string(is.param ? "in_a_directory" : "in_memory");
});

TEST_P(Scratch, HoldsWhatWasWrittenAnywhereInIt) {
  ScratchFile file(room_);
  std::string expected;
  const auto write = [&](const std::string& text, std::size_t at) {
    if (expected.size() < at + text.size()) expected.resize(at + text.size());
    expected.replace(at, text.size(), text);
    file.write_at(as_bytes(text), at);
    EXPECT_EQ(octets_of(file), expected);
    EXPECT_EQ(file.size_octets(), expected.size());
  };
  write("first", 0);
  write("over", 3);
  write("after a gap", 4000);
  write(std::string(8000, 'x'), 4005);  // out of the memory
  write("in the middle", 6000);
  write(std::string(100, 'y'), 12'000);  // over its end
  write("after a gap", 30'000);
  file.resize(20'000);
  expected.resize(20'000);
  EXPECT_EQ(octets_of(file), expected);
  file.resize(40'000);
  expected.resize(40'000);
  EXPECT_EQ(octets_of(file), expected);
  std::array<std::byte, 8> some{};
  EXPECT_EQ(file.read_at(some, 39'996), 4U);
  EXPECT_EQ(file.read_at(some, 40'000), 0U);
}

TEST_P(Scratch, RefusesToGrowOverItsLimit) {
  ScratchFile file(room_);
  const auto cause_of = [](const auto& work) -> std::optional<Cause> {
    try {
      work();
    } catch (const Error& error) {
      EXPECT_EQ(error.scope(), Scope::message);
      return error.cause();
    }
    return std::nullopt;
  };
  EXPECT_EQ(cause_of([&] { file.resize(100'000); }), std::nullopt);
  EXPECT_EQ(cause_of([&] { file.append(as_bytes("x")); }), Cause::limit);
  EXPECT_EQ(cause_of([&] { file.write_at(as_bytes("x"), std::uint64_t{1} << 40); }), Cause::limit);
  EXPECT_EQ(cause_of([&] { file.resize(std::uint64_t{1} << 40); }), Cause::limit);
  EXPECT_EQ(file.size_octets(), 100'000U);
}

TEST_P(Scratch, HasNoName) {
  ScratchFile file(room_);
  file.append(as_bytes(std::string(50'000, 'x')));
  EXPECT_EQ(machine_.names_in("/state"), std::vector<std::string>());
  EXPECT_EQ(machine_.open_descriptors() > 1, GetParam());
}

}  // namespace
}  // namespace mailhaul::account::cpanel
