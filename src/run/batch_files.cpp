#include "mailhaul/run/batch_files.hpp"

#include "mailhaul/fs/control_file.hpp"
#include "mailhaul/run/batch_report.hpp"
#include "ours_alone.hpp"

namespace mailhaul::run {
namespace {

constexpr std::uint64_t longest_octets = std::uint64_t{64} << 20U;

/// Files of the operator's own, wherever they lie: taken as the runner, and by whoever may own them at all.
fs::Rules rules_of_operator(const Machine& machine, Side side) {
  fs::Rules rules;
  rules.side = side;
  rules.as_runner = true;
  rules.more_owners = {0, machine.runner.uid};
  return rules;
}

fs::Directory open_parent(const Machine& machine, const fs::ParentAndName& parts, const fs::Rules& rules) {
  if (parts.name.empty() || parts.name == "." || parts.name == ".." || parts.name == "/")
    throw Error(Cause::usage, Scope::run, "opening a file").at(parts.name).because("it is the name of no file");
  fs::Directory directory = fs::Directory::open_root(machine.kernel, machine.entropy, parts.parent, rules);
  // Who owns it may put an older file of root's, that is in it, in the place of the one that is meant.
  if (!is_ours(directory.opened_as(), machine.runner))
    throw Error(Cause::permission, Scope::run, "opening a file")
        .at(parts.parent)
        .because("the directory belongs to somebody else")
        .hint("keep lists and reports in one of your own");
  return directory;
}

/// Of scope run, as nothing goes on without it.
template <typename Read>
auto with_whole_run(Read read) {
  try {
    return read();
  } catch (Error& error) {
    throw error.reaching(Scope::run);
  }
}

}  // namespace

std::string read_operators_file(const Machine& machine, const std::string& path) {
  constexpr std::string_view doing = "reading the list of pairs";
  const fs::ParentAndName parts = fs::split_operator_path(path);
  auto file = with_whole_run([&] {
    const fs::Directory directory = open_parent(machine, parts, rules_of_operator(machine, Side::source));
    return fs::read_control_file(directory, parts.name, longest_octets);
  });
  if (!file) throw Error(Cause::not_found, Scope::run, doing).at(path).because("no such file");
  if (!is_ours_alone(file->status, machine.runner))
    throw Error(Cause::permission, Scope::run, doing)
        .at(path)
        .because("somebody else may write to it, and what it says is done with your rights")
        .hint("look at what is in it, then make it yours: chown it, and chmod go-w");
  return std::move(file->text);
}

ReportFile::ReportFile(const Machine& machine, const std::string& path)
    : directory_(open_parent(machine, fs::split_operator_path(path), rules_of_operator(machine, Side::target))),
      path_(path),
      name_(fs::split_operator_path(path).name),
      birth_{machine.runner, 0600, 0700} {
  const auto there = with_whole_run([this] { return fs::read_control_file(directory_, name_, longest_octets); });
  if (!there) return;
  if (!there->text.empty() && !there->text.starts_with(report_header()))
    throw fail(Cause::usage, "there is a file, and it is no report of mailhaul batch").hint("name another one");
  if (!is_ours_alone(there->status, machine.runner))
    throw fail(Cause::permission, "somebody else may write to it").hint("remove it or name another one");
  there_ = there->status;
}

void ReportFile::write(const std::string& text) {
  with_whole_run([&] {
    fs::NewFile file = directory_.create_file();
    file.append(as_bytes(text));
    file.dress(birth_, std::nullopt);
    const fs::Status made = file.status_now();
    if (!fs::place_file(directory_, name_, file, there_))
      throw fail(Cause::cannot_create, "somebody else changed it meanwhile").hint("name another one");
    there_ = made;
  });
}

Error ReportFile::fail(Cause cause, std::string_view reason) const {
  return Error(cause, Scope::run, "writing the report").at(path_).because(reason).on(Side::target);
}

}  // namespace mailhaul::run
