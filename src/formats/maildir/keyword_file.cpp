#include "formats/maildir/keyword_file.hpp"

#include <charconv>

namespace mailhaul::formats::maildir {

KeywordSlots KeywordSlots::parse(std::string_view text) {
  KeywordSlots out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    while (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos) continue;
    const std::string_view index = line.substr(0, space);
    const std::string_view name = line.substr(space + 1);
    unsigned slot = 0;
    const auto [stop, error] = std::from_chars(index.data(), index.data() + index.size(), slot);
    if (error != std::errc{} || stop != index.data() + index.size() || slot >= slot_count) continue;
    if (name.empty() || out.slot(name)) continue;
    out.names_.at(slot) = name;
  }
  return out;
}

std::string KeywordSlots::to_text() const {
  std::string text;
  for (unsigned i = 0; i < slot_count; ++i)
    if (!names_.at(i).empty()) text += std::to_string(i) + " " + names_.at(i) + "\n";
  return text;
}

std::optional<unsigned> KeywordSlots::slot(std::string_view name) const {
  for (unsigned i = 0; i < slot_count; ++i)
    if (!names_.at(i).empty() && mail::same_keyword(names_.at(i), name)) return i;
  return std::nullopt;
}

std::string KeywordSlots::shown_name(unsigned slot_index) const {
  if (!name(slot_index).empty()) return name(slot_index);
  std::string invented = "unknown-" + std::to_string(slot_index);
  while (slot(invented)) invented += '?';
  return invented;
}

std::optional<unsigned> KeywordSlots::add(std::string_view name, SlotBits taken) {
  for (unsigned i = 0; i < slot_count; ++i) {
    if (!names_.at(i).empty() || (taken >> i & 1U) != 0) continue;
    names_.at(i) = name;
    return i;
  }
  return std::nullopt;
}

mail::KeywordSet KeywordSlots::names_of(SlotBits slots) const {
  mail::KeywordSet out;
  for (unsigned i = 0; i < slot_count; ++i)
    if ((slots >> i & 1U) != 0) out.add(shown_name(i));
  return out;
}

std::vector<std::string> KeywordSlots::all_names() const {
  std::vector<std::string> out;
  for (const std::string& name : names_)
    if (!name.empty()) out.push_back(name);
  return out;
}

}  // namespace mailhaul::formats::maildir
