#pragma once

#include <string>
#include <vector>

#include "mailhaul/base/stop.hpp"
#include "mailhaul/mail/content_key.hpp"
#include "mailhaul/store/source.hpp"
#include "mailhaul/sync/copier.hpp"

namespace mailhaul::sync {

/// A source message that is not at the target, with what a person needs to find it. Texts are raw (S14).
struct MissingMessage {
  store::FolderRef folder{};
  store::MessageInfo info{};
  std::string message_id{};
  std::string subject{};
  std::string reason{};  ///< "not at the target", or why it could not be read
};

struct VerifiedFolder {
  store::FolderRef source{};
  store::FolderRef target{};
  std::uint64_t source_messages = 0;
  std::uint64_t target_messages = 0;
  std::uint64_t found = 0;
  std::uint64_t left_out = 0;
  std::uint64_t removed = 0;  ///< removed at the target by their user since they were copied
  std::uint64_t missing = 0;
  std::uint64_t changed = 0;  ///< of the missing ones: they changed or went away while they were read
  bool stable = true;
  std::optional<Error> error{};  ///< it could not be read to its end: what was not found by then is not proven
};

struct Verification {
  std::vector<VerifiedFolder> folders{};
  std::vector<MissingMessage> missing{};
  std::vector<MissingMessage> removed{};  ///< not missing: they were there, and their user removed them
  std::optional<Error> error{};           ///< what ended it early
};

/// Proof by content: both sides are read whole and compared as multisets, folder by folder (H5). `ledger`, where a run
/// has left one, tells what its user removed at the target, or filed in another folder, from what is missing: `secrets`
/// are then its own. So many that a loss is likelier (R5) are missing all the same.
[[nodiscard]] Verification verify(store::MessageSource& source, store::MessageSource& target,
                                  const store::Capabilities& target_abilities, const mail::KeySecrets& secrets,
                                  ledger::Ledger* ledger, const Options& options, Observer& observer,
                                  const StopRequest& stop);

}  // namespace mailhaul::sync
