#pragma once

#include <string>

#include "formats/maildir/folder_layout.hpp"
#include "mailhaul/fs/directory.hpp"

namespace mailhaul::formats::maildir {

/// How a tree names its folders, and what shows it; `evidence` is empty where nothing but the usual was found.
struct Recognised {
  Naming naming{};
  std::string evidence{};
};

/// What the location says is believed; the rest is looked for. Directories with cur or new in directories, and no
/// `.Name` folder, are LAYOUT=fs; we write no folder there that would change the answer (fitting_name.hpp). At the
/// target what is said must not contradict what is there: Error(usage).
[[nodiscard]] Recognised recognise(const fs::Directory& root, const TreeOptions& said);

}  // namespace mailhaul::formats::maildir
