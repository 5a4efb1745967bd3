#include "formats/archive/contents.hpp"

#include <string>
#include <utility>

namespace mailhaul::formats::archive {

class MemberContents::Piece final : public io::Source {
 public:
  Piece(MemberContents& of, std::uint32_t number, std::uint64_t octets) : of_(of), number_(number), left_(octets) {}
  [[nodiscard]] Bytes read() override {
    if (left_ == 0) return {};
    const Bytes piece = of_.octets_.read(left_);
    if (piece.empty()) throw of_.failure(Cause::source_changed, number_, "the archive became shorter");
    left_ -= piece.size();
    return piece;
  }

 private:
  MemberContents& of_;
  std::uint32_t number_;
  std::uint64_t left_;
};

class MemberContents::OfPass final : public io::Source {
 public:
  explicit OfPass(std::unique_ptr<Pass> pass) : pass_(std::move(pass)) {}
  [[nodiscard]] Bytes read() override { return pass_->read(); }

 private:
  std::unique_ptr<Pass> pass_;
};

MemberContents::MemberContents(const StoredFile& file, std::optional<io::Compression> compression,
                               const io::GzipPoints& points, const Index& index, const Limits& limits)
    : file_(file), compression_(compression), index_(index), limits_(limits), octets_(file, compression, points) {}

Error MemberContents::failure(Cause cause, std::uint32_t number, std::string_view reason) const {
  return Error(cause, Scope::message, "reading a member of an archive")
      .at(file_.place() + ": " + index_.path_of(number))
      .because(reason)
      .on(file_.side());
}

io::Source& MemberContents::open(std::uint32_t number) {
  content_.reset();
  const Member member = index_.member(number);
  if (member.content != number) throw failure(Cause::not_found, number, "it has no content of its own");
  if (member.is_hollow) throw failure(Cause::refused, number, "a sparse file, far larger than what is stored of it");
  if (member.size_octets > limits_.largest_member) throw failure(Cause::limit, number, "larger than the limit");
  if (const auto at = index_.data_at(number)) {
    octets_.seek(*at);
    content_ = std::make_unique<Piece>(*this, number, member.size_octets);
  } else {
    content_ = open_with_holes(number);
  }
  return *content_;
}

std::unique_ptr<io::Source> MemberContents::open_with_holes(std::uint32_t number) const {
  auto pass = std::make_unique<Pass>(file_, compression_, limits_);
  while (pass->next())
    if (pass->number() == number) return std::make_unique<OfPass>(std::move(pass));
  throw failure(Cause::source_changed, number, "the archive is not what it was when its members were listed");
}

}  // namespace mailhaul::formats::archive
