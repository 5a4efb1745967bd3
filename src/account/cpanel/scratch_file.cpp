#include "account/cpanel/scratch_file.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace mailhaul::account::cpanel {
namespace {

constexpr std::size_t piece_octets = std::size_t{64} << 10;

class Content final : public io::Source {
 public:
  explicit Content(const ScratchFile& file) : file_(file), buffer_(piece_octets) {}
  [[nodiscard]] Bytes read() override {
    const std::size_t got = file_.read_at(buffer_, offset_);
    offset_ += got;
    return Bytes(buffer_).first(got);
  }

 private:
  const ScratchFile& file_;
  std::vector<std::byte> buffer_;
  std::uint64_t offset_ = 0;
};

}  // namespace

std::size_t ScratchFile::read_at(std::span<std::byte> into, std::uint64_t offset) const {
  if (offset >= size_octets_) return 0;
  const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), size_octets_ - offset));
  if (!file_) {
    const Bytes stored = as_bytes(memory_).subspan(static_cast<std::size_t>(offset), wanted);
    std::copy(stored.begin(), stored.end(), into.begin());
    return wanted;
  }
  std::size_t got = 0;
  while (got < wanted) {
    const std::size_t more = file_->read_at(into.subspan(got, wanted - got), offset + got);
    if (more == 0) break;
    got += more;
  }
  return got;
}

void ScratchFile::make_room(std::uint64_t size_octets) {
  const std::uint64_t limit = room_->directory ? room_->limit_octets : room_->memory_alone_octets;
  if (size_octets > limit)
    throw Error(Cause::limit, Scope::message, "copying a database")
        .because("it is larger than " + std::to_string(limit) + " octets");
  if (file_ || !room_->directory || size_octets <= room_->memory_octets) return;
  file_ = room_->directory->create_file();
  file_->append(as_bytes(memory_));
  memory_.clear();
  memory_.shrink_to_fit();
}

void ScratchFile::write_at(Bytes octets, std::uint64_t offset) {
  if (octets.empty()) return;
  if (offset > size_octets_) resize(offset);
  const std::uint64_t end = offset + octets.size();
  make_room(std::max(end, size_octets_));
  if (file_) {
    const std::size_t inside = static_cast<std::size_t>(std::min<std::uint64_t>(octets.size(), size_octets_ - offset));
    if (inside > 0) file_->rewrite(octets.first(inside), offset);
    if (inside < octets.size()) file_->append(octets.subspan(inside));
  } else {
    if (end > memory_.size()) memory_.resize(static_cast<std::size_t>(end));
    std::copy_n(as_text(octets).data(), octets.size(), memory_.data() + offset);
  }
  size_octets_ = std::max(end, size_octets_);
}

void ScratchFile::resize(std::uint64_t size_octets) {
  if (size_octets > size_octets_) make_room(size_octets);
  if (!file_) {
    memory_.resize(static_cast<std::size_t>(size_octets));
  } else if (size_octets < size_octets_) {
    file_->cut(size_octets);
  } else {
    const std::array<std::byte, 4096> zeros{};
    for (std::uint64_t at = size_octets_; at < size_octets;) {
      const auto now = static_cast<std::size_t>(std::min<std::uint64_t>(zeros.size(), size_octets - at));
      file_->append(Bytes(zeros).first(now));
      at += now;
    }
  }
  size_octets_ = size_octets;
}

std::unique_ptr<io::Source> ScratchFile::content() const { return std::make_unique<Content>(*this); }

}  // namespace mailhaul::account::cpanel
