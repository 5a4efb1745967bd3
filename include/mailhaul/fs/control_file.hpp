#pragma once

#include <optional>
#include <string>

#include "mailhaul/fs/directory.hpp"

namespace mailhaul::fs {

/// A small file read whole.
struct ControlFile {
  std::string text;
  Status status;
};

/// Nothing when missing. Over `limit_octets`, a symlink, a foreign owner: Error(Cause::limit or refused, folder).
[[nodiscard]] std::optional<ControlFile> read_control_file(const Directory& directory, const std::string& name,
                                                           std::uint64_t limit_octets);

/// Puts `text` under `name`, durable when it returns (unless Durability::none). `replaced` is what was read before:
/// nothing -> the name must be free; else RENAME_EXCHANGE, and what comes back must be that very file, else it is
/// exchanged back (S8). Returns false, with nothing changed, when somebody was faster. Hold the file's lock.
[[nodiscard]] bool write_control_file(const Directory& directory, const std::string& name, const std::string& text,
                                      const Birth& birth, const std::optional<Status>& replaced);

/// The same for a file that was made in `directory`, filled and dressed by the caller.
[[nodiscard]] bool place_file(const Directory& directory, const std::string& name, NewFile& file,
                              const std::optional<Status>& replaced);

}  // namespace mailhaul::fs
