#include "mailhaul/base/shell_words.hpp"

#include <algorithm>

namespace mailhaul {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n'; }

/// What a backslash takes the meaning of between double quotes; before anything else it stands for itself.
bool is_special_in_double_quotes(char c) { return c == '$' || c == '`' || c == '"' || c == '\\'; }

/// One word from where the text begins; each function takes what it has read off.
class WordReader {
 public:
  explicit WordReader(std::string_view text) : rest_(text) {}

  void skip_blanks() {
    while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
  }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  [[nodiscard]] std::optional<std::string> word() {
    std::string word;
    while (!rest_.empty() && !is_blank(rest_.front())) {
      const char c = take();
      const bool good = c == '\'' ? single_quoted(word) : c == '"' ? double_quoted(word) : plain(c, word);
      if (!good) return std::nullopt;
    }
    return word;
  }

 private:
  char take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  [[nodiscard]] bool plain(char c, std::string& word) {
    if (c == '\\' && rest_.empty()) return false;
    if (c != '\\')
      word += c;
    else if (const char escaped = take(); escaped != '\n')  // an escaped line end joins lines
      word += escaped;
    return true;
  }

  [[nodiscard]] bool single_quoted(std::string& word) {
    const std::size_t end = rest_.find('\'');
    if (end == std::string_view::npos) return false;
    word += rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return true;
  }

  [[nodiscard]] bool double_quoted(std::string& word) {
    while (!rest_.empty()) {
      const char c = take();
      if (c == '"') return true;
      if (c != '\\' || rest_.empty())
        word += c;
      else if (const char escaped = take(); is_special_in_double_quotes(escaped))
        word += escaped;
      else if (escaped != '\n')
        (word += c) += escaped;
    }
    return false;
  }

  std::string_view rest_;
};

bool is_plain(char c) {
  constexpr std::string_view others = "%+,-./:=@_";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         others.find(c) != std::string_view::npos;
}

std::string quoted(std::string_view word) {
  if (!word.empty() && std::all_of(word.begin(), word.end(), is_plain)) return std::string(word);
  std::string text = "'";
  for (const char c : word) {
    if (c == '\'')
      text += "'\\''";
    else
      text += c;
  }
  return text + "'";
}

}  // namespace

std::optional<std::vector<std::string>> split_words(std::string_view text) {
  std::vector<std::string> words;
  WordReader reader(text);
  for (reader.skip_blanks(); !reader.at_end(); reader.skip_blanks()) {
    auto word = reader.word();
    if (!word) return std::nullopt;
    words.push_back(*std::move(word));
  }
  return words;
}

std::string join_words(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) {
    if (&word != &words.front()) line += ' ';
    line += quoted(word);
  }
  return line;
}

}  // namespace mailhaul
