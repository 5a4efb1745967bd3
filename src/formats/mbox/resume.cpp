#include "resume.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "mailhaul/mail/digest.hpp"

namespace mailhaul::formats::mbox {
namespace {

/// Far more than a postmark line and a Status: a program that rewrites the file moves or changes some of it.
constexpr std::size_t tail_octets = 4096;

std::string point(const fs::File& file, std::uint64_t size, const fs::FileId& id) {
  std::string tail(static_cast<std::size_t>(std::min<std::uint64_t>(size, tail_octets)), '\0');
  tail.resize(file.read_at(std::as_writable_bytes(std::span(tail)), size - tail.size()));
  return std::to_string(size) + " " + std::to_string(id.inode) + " " + mail::digest_of(tail);
}

}  // namespace

std::string resume_point(const fs::File& file, const fs::Status& status) {
  return point(file, status.size_octets, status.id);
}

bool has_only_grown(const fs::File& file, std::string_view resume) {
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(resume.data(), resume.data() + resume.size(), size);
  const fs::Status now = file.status_now();
  if (error != std::errc{} || size > now.size_octets) return false;
  return point(file, size, now.id) == resume;
}

}  // namespace mailhaul::formats::mbox
