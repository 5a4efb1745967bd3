#pragma once

#include <map>
#include <memory>
#include <string>

#include "child_process.hpp"
#include "mailhaul/run/batch_job.hpp"
#include "pair_words.hpp"

namespace mailhaul::cli {

/// What `mailhaul sync` is told for a pair, its own name first; the same words that are checked before anything runs.
[[nodiscard]] std::vector<std::string> words_of(const std::string& source, const std::string& target,
                                                const std::vector<std::string>& options);

/// Each pair a process of its own: this program, with its own locks, ledger and sandbox.
class ProcessRunner final : public run::PairRunner {
 public:
  /// `program`: the file that is run.
  explicit ProcessRunner(std::string program) : program_(std::move(program)) {}
  void start(std::size_t number, const run::BatchPair& pair) override;
  [[nodiscard]] std::vector<run::EndedPair> wait() override;
  void stop() override;

 private:
  struct Running {
    PairWords words{};
    std::unique_ptr<ChildProcess> child{};
  };
  std::string program_;
  std::map<std::size_t, Running> running_{};
};

}  // namespace mailhaul::cli
