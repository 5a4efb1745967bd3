#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "mailhaul/io/sink.hpp"

namespace mailhaul::mail {

/// XXH3-128 in hex, to see whether a file that this program wrote is still octet for octet the same. No secret is in
/// it: who wants can make another file with the same digest (F1), so nothing that could harm anybody hangs on it.
[[nodiscard]] std::string digest_of(std::string_view octets);

/// The same of what is too large to be held at once. One thread; reusable.
class Digester final : public io::Sink {
 public:
  Digester();
  ~Digester() override;
  void write(Bytes octets) override;
  /// The digest_of all that was written since the last finish().
  [[nodiscard]] std::string finish();

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace mailhaul::mail
