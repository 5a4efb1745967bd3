// Folding and keying of message octets.
#include <benchmark/benchmark.h>

#include <random>

#include "bench/bench_mail.hpp"
#include "mailhaul/base/entropy.hpp"
#include "mailhaul/mail/content_key.hpp"
#include "mailhaul/mail/folding.hpp"

namespace mailhaul::bench {
namespace {

std::string message() {
  std::mt19937_64 random(2);
  return "Subject: x\nStatus: RO\n\n" + make_body(random, 1U << 20U);
}

void fold(benchmark::State& state) {
  class Nothing final : public io::Sink {
    void write(Bytes octets) override { benchmark::DoNotOptimize(octets.data()); }
  } nothing;
  const std::string text = message();
  for (auto _ : state) {
    mail::FoldingSink folding(nothing);
    folding.write(as_bytes(text));
    folding.finish();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(fold);

void content_key(benchmark::State& state) {
  SystemEntropy entropy;
  const auto secrets = mail::KeySecrets::make(entropy);
  const std::string text = message();
  for (auto _ : state) {
    mail::KeyHasher hasher(secrets);
    hasher.write(as_bytes(text));
    benchmark::DoNotOptimize(hasher.finish());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(content_key);

}  // namespace
}  // namespace mailhaul::bench
