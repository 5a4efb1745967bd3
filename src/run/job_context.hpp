#pragma once

#include "mailhaul/base/zone.hpp"
#include "mailhaul/run/jobs.hpp"

namespace mailhaul::run {

/// Findings of the target: what can't be read there is odd, but no source message that failed.
class TargetFindings final : public Findings {
 public:
  explicit TargetFindings(Findings& findings) : findings_(findings) {}
  void add(const Finding& finding) override;

 private:
  Findings& findings_;
};

/// The clock of a job: what waits by it (a held lock) ends when the program is asked to stop.
class StoppableClock final : public Clock {
 public:
  StoppableClock(const Clock& clock, const StopRequest& stop) : clock_(clock), stop_(stop) {}
  [[nodiscard]] Instant now() const override { return clock_.now(); }
  [[nodiscard]] std::chrono::sys_seconds from_local(CivilSeconds civil) const override {
    return clock_.from_local(civil);
  }
  [[nodiscard]] std::string local_zone() const override { return clock_.local_zone(); }
  void sleep(std::chrono::milliseconds time) const override;

 private:
  const Clock& clock_;
  const StopRequest& stop_;
};

/// Builds what the formats of one job share, and keeps it alive.
class JobContext {
 public:
  JobContext(const Machine& machine, const Request& request, Findings& findings);
  [[nodiscard]] formats::Context& source() { return source_; }
  [[nodiscard]] formats::Context& target() { return target_; }

 private:
  TargetFindings target_findings_;
  StoppableClock clock_;
  ZonedClock source_clock_;
  formats::UniqueInstants instants_;
  formats::Context source_;
  formats::Context target_;
};

/// Error(usage) when both name one and the same root: a store is never copied onto itself.
void refuse_same_store(const std::optional<fs::Status>& source, const std::optional<fs::Status>& target,
                       const Location& location);

/// Error(usage) when one store lies inside the other's tree: what is written to one would be written to the source.
void refuse_nested_stores(formats::Context& context, const Store& source, const fs::Status& source_root,
                          const Store& target, const std::optional<fs::Status>& target_root);

/// Error(refused) for a source mbox with a second name in a spool that everybody may write to: anybody can have linked
/// another user's mailbox there (A4).
void refuse_planted_source(formats::Context& context, const Store& source, const fs::Status& source_root);

/// Whether the owner of a store's root says whose the mail is, so that it may be taken from him. Not root, where
/// somebody else can put a file or directory of root's in its place (a rename is all it takes); and not the owner of an
/// mbox in a spool where anybody can make one.
[[nodiscard]] bool is_its_owners(formats::Context& context, const Store& store, const fs::Status& root);

/// An mbox that is already there must be the mailbox of whom the mail is for: in a customer's directory he can put any
/// file that is in his reach in its place, in a spool that everybody may write to anybody can have made it.
/// Error(refused) unless its owner is the one that the options name (named_owner) or, when they name none, in a
/// customer's directory its owner, in such a spool the source's.
void refuse_foreign_mbox(formats::Context& context, const fs::Status& source_root, const Store& target,
                         const std::optional<fs::Status>& target_root, const OwnershipOptions& options);

/// Error(usage) when messages shall be stored compressed in a format that has no such thing.
void refuse_compressing(const OpenOptions& options, const Store& target);

/// As the operator said, and where he did not, the modes of the kind of server that such a target is of.
[[nodiscard]] OwnershipOptions with_usual_profile(const OwnershipOptions& options, const Store& target);

/// What decides who owns what is made at `target`; its home only where a profile asks for it.
[[nodiscard]] Roots look_at_roots(formats::Context& context, const fs::Status& source_root, const Store& target,
                                  const std::optional<fs::Status>& target_root, const OwnershipOptions& options);

/// fstat of a root that must be there. Error(not_found).
[[nodiscard]] fs::Status existing_root(formats::Context& context, const Store& store, Side side);

}  // namespace mailhaul::run
