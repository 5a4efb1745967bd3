#include "mailhaul/mail/postmark.hpp"

#include <array>

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

/// A real postmark with octets changed: the first octet chooses it, each pair behind that says where and what.
std::string edited(const std::uint8_t* data, std::size_t size) {
  static constexpr std::array<std::string_view, 4> lines{
      "From a@b Thu Nov  9 22:33:52 2001 +0300", "From \"b c\"@x Thu Nov 29 22:33 EET 2001",
      "From  Mon Feb 05 21:09:53 +0000 2018", "From a@b Thu, 29 Nov 2001 22:33:52 -0500"};
  std::string line(lines[size == 0 ? 0 : data[0] % lines.size()]);
  for (std::size_t i = 1; i + 1 < size; i += 2) line[data[i] % line.size()] = static_cast<char>(data[i + 1]);
  return line;
}

/// What holds of any line, and of what is written with its sender and date.
void check(const std::string& text) {
  using namespace mailhaul;
  const UtcClock clock;
  const auto postmark = mail::parse_postmark(text);
  const mail::InternalDate date =
      postmark ? postmark->instant(clock) : mail::InternalDate{std::chrono::hours{text.size()}};
  const std::string_view sender = postmark ? postmark->sender : std::string_view(text);
  const std::string line = mail::format_postmark(sender, date);
  const auto again = mail::parse_postmark(line);
  fuzz::require(again.has_value(), "a formatted postmark is one");
  fuzz::require(line.find_first_of("\r\n") == std::string::npos, "it is one line");
  fuzz::require(mail::format_postmark(again->sender, again->instant(clock)) == line, "it comes back as it was");
  if (!postmark) return;
  fuzz::require(postmark->sender.data() == text.data() + 5, "the sender is a view into the line");
  fuzz::require(postmark->sender.find_first_of("\r\n") == std::string_view::npos, "the sender has no line end");
  const bool dated = date >= mail::InternalDate{} && date < mail::InternalDate{std::chrono::seconds{253402300800}};
  fuzz::require(!dated || again->instant(clock) == date, "the date comes back");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  check(text);
  check("From " + text);
  check(edited(data, size));
  return 0;
}
