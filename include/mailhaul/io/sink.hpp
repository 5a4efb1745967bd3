#pragma once

#include <string>
#include <utility>

#include "mailhaul/base/bytes.hpp"

namespace mailhaul::io {

/// Octets are pushed. One thread. Throws Error when they can't be taken.
class Sink {
 public:
  Sink() = default;
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  virtual ~Sink() = default;

  virtual void write(Bytes octets) = 0;
};

/// Each octet goes to both.
class TeeSink final : public Sink {
 public:
  TeeSink(Sink& first, Sink& second) : first_(first), second_(second) {}
  void write(Bytes octets) override {
    first_.write(octets);
    second_.write(octets);
  }

 private:
  Sink& first_;
  Sink& second_;
};

/// Collects everything: for small things and for tests.
class StringSink final : public Sink {
 public:
  void write(Bytes octets) override { text_ += as_text(octets); }
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace mailhaul::io
