#include "formats/archive/member_name.hpp"

namespace mailhaul::formats::archive {
namespace {

NameFault fault_of(std::string_view component) {
  if (component.empty()) return NameFault::empty;
  if (component == "..") return NameFault::parent;
  if (component == ".") return NameFault::dot;
  return component.size() > longest_component ? NameFault::too_long : NameFault::none;
}

NameFault split(std::string_view name, std::vector<std::string_view>& components) {
  if (name.empty()) return NameFault::empty;
  if (name.find('\0') != std::string_view::npos) return NameFault::nul;
  if (name.front() == '/') return NameFault::absolute;
  while (name.starts_with("./")) name.remove_prefix(2);
  if (name.ends_with('/')) name.remove_suffix(1);
  if (name.empty() || name == ".") return NameFault::none;
  for (;;) {
    const std::size_t end = name.find('/');
    const std::string_view component = name.substr(0, end);
    if (const NameFault fault = fault_of(component); fault != NameFault::none) return fault;
    if (components.size() == most_components) return NameFault::too_deep;
    components.push_back(component);
    if (end == std::string_view::npos) return NameFault::none;
    name.remove_prefix(end + 1);
  }
}

}  // namespace

const char* reason_of(NameFault fault) {
  switch (fault) {
  case NameFault::none: break;
  case NameFault::empty: return "a name with an empty part";
  case NameFault::absolute: return "an absolute name";
  case NameFault::parent: return "a name with \"..\" in it";
  case NameFault::dot: return "a name with \".\" in it";
  case NameFault::nul: return "a name with an octet of 0";
  case NameFault::too_long: return "a name with a part of more than 255 octets";
  case NameFault::too_deep: return "a name with too many levels";
  }
  return "";
}

NameFault split_member_name(std::string_view name, std::vector<std::string_view>& components) {
  components.clear();
  const NameFault fault = split(name, components);
  if (fault != NameFault::none) components.clear();
  return fault;
}

}  // namespace mailhaul::formats::archive
