#include "formats/archive/member_name.hpp"

#include "formats/archive/part_names.hpp"
#include "fuzz/fuzz_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mailhaul;
  using namespace mailhaul::formats::archive;
  const fuzz::Input input(data, size, {"/", "..", ".", "./", "homedir", "mail", ".part00001", "\n"});

  std::vector<std::string_view> components;
  const NameFault fault = split_member_name(input.text, components);
  if (fault != NameFault::none) fuzz::require(components.empty(), "what is refused leads nowhere");
  fuzz::require(components.size() <= most_components, "levels are bounded");
  std::string joined;
  for (const std::string_view component : components) {
    fuzz::require(!component.empty() && component != "." && component != "..", "a component goes down");
    fuzz::require(component.size() <= longest_component, "a component is bounded");
    fuzz::require(component.find('/') == std::string_view::npos && component.find('\0') == std::string_view::npos,
                  "a component is one name");
    joined.append(joined.empty() ? "" : "/").append(component);
  }
  if (!components.empty()) {
    std::vector<std::string_view> again;
    fuzz::require(split_member_name(joined, again) == NameFault::none && again == components, "a path is itself");
  }
  if (const auto part = parse_part_name(input.text)) {
    fuzz::require(!part->archive.empty(), "a part is of something");
    const std::string name(input.text);
    fuzz::require(order_parts({name}, part->archive).names.size() == 1, "a part is one of its archive");
  }
  return 0;
}
