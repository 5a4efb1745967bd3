#include "formats/maildir/courier_keywords.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "formats/maildir/shared_list.hpp"
#include "mailhaul/fs/control_file.hpp"

namespace mailhaul::formats::maildir {
namespace {

constexpr std::uint64_t list_limit = std::uint64_t{32} << 20U;
constexpr std::uint64_t message_limit = std::uint64_t{64} << 10U;
constexpr std::size_t longest_keyword = 1024;
constexpr std::size_t most_of_a_message = 1000;

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

std::vector<std::uint16_t> parse_indexes(std::string_view text, std::size_t names) {
  std::vector<std::uint16_t> out;
  while (!text.empty() && out.size() < most_of_a_message) {
    const std::size_t end = text.find(' ');
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    std::uint16_t index = 0;
    const auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), index);
    if (error == std::errc{} && stop == word.data() + word.size() && index < names) out.push_back(index);
  }
  return out;
}

/// The message and the age of a file `.N.KEY`, or `KEY`, which is newer than all; nothing for any other.
struct FileOfMessage {
  std::string key{};
  std::uint64_t number = std::numeric_limits<std::uint64_t>::max();
};
std::optional<FileOfMessage> parse_file(const std::string& name) {
  if (name.empty() || name.front() == ':') return std::nullopt;
  if (name.front() != '.') return FileOfMessage{name};
  const std::size_t dot = name.find('.', 1);
  if (dot == std::string::npos || dot + 1 == name.size()) return std::nullopt;
  FileOfMessage file{name.substr(dot + 1), 0};
  const auto [stop, error] = std::from_chars(name.data() + 1, name.data() + dot, file.number);
  if (error != std::errc{} || stop != name.data() + dot) return std::nullopt;  // ".tmp.…"
  return file;
}

}  // namespace

CourierKeywordList parse_courier_keywords(std::string_view text, const IsThere& is_there, std::size_t most_messages) {
  CourierKeywordList list;
  while (!text.empty()) {
    const std::string_view name = take_line(text);
    if (name.empty()) break;
    if (list.names.size() < CourierKeywordList::most_names)
      list.names.emplace_back(name.substr(0, longest_keyword));
    else
      ++list.left_out;
  }
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0 || !is_there(line.substr(0, colon))) continue;
    auto indexes = parse_indexes(line.substr(colon + 1), list.names.size());
    if (indexes.empty()) continue;
    const auto known = list.messages.find(line.substr(0, colon));
    if (known != list.messages.end())
      known->second = std::move(indexes);
    else if (list.messages.size() < most_messages)
      list.messages.emplace(line.substr(0, colon), std::move(indexes));
    else
      ++list.left_out;
  }
  return list;
}

std::optional<CourierKeywords> CourierKeywords::find(const fs::Directory& home, const IsThere& is_there,
                                                     std::size_t most_messages) {
  auto directory = home.find_directory("courierimapkeywords");
  if (!directory) return std::nullopt;
  CourierKeywords out(*std::move(directory));
  const auto there = out.directory_.look_at(":list");
  if (there && is_too_large_to_share(*there))
    throw Error(Cause::limit, Scope::folder, "reading keywords")
        .at(out.directory_.place() + "/:list")
        .because(shared_list_reason)
        .on(out.directory_.rules().side);
  if (const auto file = fs::read_control_file(out.directory_, ":list", list_limit))
    out.list_ = parse_courier_keywords(file->text, is_there, most_messages);
  out.directory_.list([&](const fs::Entry& entry) {
    auto file = parse_file(entry.name);
    if (!file || !is_there(file->key)) return;
    if (out.newer_.size() >= most_messages && out.newer_.count(file->key) == 0) {
      ++out.left_out_;
      return;
    }
    Newer& newer = out.newer_[std::move(file->key)];
    if (newer.file.empty() || newer.number < file->number) newer = {file->number, entry.name};
  });
  return out;
}

mail::KeywordSet CourierKeywords::of(std::string_view base) const {
  mail::KeywordSet keywords;
  if (const auto newer = newer_.find(base); newer != newer_.end()) {
    const auto file = fs::read_control_file(directory_, newer->second.file, message_limit);
    std::string_view text = file ? std::string_view(file->text) : std::string_view{};
    std::vector<std::string> names;
    while (!text.empty() && names.size() < most_of_a_message)
      if (const auto name = take_line(text); !name.empty()) names.emplace_back(name.substr(0, longest_keyword));
    keywords.add_all(std::move(names));
    if (file) return keywords;
  }
  const auto listed = list_.messages.find(base);
  if (listed == list_.messages.end()) return keywords;
  std::vector<std::string> names;
  for (const std::uint16_t index : listed->second) names.push_back(list_.names[index]);
  keywords.add_all(std::move(names));
  return keywords;
}

}  // namespace mailhaul::formats::maildir
