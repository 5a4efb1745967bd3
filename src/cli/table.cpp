#include "table.hpp"

#include <algorithm>

namespace mailhaul::cli {
namespace {

/// Characters, not octets, so that accented folder names line up.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80; }));
}

}  // namespace

Table::Table(std::vector<std::string> head, std::set<std::size_t> to_the_left) : to_the_left_(std::move(to_the_left)) {
  rows_.push_back(std::move(head));
}

std::vector<std::string> Table::lines() const {
  std::vector<std::size_t> widths(rows_.front().size(), 0);
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  std::vector<std::string> lines;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string blanks(widths[i] - width(row[i]), ' ');
      if (i > 0) line += "  ";
      line += to_the_left_.count(i) != 0 ? row[i] + blanks : blanks + row[i];
    }
    lines.push_back(line.substr(0, line.find_last_not_of(' ') + 1));
  }
  return lines;
}

}  // namespace mailhaul::cli
