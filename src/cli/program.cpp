#include "program.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <string_view>

#include "batch_command.hpp"
#include "command_line.hpp"
#include "json_output.hpp"
#include "log_file.hpp"
#include "mailhaul/base/capabilities.hpp"
#include "mailhaul/base/escape.hpp"
#include "mailhaul/base/shell_words.hpp"
#include "process.hpp"
#include "text_output.hpp"

namespace mailhaul::cli {
namespace {

std::unique_ptr<Output> make_output(const Saying& saying, std::FILE* out = stdout, std::FILE* diagnostics = stderr) {
  if (saying.json) return std::make_unique<JsonOutput>(saying, out);
  const bool progress = !saying.quiet && saying.progress.value_or(::isatty(STDERR_FILENO) == 1);
  return std::make_unique<TextOutput>(saying, out, diagnostics, progress ? stderr : nullptr);
}

/// What is said goes into a log too; the progress line does not.
struct Log {
  Log(const Command& command, fs::Kernel& kernel, Entropy& entropy, const Clock& clock)
      : file(kernel, entropy, clock, command.log_file, process_id()) {}
  LogFile file;
  LoggedStream out{stdout, file, true};
  LoggedStream diagnostics{stderr, file, false};
};

run::ExitStatus tell_runs(const Command& command, const run::Machine& machine, Output& output) {
  run::FindingLog findings(&output);
  const auto& locations = command.locations;
  const run::RunsReport report = command.kind == Command::Kind::list_runs
                                     ? run::list_runs(machine, command.request)
                                     : run::show_runs(machine, command.request, locations[0], locations[1], findings);
  output.report(report);
  return report.status;
}

run::ExitStatus list_accounts(const Command& command, const run::Machine& machine, run::FindingLog& findings,
                              Output& output) {
  const run::Location& location = command.locations.front();
  const run::AccountList list =
      location.path.empty() ? run::list_server_accounts(machine, command.request, location.server_root, findings)
                            : run::list_packed_accounts(machine, location.path);
  if (!location.path.empty() && list.accounts.empty())
    throw Error(Cause::not_a_store, Scope::run, "listing accounts")
        .at(location.path)
        .because("there is no packed account in it, by its names")
        .on(Side::source);
  if (command.list.csv)
    output.lines(run::to_csv(list, run::TargetPattern(command.list.to)), findings);
  else
    output.report(list, findings, run::ExitStatus::ok);
  return run::ExitStatus::ok;
}

/// Of a directory that is no store, the packed accounts in it.
run::ExitStatus scan(const Command& command, const run::Machine& machine, run::FindingLog& findings, Output& output) {
  const auto& locations = command.locations;
  try {
    const run::ScanReport report = run::run_scan(machine, command.request, locations, findings, output);
    output.report(report, findings);
    return report.status;
  } catch (const Error& error) {
    const bool may_be_a_list = error.cause() == Cause::not_a_store && locations.size() == 1 && !locations[0].format;
    if (!may_be_a_list || run::list_packed_accounts(machine, locations[0].path).accounts.empty()) throw;
  }
  return list_accounts(command, machine, findings, output);
}

run::ExitStatus carry_out(const Command& command, const run::Machine& machine, Output& output) {
  run::FindingLog findings(&output);
  const auto finish = [&](const auto& report) {
    output.report(report, findings);
    return report.status;
  };
  const auto& locations = command.locations;
  switch (command.kind) {
  case Command::Kind::scan: return scan(command, machine, findings, output);
  case Command::Kind::list_accounts: return list_accounts(command, machine, findings, output);
  case Command::Kind::batch: return carry_out_batch(command.batch, machine, output);
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
int end_with(run::ExitStatus status, bool log_is_whole = true) {
  const bool written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
  if (!log_is_whole) (void)std::fputs("mailhaul: the log file could not be written whole\n", stderr);
  if ((written && log_is_whole) || status != run::ExitStatus::ok) return static_cast<int>(status);
  if (!written) (void)std::fputs("mailhaul: the output could not be written whole\n", stderr);
  return static_cast<int>(run::ExitStatus::other_error);
}

int run_guarded(int argc, const char* const* argv) {
  // Before the command line is understood: whoever asks for JSON wants its errors in it too.
  Saying first;
  const char* const* const end = std::find(argv, argv + argc, std::string_view("--"));
  first.json = std::any_of(argv, end, [](const char* word) { return std::string_view(word) == "--json"; });
  const SystemClock clock;
  std::optional<Log> log;  // outlives what writes to it
  std::unique_ptr<Output> output = make_output(first);
  try {
    const Parsed parsed = parse_command_line(argc, argv, clock);
    if (!parsed.command) {
      (void)std::fputs(parsed.text.c_str(), stdout);
      return end_with(run::ExitStatus::ok);
    }
    // Before the first thread, since each has capabilities of its own. Not a matter of the sandbox: quotas hang on it.
    (void)drop_capabilities();
    StopRequest stop;
    const SignalWatch watch(stop);
    fs::PosixKernel kernel(parsed.command->forbid_openat2);
    SystemEntropy entropy;
    if (!parsed.command->log_file.empty()) {
      log.emplace(*parsed.command, kernel, entropy, clock);
      log->file.add("$ " + escape_for_terminal(join_words({argv, argv + argc})));
      output = make_output(parsed.command->saying, log->out.file(), log->diagnostics.file());
    } else {
      output = make_output(parsed.command->saying);
    }
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
    return end_with(carry_out(*parsed.command, machine, *output), !log || log->file.is_whole());
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
