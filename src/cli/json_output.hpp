#pragma once

#include <cstdio>
#include <mutex>

#include "command_line.hpp"
#include "output.hpp"

namespace mailhaul::cli {

/// For programs: one JSON object a line on standard output; `event` says which kind. Octets that are not UTF-8 become
/// U+FFFD (S14).
///
///   message  action source target handle octets [error]     each failed one; with -i each copied or changed one
///   finding  weight kind folder where text count
///   folder   … counts of one folder
///   missing  folder date message_id subject handle reason    (verify)
///   removed  … the same of what its user removed at the target (verify)
///   run      source target began ended … counts of one run, verdict, failures (runs)
///   repair   kind outcome folder where was becomes reason why    (fix) each refused one; with -n or -i all
///   setting  owner kind name text [outcome what_to_do]   (settings) each; (sync) each that is not as it was
///   renamed  text
///   file     path diff    (sync) each text file that settings changed; diff null: it holds passwords
///   pair     number source target options status … seconds verdict reason    (batch) each as it ends
///   account  user domain source older note    (scan of a server, or of a directory of packed accounts)
///   error    folder text
///   summary  status [command source target …] verdict        last line, always
class JsonOutput final : public Output {
 public:
  JsonOutput(const Saying& saying, std::FILE* out) : saying_(saying), out_(out) {}

  void message(const sync::MessageEvent& event) override;
  void add(const Finding& finding) override;
  void report(const run::ScanReport& report, const run::FindingLog& findings) override;
  void report(const run::SyncReport& report, const run::FindingLog& findings) override;
  void report(const run::VerifyReport& report, const run::FindingLog& findings) override;
  void repair(const store::Repair& repair, store::RepairOutcome outcome, const std::string& why) override;
  void report(const run::FixReport& report, const run::FindingLog& findings) override;
  void report(const run::RunsReport& report) override;
  void report(const run::SettingsReport& report, const run::FindingLog& findings) override;
  void pair_begins(std::size_t /*number*/, const run::BatchPair& /*pair*/) override {}
  void pair_ended(std::size_t number, const run::BatchPair& pair, const run::PairResult& result) override;
  void report(const std::vector<run::BatchPair>& pairs, const run::BatchReport& report) override;
  void report(const run::AccountList& list, const run::FindingLog& findings, run::ExitStatus status) override;
  void lines(const std::string& text, const run::FindingLog& findings) override;
  void error(const Error& error) override;
  void ended_early(run::ExitStatus status) override;

 private:
  void say_settings(const std::vector<run::SettingsOutcome>& outcomes);
  void say_account(const sync::AccountOutcome& account);

  Saying saying_;
  std::FILE* out_;
  std::mutex mutex_;
};

}  // namespace mailhaul::cli
