#include "state_directory.hpp"

namespace mailhaul::run {

fs::Directory open_state_directory(const Machine& machine, const std::string& path) {
  fs::Rules rules;
  rules.side = Side::target;
  rules.durability = fs::Durability::none;  // locks mean nothing after a power cut; the ledger syncs itself
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

}  // namespace mailhaul::run
