#include "mailhaul/io/pump.hpp"

namespace mailhaul::io {

std::uint64_t copy(Source& source, Sink& sink) {
  std::uint64_t octets = 0;
  for (Bytes piece = source.read(); !piece.empty(); piece = source.read()) {
    sink.write(piece);
    octets += piece.size();
  }
  return octets;
}

std::uint64_t drain(Source& source) {
  std::uint64_t octets = 0;
  for (Bytes piece = source.read(); !piece.empty(); piece = source.read()) octets += piece.size();
  return octets;
}

}  // namespace mailhaul::io
