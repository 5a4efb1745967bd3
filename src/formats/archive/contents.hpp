#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "formats/archive/index.hpp"
#include "formats/archive/pass.hpp"
#include "formats/archive/plain_octets.hpp"
#include "mailhaul/formats/archive/archive.hpp"

namespace mailhaul::formats::archive {

/// Goes to a member where the index says that its content begins. A file of holes is not in one piece there: for such
/// a one the archive is gone through again.
class MemberContents final : public Contents {
 public:
  /// All are lent.
  MemberContents(const StoredFile& file, std::optional<io::Compression> compression, const io::GzipPoints& points,
                 const Index& index, const Limits& limits);
  [[nodiscard]] io::Source& open(std::uint32_t number) override;

 private:
  class Piece;
  class OfPass;
  [[nodiscard]] Error failure(Cause cause, std::uint32_t number, std::string_view reason) const;
  [[nodiscard]] std::unique_ptr<io::Source> open_with_holes(std::uint32_t number) const;

  const StoredFile& file_;
  std::optional<io::Compression> compression_;
  const Index& index_;
  const Limits& limits_;
  PlainOctetsAt octets_;
  std::unique_ptr<io::Source> content_;
};

}  // namespace mailhaul::formats::archive
