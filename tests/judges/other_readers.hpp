#pragma once

#include <string>
#include <vector>

namespace mailhaul::judges {

/// A program that reads mail and can say how many messages it sees.
enum class Reader { mutt, mailutils, python };
[[nodiscard]] std::string name_of(Reader reader);

/// Why it cannot judge here; empty when it can.
[[nodiscard]] std::string why_not(Reader reader);

/// How many messages it sees in an mbox file or a Maildir. Throws std::runtime_error when it refuses it.
[[nodiscard]] int count_by(Reader reader, const std::string& path);

}  // namespace mailhaul::judges
