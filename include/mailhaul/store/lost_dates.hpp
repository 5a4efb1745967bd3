#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "mailhaul/mail/date.hpp"

namespace mailhaul::store {

/// The two times that a Maildir message has without its body being read.
struct FileAndNameTime {
  mail::InternalDate file{};
  std::optional<mail::InternalDate> name{};
};

/// Messages whose file times a copy without -p seems to have set to the time of the copy.
struct LostDates {
  std::uint64_t messages = 0;
  mail::InternalDate first{};  ///< of their file times
  mail::InternalDate last{};
  std::chrono::days names_span{};  ///< between the 10th and the 90th of a hundred of their names
};

/// At least 80 % of at least 20 messages have file times within one hour, while the middle 80 % of the times in their
/// names lie more than a week apart. Mail that truly came in one hour has names of that hour; where the names say
/// nothing nothing is concluded. Pure.
[[nodiscard]] std::optional<LostDates> find_lost_dates(std::vector<FileAndNameTime> times);

}  // namespace mailhaul::store
