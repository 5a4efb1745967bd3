#include "account/cpanel/spam.hpp"

#include <algorithm>
#include <utility>

#include "mailhaul/account/address.hpp"

namespace mailhaul::account::cpanel {
namespace {

constexpr std::string_view blanks = " \t\r";

/// The first word of the text, which is shortened to what comes behind it and the blanks.
std::string_view next_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  const std::string_view word = text.substr(0, std::min(text.find_first_of(blanks), text.size()));
  text.remove_prefix(word.size());
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  while (!text.empty() && blanks.find(text.back()) != std::string_view::npos) text.remove_suffix(1);
  return word;
}

/// `#` begins a remark unless a backslash is before it.
std::string_view without_remark(std::string_view line) {
  for (std::size_t i = 0; i < line.size(); ++i)
    if (line[i] == '#' && (i == 0 || line[i - 1] != '\\')) return line.substr(0, i);
  return line;
}

std::size_t count_of_words(std::string_view text) {
  std::size_t count = 0;
  while (!next_word(text).empty()) ++count;
  return count;
}

}  // namespace

bool is_spam_flag_file(std::string_view name) {
  return std::any_of(spam_flag_files.begin(), spam_flag_files.end(),
                     [name](const SpamFlagFile& file) { return file.name == name; });
}

store::Spam read_spam(const std::set<std::string>& present, std::string preferences) {
  store::Spam value;
  for (const SpamFlagFile& file : spam_flag_files) value.*file.flag = present.count(std::string(file.name)) > 0;
  value.preferences = std::move(preferences);
  return value;
}

std::set<std::string> spam_files(const store::Spam& value) {
  std::set<std::string> names;
  for (const SpamFlagFile& file : spam_flag_files)
    if (value.*file.flag) names.emplace(file.name);
  return names;
}

SpamPreferences read_spam_preferences(std::string_view text) {
  SpamPreferences out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view rest = without_remark(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::string word = lower_case(next_word(rest));
    if (word == "required_score" || word == "required_hits") {
      out.required_score = std::string(rest);
    } else if (word == "rewrite_header") {
      if (lower_case(next_word(rest)) == "subject") out.rewrite_subject = std::string(rest);
    } else if (word == "whitelist_from" || word == "welcomelist_from") {
      out.allowed += count_of_words(rest);
    } else if (word == "blacklist_from" || word == "blocklist_from") {
      out.blocked += count_of_words(rest);
    }
  }
  return out;
}

}  // namespace mailhaul::account::cpanel
