// Splitting a cached mbox beside one memmem pass over the same octets: issue and README state the ratio of the two.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include "bench/bench_mail.hpp"
#include "mailhaul/fs/file.hpp"
#include "mailhaul/fs/kernel.hpp"
#include "splitter.hpp"

namespace mailhaul::bench {
namespace {

constexpr std::size_t mbox_octets = 256U << 20U;

const std::string& mbox() {
  static const std::string text = make_mbox(mbox_octets);
  return text;
}

void set_rate(benchmark::State& state) {
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(mbox().size()));
}

void memmem_pass(benchmark::State& state) {
  const std::string& text = mbox();
  for (auto _ : state) {
    std::size_t found = 0;
    const char* at = text.data();
    const char* const end = at + text.size();
    while (const void* hit = memmem(at, static_cast<std::size_t>(end - at), "\nFrom ", 6)) {
      ++found;
      at = static_cast<const char*>(hit) + 1;
    }
    benchmark::DoNotOptimize(found);
  }
  set_rate(state);
}
BENCHMARK(memmem_pass)->Unit(benchmark::kMillisecond);

/// The file is in memory, so what is measured is pread and the search.
void split_cached_mbox(benchmark::State& state) {
  fs::PosixKernel kernel;
  const int fd = ::memfd_create("mbox", MFD_CLOEXEC);
  if (fd < 0 || ::write(fd, mbox().data(), mbox().size()) != static_cast<ssize_t>(mbox().size())) {
    state.SkipWithError("no memory file");
    return;
  }
  fs::Status status;
  kernel.status(fd, status);
  const fs::File file(fs::Descriptor(kernel, fd), status, "mbox", Side::source);
  for (auto _ : state) {
    formats::mbox::Splitter splitter(file, Side::source, status.size_octets);
    std::size_t messages = 0;
    while (splitter.next()) {
      ++messages;
      while (!splitter.read().empty()) continue;
    }
    benchmark::DoNotOptimize(messages);
  }
  set_rate(state);
}
BENCHMARK(split_cached_mbox)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace mailhaul::bench
