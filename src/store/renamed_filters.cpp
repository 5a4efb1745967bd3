#include "store/renamed_filters.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "mailhaul/store/exim_words.hpp"

namespace mailhaul::store {
namespace {

/// After one of these a bare `save` is what is looked for, not a command.
bool is_comparison(std::string_view word) {
  constexpr std::array<std::string_view, 16> words{"is",     "contains", "begins",  "ends", "matches", "above",
                                                   "below",  "contain",  "begin",   "end",  "match",   "CONTAINS",
                                                   "BEGINS", "ENDS",     "MATCHES", "IS"};
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool takes_destination(std::string_view word) { return word == "save" || word == "pipe" || word == "deliver"; }

bool is_blank(char c) { return c == ' ' || c == '\t'; }

enum class Quotes { none, single, twice };

/// A value as it stands in the text.
struct YamlScalar {
  std::size_t begin = 0;
  std::size_t end = 0;  ///< quotes included
  Quotes quotes = Quotes::none;
  std::string value{};
};

/// Nothing where it is written in a way that is not read here.
std::optional<YamlScalar> quoted_scalar(std::string_view text, std::size_t begin) {
  YamlScalar out{begin, begin, text[begin] == '"' ? Quotes::twice : Quotes::single, {}};
  for (std::size_t i = begin + 1; i < text.size() && text[i] != '\n'; ++i) {
    if (out.quotes == Quotes::twice && text[i] == '\\') {
      if (i + 1 >= text.size() || (text[i + 1] != '"' && text[i + 1] != '\\' && text[i + 1] != '/'))
        return std::nullopt;
      out.value += text[++i];
    } else if (text[i] != text[begin]) {
      out.value += text[i];
    } else if (out.quotes == Quotes::single && i + 1 < text.size() && text[i + 1] == '\'') {
      out.value += text[i++];
    } else {
      out.end = i + 1;
      return out;
    }
  }
  return std::nullopt;
}

std::optional<YamlScalar> plain_scalar(std::string_view text, std::size_t begin, bool is_in_flow) {
  std::size_t end = begin;
  for (; end < text.size() && text[end] != '\n'; ++end) {
    if (is_in_flow && (text[end] == ',' || text[end] == '}')) break;
    if (text[end] == '#' && end > begin && is_blank(text[end - 1])) break;
  }
  while (end > begin && (is_blank(text[end - 1]) || text[end - 1] == '\r')) --end;
  YamlScalar out{begin, end, Quotes::none, std::string(text.substr(begin, end - begin))};
  if (!out.value.empty() && std::string_view("|>&*!").find(out.value.front()) != std::string_view::npos)
    return std::nullopt;
  if (out.value == "~" || out.value == "null") out.value.clear();
  return out;
}

std::string written(const std::string& value, Quotes quotes) {
  if (quotes == Quotes::none) return value;
  const char quote = quotes == Quotes::twice ? '"' : '\'';
  std::string out(1, quote);
  for (const char c : value) {
    if (c == quote) out += quotes == Quotes::twice ? '\\' : '\'';
    if (c == '\\' && quotes == Quotes::twice) out += '\\';
    out += c;
  }
  return out += quote;
}

/// Behind the key `dest` and its colon, or nothing where that is not the key at `at`.
std::optional<std::size_t> behind_key(std::string_view text, std::size_t at) {
  for (const std::string_view key : {"dest", "\"dest\"", "'dest'"}) {
    if (text.substr(at, key.size()) != key) continue;
    std::size_t i = at + key.size();
    while (i < text.size() && is_blank(text[i])) ++i;
    if (i >= text.size() || text[i] != ':') return std::nullopt;
    ++i;
    if (i < text.size() && !is_blank(text[i]) && text[i] != '\n' && text[i] != '\r') return std::nullopt;
    while (i < text.size() && is_blank(text[i])) ++i;
    return i;
  }
  return std::nullopt;
}

/// Finds the destinations line by line: keys at the beginning of a line, behind `- `, and in `{a: b, c: d}`.
class DestinationScanner {
 public:
  explicit DestinationScanner(std::string_view text) : text_(text) {}

  /// Nothing where one of them can't be read.
  std::optional<std::vector<YamlScalar>> scan() {
    while (at_ < text_.size()) {
      while (at_ < text_.size() && (is_blank(text_[at_]) || text_[at_] == '-')) ++at_;
      if (!take_key(false)) return std::nullopt;
      if (!walk_line()) return std::nullopt;
    }
    return std::move(found_);
  }

 private:
  bool take_key(bool is_in_flow) {
    const auto begin = behind_key(text_, at_);
    if (!begin) return true;
    const bool is_quoted = *begin < text_.size() && (text_[*begin] == '"' || text_[*begin] == '\'');
    auto scalar = is_quoted ? quoted_scalar(text_, *begin) : plain_scalar(text_, *begin, is_in_flow);
    if (!scalar) return false;
    at_ = scalar->end;
    found_.push_back(std::move(*scalar));
    return true;
  }

  bool walk_line() {
    std::size_t depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      const bool begins_word = at_ == 0 || is_blank(text_[at_ - 1]) || text_[at_ - 1] == '{' || text_[at_ - 1] == ',';
      if (c == '\n') {
        ++at_;
        return true;
      }
      if ((c == '"' || c == '\'') && begins_word) {
        const auto scalar = quoted_scalar(text_, at_);
        at_ = scalar ? scalar->end : at_ + 1;
        continue;
      }
      ++at_;
      if (c == '{') ++depth;
      if (c == '}' && depth > 0) --depth;
      if ((c != '{' && c != ',') || depth == 0) continue;
      while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
      if (!take_key(true)) return false;
    }
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<YamlScalar> found_{};
};

std::vector<const FilterAction*> actions_of(const std::vector<Filter>& list) {
  std::vector<const FilterAction*> out;
  for (const Filter& filter : list)
    for (const FilterAction& action : filter.actions) out.push_back(&action);
  return out;
}

}  // namespace

std::string with_exim_destinations(std::string_view text, const NewDestination& changed) {
  std::string out;
  std::size_t copied = 0;
  std::string_view before;
  std::string_view command;
  for (const EximWord& word : exim_words(text)) {
    const std::string_view is = text.substr(word.begin, word.end - word.begin);
    if (!command.empty()) {
      const bool is_closed = word.is_quoted && is.size() > 1 && is.back() == '"';
      const std::size_t quote = word.is_quoted ? 1 : 0;
      if (is_closed || !word.is_quoted) {
        out += text.substr(copied, word.begin + quote - copied);
        out += changed(command, is.substr(quote, is.size() - 2 * quote));
        copied = word.end - quote;
      }
      command = {};
      before = {};
      continue;
    }
    if (!word.is_quoted && takes_destination(is) && !is_comparison(before)) command = is;
    before = word.is_quoted ? std::string_view() : is;
  }
  return out += text.substr(copied);
}

std::optional<std::string> with_yaml_destinations(std::string_view text, const std::vector<Filter>& list,
                                                  const NewDestination& changed) {
  const auto found = DestinationScanner(text).scan();
  if (!found) return std::nullopt;
  std::string out;
  std::size_t copied = 0;
  std::size_t next = 0;
  for (const FilterAction* action : actions_of(list)) {
    if (next == found->size() || (*found)[next].value != action->destination) {
      // `finish` has none, and need not say so.
      if (action->destination.empty()) continue;
      return std::nullopt;
    }
    const YamlScalar& scalar = (*found)[next++];
    const std::string value = changed(action->action, action->destination);
    if (value == action->destination) continue;
    out += text.substr(copied, scalar.begin - copied);
    out += written(value, scalar.quotes);
    copied = scalar.end;
  }
  if (next != found->size()) return std::nullopt;
  return out += text.substr(copied);
}

}  // namespace mailhaul::store
