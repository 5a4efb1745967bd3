#include "process_runner.hpp"

namespace mailhaul::cli {

std::vector<std::string> words_of(const std::string& source, const std::string& target,
                                  const std::vector<std::string>& options) {
  // Both locations first: an option that lacks its value finds none, instead of taking one of them.
  std::vector<std::string> words{"mailhaul", "sync", "--json", source, target};
  words.insert(words.end(), options.begin(), options.end());
  return words;
}

void ProcessRunner::start(std::size_t number, const run::BatchPair& pair) {
  Running& running = running_[number];
  try {
    running.child =
        std::make_unique<ChildProcess>(program_, words_of(pair.source, pair.target, pair.options),
                                       [&words = running.words](std::string_view line) { words.take(line); });
  } catch (...) {
    running_.erase(number);
    throw;
  }
}

std::vector<run::EndedPair> ProcessRunner::wait() {
  // Short enough that a stop is heard of at once, as a person sees it.
  constexpr std::chrono::milliseconds moment{200};
  std::vector<ChildProcess*> children;
  for (const auto& [number, running] : running_) children.push_back(running.child.get());
  ChildProcess::wait_for_any(children, moment);
  std::vector<run::EndedPair> ended;
  for (auto at = running_.begin(); at != running_.end();) {
    Running& running = at->second;
    if (!running.child->read()) {
      ++at;
      continue;
    }
    const ChildEnd end = running.child->wait();
    ended.push_back({at->first, running.words.result(end)});
    at = running_.erase(at);
  }
  return ended;
}

void ProcessRunner::stop() {
  for (const auto& [number, running] : running_) running.child->stop();
}

}  // namespace mailhaul::cli
