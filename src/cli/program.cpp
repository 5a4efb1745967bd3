#include "program.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <memory>
#include <new>
#include <string_view>

#include "command_line.hpp"
#include "json_output.hpp"
#include "mailhaul/base/capabilities.hpp"
#include "mailhaul/base/escape.hpp"
#include "process.hpp"
#include "text_output.hpp"

namespace mailhaul::cli {
namespace {

std::unique_ptr<Output> make_output(const Saying& saying) {
  if (saying.json) return std::make_unique<JsonOutput>(saying, stdout);
  const bool progress = !saying.quiet && saying.progress.value_or(::isatty(STDERR_FILENO) == 1);
  return std::make_unique<TextOutput>(saying, stdout, stderr, progress);
}

run::ExitStatus tell_runs(const Command& command, const run::Machine& machine, Output& output) {
  run::FindingLog findings(&output);
  const auto& locations = command.locations;
  const run::RunsReport report = command.kind == Command::Kind::list_runs
                                     ? run::list_runs(machine, command.request)
                                     : run::show_runs(machine, command.request, locations[0], locations[1], findings);
  output.report(report);
  return report.status;
}

run::ExitStatus carry_out(const Command& command, const run::Machine& machine, Output& output) {
  run::FindingLog findings(&output);
  const auto finish = [&](const auto& report) {
    output.report(report, findings);
    return report.status;
  };
  const auto& locations = command.locations;
  switch (command.kind) {
  case Command::Kind::scan: return finish(run::run_scan(machine, command.request, locations, findings, output));
  case Command::Kind::sync:
    return finish(run::run_sync(machine, command.request, locations[0], locations[1], findings, output));
  case Command::Kind::verify:
    return finish(run::run_verify(machine, command.request, locations[0], locations[1], findings, output));
  case Command::Kind::fix:
    return finish(run::run_fix(machine, command.request, command.fix, locations[0], findings, output));
  case Command::Kind::settings:
    return finish(command.settings_source
                      ? run::run_settings(machine, command.request, *command.settings_source, findings)
                      : run::run_settings(machine, command.request, locations[0], findings));
  case Command::Kind::list_runs:
  case Command::Kind::show_runs: return tell_runs(command, machine, output);
  }
  return run::ExitStatus::other_error;
}

int give_up(Output& output, const Error& error, run::ExitStatus status) {
  output.error(error);
  output.ended_early(status);
  return static_cast<int>(status);
}

/// What was said must have arrived, or the status says that it did not.
int end_with(run::ExitStatus status) {
  const bool written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
  if (written || status != run::ExitStatus::ok) return static_cast<int>(status);
  (void)std::fputs("mailhaul: the output could not be written whole\n", stderr);
  return static_cast<int>(run::ExitStatus::other_error);
}

int run_guarded(int argc, const char* const* argv) {
  // Before the command line is understood: whoever asks for JSON wants its errors in it too.
  Saying first;
  first.json = std::any_of(argv, argv + argc, [](const char* word) { return std::string_view(word) == "--json"; });
  std::unique_ptr<Output> output = make_output(first);
  try {
    const SystemClock clock;
    const Parsed parsed = parse_command_line(argc, argv, clock);
    if (!parsed.command) {
      (void)std::fputs(parsed.text.c_str(), stdout);
      return end_with(run::ExitStatus::ok);
    }
    output = make_output(parsed.command->saying);
    // Before the first thread, since each has capabilities of its own. Not a matter of the sandbox: quotas hang on it.
    (void)drop_capabilities();
    StopRequest stop;
    const SignalWatch watch(stop);
    fs::PosixKernel kernel(parsed.command->forbid_openat2);
    SystemEntropy entropy;
    const run::Machine machine{kernel,
                               entropy,
                               clock,
                               stop,
                               host_name(),
                               process_id(),
                               effective_owner(),
                               run_directory(),
                               state_directory(),
                               working_directory(),
                               boot_id()};
    return end_with(carry_out(*parsed.command, machine, *output));
  } catch (const Error& error) {
    return give_up(*output, error, run::exit_status_of(error));
  } catch (const std::bad_alloc&) {
    return give_up(*output,
                   Error(Cause::limit, Scope::run, "out of memory").hint("run the same command again with -j1"),
                   run::ExitStatus::other_error);
  } catch (const std::exception& error) {
    return give_up(*output, Error(Cause::io_error, Scope::run, "internal error").because(error.what()),
                   run::ExitStatus::other_error);
  }
}

}  // namespace

int run_program(int argc, const char* const* argv) {
  prepare_process();
  return run_guarded(argc, argv);
}

}  // namespace mailhaul::cli
