#include "batch_options.hpp"

#include <algorithm>
#include <string_view>

#include "mailhaul/base/error.hpp"

namespace mailhaul::cli {
namespace {

constexpr std::string_view batch_notes = R"(FILE has a pair a line, in UTF-8, its cells separated by semicolons:
  source;target;options                                     this line may be there
  cpanel:bob;cpanel:bob;--map-domain old.example=new.example
  maildir:/old/al/Maildir;maildir:/home/al/Maildir;--exclude 'Junk Mail' --delete
Cells are quoted as in any CSV where they hold a semicolon. Options are those of sync, written as for a shell, and
nothing in them is expanded. Lines that are empty or begin with # are passed over. All lines are checked before anything
runs. The file must be yours or root's, and nobody else may write to it.

Each pair is a run of `mailhaul sync` in a process of its own, with its own locks, ledger and sandbox: what fails in one
leaves the others going. Pairs with the same target are not run at the same time. -j counts pairs; how many folders each
of them copies at a time is said behind --, where all options of sync may stand that are for every pair (one that may be
given once only, either there or in a line):
  mailhaul batch list.csv -j 4 -- -j 1 --delete

The exit status is the worst of all pairs (see mailhaul --help); where a signal stopped it at least 20: those that run end at a
safe point, no other begins, and the report is written.)";

}  // namespace

void add_batch_options(CLI::App& command, TypedBatch& typed) {
  command.add_option("FILE", typed.list, "the list of pairs")->type_name("");
  command.add_option("-j,--jobs", typed.jobs, "pairs at a time (default 1, at most 256)")->type_name("N");
  command
      .add_option("--report", typed.report,
                  "write a CSV there, a line a pair, mode 0600, in one step: source;target;options;status;verdict;"
                  "copied;failed;seconds;reason")
      ->type_name("FILE");
  command
      .add_option("--retry-failed", typed.retry_failed,
                  "instead of FILE: those pairs of a report again that did not end with 0 or 3; a --report then has "
                  "the others as they were")
      ->type_name("REPORT");
  command.footer(std::string(batch_notes));
}

BatchOptions read_batch_options(const TypedBatch& typed, bool dry_run, std::vector<std::string> common) {
  constexpr std::size_t most = 256;
  if (typed.list.empty() == typed.retry_failed.empty())
    throw Error(Cause::usage, Scope::run, "reading the command line")
        .because(typed.list.empty() ? "batch needs a FILE, or --retry-failed REPORT"
                                    : "batch takes a FILE or --retry-failed REPORT, not both")
        .hint("see mailhaul batch --help");
  if (typed.jobs < 1 || typed.jobs > most)
    throw Error(Cause::usage, Scope::run, "reading --jobs")
        .at(std::to_string(typed.jobs))
        .because("not between 1 and 256");
  if (dry_run) common.insert(common.begin(), "--dry-run");
  return {typed.list, typed.retry_failed, typed.report, typed.jobs, std::move(common)};
}

BatchWords split_batch_words(int argc, const char* const* argv) {
  if (argc < 2 || std::string_view(argv[1]) != "batch") return {argc, {}};
  const char* const* const end = argv + argc;
  const char* const* const dashes = std::find(argv, end, std::string_view("--"));
  return {static_cast<int>(dashes - argv), {dashes == end ? end : dashes + 1, end}};
}

}  // namespace mailhaul::cli
