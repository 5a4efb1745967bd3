#pragma once

#include <set>
#include <string>
#include <vector>

namespace mailhaul::cli {

/// Columns of text: those named to the left, the others to the right.
class Table {
 public:
  explicit Table(std::vector<std::string> head, std::set<std::size_t> to_the_left = {0});
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  /// One a row, the head first, without blanks at the end.
  [[nodiscard]] std::vector<std::string> lines() const;

 private:
  std::vector<std::vector<std::string>> rows_;
  std::set<std::size_t> to_the_left_;
};

}  // namespace mailhaul::cli
