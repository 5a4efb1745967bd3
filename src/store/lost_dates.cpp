#include "mailhaul/store/lost_dates.hpp"

#include <algorithm>

namespace mailhaul::store {

std::optional<LostDates> find_lost_dates(std::vector<FileAndNameTime> times) {
  constexpr std::size_t fewest = 20;
  constexpr std::chrono::hours window{1};
  constexpr std::chrono::days short_span{7};
  if (times.size() < fewest) return std::nullopt;
  std::sort(times.begin(), times.end(),
            [](const FileAndNameTime& a, const FileAndNameTime& b) { return a.file < b.file; });
  // The hour with the most of them.
  std::size_t first = 0;
  std::size_t most = 0;
  for (std::size_t begin = 0, end = 0; end < times.size(); ++end) {
    while (times[end].file - times[begin].file > window) ++begin;
    if (end + 1 - begin > most) {
      most = end + 1 - begin;
      first = begin;
    }
  }
  if (most * 10 < times.size() * 8) return std::nullopt;
  std::vector<mail::InternalDate> names;
  for (std::size_t i = first; i < first + most; ++i)
    if (times[i].name) names.push_back(*times[i].name);
  if (names.size() * 10 < most * 8) return std::nullopt;
  std::sort(names.begin(), names.end());
  const auto span = names[names.size() - 1 - names.size() / 10] - names[names.size() / 10];
  if (span <= short_span) return std::nullopt;
  return LostDates{most, times[first].file, times[first + most - 1].file, std::chrono::floor<std::chrono::days>(span)};
}

}  // namespace mailhaul::store
