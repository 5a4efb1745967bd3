#include "mailhaul/base/worker_pool.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>

#include "mailhaul/base/error.hpp"

namespace mailhaul {

void run_all(std::size_t threads, const std::vector<std::function<void()>>& tasks) {
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::exception_ptr first;
  const auto work = [&] {
    for (std::size_t i = next++; i < tasks.size(); i = next++) {
      try {
        tasks[i]();
      } catch (...) {
        next = tasks.size();
        const std::lock_guard guard(mutex);
        if (!first) first = std::current_exception();
      }
    }
  };
  const std::size_t workers = std::min(std::max<std::size_t>(threads, 1), tasks.size());
  if (workers <= 1) {
    work();
  } else {
    std::vector<std::jthread> pool;
    pool.reserve(workers);
    try {
      while (pool.size() < workers) pool.emplace_back(work);
    } catch (const std::system_error& error) {
      // A limit on threads: fewer of them do the same work, none can't.
      if (pool.empty()) throw Error(Cause::io_error, Scope::run, "starting a thread").because(error.code().value());
    }
  }
  if (first) std::rethrow_exception(first);
}

}  // namespace mailhaul
