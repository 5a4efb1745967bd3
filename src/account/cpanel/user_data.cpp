#include "account/cpanel/user_data.hpp"

#include <utility>

#include "account/cpanel/yaml_text.hpp"
#include "account/text/text_lines.hpp"

namespace mailhaul::account::cpanel {
namespace {

void take_list(const YamlNode* list, std::vector<std::string>& out) {
  if (list == nullptr || list->kind != YamlNode::Kind::list) return;
  for (const YamlNode& item : list->items)
    if (item.kind == YamlNode::Kind::scalar) out.push_back(item.text);
}

store::Domain::Kind kind_of(std::string_view word) {
  using Kind = store::Domain::Kind;
  if (word == "main") return Kind::main;
  if (word == "addon") return Kind::addon;
  if (word == "parked") return Kind::parked;
  if (word == "sub") return Kind::sub;
  return Kind::unknown;
}

/// What stands before "==", which is taken off with it.
std::string_view next_field(std::string_view& text) {
  const std::size_t end = text.find("==");
  const std::string_view field = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
  return field;
}

std::string joined(std::string_view sub_and_main) {
  std::string out(sub_and_main);
  const std::size_t mark = out.rfind('_');
  if (mark != std::string::npos) out[mark] = '.';
  return out;
}

}  // namespace

UserDataMain parse_user_data_main(std::string_view text) {
  const YamlText yaml = read_yaml(text);
  if (!yaml.root) return {std::nullopt, yaml.problem};
  if (yaml.root->kind != YamlNode::Kind::map) return {std::nullopt, "it is no list of keys"};
  UserData data;
  if (const YamlNode* main = yaml.root->find("main_domain")) data.main_domain = main->text;
  if (const YamlNode* addons = yaml.root->find("addon_domains"))
    for (std::size_t i = 0; i < addons->keys.size(); ++i) data.addon_domains[addons->keys[i]] = addons->items[i].text;
  take_list(yaml.root->find("parked_domains"), data.parked_domains);
  take_list(yaml.root->find("sub_domains"), data.sub_domains);
  if (data.main_domain.empty()) return {std::nullopt, "it names no main domain"};
  return {std::move(data), {}};
}

std::map<std::string, store::Domain::Kind> parse_user_data_domains(std::string_view text, std::string_view user) {
  std::map<std::string, store::Domain::Kind> out;
  for (const TextLine& line : text_lines(text)) {
    const std::size_t colon = line.content.find(':');
    if (colon == std::string_view::npos) continue;
    std::string_view rest = trimmed(line.content.substr(colon + 1));
    if (next_field(rest) != user) continue;
    (void)next_field(rest);
    out.emplace(trimmed(line.content.substr(0, colon)), kind_of(next_field(rest)));
  }
  return out;
}

UserData parse_archive_lists(std::string_view addons, std::string_view parked, std::string_view subs) {
  UserData out;
  for (const TextLine& line : text_lines(addons)) {
    const std::string_view text = trimmed(line.content);
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos)
      out.addon_domains.emplace(text.substr(0, equals), joined(text.substr(equals + 1)));
  }
  for (const TextLine& line : text_lines(parked))
    if (!trimmed(line.content).empty()) out.parked_domains.emplace_back(trimmed(line.content));
  for (const TextLine& line : text_lines(subs))
    if (!trimmed(line.content).empty()) out.sub_domains.push_back(joined(trimmed(line.content)));
  return out;
}

}  // namespace mailhaul::account::cpanel
