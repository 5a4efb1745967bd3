#include "mailhaul/fs/stand_in.hpp"

#include <fcntl.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "failure.hpp"

namespace mailhaul::fs {
std::optional<StandIn> StandIn::link(const Directory& directory, NewFile& file, std::string name,
                                     std::string_view doing) {
  const FileId ours = file.status_now().id;
  if (file.link(directory, name) == LinkResult::exists) return std::nullopt;
  return StandIn(directory, std::move(name), ours, doing);
}

StandIn::StandIn(Directory directory, std::string name, const FileId& id, std::string_view doing)
    : directory_(std::move(directory)), name_(std::move(name)), holds_(id), doing_(doing) {}

StandIn::StandIn(StandIn&& other) noexcept
    : directory_(other.directory_), name_(std::exchange(other.name_, {})), holds_(other.holds_), doing_(other.doing_) {}

StandIn::~StandIn() {
  try {
    static_cast<void>(remove());
  } catch (const Error&) {
    // Nothing is lost: the next run knows the prefix.
  }
}

int StandIn::exchange_with(const std::string& name) const {
  const int directory = directory_.descriptor();
  return directory_.kernel().rename(directory, name_, directory, name, RENAME_EXCHANGE);
}

Error StandIn::fail(int result, const std::string& name) const {
  return failure(Side::target, Scope::folder, result, doing_, directory_.place() + "/" + name);
}

bool StandIn::exchange(const std::string& name, const Status& replaced) {
  const int result = exchange_with(name);
  if (result == -ENOENT) return false;
  if (result == -EINVAL || result == -ENOSYS) {
    throw Error(Cause::unsupported, Scope::folder, doing_)
        .at(directory_.place() + "/" + name)
        .because("this file system can't exchange two names")
        .on(Side::target);
  }
  if (result < 0) throw fail(result, name);
  Status came_back;
  const int looked = directory_.kernel().status_at(directory_.descriptor(), name_, came_back);
  if (looked == 0 && is_unchanged(came_back, replaced)) {
    holds_ = replaced.id;
    return true;
  }
  // Somebody was faster, or we can't tell: what was there goes back to its name, ours goes away.
  const int back = exchange_with(name);
  if (looked < 0 || back < 0) throw fail(looked < 0 ? looked : back, name);
  return false;
}

bool StandIn::remove() {
  if (name_.empty()) return true;
  return directory_.remove(std::exchange(name_, {}), holds_);
}

}  // namespace mailhaul::fs
