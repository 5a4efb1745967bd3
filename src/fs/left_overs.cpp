#include "mailhaul/fs/left_overs.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "mailhaul/fs/new_file.hpp"

namespace mailhaul::fs {

namespace {

/// As create_file() and place_file() make them. A name that goes on otherwise may hold mail (a replaced mbox, which its
/// own writer knows).
bool has_our_name(std::string_view name) {
  constexpr std::string_view prefix = NewFile::temporary_prefix;
  constexpr std::size_t digits = 16;
  return name.size() == prefix.size() + digits && name.starts_with(prefix) &&
         name.find_first_not_of("0123456789abcdef", prefix.size()) == std::string_view::npos;
}

}  // namespace

void remove_left_overs(const Directory& directory, FileTime now) {
  constexpr std::chrono::hours dead{1};
  std::vector<std::string> ours;
  directory.list([&](const Entry& entry) {
    if (has_our_name(entry.name)) ours.push_back(entry.name);
  });
  for (const std::string& name : ours) {
    const auto status = directory.look_at(name);
    if (status && status->kind == EntryKind::regular && status->changed < now - dead)
      static_cast<void>(directory.remove(name, status->id));
  }
}

}  // namespace mailhaul::fs
