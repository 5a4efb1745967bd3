#include "sandbox.hpp"

#include <fmt/format.h>

#include "mailhaul/base/capabilities.hpp"
#include "mailhaul/base/system_call_filter.hpp"
#include "pair_ledger.hpp"

namespace mailhaul::run {

bool Sandbox::allow(const std::string& path, Landlock::Access access, Side side) {
  fs::Rules rules;
  rules.side = side;
  const auto directory = fs::Directory::find_root(machine_.kernel, machine_.entropy, path, rules);
  if (directory) landlock_.allow(directory->descriptor(), access);
  return directory.has_value();
}

void Sandbox::allow_store(const Store& store, Landlock::Access access, Side side) {
  if (store.packed && !store.packed->is_directory()) return;  // it is open
  for (const Store& part : parts_of(store))
    if (part.format == Format::mbox || !allow(part.path, access, side))
      (void)allow(fs::split_operator_path(part.path).parent, access, side);
}

void Sandbox::allow_system_files() {
  // This machine's zone is read now, wherever its file is, and kept; that of --source-tz when the first date needs it.
  // What else the program reads late comes without a name.
  (void)machine_.clock.from_local({});
  (void)allow("/usr/share/zoneinfo", Landlock::Access::read, Side::none);
  // A leak check reads what its own process has mapped.
  if (MAILHAUL_SANITIZED != 0) (void)allow("/proc", Landlock::Access::read, Side::none);
}

std::string Sandbox::enter() {
  std::string got;
  const auto add = [&got](const std::string& part) { got += (got.empty() ? "" : ", ") + part; };
  try {
    allow_system_files();
    if (const int abi = landlock_.enter(); abi > 0)
      add(fmt::format("landlock ABI {}", abi));
    else
      add("no landlock");
  } catch (const Error& error) {
    add(fmt::format("no landlock ({})", error.what()));
  }
  add(filter_system_calls() ? "seccomp" : "no seccomp");
  if (const int capabilities = count_capabilities(); capabilities > 0)
    add(fmt::format("{} capabilities", capabilities));
  return got;
}

Landlock::Access access_of_writer(const Request& request) {
  return request.dry_run ? Landlock::Access::read : Landlock::Access::write;
}

std::string confine(const Machine& machine, const Request& request, const std::vector<Reach>& stores,
                    const std::vector<AllowedPlace>& more) {
  if (!request.sandbox) return {};
  Sandbox sandbox(machine);
  for (const Reach& reach : stores) sandbox.allow_store(reach.store, reach.access, reach.side);
  for (const AllowedPlace& place : more) sandbox.allow_place(place);
  return sandbox.enter();
}

AllowedPlace own_directory(const Machine& machine, const Request& request) {
  return {state_directory_of(machine, request), Landlock::Access::write, Side::target};
}

}  // namespace mailhaul::run
