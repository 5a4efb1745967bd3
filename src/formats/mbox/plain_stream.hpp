#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "mailhaul/fs/file.hpp"
#include "mailhaul/io/compression.hpp"
#include "mailhaul/io/source.hpp"

namespace mailhaul::formats::mbox {

/// What a whole mbox is compressed with (rotated archives: mbox.md section 7), by its first octets.
/// Error(io_error, message).
[[nodiscard]] std::optional<io::Compression> compression_of(const fs::File& file);

/// The plain octets of the first `end` octets of such a file, front to back: there is no going back, and nothing is
/// written to disk. Null when it is not compressed. `file` must outlive it. Errors of scope message.
[[nodiscard]] std::unique_ptr<io::Source> plain_stream(const fs::File& file, std::optional<io::Compression> compression,
                                                       Side side, std::uint64_t end);

}  // namespace mailhaul::formats::mbox
