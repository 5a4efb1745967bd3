#pragma once

#include <vector>

#include "mailhaul/base/finding.hpp"
#include "mailhaul/base/stop.hpp"
#include "mailhaul/mail/content_key.hpp"
#include "mailhaul/store/source.hpp"
#include "mailhaul/store/store.hpp"
#include "mailhaul/sync/observer.hpp"
#include "mailhaul/sync/selection.hpp"

namespace mailhaul::sync {

struct Options {
  std::size_t jobs = 1;  ///< folders at a time, bounded by what both stores can
  FolderFilter folders{};
  MessageFilter messages{};
  FolderMap map{};
  bool only_subscribed = false;  ///< INBOX, and of the other folders those that their user subscribed
};

/// One target folder and the source folders that go there (more than one only by `--map-folder`).
struct FolderTask {
  store::FolderRef target{};
  store::FolderRef wanted{};  ///< `target`, but for a name that the target can't hold
  std::vector<store::FolderRef> sources{};
};

/// Which source folder goes where, INBOX first. Error(usage) when several folders would have to share one because the
/// target has no folders: that is never done unasked; when no folder is selected; and when the source does not know
/// what is subscribed, but only that is asked for. Pure but for asking the source for its list.
[[nodiscard]] std::vector<FolderTask> plan_folders(store::MessageSource& source, const store::Capabilities& target,
                                                   const Options& options);

/// Tells the observer how much there is to do.
void announce(store::MessageSource& source, const std::vector<FolderTask>& plan, Observer& observer);

/// What lies beside the mail and was brought over.
struct SettingsOutcome {
  std::uint64_t subscriptions = 0;  ///< added
  std::uint64_t acls = 0;           ///< folders that were given one
  std::optional<Error> error{};     ///< the first; what it was about is not at the target
};

struct Outcome {
  std::vector<FolderOutcome> folders{};
  SettingsOutcome settings{};
  std::optional<Error> error{};  ///< what ended the run early
};

/// Brings the target up to date with the source by content (R7): what is not there is copied, what is there is adopted
/// and its flags united, nothing is removed. Idempotent. An empty target folder is filled in one pass, each octet read
/// once. Errors of scope message and folder are in the outcome; wider ones end the run and are in Outcome::error.
[[nodiscard]] Outcome copy(store::MessageSource& source, store::MessageStore& target, const mail::KeySecrets& secrets,
                           const Options& options, Findings& findings, Observer& observer, const StopRequest& stop);

}  // namespace mailhaul::sync
