#pragma once

#include <string>
#include <string_view>

#include "mailhaul/mail/folder_name.hpp"

namespace mailhaul::mail {

/// "-" and 16 hexadecimal digits made of a name: put behind what several names would become, it keeps them apart. A
/// count would give a folder another name as soon as its neighbours come or go, and the next run would copy it once
/// more; the mark of a name is the same in every run. `attempt`: another one, where the name with the mark is taken
/// too.
[[nodiscard]] std::string name_mark(std::string_view name, unsigned attempt = 0);
[[nodiscard]] std::string name_mark(const FolderName& folder, unsigned attempt = 0);

}  // namespace mailhaul::mail
