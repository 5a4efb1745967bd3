#include "run_lock.hpp"

#include <algorithm>

namespace mailhaul::run {
namespace {

constexpr std::chrono::milliseconds between_tries{50};

std::string name_of(const fs::FileId& id) { return std::to_string(id.device) + "-" + std::to_string(id.inode); }

/// Two mboxes of one directory whose long names begin alike share a lock: at worst one run waits for the other.
std::string lock_name(formats::Context& context, const Store& target) {
  constexpr std::size_t octets_of_name = 180;
  fs::Rules rules;
  rules.side = Side::target;
  const auto root = root_status(context, target, Side::target);
  if (root && root->kind == fs::EntryKind::directory) return "run-" + name_of(root->id);
  const fs::ParentAndName parts = fs::split_operator_path(target.path);
  const auto parent = fs::Directory::open_root(context.kernel, context.entropy, parts.parent, rules);
  return "run-" + name_of(parent.opened_as().id) + "-" + parts.name.substr(0, octets_of_name);
}

fs::Directory open_lock_directory(const Machine& machine, const std::string& path) {
  fs::Rules rules;
  rules.side = Side::target;
  rules.durability = fs::Durability::none;  // a lock means nothing after a power cut
  fs::Directory directory =
      fs::Directory::make_root(machine.kernel, machine.entropy, path, rules, {machine.runner, 0600, 0700});
  constexpr mode_t writable_by_others = 022;
  const fs::Status status = directory.status_now();
  if (status.owner.uid != machine.runner.uid || (status.permissions & writable_by_others) != 0)
    throw Error(Cause::permission, Scope::run, "opening the state directory")
        .at(path)
        .because("others may write to it, so its locks and records could be theirs")
        .hint("chown it to the user that runs mailhaul and chmod it 0700, or name another one with --state");
  return directory;
}

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

}  // namespace

RunLock take_run_lock(const Machine& machine, formats::Context& context, const Store& target, const Request& request) {
  const std::string& path = request.state_directory.empty() ? machine.run_directory : request.state_directory;
  if (path.empty()) {
    context.findings.add({FindingKind::no_lock, Weight::note, "", "",
                          "no directory for locks is known (--state DIR, XDG_RUNTIME_DIR): nothing keeps a second run "
                          "from writing to the same target",
                          1});
    return {};
  }
  fs::File file = open_lock_file(machine, open_lock_directory(machine, path), lock_name(context, target));
  const Instant end = context.clock.now() + request.lock_wait;
  while (!file.try_lock(fs::LockKind::exclusive)) {
    if (context.clock.now() >= end)
      throw Error(Cause::locked, Scope::run, "starting to write to the target")
          .at(target.path)
          .because("another run of mailhaul is writing to it, process " + holder_of(file))
          .hint("wait for it to end; --lock-wait waits longer")
          .on(Side::target);
    context.clock.sleep(between_tries);
  }
  sign(machine, file);
  return RunLock(std::move(file));
}

}  // namespace mailhaul::run
