#include "mailhaul/mail/date.hpp"

#include <array>
#include <cstdint>
#include <cstdio>

namespace mailhaul::mail {
namespace {

constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

/// Three letters in any case as one number. Only letters become letters by setting that bit, so no other text collides.
constexpr std::uint32_t packed(std::string_view three_letters) {
  std::uint32_t value = 0;
  for (const char c : three_letters) value = (value << 8) | static_cast<unsigned char>(c) | 0x20U;
  return value;
}

constexpr std::array packed_months = [] {
  std::array<std::uint32_t, months.size()> values{};
  for (std::size_t i = 0; i < months.size(); ++i) values[i] = packed(months[i]);
  return values;
}();

}  // namespace

std::optional<unsigned> month_of(std::string_view three_letters) {
  if (three_letters.size() != 3) return std::nullopt;
  const std::uint32_t wanted = packed(three_letters);
  for (unsigned i = 0; i < packed_months.size(); ++i)
    if (packed_months[i] == wanted) return i + 1;
  return std::nullopt;
}

std::string_view weekday_name(unsigned weekday) { return weekdays[weekday % weekdays.size()]; }

std::string_view month_name(unsigned month) { return months[(month + months.size() - 1) % months.size()]; }

std::string to_iso(InternalDate date) {
  const auto day = std::chrono::floor<std::chrono::days>(date);
  const std::chrono::year_month_day ymd{day};
  const std::chrono::hh_mm_ss time{date - day};
  std::array<char, 64> text{};
  const int length = std::snprintf(text.data(), text.size(), "%04d-%02u-%02u %02d:%02d:%02dZ",
                                   static_cast<int>(ymd.year()), static_cast<unsigned>(ymd.month()),
                                   static_cast<unsigned>(ymd.day()), static_cast<int>(time.hours().count()),
                                   static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
  return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace mailhaul::mail
