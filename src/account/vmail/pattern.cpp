#include <algorithm>

#include "account/bearable_name.hpp"
#include "mailhaul/account/address.hpp"
#include "mailhaul/account/vmail/mail.hpp"

namespace mailhaul::account::vmail {

std::optional<Pattern> Pattern::parse(std::string_view text) {
  Pattern pattern;
  std::string seen;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('/', begin), text.size());
    const std::string_view one = text.substr(begin, end - begin);
    if (one.empty() || one == "." || one == ".." || one.find('\0') != std::string_view::npos) return std::nullopt;
    Component component;
    const std::size_t percent = one.find('%');
    component.before = one.substr(0, percent);
    if (percent != std::string_view::npos) {
      if (percent + 1 == one.size()) return std::nullopt;
      component.variable = one[percent + 1];
      component.after = one.substr(percent + 2);
      if (component.after.find('%') != std::string::npos) return std::nullopt;
      seen += component.variable;
    }
    pattern.components_.push_back(std::move(component));
    begin = end + 1;
  }
  std::sort(seen.begin(), seen.end());
  if (seen != "u" && seen != "dn") return std::nullopt;
  return pattern;
}

std::string Pattern::path_of(const std::string& name) const {
  auto address = split_address(name);
  const bool is_archive = name.starts_with(archives) && is_safe_domain(std::string_view(name).substr(archives.size()));
  if (is_archive) address = {name.substr(archives.size()), std::string(archives.substr(0, archives.size() - 1))};
  const bool has_domain = is_archive || (address && is_safe_domain(address->domain));
  if (!is_archive && !is_bearable_local_part(has_domain ? address->local_part : name)) return {};
  std::string path;
  for (const Component& component : components_) {
    const bool is_domain = component.variable == 'd';
    if (is_domain && !has_domain) {
      // Else "DOMAIN-" and such would be left of it.
      if (!component.before.empty() || !component.after.empty()) return {};
      continue;
    }
    if (!path.empty()) path += '/';
    path += component.before;
    if (is_domain) path += address->domain;
    if (component.variable == 'n') path += has_domain ? address->local_part : name;
    if (component.variable == 'u' && is_archive) return {};
    if (component.variable == 'u') path += name;
    path += component.after;
  }
  return path;
}

}  // namespace mailhaul::account::vmail
