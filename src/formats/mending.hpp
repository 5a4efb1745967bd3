#pragma once

#include <string>

#include "mailhaul/base/error.hpp"
#include "mailhaul/store/repairs.hpp"

namespace mailhaul::formats {

/// Tells of repairs, and makes them unless it is only asked what there is to do. One thread.
class Mending {
 public:
  Mending(store::Preview preview, store::RepairObserver& observer) : preview_(preview), observer_(observer) {}

  [[nodiscard]] bool is_preview() const { return preview_ == store::Preview::yes; }

  /// `mend` gives the reason why it could not; empty: done. An Error that reaches no further than a folder is one too.
  /// False: it stays as it is.
  template <typename Mend>
  bool propose(const store::Repair& repair, const Mend& mend) {
    if (is_preview()) {
      observer_.repair(repair, store::RepairOutcome::proposed, "");
      return true;
    }
    try {
      const std::string why = mend();
      observer_.repair(repair, why.empty() ? store::RepairOutcome::done : store::RepairOutcome::refused, why);
      return why.empty();
    } catch (const Error& error) {
      if (reaches_far(error)) throw;
      refuse(repair, error.reason());
      return false;
    }
  }
  void refuse(const store::Repair& repair, const std::string& why) {
    observer_.repair(repair, store::RepairOutcome::refused, why);
  }
  void done(const store::Repair& repair) {
    observer_.repair(repair, is_preview() ? store::RepairOutcome::proposed : store::RepairOutcome::done, "");
  }
  void looked_at_one() { observer_.looked_at_one(); }

  /// What ends the whole walk.
  [[nodiscard]] static bool reaches_far(const Error& error) {
    return error.cause() == Cause::stopped || error.scope() == Scope::run || error.scope() == Scope::mailbox;
  }

 private:
  store::Preview preview_;
  store::RepairObserver& observer_;
};

}  // namespace mailhaul::formats
