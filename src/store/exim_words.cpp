#include "mailhaul/store/exim_words.hpp"

#include <algorithm>

namespace mailhaul::store {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::size_t end_of_quoted(std::string_view text, std::size_t begin) {
  for (std::size_t i = begin + 1; i < text.size(); ++i) {
    if (text[i] == '\\')
      ++i;
    else if (text[i] == '"')
      return i + 1;
  }
  return text.size();
}

std::size_t end_of_bare(std::string_view text, std::size_t begin) {
  std::size_t i = begin;
  while (i < text.size() && !is_space(text[i]) && text[i] != '(' && text[i] != ')') ++i;
  return std::max(i, begin + 1);
}

}  // namespace

std::vector<EximWord> exim_words(std::string_view text) {
  std::vector<EximWord> words;
  for (std::size_t i = 0; i < text.size();) {
    if (is_space(text[i])) {
      ++i;
    } else if (text[i] == '#') {
      i = std::min(text.find('\n', i), text.size());
    } else {
      const bool is_quoted = text[i] == '"';
      const std::size_t end = is_quoted ? end_of_quoted(text, i) : end_of_bare(text, i);
      words.push_back({i, end, is_quoted});
      i = end;
    }
  }
  return words;
}

bool is_exim_filter(std::string_view text) {
  constexpr std::string_view wanted = "# exim filter";
  std::size_t at = 0;
  for (const char c : wanted) {
    if (c == ' ') {
      // The blank between `#` and `Exim` may be left out, that between the words may not.
      const bool may_be_none = at > 0 && text[at - 1] == '#';
      const std::size_t begin = at;
      while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
      if (at == begin && !may_be_none) return false;
      continue;
    }
    if (at >= text.size()) return false;
    const char is = text[at] >= 'A' && text[at] <= 'Z' ? static_cast<char>(text[at] - 'A' + 'a') : text[at];
    if (is != c) return false;
    ++at;
  }
  return true;
}

}  // namespace mailhaul::store
