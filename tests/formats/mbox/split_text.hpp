#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "formats/mbox/splitter.hpp"
#include "mailhaul/fs/directory.hpp"
#include "support/memory_kernel.hpp"

namespace mailhaul::formats::mbox {

/// One message as the splitter sees it.
struct Part {
  std::uint64_t offset = 0;
  std::string header{};
  std::string body{};
  bool length_holds = false;
  [[nodiscard]] std::string text() const { return header + body; }
  bool operator==(const Part&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const Part& part) {
  return out << part.offset << " [" << testing::PrintToString(part.header) << " | " << testing::PrintToString(part.body)
             << "] " << part.length_holds;
}

/// Octets as an open file.
class OpenOctets {
 public:
  explicit OpenOctets(const std::string& octets) {
    kernel_.put_directory("/d");
    kernel_.put_file("/d/f", octets);
    auto opened = fs::Directory::open_root(kernel_, entropy_, "/d", {}).open_file("f");
    file_.emplace(std::move(*opened.file));
  }
  [[nodiscard]] const fs::File& file() const { return *file_; }
  [[nodiscard]] std::uint64_t size() const { return file_->opened_as().size_octets; }
  [[nodiscard]] support::MemoryKernel& kernel() { return kernel_; }

 private:
  support::MemoryKernel kernel_{};
  SystemEntropy entropy_{};
  std::optional<fs::File> file_{};
};

inline Part part_of(Splitter& splitter) {
  Part part;
  part.offset = splitter.mark().offset;
  part.header = splitter.header();
  part.length_holds = splitter.length_holds();
  for (Bytes piece = splitter.read(); !piece.empty(); piece = splitter.read()) part.body += as_text(piece);
  return part;
}

inline std::vector<Part> split(const std::string& octets, std::size_t block_octets = default_block_octets) {
  const OpenOctets open(octets);
  Splitter splitter(open.file(), Side::source, open.size(), block_octets);
  std::vector<Part> parts;
  while (splitter.next()) parts.push_back(part_of(splitter));
  return parts;
}

inline std::vector<std::string> texts_of(const std::vector<Part>& parts) {
  std::vector<std::string> texts;
  for (const Part& part : parts) texts.push_back(part.text());
  return texts;
}

}  // namespace mailhaul::formats::mbox
