#include "mailhaul/mail/keyword.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "mail/ascii.hpp"

namespace mailhaul::mail {

bool same_keyword(std::string_view a, std::string_view b) { return ascii::equal(a, b); }

bool is_keyword(std::string_view name) {
  static constexpr std::string_view specials = R"((){%*"\])";
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return ascii::is_graphic(c) && specials.find(c) == std::string_view::npos;
  });
}

KeywordSet::KeywordSet(std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) add(name);
}

void KeywordSet::add(std::string_view name) {
  const auto at = std::lower_bound(names_.begin(), names_.end(), name, ascii::less);
  if (at == names_.end() || !same_keyword(*at, name)) names_.emplace(at, name);
}

void KeywordSet::add_all(std::vector<std::string> names) {
  std::move(names.begin(), names.end(), std::back_inserter(names_));
  std::stable_sort(names_.begin(), names_.end(), ascii::less);
  names_.erase(std::unique(names_.begin(), names_.end(), same_keyword), names_.end());
}

void KeywordSet::remove(std::string_view name) {
  const auto at = std::lower_bound(names_.begin(), names_.end(), name, ascii::less);
  if (at != names_.end() && same_keyword(*at, name)) names_.erase(at);
}

bool KeywordSet::has(std::string_view name) const {
  return std::binary_search(names_.begin(), names_.end(), name, ascii::less);
}

KeywordSet KeywordSet::without(const KeywordSet& other) const {
  KeywordSet left;
  std::set_difference(names_.begin(), names_.end(), other.names_.begin(), other.names_.end(),
                      std::back_inserter(left.names_), ascii::less);
  return left;
}

bool KeywordSet::operator==(const KeywordSet& other) const {
  return std::equal(names_.begin(), names_.end(), other.names_.begin(), other.names_.end(), same_keyword);
}

}  // namespace mailhaul::mail
