#include "account/cpanel/filters.hpp"

#include <utility>

#include "account/cpanel/yaml_text.hpp"
#include "mailhaul/account/address.hpp"
#include "mailhaul/store/exim_words.hpp"

namespace mailhaul::account::cpanel {
namespace {

constexpr std::string_view block_mark = "SUSPEND RECEPTION OF NEW MESSAGES";
constexpr std::string_view first_line = "# Exim filter\n";
constexpr std::string_view block = "# SUSPEND RECEPTION OF NEW MESSAGES\n"
                                   "if not error_message then\n"
                                   "  fail text \"This mailbox does not take new messages\"\n"
                                   "endif\n"
                                   "# end of SUSPEND RECEPTION OF NEW MESSAGES\n";

/// What a map has under the key, as text; a list or a map there is no text.
std::optional<std::string> text_at(const YamlNode& map, std::string_view key) {
  const YamlNode* node = map.find(key);
  if (node == nullptr || node->kind == YamlNode::Kind::none) return std::string();
  if (node->kind != YamlNode::Kind::scalar) return std::nullopt;
  return node->text;
}

/// A list's items; nothing where it is something else. One that is not there has none.
std::optional<std::vector<YamlNode>> list_at(const YamlNode& map, std::string_view key) {
  const YamlNode* node = map.find(key);
  if (node == nullptr || node->kind == YamlNode::Kind::none) return std::vector<YamlNode>();
  if (node->kind != YamlNode::Kind::list) return std::nullopt;
  return node->items;
}

std::optional<store::FilterRule> rule_of(const YamlNode& node) {
  auto part = text_at(node, "part");
  auto match = text_at(node, "match");
  auto value = text_at(node, "val");
  const auto joins = text_at(node, "opt");
  if (node.kind != YamlNode::Kind::map || !part || !match || !value || !joins) return std::nullopt;
  return store::FilterRule{std::move(*part), std::move(*match), std::move(*value), lower_case(*joins) == "or"};
}

std::optional<store::FilterAction> action_of(const YamlNode& node) {
  auto action = text_at(node, "action");
  auto destination = text_at(node, "dest");
  if (node.kind != YamlNode::Kind::map || !action || !destination) return std::nullopt;
  return store::FilterAction{std::move(*action), std::move(*destination)};
}

std::optional<store::Filter> filter_of(const YamlNode& node) {
  if (node.kind != YamlNode::Kind::map) return std::nullopt;
  store::Filter out;
  auto name = text_at(node, "filtername");
  const auto enabled = text_at(node, "enabled");
  const auto rules = list_at(node, "rules");
  const auto actions = list_at(node, "actions");
  if (!name || !enabled || !rules || !actions) return std::nullopt;
  out.name = std::move(*name);
  // Newer than the rest of the schema: absent is on.
  const YamlNode* switched = node.find("enabled");
  out.is_enabled = switched == nullptr || switched->kind == YamlNode::Kind::none ||
                   (*enabled != "0" && !enabled->empty() && lower_case(*enabled) != "false");
  for (const YamlNode& item : *rules) {
    auto rule = rule_of(item);
    if (!rule) return std::nullopt;
    out.rules.push_back(std::move(*rule));
  }
  // It joins to the next one, and there is none.
  if (!out.rules.empty()) out.rules.back().or_next = false;
  for (const YamlNode& item : *actions) {
    auto action = action_of(item);
    if (!action) return std::nullopt;
    out.actions.push_back(std::move(*action));
  }
  return out;
}

/// Nothing and a reason, or the list.
std::pair<std::optional<std::vector<store::Filter>>, std::string> filters_in(std::string_view text) {
  const YamlText yaml = read_yaml(text);
  if (!yaml.root) return {std::nullopt, yaml.problem};
  std::vector<store::Filter> list;
  if (yaml.root->kind == YamlNode::Kind::none) return {std::move(list), {}};
  const auto items = yaml.root->kind == YamlNode::Kind::map ? list_at(*yaml.root, "filter") : std::nullopt;
  if (!items) return {std::nullopt, "it has no list of filters"};
  for (const YamlNode& item : *items) {
    auto filter = filter_of(item);
    if (!filter) return {std::nullopt, "filter " + std::to_string(list.size() + 1) + " is not as filters are"};
    list.push_back(std::move(*filter));
  }
  return {std::move(list), {}};
}

std::size_t end_of_line(std::string_view text, std::size_t at) {
  const std::size_t end = text.find('\n', at);
  return end == std::string_view::npos ? text.size() : end + 1;
}

std::size_t begin_of_line(std::string_view text, std::size_t at) {
  const std::size_t end = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
  return end == std::string_view::npos ? 0 : end + 1;
}

/// Behind the one command that begins after `at`: an `if` to its `endif`, else the line with the texts that begin on
/// it. Nothing where it has no end.
std::optional<std::size_t> end_of_command(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  std::optional<std::size_t> line_end;
  for (const store::EximWord& word : store::exim_words(text.substr(at))) {
    if (line_end && at + word.begin >= *line_end) break;
    const std::string_view is =
        word.is_quoted ? std::string_view() : text.substr(at + word.begin, word.end - word.begin);
    if (is == "if" && !line_end) ++depth;
    if (depth == 0) line_end = end_of_line(text, at + word.end - 1);
    if (is == "endif" && depth > 0 && --depth == 0) return end_of_line(text, at + word.end - 1);
  }
  return line_end;
}

std::optional<std::string> without_block(std::string_view exim) {
  const std::size_t first = exim.find(block_mark);
  const std::size_t begin = begin_of_line(exim, first);
  const std::size_t second = exim.find(block_mark, first + block_mark.size());
  const auto end = second == std::string_view::npos ? end_of_command(exim, end_of_line(exim, first))
                                                    : std::optional(end_of_line(exim, second));
  if (!end) return std::nullopt;
  std::string out(exim.substr(0, begin));
  out += exim.substr(*end);
  // A file that was made for the block alone.
  if (out == first_line) return std::string();
  if (blocks_incoming(out)) return std::nullopt;
  return out;
}

}  // namespace

ReadFilters read_filters(std::string yaml, std::string exim) {
  ReadFilters out;
  auto list = filters_in(yaml);
  out.value.is_understood = list.first.has_value();
  if (list.first)
    out.value.list = std::move(*list.first);
  else
    out.problems.push_back("the filters are carried as they are but not understood: " + list.second);
  if (!yaml.empty() && exim.empty() && !out.value.list.empty())
    out.problems.emplace_back("the filters are there for editing only: there is no Exim text that does them");
  if (yaml.empty() && !exim.empty())
    out.problems.emplace_back("the filters are there as an Exim text only: cPanel can't edit them");
  out.value.yaml = std::move(yaml);
  out.value.exim = std::move(exim);
  return out;
}

bool blocks_incoming(std::string_view exim) { return exim.find(block_mark) != std::string_view::npos; }

std::optional<std::string> with_incoming_block(std::string_view exim, bool is_blocked) {
  if (blocks_incoming(exim) == is_blocked) return std::string(exim);
  if (!is_blocked) return without_block(exim);
  if (exim.empty()) return std::string(first_line) + std::string(block);
  if (!store::is_exim_filter(exim)) return std::nullopt;
  const std::size_t at = end_of_line(exim, 0);
  std::string out(exim.substr(0, at));
  if (out.back() != '\n') out += '\n';
  out += block;
  return out += exim.substr(at);
}

}  // namespace mailhaul::account::cpanel
