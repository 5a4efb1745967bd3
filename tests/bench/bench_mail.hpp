#pragma once

#include <algorithm>
#include <cstddef>
#include <random>
#include <string>

namespace mailhaul::bench {

/// Lines of text as mail has them, `octets` or a little more; the same for the same seed.
inline std::string make_body(std::mt19937_64& random, std::size_t octets) {
  static constexpr const char* words[] = {"From",   "the", "mailbox", "moves", "to",     "another", "server", "without",
                                          "losing", "a",   "message", "and",   "nobody", "notices", ">",      "=20"};
  std::string body;
  while (body.size() < octets) {
    std::size_t column = 0;
    while (column < 70) {
      const std::string word = words[random() % 16];
      body += word;
      body += ' ';
      column += word.size() + 1;
    }
    body += '\n';
  }
  return body;
}

/// A log-normal choice of sizes: median 8 KiB, mean about 55 KiB.
inline std::string make_mbox(std::size_t octets) {
  std::mt19937_64 random(1);
  std::lognormal_distribution<double> size(9.01, 1.95);
  std::string mbox;
  for (std::size_t i = 0; mbox.size() < octets; ++i) {
    mbox += "From a@example.org  Fri Feb 14 00:00:00 2003 +0000\nReturn-Path: <a@example.org>\nSubject: message " +
            std::to_string(i) + "\nMessage-ID: <" + std::to_string(i) + "@example.org>\nStatus: RO\n\n" +
            make_body(random, static_cast<std::size_t>(std::min(size(random), 4e6))) + "\n";
  }
  return mbox;
}

}  // namespace mailhaul::bench
