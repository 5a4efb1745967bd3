#pragma once

#include <cstdio>
#include <mutex>
#include <string>
#include <vector>

#include "command_line.hpp"
#include "output.hpp"
#include "progress_line.hpp"

namespace mailhaul::cli {

/// For people: itemized lines, a table of folders, counts, findings, the verdict. `out` is standard output,
/// `diagnostics` standard error; `progress`, where the progress line goes, may be null.
class TextOutput final : public Output {
 public:
  TextOutput(const Saying& saying, std::FILE* out, std::FILE* diagnostics, std::FILE* progress);

  void begin(std::size_t folders, std::optional<std::uint64_t> octets) override;
  void folder_begins(const store::FolderRef& source) override;
  void message(const sync::MessageEvent& event) override;
  void octets(std::uint64_t more) override;
  void add(const Finding& finding) override;

  void report(const run::ScanReport& report, const run::FindingLog& findings) override;
  void report(const run::SyncReport& report, const run::FindingLog& findings) override;
  void report(const run::VerifyReport& report, const run::FindingLog& findings) override;
  void repair(const store::Repair& repair, store::RepairOutcome outcome, const std::string& why) override;
  void report(const run::FixReport& report, const run::FindingLog& findings) override;
  void report(const run::RunsReport& report) override;
  void report(const run::SettingsReport& report, const run::FindingLog& findings) override;
  void pair_begins(std::size_t number, const run::BatchPair& pair) override;
  void pair_ended(std::size_t number, const run::BatchPair& pair, const run::PairResult& result) override;
  void report(const std::vector<run::BatchPair>& pairs, const run::BatchReport& report) override;
  void report(const run::AccountList& list, const run::FindingLog& findings, run::ExitStatus status) override;
  void lines(const std::string& text, const run::FindingLog& findings) override;
  void error(const Error& error) override;

 private:
  [[nodiscard]] bool is_told_at_once(FindingKind kind) const;
  void say(const std::string& line);
  void complain(const std::string& line);
  void say_stores(const run::Store& source, const run::Store& target);
  void say_findings(const run::FindingLog& findings);
  void say_failures();
  void say_settings(const std::vector<run::SettingsOutcome>& outcomes, bool dry_run);
  void say_account(const sync::AccountOutcome& account, bool dry_run);
  void say_stats(std::uint64_t octets);
  void say_sandbox(const std::string& got);
  void conclude(run::ExitStatus status, const std::string& verdict);

  static constexpr std::size_t listed_failures = 1000;
  Saying saying_;
  std::FILE* out_;
  std::FILE* diagnostics_;
  std::mutex mutex_;
  ProgressLine progress_;
  std::chrono::steady_clock::time_point started_;
  std::vector<std::string> failures_;
  std::uint64_t failed_ = 0;
};

}  // namespace mailhaul::cli
