#include "mailhaul/mail/postmark.hpp"

#include "fuzz/fuzz_input.hpp"

namespace {

/// A reader in UTC.
class UtcClock final : public mailhaul::Clock {
 public:
  [[nodiscard]] mailhaul::Instant now() const override { return {}; }
  [[nodiscard]] std::chrono::sys_seconds from_local(mailhaul::CivilSeconds civil) const override {
    return std::chrono::sys_seconds{civil.time_since_epoch()};
  }
  void sleep(std::chrono::milliseconds) const override {}
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mailhaul;
  const std::string text = "From " + std::string(reinterpret_cast<const char*>(data), size);
  const UtcClock clock;
  const auto postmark = mail::parse_postmark(text);
  // The fuzzer's text also serves as a sender, with a date made of its size: what is written can always be read.
  const mail::InternalDate date = postmark ? postmark->instant(clock) : mail::InternalDate{std::chrono::hours{size}};
  const std::string line = mail::format_postmark(postmark ? postmark->sender : std::string_view(text).substr(5), date);
  const auto again = mail::parse_postmark(line);
  fuzz::require(again.has_value(), "a formatted postmark is one");
  fuzz::require(line.find_first_of("\r\n") == std::string::npos, "it is one line");
  fuzz::require(mail::format_postmark(again->sender, again->instant(clock)) == line, "it comes back as it was");
  if (postmark) {
    fuzz::require(postmark->sender.data() == text.data() + 5, "the sender is a view into the line");
    fuzz::require(postmark->sender.find_first_of("\r\n") == std::string_view::npos, "the sender has no line end");
  }
  return 0;
}
