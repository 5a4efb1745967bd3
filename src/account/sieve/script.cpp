#include "mailhaul/account/sieve/script.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "account/sieve/exim_commands.hpp"
#include "account/sieve/filter_text.hpp"
#include "account/sieve/spam_box.hpp"
#include "account/sieve/vacation.hpp"
#include "account/text/result.hpp"

namespace mailhaul::account::sieve {
namespace {

using Outcome = store::SettingResult::Outcome;

constexpr std::size_t told_limit = 20;
constexpr unsigned redirect_limit = 4;

std::string joined(const std::vector<std::string>& sentences) {
  std::string out;
  for (std::size_t i = 0; i < std::min(sentences.size(), told_limit); ++i) out += (i == 0 ? "" : "; ") + sentences[i];
  if (sentences.size() > told_limit) out += "; and " + std::to_string(sentences.size() - told_limit) + " more";
  return out;
}

/// Both lists of filters, as one after the other does them.
struct BothFilters {
  std::optional<FilterText> account{};
  std::optional<FilterText> own{};

  [[nodiscard]] bool any(bool FilterText::*what) const {
    return (account && (*account).*what) || (own && (*own).*what);
  }
  [[nodiscard]] unsigned redirects() const { return (account ? account->redirects : 0) + (own ? own->redirects : 0); }
};

BothFilters written(const MailboxRules& rules, const Options& options, bool marks_delivered) {
  FilterWriter writer(rules, options, marks_delivered);
  BothFilters out;
  if (rules.account_filters != nullptr) out.account = writer.write(rules.account_filters->list);
  if (rules.own_filters != nullptr) out.own = writer.write(rules.own_filters->list);
  return out;
}

/// Where there is a list nobody can edit: an Exim text of somebody's own, or one beside a list that can't be read.
store::SettingResult without_list(const store::Filters& filters) {
  const std::string what_to_do = "make them anew as a Sieve script on the new server";
  if (!filters.exim.empty()) {
    const auto commands = exim_commands(filters.exim);
    if (commands.empty() && filters.is_understood) return {};
    return not_carried("the filters are an Exim text, which no other server does: " + told(commands), what_to_do);
  }
  if (filters.is_understood) return {};
  return not_carried("the filters can't be understood", what_to_do);
}

store::SettingResult result_of(const store::Filters& filters, FilterText& text, unsigned redirects_of_all) {
  if (!does_what_the_list_says(filters)) {
    text.differences.emplace_back("the Exim text, which is what is done, does not do what the list of filters says: "
                                  "what is carried over is the list");
    text.to_do.emplace_back("compare the filters with what they did: " + told(exim_commands(filters.exim)));
  }
  if (text.redirects > 0 && redirects_of_all > redirect_limit) {
    text.differences.emplace_back(
        "all filters together have more than 4 addresses: where a message is led to more than 4 "
        "the server ends the script");
    text.to_do.emplace_back("make forwarders of addresses that get all mail");
  }
  if (!text.refusals.empty())
    text.to_do.emplace_back("make the filters that are comments in the script anew on the new server");
  if (text.refusals.empty() && text.differences.empty()) return {};
  std::vector<std::string> sentences = std::move(text.refusals);
  const bool is_lost = !sentences.empty() && text.carried == 0;
  sentences.insert(sentences.end(), text.differences.begin(), text.differences.end());
  return {is_lost ? Outcome::not_carried : Outcome::approximated, joined(sentences), joined(text.to_do)};
}

Part filter_part(const std::string& owner, std::string_view section, const store::Filters& filters, FilterText text,
                 unsigned redirects_of_all) {
  Part part;
  part.id = {owner, store::SettingKind::filters, ""};
  part.section = section;
  if (filters.list.empty()) {
    part.result = without_list(filters);
    return part;
  }
  part.result = result_of(filters, text, redirects_of_all);
  part.text = std::move(text.text);
  part.extensions = std::move(text.needs.extensions);
  return part;
}

/// What is too long for the server is left out, the longest first.
void keep_in_bounds(std::vector<Part>& all) {
  while (script_of(all).size() > script_limit_octets) {
    const auto longest = std::max_element(all.begin(), all.end(),
                                          [](const Part& a, const Part& b) { return a.text.size() < b.text.size(); });
    longest->text.clear();
    longest->extensions.clear();
    longest->result = not_carried("it would make the script longer than the server takes, which is 1 MB",
                                  "make it shorter at the source, or by hand on the new server");
  }
}

}  // namespace

std::vector<Part> parts(const MailboxRules& rules, const Options& options) {
  BothFilters filters = written(rules, options, false);
  const bool has_spam = rules.spam != nullptr && has_spam_rule(*rules.spam, options);
  // A message that a filter filed is not filed as spam once more.
  const bool spam_asks = has_spam && filters.any(&FilterText::delivers_and_goes_on);
  const unsigned redirects = filters.redirects();
  if (spam_asks || filters.any(&FilterText::asks_delivered)) filters = written(rules, options, true);

  std::vector<Part> all;
  if (rules.responder != nullptr) {
    std::vector<std::string> refusing;
    Needs refusing_needs;
    for (const auto* text : {&filters.account, &filters.own}) {
      if (!*text) continue;
      refusing.insert(refusing.end(), (*text)->refusing_tests.begin(), (*text)->refusing_tests.end());
      refusing_needs.add((*text)->refusing_needs);
    }
    all.push_back(vacation_part(rules, options, refusing, refusing_needs));
  }
  if (filters.account)
    all.push_back(
        filter_part("", account_filters_section, *rules.account_filters, std::move(*filters.account), redirects));
  if (filters.own)
    all.push_back(
        filter_part(rules.address, own_filters_section, *rules.own_filters, std::move(*filters.own), redirects));
  if (rules.spam != nullptr) all.push_back(spam_part(*rules.spam, options, spam_asks));
  keep_in_bounds(all);
  return all;
}

std::vector<SectionChange> section_changes(const std::vector<Part>& parts) {
  std::vector<SectionChange> changes;
  for (const std::string_view name :
       {autoresponder_section, account_filters_section, own_filters_section, spam_box_section}) {
    SectionChange change;
    change.name = name;
    for (const Part& part : parts)
      if (part.section == name) {
        change.text = part.text;
        change.extensions = part.extensions;
      }
    changes.push_back(std::move(change));
  }
  return changes;
}

std::string script_of(const std::vector<Part>& parts) { return *with_sections({}, section_changes(parts)); }

}  // namespace mailhaul::account::sieve
