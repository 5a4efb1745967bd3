#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "mailhaul/io/source.hpp"
#include "mailhaul/store/renaming.hpp"

namespace mailhaul::account::cpanel {

/// Gives `take` what a file below the home holds: as it is or, where it holds names all the same (`.forward`, which
/// says where mail goes), as the target calls things. `renaming` may be null. Appends to `changes` as store::renamed()
/// does.
///
/// False: its names can't be changed, since it is longer than a control file may be; `take` was not called.
[[nodiscard]] bool give_renamed(std::string_view home_path, io::Source& content, const store::Renaming* renaming,
                                std::vector<std::string>& changes,
                                const std::function<void(io::Source& content)>& take);

}  // namespace mailhaul::account::cpanel
