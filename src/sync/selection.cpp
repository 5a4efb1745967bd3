#include "mailhaul/sync/selection.hpp"

#include <algorithm>

namespace mailhaul::sync {

bool matches_glob(std::string_view pattern, std::string_view text) {
  // Row by row over the pattern: reached[i] says whether the pattern so far matches the first i characters.
  std::string reached(text.size() + 1, '\0');
  reached[0] = 1;
  for (const char p : pattern) {
    std::string next(text.size() + 1, '\0');
    for (std::size_t i = 0; i <= text.size(); ++i) {
      if (p == '*' || p == '%') {
        const bool grows = i > 0 && next[i - 1] != 0 && (p == '*' || text[i - 1] != '/');
        next[i] = static_cast<char>(reached[i] != 0 || grows);
      } else if (i > 0 && reached[i - 1] != 0) {
        next[i] = static_cast<char>(p == '?' || p == text[i - 1]);
      }
    }
    reached = std::move(next);
  }
  return reached[text.size()] != 0;
}

namespace {

bool has_glob(std::string_view pattern) { return pattern.find_first_of("*%?") != std::string_view::npos; }

/// Operators type "inbox"; the name itself is INBOX.
std::string normal_pattern(const std::string& pattern) {
  if (has_glob(pattern)) return pattern;
  const auto name = mail::FolderName::from_display(pattern);
  return name ? name->display() : pattern;
}

bool any_matches(const std::vector<std::string>& patterns, const std::string& name) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& p) { return matches_glob(normal_pattern(p), name); });
}

}  // namespace

bool FolderFilter::selects(const mail::FolderName& folder) const {
  const std::string name = folder.display();
  return (includes.empty() || any_matches(includes, name)) && !any_matches(excludes, name);
}

bool MessageFilter::selects_date(std::optional<mail::InternalDate> date) const {
  if (!date) return true;
  return (!not_before || *date >= *not_before) && (!not_after || *date <= *not_after);
}

bool MessageFilter::selects_size(std::uint64_t octets) const {
  return (!min_octets || octets >= *min_octets) && (!max_octets || octets <= *max_octets);
}

bool FolderMap::add(std::string_view pair) {
  const std::size_t equals = pair.find('=');
  if (equals == std::string_view::npos || equals == 0) return false;
  const auto target = mail::FolderName::from_display(pair.substr(equals + 1));
  if (!target) return false;
  pairs_.emplace_back(normal_pattern(std::string(pair.substr(0, equals))), *target);
  return true;
}

mail::FolderName FolderMap::map(const mail::FolderName& folder) const {
  const std::string name = folder.display();
  for (const auto& [from, to] : pairs_) {
    if (has_glob(from)) {
      if (matches_glob(from, name)) return to;
      continue;
    }
    if (name == from) return to;
    const auto source = mail::FolderName::from_display(from);
    if (!source || source->parts().size() >= folder.parts().size()) continue;
    if (!std::equal(source->parts().begin(), source->parts().end(), folder.parts().begin())) continue;
    std::vector<std::string> parts = to.parts();
    parts.insert(parts.end(), folder.parts().begin() + static_cast<std::ptrdiff_t>(source->parts().size()),
                 folder.parts().end());
    return mail::FolderName(std::move(parts));
  }
  return folder;
}

}  // namespace mailhaul::sync
