#pragma once

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

/// Builds what the formats of one job share, and keeps it alive.
class JobContext {
 public:
  JobContext(const Machine& machine, const Request& request, Findings& findings);
  [[nodiscard]] formats::Context& source() { return source_; }
  [[nodiscard]] formats::Context& target() { return target_; }

 private:
  TargetFindings target_findings_;
  formats::UniqueInstants instants_;
  formats::Context source_;
  formats::Context target_;
};

/// Error(usage) when both name one and the same root: a store is never copied onto itself.
void refuse_same_store(const std::optional<fs::Status>& source, const std::optional<fs::Status>& target,
                       const Location& location);

/// fstat of a root that must be there. Error(not_found).
[[nodiscard]] fs::Status existing_root(formats::Context& context, const Store& store, Side side);

}  // namespace mailhaul::run
