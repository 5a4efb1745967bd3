#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "mailhaul/formats/archive/archive.hpp"
#include "mailhaul/formats/context.hpp"
#include "mailhaul/io/compression.hpp"
#include "support/machine_clock.hpp"
#include "support/memory_kernel.hpp"
#include "support/tar_text.hpp"

namespace mailhaul::formats::archive {

using support::TarText;

class CollectedFindings final : public Findings {
 public:
  void add(const Finding& finding) override { all.push_back(finding); }
  [[nodiscard]] std::uint64_t count(FindingKind kind) const;
  std::vector<Finding> all{};
};

/// A machine in memory with an archive at /backup/a.tar, or a place for one.
class World {
 public:
  static constexpr const char* path = "/backup/a.tar";
  World() { machine.put_directory("/backup"); }

  void put(const std::string& octets, const std::string& at = path) { machine.put_file(at, octets); }
  [[nodiscard]] std::unique_ptr<Archive> open(Options options = {}, const std::string& at = path) {
    return Archive::open(context, at, fs::Rules{}, std::move(options));
  }

  support::MemoryKernel machine{};
  support::MachineClock clock{machine};
  SystemEntropy entropy{};
  CollectedFindings findings{};
  UniqueInstants instants{Instant{}};
  Context context{machine, entropy, clock, findings, instants, "host.example", 4711};
};

[[nodiscard]] std::string packed(std::string_view octets, io::Compression compression = io::Compression::gzip);
[[nodiscard]] std::string content_of(io::Source& source);
/// Content of every member that has one, by path; where a path comes twice both contents, one behind the other.
[[nodiscard]] std::map<std::string, std::string> contents(const Archive& archive);
/// "name kind" of each entry.
[[nodiscard]] std::vector<std::string> listed(io::Tree& tree, const std::string& path);

/// The Error that it throws. Fails the test when it throws none.
template <typename Run>
[[nodiscard]] Error error_of(const Run& run) {
  try {
    run();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "no Error was thrown";
  return Error(Cause::usage, Scope::run, "no error");
}

}  // namespace mailhaul::formats::archive
