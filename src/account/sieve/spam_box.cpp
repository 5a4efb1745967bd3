#include "account/sieve/spam_box.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "account/sieve/filter_action.hpp"
#include "account/sieve/rule_test.hpp"
#include "account/sieve/sieve_text.hpp"
#include "account/sieve/spam_preferences.hpp"
#include "mailhaul/account/address.hpp"

namespace mailhaul::account::sieve {
namespace {

constexpr std::string_view blanks = " \t\r";

/// Of SpamAssassin's preferences what is of use here.
struct Preferences {
  std::vector<std::string> allowed{};  ///< senders, with `*` and `?`
  std::vector<std::string> blocked{};
  bool has_others = false;
};

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  // `#` begins a remark.
  line = line.substr(0, line.find('#'));
  for (;;) {
    line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
    if (line.empty()) return words;
    words.push_back(line.substr(0, line.find_first_of(blanks)));
    line.remove_prefix(words.back().size());
  }
}

/// SpamAssassin's patterns are those of ":matches", but for the backslash, which means itself.
std::string pattern_of(std::string_view word) {
  std::string out;
  for (const char c : word) {
    if (c == '\\') out += '\\';
    out += c;
  }
  return out;
}

Preferences preferences_of(std::string_view text) {
  Preferences out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const auto words = words_of(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (words.empty()) continue;
    const std::string name = lower_case(words.front());
    const bool allows = name == "whitelist_from" || name == "welcomelist_from";
    const bool blocks = name == "blacklist_from" || name == "blocklist_from";
    out.has_others = out.has_others || (!allows && !blocks);
    for (std::size_t i = 1; i < words.size() && (allows || blocks); ++i) {
      if (is_plain_text(words[i]))
        (allows ? out.allowed : out.blocked).push_back(pattern_of(words[i]));
      else
        out.has_others = true;
    }
  }
  return out;
}

/// They are written, but for lines that are an administrator's.
store::SettingResult result_beside(const CarriedPreferences& carried) {
  if (carried.left_out == 0) return {};
  return {carried.text.empty() ? store::SettingResult::Outcome::not_carried
                               : store::SettingResult::Outcome::approximated,
          std::to_string(carried.left_out) + " lines of SpamAssassin's preferences are left out: " + carried.names,
          "what of them is to hold belongs into the configuration of the new server's scanner"};
}

bool has_box(const store::Spam& spam) { return spam.has_box && !spam.box_is_disabled && !spam.is_disabled; }

}  // namespace

bool has_spam_rule(const store::Spam& spam, const Options& options) {
  return has_box(spam) && !options.has_global_spam_rule;
}

Part spam_part(const store::Spam& spam, const Options& options, bool asks_delivered) {
  Part part;
  part.id = {"", store::SettingKind::spam, ""};
  part.section = spam_box_section;
  const Preferences preferences = preferences_of(spam.preferences);
  const bool has_rule = has_spam_rule(spam, options);
  const bool has_lists = !preferences.allowed.empty() || !preferences.blocked.empty();
  if (has_rule) {
    Needs needs;
    needs.extensions = {"fileinto", "mailbox"};
    std::string test = "header :contains \"X-Spam-Flag\" \"YES\"";
    if (!preferences.blocked.empty())
      test = "anyof (" + test + ", address :matches \"from\" " + quoted_list(preferences.blocked, needs) + ')';
    std::string guards;
    if (asks_delivered) {
      needs.extensions.insert("variables");
      guards += "not " + std::string(delivered_test) + ", ";
    }
    if (!preferences.allowed.empty())
      guards += "not address :matches \"from\" " + quoted_list(preferences.allowed, needs) + ", ";
    if (!guards.empty()) test = "allof (" + guards + test + ')';
    const std::string rule = "if " + test + " {\n    fileinto :create " +
                             quoted(folder_at_target("spam", options), needs) + ";\n    stop;\n}\n";
    part.text = "# Spam box\n" + prelude_for(needs) + rule;
    part.extensions = needs.extensions;
  }
  if (options.has_spam_preferences && !spam.is_disabled) {
    part.result = result_beside(carried_preferences(spam.preferences));
  } else if (preferences.has_others || (has_lists && !has_rule)) {
    // That there is no box is no loss; that the scanner will decide in another way may be.
    part.result = {
        has_box(spam) ? store::SettingResult::Outcome::approximated : store::SettingResult::Outcome::not_carried,
        "the preferences of SpamAssassin are not a matter of a Sieve script",
        "where the new server's scanner reads user_prefs copy them to each mailbox, else set its score and lists"};
  } else if (has_lists) {
    part.result = {store::SettingResult::Outcome::approximated,
                   "the lists of allowed and blocked senders count for the spam box alone", ""};
  }
  return part;
}

}  // namespace mailhaul::account::sieve
