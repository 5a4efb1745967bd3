#include "run_lock.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "state_directory.hpp"

namespace mailhaul::run {
namespace {

std::string name_of(const fs::FileId& id) {
  return "run-" + std::to_string(id.device) + "-" + std::to_string(id.inode);
}

/// What is locked, by the names of the lock files: their order is that in which every run takes them.
class Locks {
 public:
  struct Lock {
    fs::LockKind kind;
    std::string path;  ///< of the part of the target it is for
  };

  Locks(formats::Context& context, const Store& target) : context_(context) {
    rules_.side = Side::target;
    for (const Store& part : parts_of(target)) add_part(part);
  }
  [[nodiscard]] const std::map<std::string, Lock>& by_name() const { return locks_; }

 private:
  void add_part(const Store& part) {
    const auto root = root_status(context_, part, Side::target);
    if (root && root->kind == fs::EntryKind::directory) {
      add(name_of(root->id), fs::LockKind::exclusive, part.path);
      return add_above(part.path + "/..", part.path);
    }
    // Two mboxes of one directory whose long names begin alike share a lock: at worst one run waits for the other.
    constexpr std::size_t octets_of_name = 180;
    const fs::ParentAndName parts = fs::split_operator_path(part.path);
    const auto parent = fs::Directory::open_root(context_.kernel, context_.entropy, parts.parent, rules_);
    add(name_of(parent.opened_as().id) + "-" + parts.name.substr(0, octets_of_name), fs::LockKind::exclusive,
        part.path);
    add_above(parts.parent, part.path);
  }

  /// Climbs by "..", so through no symlink.
  void add_above(std::string directory, const std::string& part) {
    constexpr int deepest = 256;
    std::optional<fs::FileId> below;
    for (int i = 0; i < deepest; ++i, directory += "/..") {
      try {
        const auto opened = fs::Directory::find_root(context_.kernel, context_.entropy, directory, rules_);
        if (!opened || opened->opened_as().id == below) return;  // above "/" is "/"
        below = opened->opened_as().id;
        add(name_of(*below), fs::LockKind::shared, part);
      } catch (const Error&) {
        // A directory that we may not look into is the target of no run of ours; one above it can be.
      }
    }
  }

  /// A target may hold one part in another: what it writes to is its own.
  void add(const std::string& name, fs::LockKind kind, const std::string& path) {
    const auto [there, is_new] = locks_.try_emplace(name, Lock{kind, path});
    if (!is_new && kind == fs::LockKind::exclusive) there->second = {kind, path};
  }

  formats::Context& context_;
  fs::Rules rules_{};
  std::map<std::string, Lock> locks_{};
};

fs::File open_lock_file(const Machine& machine, const fs::Directory& directory, const std::string& name) {
  constexpr int tries = 4;
  for (int i = 0; i < tries; ++i) {
    fs::OpenResult opened = directory.open_file_for_update(name);
    if (opened.file) return std::move(*opened.file);
    if (opened.refusal != fs::Refusal::missing) break;
    fs::NewFile file = directory.create_file();
    file.dress({machine.runner, 0600, 0700}, std::nullopt);
    (void)file.link(directory, name);
  }
  throw Error(Cause::refused, Scope::run, "opening a lock of the state directory")
      .at(directory.place() + "/" + name)
      .because("it is no file of the user that runs mailhaul")
      .hint("remove it");
}

/// Process number of the holder, as it wrote it; "unknown" while it has not.
std::string holder_of(const fs::File& file) {
  std::string text(20, '\0');
  text.resize(file.read_at(std::as_writable_bytes(std::span(text)), 0));
  text.resize(std::min(text.find('\n'), text.size()));
  const bool is_number = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  return is_number ? text : "unknown";
}

void sign(const Machine& machine, const fs::File& file) {
  try {
    file.truncate(0);
    file.write_at(as_bytes(std::to_string(machine.process) + "\n"), 0);
  } catch (const Error&) {
    // The lock holds all the same; only its holder stays unnamed.
  }
}

/// What keeps us from a lock.
std::string reason(const fs::File& file, fs::LockKind wanted) {
  if (wanted == fs::LockKind::shared)
    return "another run of mailhaul is writing to a tree that it is in, process " + holder_of(file);
  // Of those that share it nobody signs.
  if (!file.try_lock(fs::LockKind::shared))
    return "another run of mailhaul is writing to it, process " + holder_of(file);
  file.unlock();
  return "another run of mailhaul is writing to a part of it";
}

const std::string& lock_directory(const Machine& machine, const Request& request) {
  return request.state_directory.empty() ? machine.run_directory : request.state_directory;
}

}  // namespace

PlaceLock::PlaceLock(const Machine& machine, const Request& request, const std::optional<fs::Directory>& directory) {
  const std::string& path = lock_directory(machine, request);
  if (path.empty() || request.dry_run || !directory) return;
  file_ =
      open_lock_file(machine, open_state_directory(machine, path), name_of(directory->opened_as().id) + "-settings");
}

void PlaceLock::lock(formats::Context& context, const std::string& place) const {
  if (!file_) return;
  while (!file_->try_lock(fs::LockKind::exclusive))
    if (!context.lock_wait.pause(context.clock))
      throw Error(Cause::locked, Scope::run, "starting to write settings")
          .at(place)
          .because("another run of mailhaul is writing there")
          .hint("wait for it to end; --lock-wait waits longer")
          .on(Side::target);
}

void PlaceLock::unlock() const {
  if (file_) file_->unlock();
}

RunLock take_run_lock(const Machine& machine, formats::Context& context, const Store& target, const Request& request) {
  const std::string& path = lock_directory(machine, request);
  if (path.empty()) {
    context.findings.add({FindingKind::no_lock, Weight::note, "", "",
                          "no directory for locks is known (--state DIR, XDG_RUNTIME_DIR): nothing keeps a second run "
                          "from writing to the same target",
                          1});
    return {};
  }
  const fs::Directory directory = open_state_directory(machine, path);
  std::vector<fs::File> files;
  const Locks locks(context, target);
  for (const auto& [name, lock] : locks.by_name()) {
    fs::File file = open_lock_file(machine, directory, name);
    while (!file.try_lock(lock.kind)) {
      if (!context.lock_wait.pause(context.clock))
        throw Error(Cause::locked, Scope::run, "starting to write to the target")
            .at(lock.path)
            .because(reason(file, lock.kind))
            .hint("wait for it to end; --lock-wait waits longer")
            .on(Side::target);
    }
    if (lock.kind == fs::LockKind::exclusive) sign(machine, file);
    files.push_back(std::move(file));
  }
  return RunLock(std::move(files));
}

}  // namespace mailhaul::run
