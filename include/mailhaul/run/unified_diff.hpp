#pragma once

#include <string>
#include <string_view>

namespace mailhaul::run {

/// What `diff -u` shows, with three lines of context: "--- PATH", "+++ PATH", hunks. An empty side is a file that is
/// not there. Empty: no difference. Lines as they are, not escaped. Where the texts differ in more than some thousands
/// of lines, the differing part is shown as taken away and written anew.
[[nodiscard]] std::string unified_diff(std::string_view path, std::string_view before, std::string_view after);

}  // namespace mailhaul::run
