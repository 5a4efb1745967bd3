#include "batch_command.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "mailhaul/run/batch_files.hpp"
#include "mailhaul/run/batch_list.hpp"
#include "mailhaul/run/batch_report.hpp"
#include "process.hpp"
#include "process_runner.hpp"

namespace mailhaul::cli {
namespace {

/// What is run, and the report that it goes into.
struct Work {
  std::vector<run::ListedPair> listed{};
  std::vector<run::ReportRow> rows{};  ///< of all, also of those that are not run this time
  std::vector<std::size_t> row_of{};   ///< of each pair that is run
  std::vector<run::BatchPair> pairs{};
};

Work read_list(const BatchOptions& options, const run::Machine& machine) {
  Work work;
  work.listed = run::parse_list(run::read_operators_file(machine, options.list), options.list);
  work.rows.resize(work.listed.size());
  for (std::size_t i = 0; i < work.listed.size(); ++i) work.row_of.push_back(i);
  return work;
}

Work read_failed(const BatchOptions& options, const run::Machine& machine) {
  Work work;
  work.rows = run::parse_report(run::read_operators_file(machine, options.retry_failed), options.retry_failed);
  for (std::size_t i = 0; i < work.rows.size(); ++i) {
    const run::ReportRow& row = work.rows[i];
    if (!run::is_to_be_retried(row)) continue;
    work.listed.push_back({fmt::format("{}:{}", options.retry_failed, row.line), row.source, row.target, row.options});
    work.row_of.push_back(i);
  }
  return work;
}

/// As its process will understand it; Error(usage) at its line.
run::PairTarget check(const run::ListedPair& pair, const Clock& clock) {
  const std::vector<std::string> words = words_of(pair.source, pair.target, pair.options);
  std::vector<const char*> argv(words.size());
  std::transform(words.begin(), words.end(), argv.begin(), [](const std::string& word) { return word.c_str(); });
  try {
    Parsed parsed = parse_command_line(static_cast<int>(argv.size()), argv.data(), clock);
    if (!parsed.command) throw run::bad_line(pair.place, "one of its options only prints something");
    return {std::move(parsed.command->locations.back()), std::move(parsed.command->request.mailboxes.mailbox)};
  } catch (const Error& error) {
    if (error.place() == pair.place) throw;
    throw run::bad_line(pair.place, error.what());
  }
}

void make_pairs(Work& work, const BatchOptions& options, const run::Machine& machine) {
  std::vector<run::PairTarget> targets;
  for (run::ListedPair& listed : work.listed) {
    // A row of a report has those of its own run already.
    const std::vector<std::string>& common = options.common;
    const bool has_common =
        common.size() <= listed.options.size() && std::equal(common.begin(), common.end(), listed.options.begin());
    if (!has_common || options.retry_failed.empty())
      listed.options.insert(listed.options.begin(), common.begin(), common.end());
    targets.push_back(check(listed, machine.clock));
    work.pairs.push_back({listed.source, listed.target, listed.options, ""});
  }
  run::give_lanes(work.listed, targets, machine.working_directory, work.pairs);
  // What was not run yet is to be run again, should this be all that is ever known.
  for (std::size_t i = 0; i < work.pairs.size(); ++i) work.rows[work.row_of[i]] = run::row_of(work.pairs[i], {});
}

/// Tells the output, and keeps the report file up to date: after a crash it says what is left to do.
class Recorder final : public run::BatchObserver {
 public:
  Recorder(Work& work, std::optional<run::ReportFile>& file, Output& output, const Clock& clock)
      : work_(work), file_(file), output_(output), clock_(clock), written_(clock.now()) {
    write();
  }
  void pair_begins(std::size_t number, const run::BatchPair& pair) override { output_.pair_begins(number, pair); }
  void pair_ended(std::size_t number, const run::BatchPair& pair, const run::PairResult& result) override {
    work_.rows[work_.row_of[number]] = run::row_of(pair, result);
    output_.pair_ended(number, pair, result);
    constexpr std::chrono::seconds between{10};  // thousands of pairs would write it thousands of times
    if (clock_.now() - written_ >= between) try_to_write();
  }
  void write() {
    if (file_) file_->write(run::to_csv(work_.rows));
    written_ = clock_.now();
  }

 private:
  /// What can't be written now leaves the pairs going; the last one tells.
  void try_to_write() {
    try {
      write();
    } catch (const Error&) {
      written_ = clock_.now();
    }
  }

  Work& work_;
  std::optional<run::ReportFile>& file_;
  Output& output_;
  const Clock& clock_;
  Instant written_;
};

std::string what_to_do(const BatchOptions& options) {
  const std::string& report = options.report.empty() ? options.retry_failed : options.report;
  return report.empty() ? " Run the same command again, or with --report FILE to run only those later."
                        : fmt::format(" Run those again: mailhaul batch --retry-failed {}", report);
}

}  // namespace

run::ExitStatus carry_out_batch(const BatchOptions& options, const run::Machine& machine, Output& output) {
  Work work = options.retry_failed.empty() ? read_list(options, machine) : read_failed(options, machine);
  make_pairs(work, options, machine);
  std::optional<run::ReportFile> file;
  if (!options.report.empty()) file.emplace(machine, options.report);
  Recorder recorder(work, file, output, machine.clock);
  ProcessRunner runner(own_program());
  run::BatchReport report = run::run_batch(work.pairs, options.jobs, runner, machine.clock, machine.stop, recorder);
  try {
    recorder.write();
  } catch (const Error& error) {  // what happened is told all the same
    output.error(error);
    report.status = std::max(report.status, run::exit_status_of(error));
  }
  const bool is_left = std::any_of(work.rows.begin(), work.rows.end(), &run::is_to_be_retried);
  if (is_left) report.verdict += what_to_do(options);
  output.report(work.pairs, report);
  return report.status;
}

}  // namespace mailhaul::cli
