#include "mailhaul/fs/left_overs.hpp"

#include <chrono>
#include <string>
#include <vector>

#include "temporary_name.hpp"

namespace mailhaul::fs {

void remove_left_overs(const Directory& directory, FileTime now) {
  constexpr std::chrono::hours dead{1};
  std::vector<std::string> ours;
  directory.list([&](const Entry& entry) {
    if (is_random_temporary_name(entry.name)) ours.push_back(entry.name);
  });
  for (const std::string& name : ours) {
    const auto status = directory.look_at(name);
    if (status && status->kind == EntryKind::regular && status->changed < now - dead)
      static_cast<void>(directory.remove(name, status->id));
  }
}

}  // namespace mailhaul::fs
