#include "mailhaul/mail/date_time.hpp"

#include "fuzz/fuzz_input.hpp"

namespace {

/// "29 Nov 2001 22:33:52 +0000" of a date.
std::string mail_form(mailhaul::mail::InternalDate date) {
  const std::string iso = mailhaul::mail::to_iso(date);  // "2001-11-29 22:33:52Z"
  const auto month = static_cast<unsigned>(std::stoul(iso.substr(5, 2)));
  return iso.substr(8, 2) + " " + std::string(mailhaul::mail::month_name(month)) + " " + iso.substr(0, 4) + " " +
         iso.substr(11, 8) + " +0000";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mailhaul;
  const fuzz::Input input(data, size,
                          {"Thu, ",      "29 ",    "Nov ", "2001 ", "22:33:52 ", "-0500", " (", ")", "\\",      ";",
                           "Received: ", "Date: ", "\n ",  "\n",    "GMT",       ":",     ",",  " ", "(a(b)c)", "99"});
  const std::string_view text = input.text;
  if (const auto date = mail::parse_date_time(text)) {
    fuzz::require(*date >= mail::InternalDate{}, "no date before 1970");
    if (*date >= mail::InternalDate{std::chrono::seconds{253402300800}}) return 0;  // the year 10000, by its zone
    fuzz::require(mail::parse_date_time(mail_form(*date)) == date, "what is written in full comes back");
  }
  static_cast<void>(mail::received_date(text));
  static_cast<void>(mail::date_field(text));
  return 0;
}
