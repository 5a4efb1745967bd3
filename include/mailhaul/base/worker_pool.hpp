#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace mailhaul {

/// Runs every task, at most `threads` at a time, and returns when all are done. With one thread (or one task) it runs
/// them here, in order. A task that throws stops tasks not yet begun; the first exception is thrown again at the end.
void run_all(std::size_t threads, const std::vector<std::function<void()>>& tasks);

}  // namespace mailhaul
