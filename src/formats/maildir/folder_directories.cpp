#include "formats/maildir/folder_directories.hpp"

#include <algorithm>

#include "formats/maildir/keyword_file.hpp"

namespace mailhaul::formats::maildir {

namespace {

std::string token_of(const std::optional<fs::Status>& status) {
  if (!status) return "-";
  const auto count = [](fs::FileTime time) { return std::to_string(time.time_since_epoch().count()); };
  return std::to_string(status->id.device) + "." + std::to_string(status->id.inode) + "." +
         std::to_string(status->size_octets) + "." + count(status->modified) + "." + count(status->changed);
}

}  // namespace

FolderTimes FolderTimes::of(const FolderDirectories& directories, const Clock& clock) {
  FolderTimes out;
  out.taken_at_ = clock.now();
  const auto note = [&out](const std::optional<fs::Status>& status) {
    if (status) out.latest_ = std::max({out.latest_, status->modified, status->changed});
    return token_of(status);
  };
  const auto status_of = [](const std::optional<fs::Directory>& directory) {
    return directory ? std::optional(directory->status_now()) : std::nullopt;
  };
  out.messages_ = note(status_of(directories.fresh));
  out.messages_ += "/" + note(status_of(directories.cur));
  out.keywords_ = note(directories.home.look_at(keyword_file_name));
  if (const auto courier = directories.home.look_at("courierimapkeywords")) out.keywords_ += "/" + note(courier);
  return out;
}

bool FolderTimes::is_settled() const {
  constexpr std::chrono::seconds settled{2};
  return latest_ <= taken_at_ - settled;
}

store::Stamp FolderTimes::stamp() const { return {"maildir:" + messages_ + "/" + keywords_, !is_settled()}; }

}  // namespace mailhaul::formats::maildir
