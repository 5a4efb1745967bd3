#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mailhaul/base/error.hpp"
#include "mailhaul/store/source.hpp"

namespace mailhaul::sync {

enum class Action { copied, adopted, flags_changed, moved, deleted, left_out, failed };
[[nodiscard]] const char* to_string(Action action);

/// What became of one source message. Views: valid during the call only.
struct MessageEvent {
  Action action{};
  const store::FolderRef& source;
  const store::FolderRef& target;
  const store::MessageInfo& info;
  std::uint64_t octets = 0;
  const Error* error = nullptr;  ///< for `failed`
};

/// Sums of one source folder.
struct FolderOutcome {
  store::FolderRef source{};
  store::FolderRef target{};
  std::uint64_t source_messages = 0;
  std::uint64_t target_before = 0;  ///< messages at the target when the run came to it
  std::uint64_t copied = 0;
  std::uint64_t adopted = 0;  ///< already at the target
  std::uint64_t flags_changed = 0;
  std::uint64_t moved = 0;    ///< moved at the target, as they were at the source
  std::uint64_t removed = 0;  ///< removed by their user at the target after an earlier run: they stay removed
  std::uint64_t deleted = 0;  ///< removed at the target, as they were at the source (`--delete`)
  std::uint64_t left_out = 0;
  std::uint64_t failed = 0;
  std::uint64_t changed = 0;  ///< of the failed ones: they changed or went away while they were read
  std::uint64_t octets_copied = 0;
  bool stable = true;
  std::optional<store::Stamp> stamp{};  ///< of what was read
  std::optional<Error> error{};         ///< the folder was given up here
};

/// Sums of many. Their names, stamps and errors are left out.
[[nodiscard]] FolderOutcome total(const std::vector<FolderOutcome>& folders);

/// Told by all workers at once, so implementations lock.
class Observer {
 public:
  Observer() = default;
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;
  virtual ~Observer() = default;
  /// Once, before the first folder: how many there will be, and their octets where the source knows them cheaply.
  virtual void begin(std::size_t /*folders*/, std::optional<std::uint64_t> /*octets*/) {}
  virtual void folder_begins(const store::FolderRef& /*source*/) {}
  virtual void message(const MessageEvent& /*event*/) {}
  /// Octets read so far of a message that is on its way.
  virtual void octets(std::uint64_t /*more*/) {}
  virtual void folder_ends(const FolderOutcome& /*outcome*/) {}
};

}  // namespace mailhaul::sync
