#include "account/sieve/rule_test.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "account/sieve/posix_regex.hpp"
#include "account/text/text_lines.hpp"
#include "mailhaul/account/address.hpp"

namespace mailhaul::account::sieve {
namespace {

struct Refused {
  std::string reason;
};

enum class Match { is, contains, begins, ends, matches, above, below };
struct MatchWord {
  std::string_view word;
  Match match;
  bool is_negated;
};
/// Exim's and cPanel's names. Exim's in capitals mind the case: nobody's panel writes them.
constexpr std::array<MatchWord, 20> match_words{{{"is", Match::is, false},
                                                 {"equals", Match::is, false},
                                                 {"is not", Match::is, true},
                                                 {"does not equal", Match::is, true},
                                                 {"contains", Match::contains, false},
                                                 {"does not contain", Match::contains, true},
                                                 {"begins", Match::begins, false},
                                                 {"begins with", Match::begins, false},
                                                 {"does not begin", Match::begins, true},
                                                 {"does not begin with", Match::begins, true},
                                                 {"ends", Match::ends, false},
                                                 {"ends with", Match::ends, false},
                                                 {"does not end", Match::ends, true},
                                                 {"does not end with", Match::ends, true},
                                                 {"matches", Match::matches, false},
                                                 {"does not match", Match::matches, true},
                                                 {"is above", Match::above, false},
                                                 {"is not above", Match::above, true},
                                                 {"is below", Match::below, false},
                                                 {"is not below", Match::below, true}}};

MatchWord match_of(std::string_view word) {
  const auto* found =
      std::find_if(match_words.begin(), match_words.end(), [&](const MatchWord& row) { return row.word == word; });
  if (found == match_words.end()) throw Refused{"it compares by \"" + one_line(word) + "\", which is not known here"};
  return *found;
}

bool is_number(Match match) { return match == Match::above || match == Match::below; }

/// "Subject" of "$header_subject:", "$h_subject:" and the raw forms; nothing where it is no header.
std::optional<std::string> header_of(std::string_view part) {
  constexpr std::array<std::string_view, 6> heads{"$header_", "$h_", "$rheader_", "$rh_", "$bheader_", "$bh_"};
  part = trimmed(part);
  for (const std::string_view head : heads) {
    if (!part.starts_with(head)) continue;
    std::string_view name = part.substr(head.size());
    if (!name.empty() && name.back() == ':') name.remove_suffix(1);
    const bool is_name = !name.empty() && name.size() <= 100 && std::all_of(name.begin(), name.end(), [](char c) {
      return is_letter_or_digit(c) || c == '-' || c == '_';
    });
    if (!is_name) return std::nullopt;
    return std::string(name);
  }
  return std::nullopt;
}

/// A comparison of texts: what stands between the name of the test and its headers, and behind them.
struct Comparison {
  std::string tag{};
  std::vector<std::string> values{};
  bool matches_empty = false;  ///< "" is one that matches
  bool always = false;         ///< each text matches
};

Comparison comparison_of(Match match, const std::string& value, Needs& needs) {
  switch (match) {
  case Match::is: return {":is", {value}, value.empty(), false};
  case Match::contains: return {":contains", {value}, value.empty(), value.empty()};
  case Match::begins: return {":matches", {escaped_for_matches(value) + '*'}, value.empty(), value.empty()};
  case Match::ends: return {":matches", {'*' + escaped_for_matches(value)}, value.empty(), value.empty()};
  case Match::matches: break;
  case Match::above:
  case Match::below: throw Refused{"it compares numbers where there are none"};
  }
  PosixRegex regex = posix_regex(value);
  if (!regex.text) throw Refused{"its expression can't be one of POSIX: " + regex.reason};
  if (!regex.text->empty()) needs.extensions.insert("regex");
  const bool always = regex.text->empty();
  return {":regex", {std::move(*regex.text)}, regex.matches_empty, always};
}

std::string header_test(const Comparison& comparison, const std::vector<std::string>& headers, Needs& needs) {
  return "header " + comparison.tag + ' ' + quoted_list(headers, needs) + ' ' + quoted_list(comparison.values, needs);
}

/// Exim takes a header that is missing for an empty one.
std::string one_header(const Comparison& comparison, const std::string& header, Needs& needs) {
  if (comparison.always) return "true";
  const std::string test = header_test(comparison, {header}, needs);
  return comparison.matches_empty ? "anyof (not exists " + quoted(header, needs) + ", " + test + ')' : test;
}

std::string reply_address(const Comparison& comparison, Needs& needs) {
  if (comparison.always) return "true";
  return "anyof (" + header_test(comparison, {"reply-to"}, needs) + ", allof (not exists \"reply-to\", " +
         one_header(comparison, "from", needs) + "))";
}

/// A whole number as Exim reads it: K and M multiply.
std::uint64_t number_of(std::string_view text) {
  text = trimmed(text);
  std::uint64_t factor = 1;
  if (!text.empty() && (text.back() == 'K' || text.back() == 'k')) factor = 1024;
  if (!text.empty() && (text.back() == 'M' || text.back() == 'm')) factor = 1024UL * 1024;
  if (factor != 1) text.remove_suffix(1);
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') throw Refused{"it compares with \"" + one_line(text) + "\", which is no whole number"};
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
    if (value > 1'000'000'000) throw Refused{"it compares with a number that is too large"};
  }
  if (text.empty()) throw Refused{"it compares with no number"};
  return value * factor;
}

/// A value below 0 counts as more than any number there (i;ascii-numeric, RFC 4790 9.1.1), so it is asked for by its
/// sign; a header that is missing is 0 for Exim.
std::string numeric(const std::string& header, std::string_view relation, std::uint64_t number, Needs& needs) {
  needs.extensions.insert({"relational", "comparator-i;ascii-numeric"});
  const std::string name = quoted(header, needs);
  const std::string test = "header :value \"" + std::string(relation) + "\" :comparator \"i;ascii-numeric\" " + name +
                           " \"" + std::to_string(number) + '"';
  const std::string is_negative = "header :matches " + name + " \"-*\"";
  if (relation.front() == 'g') {
    const std::string guarded = "allof (not " + is_negative + ", " + test + ')';
    return relation == "ge" && number == 0 ? "anyof (not exists " + name + ", " + guarded + ')' : guarded;
  }
  const bool takes_zero = number > 0 || relation == "le";
  const std::string wide = is_negative + ", " + test + ')';
  return takes_zero ? "anyof (not exists " + name + ", " + wide : "anyof (" + wide;
}

void number_test(const std::string& header, const MatchWord& match, const std::string& value, RuleTest& out) {
  std::uint64_t number = number_of(value);
  const bool is_greater = (match.match == Match::above) != match.is_negated;
  bool is_or_equal = match.is_negated;
  if (lower_case(header) == "x-spam-score") {
    // cPanel's is ten times the score, a whole number; other servers write "5.2", of which the comparator reads the 5.
    number = (number + 9) / 10;
    is_or_equal = is_greater;
    out.difference = "X-Spam-Score is ten times the score on cPanel: it is compared with " + std::to_string(number) +
                     ", and only the whole part of the score counts";
    out.what_to_do = "see whether the new server's scanner writes X-Spam-Score";
  }
  out.test = numeric(header, is_greater ? is_or_equal ? "ge" : "gt" : is_or_equal ? "le" : "lt", number, out.needs);
}

void header_rule(const std::string& header, const MatchWord& match, const std::string& value, RuleTest& out) {
  const std::string name = lower_case(header);
  if (name == "x-spam-bar")
    throw Refused{"X-Spam-Bar is a header of cPanel's own: no other server's scanner writes it"};
  if (is_number(match.match)) return number_test(header, match, value, out);
  out.test = one_header(comparison_of(match.match, value, out.needs), header, out.needs);
  if (match.is_negated) out.test = "not " + out.test;
  if (!name.starts_with("x-spam")) return;
  out.difference = "what stands in " + header + " is up to the new server's scanner";
  out.what_to_do = "see what the new server's scanner writes into " + header;
}

/// "foranyaddress $h_to:,$h_cc:,$h_bcc:"
void address_rule(std::string_view list, const MatchWord& match, const std::string& value, RuleTest& out) {
  // Of others Sieve takes no addresses: an error of the whole script.
  constexpr std::array<std::string_view, 6> with_addresses{"to", "cc", "bcc", "from", "sender", "reply-to"};
  std::vector<std::string> headers;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    const auto header = header_of(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
    if (!header || std::find(with_addresses.begin(), with_addresses.end(), lower_case(*header)) == with_addresses.end())
      throw Refused{"it looks for addresses where Sieve can't"};
    headers.push_back(lower_case(*header));
  }
  if (headers.empty()) throw Refused{"it looks for addresses in no header"};
  const Comparison comparison = comparison_of(match.match, value, out.needs);
  out.test = comparison.always ? "exists " + quoted_list(headers, out.needs)
                               : "address :all " + comparison.tag + ' ' + quoted_list(headers, out.needs) + ' ' +
                                     quoted_list(comparison.values, out.needs);
  // `exists` wants all of them.
  if (comparison.always && headers.size() > 1) {
    out.test = "anyof (";
    for (const std::string& header : headers)
      out.test += (header == headers.front() ? "exists " : ", exists ") + quoted(header, out.needs);
    out.test += ')';
  }
  if (!match.is_negated) return;
  out.test = "not " + out.test;
  out.difference = "Exim asks whether some address of To, Cc and Bcc does not match, here it is whether none does";
}

void body_rule(const MatchWord& match, const std::string& value, RuleTest& out) {
  Comparison comparison = comparison_of(match.match, value, out.needs);
  // The last line of a body has its end, and there may be empty ones behind it.
  if ((match.match == Match::is || match.match == Match::ends) && !comparison.always) {
    out.needs.extensions.insert("regex");
    comparison.tag = ":regex";
    comparison.values = {(match.match == Match::is ? "^" : "") + escaped_for_regex(value) + "[[:space:]]*$"};
  }
  if (comparison.always) {
    out.test = "true";
  } else {
    out.needs.extensions.insert("body");
    out.test = "body :text " + comparison.tag + ' ' + quoted_list(comparison.values, out.needs);
  }
  if (match.is_negated) out.test = "not " + out.test;
  out.difference = "Exim looks at the beginning of the body as it was sent, here it is the whole text, decoded";
}

void any_header_rule(const MatchWord& match, const std::string& value, RuleTest& out) {
  const std::vector<std::string> common{
      "from",       "to",      "cc",       "subject",    "reply-to", "sender",      "return-path",   "received",
      "message-id", "list-id", "x-mailer", "user-agent", "date",     "x-spam-flag", "x-spam-status", "content-type"};
  if (match.match == Match::is || match.match == Match::begins || match.match == Match::ends)
    throw Refused{"it compares the whole header block"};
  const Comparison comparison = comparison_of(match.match, value, out.needs);
  out.test = comparison.always ? "true" : header_test(comparison, common, out.needs);
  if (match.is_negated) out.test = "not " + out.test;
  out.difference = "of all headers only the common ones are looked at";
}

void translate(const store::FilterRule& rule, RuleTest& out) {
  if (!is_plain_text(rule.value) || rule.value.find('\n') != std::string::npos)
    throw Refused{"its value is not UTF-8, or has control characters"};
  const std::string_view part = trimmed(rule.part);
  if (part == "error_message" || part == "not error_message") {
    out.needs.extensions.insert("envelope");
    out.test = std::string(part == "error_message" ? "" : "not ") + "envelope :is \"from\" \"\"";
    return;
  }
  if (part == "delivered" || part == "not delivered") {
    out.asks_delivered = true;
    out.needs.extensions.insert("variables");
    out.test = (part == "delivered" ? "" : "not ") + std::string(delivered_test);
    return;
  }
  const MatchWord match = match_of(rule.match);
  constexpr std::string_view any_address = "foranyaddress ";
  if (const auto header = header_of(part)) {
    header_rule(*header, match, rule.value, out);
  } else if (part == "$reply_address" || part == "$reply_address:") {
    out.test = reply_address(comparison_of(match.match, rule.value, out.needs), out.needs);
    if (match.is_negated) out.test = "not " + out.test;
  } else if (part.starts_with(any_address)) {
    address_rule(part.substr(any_address.size()), match, rule.value, out);
  } else if (part == "$message_body" || part == "$message_body:") {
    body_rule(match, rule.value, out);
  } else if (part == "$message_headers" || part == "$message_headers:") {
    any_header_rule(match, rule.value, out);
  } else {
    throw Refused{"it looks at \"" + one_line(part) + "\", which is not known here"};
  }
  const std::size_t dollar = rule.value.find('$');
  const char behind = dollar == std::string::npos || dollar + 1 == rule.value.size() ? ' ' : rule.value[dollar + 1];
  const bool is_variable = behind == '{' || (is_letter_or_digit(behind) && (behind < '0' || behind > '9'));
  if (is_variable && match.match != Match::matches && out.difference.empty())
    out.difference = "\"$\" in a value is taken as it stands";
}

}  // namespace

RuleTest rule_test(const store::FilterRule& rule) {
  RuleTest out;
  try {
    translate(rule, out);
  } catch (const Refused& refused) {
    out = {};
    out.refusal = refused.reason;
  }
  return out;
}

}  // namespace mailhaul::account::sieve
