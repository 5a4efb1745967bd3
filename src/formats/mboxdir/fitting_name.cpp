#include "formats/mboxdir/fitting_name.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/beginning_of.hpp"
#include "formats/escaped_name.hpp"
#include "formats/mboxdir/marked_name.hpp"
#include "formats/mboxdir/names.hpp"
#include "mailhaul/mail/modified_utf7.hpp"
#include "mailhaul/mail/name_mark.hpp"

namespace mailhaul::formats::mboxdir {
namespace {

bool is_valid_utf8(std::string_view text) { return mail::to_modified_utf7(text).has_value(); }

std::size_t size_on_disk(std::string_view level) {
  const auto name = mail::to_modified_utf7(level);
  return name ? name->size() : longest_name_octets + 1;
}

/// Where the level has octets that must not stand there.
std::vector<std::size_t> unfit_octets(std::string_view level) {
  std::vector<std::size_t> at;
  for (std::size_t i = 0; i < level.size(); ++i)
    if (level[i] == '/' || level[i] == '\0') at.push_back(i);
  const auto name = mail::to_modified_utf7(level);
  if (!name) return at;
  // Both spellings have the same ASCII ends.
  if (is_passed_over_by_beginning(*name)) at.push_back(0);
  if (is_passed_over_by_end(*name)) at.push_back(level.rfind('.'));
  if (is_marked(*name)) {
    // The first '-' of the mark; where that is the end of a modified UTF-7 sequence it stands in one spelling only.
    const std::size_t dash = level.rfind('-', level.rfind('-') - 1);
    const bool stands =
        dash != std::string_view::npos && level.size() - dash == name->size() - name->rfind('-', name->rfind('-') - 1);
    at.push_back(stands ? dash : level.size() - 1);
  }
  return at;
}

std::string escaped(std::string_view level) {
  const std::vector<std::size_t> unfit = unfit_octets(level);
  if (unfit.empty()) return std::string(level);
  return escaped_name(level, [&](std::size_t at) { return std::find(unfit.begin(), unfit.end(), at) != unfit.end(); });
}

/// Up to the first level that is too long, or the last that is not too deep.
std::vector<std::string> with_room(std::vector<std::string> parts, const std::string& whole) {
  const auto too_long = std::find_if(parts.begin(), parts.end(), [](const std::string& level) {
    return is_valid_utf8(level) && size_on_disk(level) > longest_name_octets;
  });
  const auto at = static_cast<std::size_t>(too_long - parts.begin());
  if (at == parts.size() && parts.size() <= deepest_folder) return parts;
  parts.resize(std::min({at + 1, parts.size(), deepest_folder}));
  const std::string mark = mail::name_mark(whole);
  parts.back() = beginning_of(parts.back(), longest_name_octets - mark.size(), size_on_disk) + mark;
  return parts;
}

}  // namespace

mail::FolderName fitting_name(const mail::FolderName& folder) {
  if (folder.is_inbox()) return folder;
  std::vector<std::string> parts = folder.parts();
  for (std::string& part : parts) part = escaped(part);
  return mail::FolderName(with_room(std::move(parts), folder.display()));
}

}  // namespace mailhaul::formats::mboxdir
