#include "mailhaul/fs/control_file.hpp"

#include <fcntl.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "failure.hpp"

namespace mailhaul::fs {
namespace {

constexpr std::string_view reading = "reading a control file";
constexpr std::string_view writing = "writing a control file";

std::string place_of(const Directory& directory, const std::string& name) { return directory.place() + "/" + name; }

const char* reason_of(Refusal refusal) {
  switch (refusal) {
  case Refusal::symlink: return "it is a symbolic link";
  case Refusal::special: return "it is a special file";
  case Refusal::directory: return "it is a directory";
  case Refusal::foreign_owner: return "it belongs to another owner";
  case Refusal::sparse: return "it is sparse";
  case Refusal::other_mount: return "it is on another file system";
  default: return "it is not there";
  }
}

/// Whether `now` is the file that was read, unchanged. Not by ctime, which an exchange of names changes as well.
bool is_what_was_read(const Status& now, const Status& read) {
  return now.id == read.id && now.size_octets == read.size_octets && now.modified == read.modified;
}

std::string temporary_name(Entropy& entropy) {
  std::array<char, 17> digits{};
  std::snprintf(digits.data(), digits.size(), "%016llx", static_cast<unsigned long long>(entropy.number()));
  return std::string(NewFile::temporary_prefix) + digits.data();
}

int exchange(const Directory& directory, const std::string& one, const std::string& other) {
  return directory.kernel().rename(directory.descriptor(), one, directory.descriptor(), other, RENAME_EXCHANGE);
}

/// Removes a name when it goes, if it still is the file meant (S11).
class TemporaryName {
 public:
  TemporaryName(const Directory& directory, std::string name) : directory_(directory), name_(std::move(name)) {}
  TemporaryName(const TemporaryName&) = delete;
  TemporaryName& operator=(const TemporaryName&) = delete;
  ~TemporaryName() {
    try {
      static_cast<void>(directory_.remove(name_, holds_));
    } catch (const Error&) {
      // Nothing is lost: the next run knows the prefix.
    }
  }
  [[nodiscard]] const std::string& name() const { return name_; }
  void holds(const FileId& id) { holds_ = id; }

 private:
  const Directory& directory_;
  std::string name_;
  FileId holds_{};
};

/// S8: puts the new file where the old one is by exchanging the names, so that what was there is in hand and can be
/// compared. A plain rename would throw away whatever somebody else put there since it was read.
bool replace(const Directory& directory, const std::string& name, NewFile& file, const Status& replaced) {
  TemporaryName temporary(directory, temporary_name(directory.entropy()));
  const FileId ours = file.status_now().id;
  if (file.link(directory, temporary.name()) == LinkResult::exists) return false;
  temporary.holds(ours);

  const int result = exchange(directory, temporary.name(), name);
  if (result == -ENOENT) return false;
  if (result < 0) {
    Error error = failure(Side::target, Scope::folder, result, writing, place_of(directory, name));
    if (result != -EINVAL && result != -ENOSYS) throw error;
    throw Error(Cause::unsupported, Scope::folder, writing)
        .at(place_of(directory, name))
        .because("this file system can't exchange two names")
        .on(Side::target);
  }
  Status came_back;
  const int looked = directory.kernel().status_at(directory.descriptor(), temporary.name(), came_back);
  if (looked == 0 && is_what_was_read(came_back, replaced)) {
    temporary.holds(replaced.id);
    return true;
  }
  // Somebody was faster, or we can't tell: what was there goes back to its name, ours goes away.
  const int back = exchange(directory, temporary.name(), name);
  const int failed = looked < 0 ? looked : back;
  if (failed < 0) throw failure(Side::target, Scope::folder, failed, writing, place_of(directory, name));
  return false;
}

}  // namespace

std::optional<ControlFile> read_control_file(const Directory& directory, const std::string& name,
                                             std::uint64_t limit_octets) {
  constexpr int tries = 3;  // S5
  for (int i = 0; i < tries; ++i) {
    const OpenResult opened = directory.open_file(name);
    if (opened.refusal == Refusal::missing) return std::nullopt;
    if (!opened.file) {
      throw Error(Cause::refused, Scope::folder, reading)
          .at(place_of(directory, name))
          .because(reason_of(opened.refusal))
          .on(directory.rules().side);
    }
    const File& file = *opened.file;
    const Status before = file.opened_as();
    if (before.size_octets > limit_octets) {
      throw Error(Cause::limit, Scope::folder, reading)
          .at(file.place())
          .because("it is larger than " + std::to_string(limit_octets) + " octets")
          .on(directory.rules().side);
    }
    ControlFile found;
    found.text.resize(static_cast<std::size_t>(before.size_octets));
    const std::size_t got = file.read_at(std::as_writable_bytes(std::span(found.text.data(), found.text.size())), 0);
    found.status = file.status_now();
    if (got == found.text.size() && is_what_was_read(found.status, before)) return found;
  }
  throw Error(Cause::source_changed, Scope::folder, reading)
      .at(place_of(directory, name))
      .because("it changed while it was read")
      .on(directory.rules().side);
}

bool write_control_file(const Directory& directory, const std::string& name, const std::string& text,
                        const Birth& birth, const std::optional<Status>& replaced) {
  const bool durable = directory.rules().durability != Durability::none;
  NewFile file = directory.create_file();
  file.append(as_bytes(text));
  file.dress(birth, std::nullopt);
  if (durable) file.sync();
  const bool done =
      replaced ? replace(directory, name, file, *replaced) : file.link(directory, name) == LinkResult::done;
  if (!done) return false;
  file.close();
  if (durable) directory.sync();
  return true;
}

}  // namespace mailhaul::fs
