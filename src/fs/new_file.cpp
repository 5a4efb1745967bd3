#include "mailhaul/fs/new_file.hpp"

#include <fcntl.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "dress.hpp"
#include "failure.hpp"
#include "mailhaul/fs/directory.hpp"
#include "resolver.hpp"
#include "temporary_name.hpp"

namespace mailhaul::fs {
namespace {

constexpr std::string_view making_a_file = "making a file";
constexpr mode_t new_file_mode = 0600;

/// What a file system says that has no O_TMPFILE; EISDIR and ENOENT are those of kernels before 3.11 (open(2)).
bool means_no_unnamed_files(int result) {
  return result == -EOPNOTSUPP || result == -EISDIR || result == -ENOENT || result == -EINVAL;
}

}  // namespace

struct NewFile::State {
  Directory home;
  Descriptor descriptor;
  std::string temporary_name{};  ///< empty: the file has no name, or its last one already
  FileId temporary_id{};
  std::optional<Directory> named_in{};
  std::string given_name{};  ///< there
  std::uint64_t size_octets = 0;

  State(Directory where, Descriptor opened) : home(std::move(where)), descriptor(std::move(opened)) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (temporary_name.empty()) return;
    try {
      static_cast<void>(home.remove(temporary_name, temporary_id));  // S11: only if it still is ours
    } catch (const Error&) {
      // Nothing is lost: the next run knows the prefix.
    }
  }

  [[nodiscard]] Kernel& kernel() const { return home.kernel(); }
  [[nodiscard]] std::string place() const {
    return named_in ? named_in->place() + "/" + given_name : home.place() + "/(new file)";
  }
  [[nodiscard]] Error fail(std::int64_t result, std::string_view doing) const {
    return failure(Side::target, Scope::run, result, doing, place());
  }
  void write(Bytes octets, std::uint64_t offset) const;
  [[nodiscard]] int link_unnamed(const Directory& directory, const std::string& name) const;
  [[nodiscard]] int link_temporary(const Directory& directory, const std::string& name);
};

void NewFile::State::write(Bytes octets, std::uint64_t offset) const {
  while (!octets.empty()) {
    const std::int64_t put = uninterrupted([&] { return kernel().write_at(descriptor.value(), octets, offset); });
    if (put <= 0) throw fail(put == 0 ? -EIO : put, "writing a file");  // D5: no progress is an error
    octets = octets.subspan(static_cast<std::size_t>(put));
    offset += static_cast<std::uint64_t>(put);
  }
}

int NewFile::State::link_unnamed(const Directory& directory, const std::string& name) const {
  Kernel& owners = directory.kernel();
  const int result = owners.link_open_file(descriptor.value(), directory.descriptor(), name);
  if (result != -EPERM && result != -ENOENT) return result;
  // Given to another than the directory's owner, who may not link what is not his (fs.protected_hardlinks); or there is
  // no /proc to name it by, which root does not need.
  return owners.acting_as({}).link_open_file(descriptor.value(), directory.descriptor(), name);
}

int NewFile::State::link_temporary(const Directory& directory, const std::string& name) {
  int result = kernel().rename(home.descriptor(), temporary_name, directory.descriptor(), name, RENAME_NOREPLACE);
  if (result == 0) {
    temporary_name.clear();
  } else if (result == -EINVAL || result == -ENOSYS) {
    // No RENAME_NOREPLACE here either; the temporary name goes with this object.
    result = kernel().link_at(home.descriptor(), temporary_name, directory.descriptor(), name);
    if (result == 0) {
      static_cast<void>(home.remove(temporary_name, temporary_id));
      temporary_name.clear();
    }
  }
  if (result < 0) return result;
  // S8: both calls went by name, so somebody may have put another file there meanwhile.
  const std::optional<Status> now = directory.look_at(name);
  if (!now || now->id != temporary_id) {
    throw Error(Cause::refused, Scope::folder, "giving a file its name")
        .at(directory.place() + "/" + name)
        .because("another file stands under that name")
        .on(Side::target);
  }
  return 0;
}

NewFile Directory::create_file() const { return create_file(*this); }

NewFile Directory::create_file(const Directory& unseen) const {
  constexpr int flags = O_TMPFILE | O_RDWR | O_CLOEXEC;
  const int fd = uninterrupted([&] { return kernel().open_at(descriptor(), ".", flags, new_file_mode); });
  if (fd >= 0) return NewFile(std::make_unique<NewFile::State>(*this, Descriptor(kernel(), fd)));
  if (!means_no_unnamed_files(fd)) throw failure(Side::target, Scope::folder, fd, making_a_file, place());
  return unseen.create_named_file();
}

NewFile Directory::create_named_file() const {
  constexpr int tries = 16;
  constexpr int flags = O_CREAT | O_EXCL | O_NOFOLLOW | O_RDWR | O_CLOEXEC;
  Kernel& made_by = kernel();
  std::string name;
  int fd = -EEXIST;
  for (int i = 0; i < tries && fd == -EEXIST; ++i) {
    name = random_temporary_name(entropy());
    fd = uninterrupted([&] { return made_by.open_at(descriptor(), name, flags, new_file_mode); });
  }
  if (fd < 0) throw failure(Side::target, Scope::folder, fd, making_a_file, place());
  auto state = std::make_unique<NewFile::State>(*this, Descriptor(made_by, fd));
  Status status;
  if (const int result = made_by.status(fd, status); result < 0) {
    throw failure(Side::target, Scope::folder, result, making_a_file, place());
  }
  state->temporary_name = name;
  state->temporary_id = status.id;
  return NewFile(std::move(state));
}

NewFile::NewFile(std::unique_ptr<State> state) : state_(std::move(state)) {}
NewFile::NewFile(NewFile&&) noexcept = default;
NewFile& NewFile::operator=(NewFile&&) noexcept = default;
NewFile::~NewFile() = default;

void NewFile::append(Bytes octets) {
  state_->write(octets, state_->size_octets);
  state_->size_octets += octets.size();
}

void NewFile::rewrite(Bytes octets, std::uint64_t offset) { state_->write(octets, offset); }

void NewFile::cut(std::uint64_t size_octets) {
  const int result = uninterrupted([&] { return state_->kernel().truncate(state_->descriptor.value(), size_octets); });
  if (result < 0) throw state_->fail(result, "cutting a file to its length");
  state_->size_octets = size_octets;
}

std::size_t NewFile::read_at(std::span<std::byte> into, std::uint64_t offset) const {
  std::size_t filled = 0;
  while (filled < into.size()) {
    const std::int64_t got = uninterrupted(
        [&] { return state_->kernel().read_at(state_->descriptor.value(), into.subspan(filled), offset + filled); });
    if (got < 0) throw state_->fail(got, "reading back a file");
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  return filled;
}

std::uint64_t NewFile::size_octets() const { return state_->size_octets; }

Status NewFile::status_now() const {
  Status now;
  if (const int result = state_->kernel().status(state_->descriptor.value(), now); result < 0) {
    throw state_->fail(result, "looking at a file");
  }
  return now;
}

Status NewFile::dress(const Birth& birth, std::optional<FileTime> modified) {
  Status now = status_now();
  // The umask had its say at the open.
  const int result = fs::dress(state_->kernel(), state_->descriptor.value(), now, birth.owner, birth.file_mode & 0777U);
  if (result < 0) throw state_->fail(result, "giving a new file its owner and mode");
  if (modified) set_modified(*modified);
  return now;
}

void NewFile::set_modified(FileTime time) {
  const int result = state_->kernel().set_modified(state_->descriptor.value(), time);
  if (result < 0) throw state_->fail(result, "setting the time of a file");
}

void NewFile::sync() {
  // D3: asked once and never again, whatever the answer.
  const int result = state_->kernel().sync(state_->descriptor.value());
  if (result < 0) throw state_->fail(result, "making a file durable");
}

LinkResult NewFile::link(const Directory& directory, const std::string& name) {
  constexpr std::string_view doing = "giving a file its name";
  const auto wanted = [&] { return directory.place() + "/" + name; };
  if (!is_single_name(name)) {
    throw Error(Cause::refused, Scope::message, doing).at(wanted()).because("not a plain name").on(Side::target);
  }
  const int result =
      state_->temporary_name.empty() ? state_->link_unnamed(directory, name) : state_->link_temporary(directory, name);
  if (result == -EEXIST) return LinkResult::exists;
  if (result < 0) {
    const Scope scope = result == -ENAMETOOLONG ? Scope::message : Scope::folder;
    throw failure(Side::target, scope, result, doing, wanted());
  }
  state_->named_in = directory;
  state_->given_name = name;
  return LinkResult::done;
}

File NewFile::take_file() {
  const Status now = status_now();
  return {std::move(state_->descriptor), now, state_->place(), Side::target};
}

void NewFile::close() {
  if (const int result = state_->descriptor.close(); result < 0) throw state_->fail(result, "closing a file");
}

}  // namespace mailhaul::fs
