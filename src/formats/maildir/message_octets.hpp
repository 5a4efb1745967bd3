#pragma once

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "mailhaul/io/compression.hpp"
#include "mailhaul/io/peeked_source.hpp"

namespace mailhaul::formats::maildir {

/// Canonical octets of one message as it is stored: those themselves, or where they are compressed (a server's zlib
/// plugin does that, in place and under the same name; maildir.md section 10) what is inside. Whether they are, the
/// first octets tell that are read anyway; the `Z` of old how-to's and the sizes in the name tell nothing.
///
/// What looks compressed and is damaged is an Error, as it is in Dovecot: there is no plain message to fall back on.
class MessageOctets final : public io::Source {
 public:
  /// Asked only for a message that is compressed: the name of each would cost more than many a message.
  using PlaceOf = std::function<io::StreamPlace()>;
  /// `stored` and `plain_buffer` are lent.
  MessageOctets(io::Source& stored, PlaceOf place, std::vector<std::byte>& plain_buffer)
      : place_(std::move(place)), plain_buffer_(plain_buffer), stored_(stored) {}

  /// Reads the first piece to know.
  [[nodiscard]] std::optional<io::Compression> compression();
  [[nodiscard]] Bytes read() override;

 private:
  void look();

  PlaceOf place_;
  std::vector<std::byte>& plain_buffer_;
  io::PeekedSource stored_;
  bool looked_ = false;
  std::optional<io::Compression> compression_{};
  std::optional<io::DecompressingSource> plain_{};
};

}  // namespace mailhaul::formats::maildir
