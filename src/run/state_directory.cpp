#include "state_directory.hpp"

namespace mailhaul::run {
namespace {

/// `path` and the directories above it: a new user has no ~/.local/state yet.
fs::Directory make_with_parents(const Machine& machine, const std::string& path, const fs::Rules& rules) {
  const fs::Birth birth{machine.runner, 0600, 0700};
  if (auto there = fs::Directory::find_root(machine.kernel, machine.entropy, path, rules)) return std::move(*there);
  const std::string parent = fs::split_operator_path(path).parent;
  const bool is_top = parent == path || parent == "/" || parent == ".";
  if (!is_top && !fs::Directory::find_root(machine.kernel, machine.entropy, parent, rules))
    (void)make_with_parents(machine, parent, rules);
  return fs::Directory::make_root(machine.kernel, machine.entropy, path, rules, birth);
}

fs::Rules rules_of_state() {
  fs::Rules rules;
  rules.side = Side::target;
  rules.durability = fs::Durability::none;  // locks mean nothing after a power cut; the ledger syncs itself
  return rules;
}

void refuse_what_others_may_write(const Machine& machine, const std::string& path, const fs::Directory& directory) {
  constexpr mode_t writable_by_others = 022;
  const fs::Status status = directory.status_now();
  if (status.owner.uid == machine.runner.uid && (status.permissions & writable_by_others) == 0) return;
  throw Error(Cause::permission, Scope::run, "opening the state directory")
      .at(path)
      .because("others may write to it, so its locks and records could be theirs")
      .hint("chown it to the user that runs mailhaul and chmod it 0700, or name another one with --state");
}

}  // namespace

std::optional<fs::Directory> find_state_directory(const Machine& machine, const std::string& path) {
  auto directory = fs::Directory::find_root(machine.kernel, machine.entropy, path, rules_of_state());
  if (directory) refuse_what_others_may_write(machine, path, *directory);
  return directory;
}

fs::Directory open_state_directory(const Machine& machine, const std::string& path) {
  fs::Directory directory = make_with_parents(machine, path, rules_of_state());
  refuse_what_others_may_write(machine, path, directory);
  return directory;
}

}  // namespace mailhaul::run
