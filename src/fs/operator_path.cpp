#include "operator_path.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>
#include <vector>

#include "failure.hpp"
#include "mailhaul/fs/directory.hpp"

namespace mailhaul::fs {
namespace {

constexpr int most_symlinks = 40;  // as the kernel's own MAXSYMLINKS
constexpr int walking = O_PATH | O_NOFOLLOW | O_CLOEXEC;

/// The components yet to go, the next one last.
class Route {
 public:
  void put_before(std::string_view path) {
    for (std::size_t end = path.size(); end > 0;) {
      const std::size_t slash = path.rfind('/', end - 1);
      const std::size_t start = slash == std::string_view::npos ? 0 : slash + 1;
      const std::string_view component = path.substr(start, end - start);
      if (!component.empty() && component != ".") rest_.emplace_back(component);
      end = start == 0 ? 0 : start - 1;
    }
  }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  [[nodiscard]] std::string next() {
    std::string component = std::move(rest_.back());
    rest_.pop_back();
    return component;
  }

 private:
  std::vector<std::string> rest_;
};

Descriptor open_start(Kernel& kernel, bool absolute, int& result) {
  const int fd =
      uninterrupted([&] { return kernel.open_at(AT_FDCWD, absolute ? "/" : ".", walking | O_DIRECTORY, 0); });
  result = std::min(fd, 0);
  return fd < 0 ? Descriptor() : Descriptor(kernel, fd);
}

/// Opens one component: a directory, or else whatever is there (a symlink itself). With O_DIRECTORY first, since only
/// that mounts what an automounter keeps ready.
Descriptor open_step(Kernel& kernel, int dir, const std::string& name, Status& status, int& result) {
  int fd = uninterrupted([&] { return kernel.open_at(dir, name, walking | O_DIRECTORY, 0); });
  if (fd == -ENOTDIR) fd = uninterrupted([&] { return kernel.open_at(dir, name, walking, 0); });
  if (fd < 0) {
    result = fd;
    return {};
  }
  Descriptor opened(kernel, fd);
  result = kernel.status(fd, status);
  return opened;
}

}  // namespace

WalkedPath walk_operator_path(Kernel& kernel, const std::string& path) {
  WalkedPath walked;
  if (path.empty() || path.find('\0') != std::string::npos) {
    walked.result = path.empty() ? -ENOENT : -EINVAL;
    return walked;
  }
  const auto stop = [&walked](int result) {
    walked.result = result;
    walked.descriptor = Descriptor();
  };

  Route route;
  route.put_before(path);
  walked.descriptor = open_start(kernel, path.front() == '/', walked.result);
  int symlinks = 0;
  while (walked.result == 0 && !route.at_end()) {
    const std::string name = route.next();
    Status status;
    int result = 0;
    Descriptor step = open_step(kernel, walked.descriptor.value(), name, status, result);
    if (result < 0) {
      stop(result);
      break;
    }
    if (status.kind == EntryKind::directory) {
      walked.descriptor = std::move(step);
      continue;
    }
    if (status.kind != EntryKind::symlink) {
      stop(-ENOTDIR);
      break;
    }
    if (status.owner.uid != 0 && status.owner.uid != kernel.user()) {
      walked.refused = "symbolic link \"" + name + "\" belongs to uid " + std::to_string(status.owner.uid) +
                       ", which is neither root nor the user who runs this";
      stop(-ELOOP);
      break;
    }
    std::string target;
    result = ++symlinks > most_symlinks ? -ELOOP : kernel.read_link(step.value(), target);
    if (result == 0 && target.empty()) result = -ENOENT;
    if (result < 0) {
      stop(result);
      break;
    }
    route.put_before(target);
    if (target.front() == '/') walked.descriptor = open_start(kernel, true, walked.result);
  }
  return walked;
}

std::vector<FileId> lineage_of(Kernel& kernel, const std::string& operator_path) {
  constexpr std::size_t deepest = 256;
  WalkedPath walked = walk_operator_path(kernel, operator_path);
  std::vector<FileId> lineage;
  Status status;
  int result = walked.result < 0 ? walked.result : kernel.status(walked.descriptor.value(), status);
  // Above "/" is "/".
  while (result == 0 && lineage.size() < deepest && (lineage.empty() || lineage.back() != status.id)) {
    lineage.push_back(status.id);
    walked.descriptor = open_step(kernel, walked.descriptor.value(), "..", status, result);
  }
  return lineage;
}

ParentAndName split_operator_path(const std::string& operator_path) {
  std::string_view path(operator_path);
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return {".", std::string(path)};
  const std::string_view name = path.substr(slash + 1);
  std::string_view parent = path.substr(0, slash);
  while (parent.size() > 1 && parent.back() == '/') parent.remove_suffix(1);
  return {parent.empty() ? "/" : std::string(parent), std::string(name)};
}

}  // namespace mailhaul::fs
