#pragma once

#include <string>

#include "mailhaul/io/sink.hpp"

namespace mailhaul::mail {

/// Drops the seven store headers, with their folded lines, from a header block of any length in constant memory. Begins
/// at the start of a field; behind the first empty line everything passes. finish() after the last write.
class StoreHeaderFilter final : public io::Sink {
 public:
  explicit StoreHeaderFilter(io::Sink& out) : out_(out) {}
  void write(Bytes octets) override;
  void finish();

 private:
  void decide();

  enum class State {
    name,  ///< collecting the beginning of a line
    keep,  ///< the rest of a line that passes
    drop,  ///< the rest of a line that does not
    body
  };
  io::Sink& out_;
  State state_ = State::name;
  bool dropping_field_ = false;
  std::string held_{};
};

}  // namespace mailhaul::mail
