#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mailhaul/io/source.hpp"
#include "mailhaul/store/renaming.hpp"

namespace mailhaul::account::cpanel {

/// Whether a file below the home that is carried as it is holds names all the same: `.forward`, which says where mail
/// goes.
[[nodiscard]] bool holds_names(std::string_view home_path);

/// The content of such a file as the target calls things; nothing where it is longer than a control file may be.
/// Appends to `changes` as store::renamed() does.
[[nodiscard]] std::optional<std::string> renamed_content(io::Source& content, const store::Renaming& renaming,
                                                         std::vector<std::string>& changes);

}  // namespace mailhaul::account::cpanel
