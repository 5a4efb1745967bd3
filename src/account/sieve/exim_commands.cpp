#include "account/sieve/exim_commands.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "account/sieve/sieve_text.hpp"
#include "mailhaul/store/exim_words.hpp"

namespace mailhaul::account::sieve {
namespace {

/// Exim's interface to mail filtering, 3.
constexpr std::array<std::string_view, 13> command_words{"add",     "deliver",   "fail",     "finish", "freeze",
                                                         "headers", "logfile",   "logwrite", "mail",   "pipe",
                                                         "save",    "testprint", "vacation"};
/// The word behind one of these is a value, not a command.
constexpr std::array<std::string_view, 9> before_values{"is",    "contains", "begins", "ends", "matches",
                                                        "above", "below",    "text",   "to"};
constexpr std::array<std::string_view, 8> panel_head{"if",   "not",    "first_delivery", "and", "error_message",
                                                     "then", "finish", "endif"};
constexpr std::size_t told_limit = 20;

/// The two lines that refuse all mail of a mailbox are a setting of their own.
constexpr std::string_view suspension_mark = "SUSPEND RECEPTION OF NEW MESSAGES";

template <class List>
bool is_one_of(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

struct Word {
  std::string_view text;
  bool is_quoted;
  std::size_t line;
};

std::vector<Word> words_of(std::string_view exim) {
  std::vector<Word> out;
  std::size_t line = 1;
  std::size_t at = 0;
  for (const store::EximWord& word : store::exim_words(exim)) {
    line += static_cast<std::size_t>(std::count(exim.begin() + static_cast<std::ptrdiff_t>(at),
                                                exim.begin() + static_cast<std::ptrdiff_t>(word.begin), '\n'));
    at = word.begin;
    out.push_back({exim.substr(word.begin, word.end - word.begin), word.is_quoted, line});
  }
  return out;
}

bool is_panel_head(const std::vector<Word>& words, std::size_t at) {
  if (words.size() - at < panel_head.size()) return false;
  for (std::size_t i = 0; i < panel_head.size(); ++i)
    if (words[at + i].text != panel_head[i]) return false;
  return true;
}

struct FoundCommand {
  EximCommand command{};
  std::string_view argument{};
};

std::vector<FoundCommand> found_commands(std::string_view exim) {
  const std::vector<Word> words = words_of(exim);
  std::vector<FoundCommand> out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (is_panel_head(words, i)) {
      i += panel_head.size() - 1;
      continue;
    }
    if (words[i].is_quoted || !is_one_of(command_words, words[i].text)) continue;
    if (i > 0 && is_one_of(before_values, words[i - 1].text)) continue;
    out.push_back(
        {{std::string(words[i].text), words[i].line}, i + 1 < words.size() ? words[i + 1].text : std::string_view()});
  }
  return out;
}

bool is_nowhere(std::string_view path) { return path == "/dev/null" || path == "\"/dev/null\""; }

}  // namespace

std::vector<EximCommand> exim_commands(std::string_view exim) {
  std::vector<EximCommand> out;
  for (FoundCommand& found : found_commands(exim)) out.push_back(std::move(found.command));
  return out;
}

std::string told(const std::vector<EximCommand>& commands) {
  std::string out;
  for (std::size_t i = 0; i < std::min(commands.size(), told_limit); ++i)
    out += (i == 0 ? "" : ", ") + commands[i].name + " in line " + std::to_string(commands[i].line);
  if (commands.size() > told_limit) out += " and " + std::to_string(commands.size() - told_limit) + " more";
  return out;
}

bool does_what_the_list_says(const store::Filters& filters) {
  if (filters.exim.empty() || filters.exim.find(suspension_mark) != std::string::npos) return true;
  // What is thrown away may be written in several ways, and where a filter ends too.
  constexpr std::array<std::string_view, 4> compared{"save", "deliver", "fail", "pipe"};
  std::map<std::string_view, long> counts;
  for (const FoundCommand& found : found_commands(filters.exim))
    for (const std::string_view word : compared)
      if (found.command.name == word && !is_nowhere(found.argument)) ++counts[word];
  for (const store::Filter& filter : filters.list)
    for (const store::FilterAction& action : filter.actions)
      for (const std::string_view word : compared)
        if (filter.is_enabled && action.action == word && !is_nowhere(action.destination)) --counts[word];
  return std::all_of(counts.begin(), counts.end(), [](const auto& count) { return count.second == 0; });
}

}  // namespace mailhaul::account::sieve
