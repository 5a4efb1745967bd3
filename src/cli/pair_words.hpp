#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "child_process.hpp"
#include "mailhaul/run/batch_job.hpp"

namespace mailhaul::cli {

/// What a `mailhaul sync --json` says, line by line, as the result of its pair. One thread.
class PairWords {
 public:
  /// One line of its standard output. What is no JSON object of ours is passed over.
  void take(std::string_view line);
  /// Once it has ended. A run that did not end by itself, or without its summary, is a failure whatever else it said.
  [[nodiscard]] run::PairResult result(const ChildEnd& end) const;

 private:
  /// Of several the most telling: what ended the run, a message, something unread, a setting.
  enum class Rank : std::uint8_t { error, message, finding, setting, none };
  void give_reason(Rank rank, const std::string& text);

  run::PairResult result_{};
  Rank rank_ = Rank::none;
  std::optional<int> status_{};  ///< what its summary says
};

}  // namespace mailhaul::cli
