#include "account/sieve/filter_text.hpp"

#include <algorithm>
#include <utility>

#include "account/sieve/filter_action.hpp"
#include "account/sieve/rule_test.hpp"

namespace mailhaul::account::sieve {
namespace {

std::string joined(const std::vector<std::string>& tests, std::string_view between) {
  std::string out;
  for (const std::string& test : tests) {
    if (!out.empty()) out += between;
    out += test;
  }
  return out;
}

/// What a filter asks.
struct Condition {
  std::string test{};
  Needs needs{};
  bool asks_delivered = false;
  std::vector<std::string> differences{};
  std::vector<std::string> to_do{};
  std::string refusal{};
};

/// Groups that are joined by or, of rules that are joined by and.
Condition condition_of(const std::vector<store::FilterRule>& rules) {
  Condition out;
  std::vector<std::string> groups;
  std::vector<std::string> group;
  if (rules.empty()) out.refusal = "it has no rules";
  for (std::size_t i = 0; i < rules.size(); ++i) {
    RuleTest rule = rule_test(rules[i]);
    if (!rule.refusal.empty()) {
      out.refusal = std::move(rule.refusal);
      return out;
    }
    out.needs.add(rule.needs);
    out.asks_delivered = out.asks_delivered || rule.asks_delivered;
    if (!rule.difference.empty()) out.differences.push_back(std::move(rule.difference));
    if (!rule.what_to_do.empty()) out.to_do.push_back(std::move(rule.what_to_do));
    group.push_back(std::move(rule.test));
    if (!rules[i].or_next && i + 1 < rules.size()) continue;
    groups.push_back(group.size() == 1 ? group.front() : "allof (" + joined(group, ", ") + ')');
    group.clear();
  }
  out.test = groups.size() == 1 ? groups.front() : "anyof (\n    " + joined(groups, ",\n    ") + "\n)";
  return out;
}

/// What the filter is at the source, for who has to make it anew.
std::string description(const store::Filter& filter) {
  std::string out;
  for (std::size_t i = 0; i < filter.rules.size(); ++i) {
    const store::FilterRule& rule = filter.rules[i];
    out += "#   if: " + one_line(rule.part) + ' ' + one_line(rule.match) + " \"" + one_line(rule.value) + '"';
    if (i + 1 < filter.rules.size()) out += rule.or_next ? " or" : " and";
    out += '\n';
  }
  for (const store::FilterAction& action : filter.actions)
    out += "#   then: " + one_line(action.action) + ' ' + one_line(action.destination) + '\n';
  return out;
}

std::string heading(const store::Filter& filter) { return "# Filter: " + one_line(filter.name) + '\n'; }

}  // namespace

FilterText FilterWriter::write(const std::vector<store::Filter>& filters) {
  FilterText out;
  for (const store::Filter& filter : filters) write_one(filter, out);
  const std::string prelude = prelude_for(out.needs);
  out.text = prelude + out.text;
  return out;
}

void FilterWriter::write_one(const store::Filter& filter, FilterText& out) {
  Condition condition = condition_of(filter.rules);
  ActionLines actions = action_lines(filter.actions, rules_, options_);
  const std::string& refusal = condition.refusal.empty() ? actions.refusal : condition.refusal;
  const std::string label = "filter \"" + one_line(filter.name) + "\": ";
  out.text += heading(filter);
  if (!refusal.empty()) {
    out.text += "# not carried over: " + refusal + '\n' + description(filter);
    if (filter.is_enabled) out.refusals.push_back(label + refusal);
    return;
  }

  std::string test = condition.test;
  if (filter.is_enabled && actions.refuses) {
    out.refusing_tests.push_back(test);
    out.refusing_needs.add(condition.needs);
    if (may_be_delivered_) {
      // To refuse what was filed already is an error of the whole run.
      test = "allof (not " + std::string(delivered_test) + ", " + test + ')';
      condition.asks_delivered = true;
      condition.needs.extensions.insert("variables");
      actions.differences.emplace_back("a message that an earlier filter filed or forwarded is not refused any more");
    }
  }
  if (marks_delivered_ && actions.delivers && !actions.stops) {
    actions.lines.emplace_back(delivered_mark);
    actions.needs.extensions.insert("variables");
  }
  std::string script = "if " + test + " {\n";
  for (const std::string& line : actions.lines) script += "    " + line + '\n';
  script += "}\n";
  if (!filter.is_enabled) {
    out.text += "# switched off\n" + commented_out(script);
    return;
  }

  out.text += script;
  out.needs.add(condition.needs);
  out.needs.add(actions.needs);
  out.asks_delivered = out.asks_delivered || condition.asks_delivered;
  out.delivers_and_goes_on = out.delivers_and_goes_on || (actions.delivers && !actions.stops);
  may_be_delivered_ = may_be_delivered_ || out.delivers_and_goes_on;
  out.redirects += actions.redirects;
  ++out.carried;
  for (const auto* differences : {&condition.differences, &actions.differences})
    for (const std::string& difference : *differences) out.differences.push_back(label + difference);
  for (std::string& to_do : condition.to_do)
    if (std::find(out.to_do.begin(), out.to_do.end(), to_do) == out.to_do.end()) out.to_do.push_back(std::move(to_do));
}

}  // namespace mailhaul::account::sieve
