#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace mailhaul::cli {

/// What `batch` is told.
struct BatchOptions {
  std::string list{};          ///< empty where `retry_failed` is not
  std::string retry_failed{};  ///< a report
  std::string report{};        ///< empty: none is written
  std::size_t jobs = 1;
  std::vector<std::string> common{};  ///< options of every pair, before its own
};

/// The same as typed.
struct TypedBatch {
  std::string list, retry_failed, report;
  std::size_t jobs = 1;
};

/// The options that only `batch` has, and what is said of them.
void add_batch_options(CLI::App& command, TypedBatch& typed);

/// `common`: what stands behind `--`. Error(usage).
[[nodiscard]] BatchOptions read_batch_options(const TypedBatch& typed, bool dry_run, std::vector<std::string> common);

/// The words of a command line; of a batch what stands behind `--` are options of its pairs.
struct BatchWords {
  int own = 0;  ///< so many are the command's own
  std::vector<std::string> common{};
};
[[nodiscard]] BatchWords split_batch_words(int argc, const char* const* argv);

}  // namespace mailhaul::cli
