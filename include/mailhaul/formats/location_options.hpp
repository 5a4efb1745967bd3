#pragma once

#include <functional>
#include <map>
#include <string>

namespace mailhaul::formats {

/// What stands behind the path of a location, spelled as in Dovecot's mail_location: "LAYOUT=fs" is a key with a value,
/// "UTF-8" a key alone (its value is empty). Keys and values of a closed choice have the spelling of the format's row.
using LocationOptions = std::map<std::string, std::string, std::less<>>;

}  // namespace mailhaul::formats
