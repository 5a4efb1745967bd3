#include "log_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include <fmt/format.h>

#include "mailhaul/fs/directory.hpp"
#include "mailhaul/mail/date.hpp"

namespace mailhaul::cli {
namespace {

constexpr std::string_view opening = "opening the log file";

Error refused(const std::string& path, std::string_view reason) {
  return Error(Cause::refused, Scope::run, opening)
      .at(path)
      .because(reason)
      .hint("name another one with --log-file")
      .on(Side::target);
}

int open_below(const fs::Directory& directory, const std::string& name) {
  constexpr int flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  constexpr mode_t mode = 0600;
  int fd = -1;
  do fd = ::openat(directory.descriptor(), name.c_str(), flags, mode);
  while (fd < 0 && errno == EINTR);
  return fd;
}

void refuse_foreign(int descriptor, const std::string& path) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) throw Error(cause_of(errno), Scope::run, opening).at(path).because(errno);
  if (!S_ISREG(status.st_mode)) throw refused(path, "it is no plain file");
  if (status.st_nlink != 1) throw refused(path, "the file has another name as well, so it could be any file");
  if (status.st_uid != 0 && status.st_uid != ::geteuid()) throw refused(path, "it belongs to somebody else");
  constexpr mode_t writable_by_others = 022;
  if ((status.st_mode & writable_by_others) != 0) throw refused(path, "somebody else may write to it");
}

}  // namespace

LogFile::LogFile(fs::Kernel& kernel, Entropy& entropy, const Clock& clock, const std::string& path,
                 std::int64_t process)
    : clock_(clock), process_(process) {
  const fs::ParentAndName parts = fs::split_operator_path(path);
  fs::Rules rules;
  rules.side = Side::target;
  rules.as_runner = true;
  const fs::Directory directory = fs::Directory::open_root(kernel, entropy, parts.parent, rules);
  // Who owns the directory may put any file of root's that is in it in the place of the log.
  const uid_t owner = directory.opened_as().owner.uid;
  if (owner != 0 && owner != ::geteuid()) throw refused(path, "its directory belongs to somebody else");
  descriptor_ = open_below(directory, parts.name);
  if (descriptor_ < 0 && errno == ELOOP) throw refused(path, "it is a symbolic link");
  if (descriptor_ < 0) throw Error(cause_of(errno), Scope::run, opening).at(path).because(errno).on(Side::target);
  try {
    refuse_foreign(descriptor_, path);
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

LogFile::~LogFile() { ::close(descriptor_); }

void LogFile::add(std::string_view line) {
  const auto now = std::chrono::floor<std::chrono::seconds>(clock_.now());
  // In one piece, so that lines of several runs stay whole.
  const std::string text = fmt::format("{} [{}] {}\n", mail::to_iso(now), process_, line);
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t put = ::write(descriptor_, rest.data(), rest.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) {
      is_whole_ = false;
      return;
    }
    rest.remove_prefix(static_cast<std::size_t>(put));
  }
}

LoggedStream::LoggedStream(std::FILE* stream, LogFile& log, bool is_buffered)
    : stream_(stream), log_(log), file_(::fopencookie(this, "w", {nullptr, &hand_on, nullptr, nullptr})) {
  if (file_ == nullptr) throw Error(Cause::io_error, Scope::run, opening).because(errno);
  if (!is_buffered) (void)std::setvbuf(file_, nullptr, _IONBF, 0);
}

LoggedStream::~LoggedStream() {
  (void)std::fclose(file_);
  if (!line_.empty()) log_.add(line_);
}

ssize_t LoggedStream::hand_on(void* self, const char* octets, std::size_t size) {
  static_cast<LoggedStream*>(self)->take({octets, size});
  return static_cast<ssize_t>(size);  // the stream behind it remembers its own error
}

void LoggedStream::take(std::string_view octets) {
  (void)std::fwrite(octets.data(), 1, octets.size(), stream_);
  (void)std::fflush(stream_);
  while (!octets.empty()) {
    const std::size_t end = octets.find('\n');
    line_ += octets.substr(0, end);
    if (end == std::string_view::npos) return;
    log_.add(line_);
    line_.clear();
    octets.remove_prefix(end + 1);
  }
}

}  // namespace mailhaul::cli
