#pragma once

#include "mailhaul/run/account_list.hpp"
#include "mailhaul/run/batch_job.hpp"
#include "mailhaul/run/fix_job.hpp"
#include "mailhaul/run/jobs.hpp"
#include "mailhaul/sync/observer.hpp"

namespace mailhaul::cli {

/// What a person or a program reads. Hears events while the job runs (any thread), then gets its report.
/// Everything that a customer could have named passes one escaping function of its format (S14).
class Output : public sync::Observer, public Findings, public store::RepairObserver, public run::BatchObserver {
 public:
  virtual void report(const run::ScanReport& report, const run::FindingLog& findings) = 0;
  virtual void report(const run::SyncReport& report, const run::FindingLog& findings) = 0;
  virtual void report(const run::VerifyReport& report, const run::FindingLog& findings) = 0;
  virtual void report(const run::FixReport& report, const run::FindingLog& findings) = 0;
  virtual void report(const run::RunsReport& report) = 0;
  virtual void report(const run::SettingsReport& report, const run::FindingLog& findings) = 0;
  /// Of a batch, one result a pair.
  virtual void report(const std::vector<run::BatchPair>& pairs, const run::BatchReport& report) = 0;
  virtual void report(const run::AccountList& list, const run::FindingLog& findings, run::ExitStatus status) = 0;
  /// A text that is to be read by a program as it is, whatever else was asked for; what was found goes elsewhere.
  virtual void lines(const std::string& text, const run::FindingLog& findings) = 0;
  virtual void error(const Error& error) = 0;
  /// The last call where a job ended without a report.
  virtual void ended_early(run::ExitStatus /*status*/) {}
};

}  // namespace mailhaul::cli
