#pragma once

#include <optional>
#include <string>

#include "mailhaul/formats/context.hpp"
#include "mailhaul/fs/dotlock.hpp"

namespace mailhaul::formats {

/// `NAME.lock`, waited for as long as the run still waits for locks. Nothing: another program holds it.
[[nodiscard]] inline std::optional<fs::Dotlock> wait_for_dotlock(const Context& context, const fs::Directory& directory,
                                                                 const std::string& name, const fs::Birth& birth) {
  const std::string content = std::to_string(context.process) + ":" + context.host;
  do {
    if (auto lock = fs::Dotlock::try_take(directory, name, content, birth, context.clock)) return lock;
  } while (context.lock_wait.pause(context.clock));
  return std::nullopt;
}

}  // namespace mailhaul::formats
