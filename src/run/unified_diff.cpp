#include "mailhaul/run/unified_diff.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include <fmt/format.h>

namespace mailhaul::run {
namespace {

using Lines = std::vector<std::string_view>;

struct Edit {
  char sign;
  std::string_view line;
};

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::size_t length = end == std::string_view::npos ? text.size() : end + 1;
    lines.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return lines;
}

/// What stays the same in the middle, by the longest common subsequence.
void edit_middle(const Lines& before, const Lines& after, std::vector<Edit>& edits) {
  constexpr std::size_t most_cells = 4'000'000;
  const std::size_t rows = before.size();
  const std::size_t columns = after.size();
  if (columns == 0 || rows == 0 || rows > most_cells / columns) {
    for (const std::string_view line : before) edits.push_back({'-', line});
    for (const std::string_view line : after) edits.push_back({'+', line});
    return;
  }
  const std::size_t width = columns + 1;
  std::vector<std::uint32_t> common((rows + 1) * width);
  for (std::size_t i = rows; i-- > 0;)
    for (std::size_t j = columns; j-- > 0;)
      common[i * width + j] = before[i] == after[j] ? common[(i + 1) * width + j + 1] + 1
                                                    : std::max(common[(i + 1) * width + j], common[i * width + j + 1]);
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < rows || j < columns) {
    if (i < rows && j < columns && before[i] == after[j]) {
      edits.push_back({' ', before[i++]});
      ++j;
    } else if (j == columns || (i < rows && common[(i + 1) * width + j] >= common[i * width + j + 1])) {
      edits.push_back({'-', before[i++]});
    } else {
      edits.push_back({'+', after[j++]});
    }
  }
}

std::vector<Edit> edits_of(std::string_view before, std::string_view after) {
  Lines old_lines = lines_of(before);
  Lines new_lines = lines_of(after);
  const std::size_t shortest = std::min(old_lines.size(), new_lines.size());
  std::size_t head = 0;
  while (head < shortest && old_lines[head] == new_lines[head]) ++head;
  std::size_t tail = 0;
  while (tail < shortest - head && *(old_lines.rbegin() + static_cast<std::ptrdiff_t>(tail)) ==
                                       *(new_lines.rbegin() + static_cast<std::ptrdiff_t>(tail)))
    ++tail;
  std::vector<Edit> edits;
  for (std::size_t i = 0; i < head; ++i) edits.push_back({' ', old_lines[i]});
  const auto middle = [head, tail](const Lines& lines) {
    return Lines(lines.begin() + static_cast<std::ptrdiff_t>(head), lines.end() - static_cast<std::ptrdiff_t>(tail));
  };
  edit_middle(middle(old_lines), middle(new_lines), edits);
  for (std::size_t i = old_lines.size() - tail; i < old_lines.size(); ++i) edits.push_back({' ', old_lines[i]});
  return edits;
}

std::string range_of(std::size_t first, std::size_t count) {
  if (count == 0) return fmt::format("{},0", first);
  return count == 1 ? fmt::format("{}", first + 1) : fmt::format("{},{}", first + 1, count);
}

}  // namespace

std::string unified_diff(std::string_view path, std::string_view before, std::string_view after) {
  constexpr std::size_t context = 3;
  if (before == after) return {};
  const std::vector<Edit> edits = edits_of(before, after);
  std::string text =
      fmt::format("--- {}\n+++ {}\n", before.empty() ? "/dev/null" : path, after.empty() ? "/dev/null" : path);
  std::size_t old_line = 0;
  std::size_t new_line = 0;
  for (std::size_t begin = 0; begin < edits.size();) {
    if (edits[begin].sign == ' ') {
      const bool is_near =
          std::any_of(edits.begin() + static_cast<std::ptrdiff_t>(begin),
                      edits.begin() + static_cast<std::ptrdiff_t>(std::min(edits.size(), begin + context + 1)),
                      [](const Edit& edit) { return edit.sign != ' '; });
      if (!is_near) {
        ++begin, ++old_line, ++new_line;
        continue;
      }
    }
    // A hunk: until more than twice the context is the same, or the end.
    std::size_t last_change = begin;
    std::size_t end = begin;
    for (; end < edits.size() && end <= last_change + 2 * context; ++end)
      if (edits[end].sign != ' ') last_change = end;
    end = std::min(edits.size(), last_change + context + 1);
    std::string body;
    std::size_t old_count = 0;
    std::size_t new_count = 0;
    for (std::size_t i = begin; i < end; ++i) {
      body += edits[i].sign;
      body += edits[i].line;
      if (!edits[i].line.ends_with('\n')) body += "\n\\ No newline at end of file\n";
      old_count += edits[i].sign != '+';
      new_count += edits[i].sign != '-';
    }
    text += fmt::format("@@ -{} +{} @@\n{}", range_of(old_line, old_count), range_of(new_line, new_count), body);
    old_line += old_count;
    new_line += new_count;
    begin = end;
  }
  return text;
}

}  // namespace mailhaul::run
