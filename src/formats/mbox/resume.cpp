#include "resume.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <vector>

#include "mailhaul/mail/digest.hpp"
#include "mailhaul/mail/header_block.hpp"
#include "mailhaul/mail/store_headers.hpp"

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

void HeaderTrail::meet(std::uint64_t offset, std::string_view header) {
  constexpr std::string_view thunderbirds_flags = "X-Mozilla-";
  std::string met = digest_ + " " + std::to_string(offset) + "\n";
  const std::string kept = mail::strip_store_headers(header);
  for (const mail::HeaderField& field : mail::split_header(kept))
    if (!mail::equal_without_case(field.name.substr(0, thunderbirds_flags.size()), thunderbirds_flags))
      met += field.whole;
  digest_ = mail::digest_of(met);
}

std::string way_of_reading(const SourceOptions& options) {
  if (!options.quoting && options.postmark == PostmarkRule::first_line && options.from_lines.empty()) return "0";
  std::string said = std::to_string(static_cast<int>(options.postmark));
  if (options.quoting) said += " quoting " + std::to_string(static_cast<int>(*options.quoting));
  std::vector<FromLine> lines = options.from_lines;
  std::sort(lines.begin(), lines.end(), [](const FromLine& a, const FromLine& b) { return a.offset < b.offset; });
  for (const FromLine& line : lines)
    said += (line.is == FromLine::Is::split ? " split " : " body ") + std::to_string(line.offset);
  return mail::digest_of(said);
}

std::string resume_point(const fs::File& file, const fs::Status& status, const HeaderTrail& trail) {
  return point(file, status.size_octets, status.id) + " " + trail.text();
}

std::optional<std::string> trail_if_only_grown(const fs::File& file, std::string_view resume) {
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(resume.data(), resume.data() + resume.size(), size);
  const fs::Status now = file.status_now();
  const std::size_t blank = resume.rfind(' ');
  if (error != std::errc{} || size > now.size_octets || blank == std::string_view::npos) return std::nullopt;
  if (point(file, size, now.id) != resume.substr(0, blank)) return std::nullopt;
  return std::string(resume.substr(blank + 1));
}

}  // namespace mailhaul::formats::mbox
