#pragma once

#include <cstdint>

#include "mailhaul/io/sink.hpp"
#include "mailhaul/io/source.hpp"

namespace mailhaul::io {

/// Moves everything from source to sink; returns the octets moved.
std::uint64_t copy(Source& source, Sink& sink);

/// Reads to the end and drops it; returns the octets read.
std::uint64_t drain(Source& source);

}  // namespace mailhaul::io
