#include "account/sieve/spam_preferences.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "account/text/text_lines.hpp"
#include "mailhaul/account/address.hpp"
#include "mailhaul/base/escape.hpp"

namespace mailhaul::account::sieve {
namespace {

constexpr std::size_t told_limit = 10;
constexpr std::size_t longest_name = 40;

/// Settings that SpamAssassin 4.0.1 has neither as privileged nor as the administrator's (Mail::SpamAssassin::Conf,
/// "USER PREFERENCES"), and that mean the same on every server. Sorted. Old names stay: 3.x and 4.x know both.
constexpr auto known_names = std::to_array<std::string_view>({"add_header",
                                                              "all_spam_to",
                                                              "bayes_auto_learn",
                                                              "bayes_auto_learn_threshold_nonspam",
                                                              "bayes_auto_learn_threshold_spam",
                                                              "bayes_ignore_from",
                                                              "bayes_ignore_header",
                                                              "bayes_ignore_to",
                                                              "bayes_min_ham_num",
                                                              "bayes_min_spam_num",
                                                              "blacklist_from",
                                                              "blacklist_subject",
                                                              "blacklist_to",
                                                              "blacklist_uri_host",
                                                              "blocklist_from",
                                                              "blocklist_subject",
                                                              "blocklist_to",
                                                              "blocklist_uri_host",
                                                              "clear_headers",
                                                              "clear_report_template",
                                                              "describe",
                                                              "fold_headers",
                                                              "more_spam_to",
                                                              "normalize_charset",
                                                              "ok_locales",
                                                              "remove_header",
                                                              "report",
                                                              "report_charset",
                                                              "report_contact",
                                                              "report_safe",
                                                              "report_safe_copy_headers",
                                                              "report_wrap_width",
                                                              "required_hits",
                                                              "required_score",
                                                              "rewrite_header",
                                                              "score",
                                                              "skip_rbl_checks",
                                                              "skip_uribl_checks",
                                                              "unblacklist_from",
                                                              "unblocklist_from",
                                                              "unwelcomelist_auth",
                                                              "unwelcomelist_from",
                                                              "unwelcomelist_from_dkim",
                                                              "unwelcomelist_from_rcvd",
                                                              "unwelcomelist_from_spf",
                                                              "unwhitelist_auth",
                                                              "unwhitelist_from",
                                                              "unwhitelist_from_dkim",
                                                              "unwhitelist_from_rcvd",
                                                              "unwhitelist_from_spf",
                                                              "use_bayes",
                                                              "use_bayes_rules",
                                                              "use_learner",
                                                              "use_pyzor",
                                                              "use_razor2",
                                                              "welcomelist_allows_relays",
                                                              "welcomelist_auth",
                                                              "welcomelist_from",
                                                              "welcomelist_from_dkim",
                                                              "welcomelist_from_rcvd",
                                                              "welcomelist_from_spf",
                                                              "welcomelist_subject",
                                                              "welcomelist_to",
                                                              "welcomelist_uri_host",
                                                              "whitelist_allows_relays",
                                                              "whitelist_auth",
                                                              "whitelist_from",
                                                              "whitelist_from_dkim",
                                                              "whitelist_from_rcvd",
                                                              "whitelist_from_spf",
                                                              "whitelist_subject",
                                                              "whitelist_to",
                                                              "whitelist_uri_host"});
static_assert(std::is_sorted(known_names.begin(), known_names.end()));

/// The first word, as SpamAssassin reads it: in small letters, with `-` as `_`.
std::string name_of(std::string_view line) {
  std::string name = lower_case(line.substr(0, std::min(line.find_first_of(" \t#"), line.size())));
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

/// Whether a line begins what holds under a condition alone, also as `lang de if …`. All behind `require_version` may
/// not hold at all.
bool begins_condition(std::string_view name, std::string_view plain) {
  if (name == "if" || name == "ifplugin" || name == "require_version") return true;
  return name == "lang" && plain.find(" if") != std::string_view::npos;
}

}  // namespace

CarriedPreferences carried_preferences(std::string_view preferences) {
  CarriedPreferences out;
  std::set<std::string> left_out;
  bool does_anything = false;
  // What holds under a condition alone would hold always without it.
  std::size_t conditions = 0;
  bool is_never_whole = false;
  for (const TextLine& line : text_lines(preferences)) {
    const std::string_view content = trimmed(line.content);
    if (content.empty() || content.front() == '#') continue;
    const std::string name = name_of(content);
    std::string plain(content);
    std::replace(plain.begin(), plain.end(), '\t', ' ');
    const bool is_known = std::binary_search(known_names.begin(), known_names.end(), std::string_view(name));
    const bool is_conditional = conditions > 0;
    if (begins_condition(name, plain)) ++conditions;
    // With anything behind it SpamAssassin does not take it for the end.
    if (plain == "endif" && conditions > 0 && !is_never_whole) --conditions;
    is_never_whole = is_never_whole || name == "require_version";
    if (is_known && !is_conditional && !has_control_octet(plain)) {
      out.text += plain + '\n';
      does_anything = true;
    } else {
      out.text += "# not carried over: " + escape_for_terminal(plain) + '\n';
      left_out.insert(name.substr(0, longest_name));
      ++out.left_out;
    }
  }
  if (!does_anything) out.text.clear();
  std::size_t told = 0;
  for (const std::string& name : left_out) {
    if (++told > told_limit) break;
    out.names += (out.names.empty() ? "" : ", ") + name;
  }
  if (left_out.size() > told_limit) out.names += " and " + std::to_string(left_out.size() - told_limit) + " more";
  return out;
}

}  // namespace mailhaul::account::sieve
