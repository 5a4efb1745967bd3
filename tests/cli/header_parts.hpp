#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// What the plain readers and writers share: header blocks and `From ` lines, by the letter of mbox.md.
namespace mailhaul::black_box {

struct Field {
  std::string name;   ///< small letters; empty for a line that is no field
  std::string value;  ///< with the folded lines
  std::string whole;
};
/// A message cut at the end of its header block.
struct Parts {
  std::vector<Field> fields;
  std::string rest;  ///< the empty line and the body
};

[[nodiscard]] Parts parts_of(std::string_view text);
/// One of the seven of mbox.md section 5.
[[nodiscard]] bool is_store_field(const Field& field);
[[nodiscard]] std::string without_store_headers(std::string_view octets);
/// With its line end.
[[nodiscard]] std::string first_line(std::string_view text);
[[nodiscard]] std::string end_cut(std::string text);
[[nodiscard]] std::vector<std::string> words_of(const std::string& text);

[[nodiscard]] std::string changed_lines(std::string_view text,
                                        const std::function<std::string(const std::string&)>& change);
/// Begins with at most so many '>' and "From ".
[[nodiscard]] bool is_from_line(const std::string& line, std::size_t most_arrows = std::string::npos);

}  // namespace mailhaul::black_box
