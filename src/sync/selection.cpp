#include "mailhaul/sync/selection.hpp"

#include <algorithm>
#include <span>

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

mail::FolderName below(const mail::FolderName& folder, std::span<const std::string> more) {
  std::vector<std::string> parts = folder.parts();
  parts.insert(parts.end(), more.begin(), more.end());
  return mail::FolderName(std::move(parts));
}

/// What stands behind `beginning`, matched without case (ASCII); nothing when it does not begin so.
std::optional<std::span<const std::string>> rest_behind(std::span<const std::string> beginning,
                                                        std::span<const std::string> parts) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  const auto same = [&](std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
  };
  if (beginning.size() > parts.size()) return std::nullopt;
  for (std::size_t i = 0; i < beginning.size(); ++i)
    if (!same(beginning[i], parts[i])) return std::nullopt;
  return parts.subspan(beginning.size());
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

bool FolderMap::add_special_uses(std::string_view pairs) {
  for (bool more = true; more;) {
    const std::size_t comma = pairs.find(',');
    const std::string_view pair = pairs.substr(0, comma);
    more = comma != std::string_view::npos;
    if (more) pairs.remove_prefix(comma + 1);
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) return false;
    const auto from = mail::FolderName::from_display(pair.substr(0, equals));
    const auto to = mail::FolderName::from_display(pair.substr(equals + 1));
    if (!from || !to) return false;
    special_uses_.emplace_back(*from, *to);
  }
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
    return below(to, std::span(folder.parts()).subspan(source->parts().size()));
  }
  const std::span<const std::string> parts(folder.parts());
  for (const auto& [from, to] : special_uses_) {
    if (const auto rest = rest_behind(from.parts(), parts)) return below(to, *rest);
    const bool is_prefixed = parts.size() > 1 && parts.front() == "INBOX";
    if (!is_prefixed) continue;
    if (const auto rest = rest_behind(from.parts(), parts.subspan(1))) return below(to, *rest);
  }
  return folder;
}

}  // namespace mailhaul::sync
