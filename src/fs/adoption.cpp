#include "mailhaul/fs/adoption.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "dress.hpp"
#include "failure.hpp"
#include "resolver.hpp"

namespace mailhaul::fs {
namespace {

constexpr std::string_view adopting = "giving what is there another owner or mode";

/// An open inode, and whom messages are about.
struct Opened {
  Descriptor descriptor{};
  std::string place{};
  Side side = Side::target;
  AdoptionRefusal refusal = AdoptionRefusal::none;

  [[nodiscard]] Kernel& kernel() const { return descriptor.kernel(); }
};

Error fail(Side side, std::string_view place, std::int64_t result) {
  return failure(side, Scope::message, result, adopting, place);
}

Status status_of(Kernel& kernel, int fd, Side side, std::string_view place) {
  Status now;
  if (const int result = kernel.status(fd, now); result < 0) throw fail(side, place, result);
  return now;
}

Status status_of(const Opened& file) {
  return status_of(file.kernel(), file.descriptor.value(), file.side, file.place);
}

/// A device is not even opened (S5): `seen` said regular.
Opened open_regular(const Directory& directory, const std::string& path) {
  constexpr int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  Opened opened;
  opened.place = directory.place() + "/" + path;
  opened.side = directory.rules().side;
  if (!is_plain_relative(path))
    throw Error(Cause::refused, Scope::message, adopting)
        .at(opened.place)
        .because("not a plain name below a root")
        .on(opened.side);
  Resolver resolver(directory.rules().cross_mounts);
  const int fd = resolver.open(directory.kernel(), directory.descriptor(), path, flags, 0);
  switch (fd) {
  case -ENOENT:
  case -ENOTDIR: opened.refusal = AdoptionRefusal::changed; return opened;
  case -ELOOP:
  case -ENXIO:
  case -ENODEV:
  case -EISDIR: opened.refusal = AdoptionRefusal::not_regular; return opened;
  case -EXDEV: opened.refusal = AdoptionRefusal::other_mount; return opened;
  default: break;
  }
  if (fd < 0) throw fail(opened.side, opened.place, fd);
  opened.descriptor = Descriptor(directory.kernel(), fd);
  return opened;
}

/// Both are read back: these are not files that this run has made.
void dress(Kernel& kernel, int fd, Side side, std::string_view place, const AdoptionRules& rules) {
  Status now = status_of(kernel, fd, side, place);
  const Dress wanted = wanted_dress(now, rules);
  if (dress_of(now) == wanted) return;
  const int result = fs::dress(kernel, fd, now, wanted.owner, wanted.permissions);
  if (result < 0) throw fail(side, place, result);
  if (dress_of(status_of(kernel, fd, side, place)) != wanted)
    throw Error(Cause::io_error, Scope::message, adopting)
        .at(place)
        .because("the file system did not take what it was given")
        .on(side);
}

void dress(const Opened& file, const AdoptionRules& rules) {
  dress(file.kernel(), file.descriptor.value(), file.side, file.place, rules);
}

}  // namespace

bool AdoptionRules::allows(uid_t uid) const {
  return uid == owner.uid || std::find(from.begin(), from.end(), uid) != from.end();
}

Dress dress_of(const Status& status) { return {status.owner, status.permissions & 07777U}; }

Dress wanted_dress(const Status& status, const AdoptionRules& rules) {
  const bool is_directory = status.kind == EntryKind::directory;
  const std::optional<mode_t>& asked = is_directory ? rules.directory_mode : rules.file_mode;
  const mode_t kept = is_directory ? rules.kept_of_directories : rules.kept_of_files;
  return {rules.owner, asked.value_or(status.permissions & kept) & 0777U};
}

const char* to_string(AdoptionRefusal refusal) {
  switch (refusal) {
  case AdoptionRefusal::none: return "";
  case AdoptionRefusal::changed: return "it changed just now: run again";
  case AdoptionRefusal::not_regular: return "it is a symbolic link or a special file";
  case AdoptionRefusal::foreign_owner: return "it belongs to somebody else";
  case AdoptionRefusal::other_names: return "it has other names (hard links) outside of this tree";
  case AdoptionRefusal::other_mount: return "it is on another file system";
  }
  return "";
}

AdoptionRefusal judge_adoption(const Status& status, const AdoptionRules& rules, std::size_t names) {
  if (status.kind != EntryKind::regular && status.kind != EntryKind::directory) return AdoptionRefusal::not_regular;
  if (!rules.allows(status.owner.uid)) return AdoptionRefusal::foreign_owner;
  // The links of a directory are its subdirectories.
  if (status.kind == EntryKind::regular && status.links > names) return AdoptionRefusal::other_names;
  return AdoptionRefusal::none;
}

AdoptionRefusal adopt_file(const Directory& directory, const std::string& name, const Status& seen,
                           const AdoptionRules& rules) {
  if (seen.kind != EntryKind::regular) return AdoptionRefusal::not_regular;
  const Opened file = open_regular(directory, name);
  if (file.refusal != AdoptionRefusal::none) return file.refusal;
  const Status now = status_of(file);
  if (now.id != seen.id) return AdoptionRefusal::changed;
  const AdoptionRefusal refusal = judge_adoption(now, rules, 1);
  if (refusal == AdoptionRefusal::none) dress(file, rules);
  return refusal;
}

AdoptionRefusal adopt_linked_file(const Directory& root, const std::vector<std::string>& paths, const Status& seen,
                                  const AdoptionRules& rules, const Clock& clock) {
  // A change within the same tick of a file system's clock would not show.
  constexpr std::chrono::milliseconds tick{100};
  constexpr int tries = 20;
  if (seen.kind != EntryKind::regular || paths.empty()) return AdoptionRefusal::not_regular;
  const Opened file = open_regular(root, paths.front());
  if (file.refusal != AdoptionRefusal::none) return file.refusal;
  for (int i = 0; i < tries; ++i) {
    const Status before = status_of(file);
    if (before.id != seen.id) return AdoptionRefusal::changed;
    if (const auto refusal = judge_adoption(before, rules, paths.size()); refusal != AdoptionRefusal::none)
      return refusal;
    if (before.changed > clock.now() - tick) {
      clock.sleep(tick);
      continue;
    }
    const bool all_there = std::all_of(paths.begin(), paths.end(), [&](const std::string& path) {
      const auto there = root.look_at(path);
      return there && there->id == seen.id;
    });
    const Status after = status_of(file);
    if (!all_there) return AdoptionRefusal::changed;
    if (after.changed != before.changed || after.links != before.links) continue;
    dress(file, rules);
    return AdoptionRefusal::none;
  }
  return AdoptionRefusal::changed;
}

AdoptionRefusal adopt_directory(const Directory& directory, const AdoptionRules& rules) {
  const Status now = directory.status_now();
  if (const auto refusal = judge_adoption(now, rules, 0); refusal != AdoptionRefusal::none) return refusal;
  dress(directory.kernel(), directory.descriptor(), directory.rules().side, directory.place(), rules);
  return AdoptionRefusal::none;
}

}  // namespace mailhaul::fs
