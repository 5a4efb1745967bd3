#include "formats/mboxdir/first_mbox.hpp"

#include <algorithm>
#include <vector>

#include "formats/mbox/opening.hpp"
#include "formats/mboxdir/names.hpp"

namespace mailhaul::formats::mboxdir {
namespace {

/// `below`: the directories in it.
std::string first_in(const fs::Directory& directory, std::vector<std::string>& below) {
  constexpr std::size_t looked_at = 1000;
  std::vector<fs::Entry> entries;
  directory.list([&](const fs::Entry& entry) {
    if (entries.size() < looked_at && !is_passed_over(entry.name)) entries.push_back(entry);
  });
  std::sort(entries.begin(), entries.end(), [](const fs::Entry& a, const fs::Entry& b) { return a.name < b.name; });
  for (const fs::Entry& entry : entries) {
    if (entry.kind == fs::EntryKind::directory) {
      below.push_back(entry.name);
      continue;
    }
    try {
      const fs::OpenResult opened = directory.open_file(entry.name, entry.kind);
      if (!opened.file || opened.file->opened_as().size_octets == 0) continue;
      if (mbox::look_for_mail(*opened.file, Side::none, {}, mbox::Depth::beginning).is_readable) return entry.name;
    } catch (const Error&) {
      continue;  // what can't be read proves nothing
    }
  }
  return "";
}

}  // namespace

std::string first_mbox(const fs::Directory& directory) {
  std::vector<std::string> below;
  if (std::string name = first_in(directory, below); !name.empty()) return name;
  for (const std::string& next : below) {
    try {
      std::vector<std::string> deeper;
      const auto opened = directory.find_directory(next);
      if (!opened) continue;
      if (const std::string name = first_in(*opened, deeper); !name.empty())
        return std::string(next).append("/").append(name);
    } catch (const Error&) {
      continue;
    }
  }
  return "";
}

}  // namespace mailhaul::formats::mboxdir
