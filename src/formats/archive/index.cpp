#include "formats/archive/index.hpp"

#include <algorithm>
#include <tuple>

namespace mailhaul::formats::archive {
namespace {

/// Cuts the first component off a path.
std::string_view take_component(std::string_view& path) {
  const std::size_t end = path.find('/');
  const std::string_view component = path.substr(0, end);
  path = end == std::string_view::npos ? std::string_view() : path.substr(end + 1);
  return component;
}

void join(std::span<const std::string_view> components, std::string& out) {
  out.clear();
  for (const std::string_view component : components) {
    if (!out.empty()) out += '/';
    out += component;
  }
}

}  // namespace

Index::Index() { directories_.push_back({}); }

Index::DirectoryNumber Index::directory_for(std::span<const std::string_view> components) {
  if (components.empty()) return top;
  join(components, path_);
  if (path_ == last_path_) return last_directory_;
  DirectoryNumber at = top;
  for (const std::string_view name : components) {
    if (const auto there = find_child(at, name)) {
      at = *there;
      continue;
    }
    const std::string_view kept(names_.add(name), name.size());
    const auto made = static_cast<DirectoryNumber>(directories_.size());
    directories_.push_back({at, kept});
    by_name_.emplace(Key{at, kept}, made);
    at = made;
  }
  std::swap(last_path_, path_);
  last_directory_ = at;
  return at;
}

void Index::add(std::span<const std::string_view> components, const Head& head, std::uint64_t data_at) {
  if (owners_.empty() || owners_.back().second != head.owner) owners_.emplace_back(size(), head.owner);
  Row& row = rows_.emplace_back();
  if (components.empty()) return;
  row.directory = directory_for(components.first(components.size() - 1));
  if (head.kind == MemberKind::directory) static_cast<void>(directory_for(components));
  const std::string_view name = components.back();
  row.name = names_.add(name);
  row.name_octets = static_cast<std::uint16_t>(name.size());
  row.kind = head.kind;
  row.mode = static_cast<std::uint16_t>(head.mode);
  row.size_octets = head.kind == MemberKind::file ? head.size_octets : 0;
  row.modified_seconds = head.modified_seconds;
  row.is_hollow = head.is_hollow;
  row.has_holes = head.has_holes;
  row.data_at = data_at;
  if (head.kind == MemberKind::symlink) {
    row.link = static_cast<std::uint32_t>(targets_.size());
    targets_.emplace_back(names_.add(head.link_target), head.link_target.size());
  }
}

void Index::set_target(std::span<const std::string_view> components) {
  std::string path;
  join(components, path);
  hard_links_.emplace_back(size() - 1, std::string_view(names_.add(path), path.size()));
}

void Index::drop(std::uint32_t number) {
  if (number < rows_.size()) rows_[number].directory = none;
}

void Index::finish() {
  order_.clear();
  order_.reserve(rows_.size());
  for (std::uint32_t i = 0; i < rows_.size(); ++i)
    if (rows_[i].directory != none) order_.push_back(i);
  std::sort(order_.begin(), order_.end(), [this](std::uint32_t a, std::uint32_t b) {
    const Row& left = rows_[a];
    const Row& right = rows_[b];
    if (left.directory != right.directory) return left.directory < right.directory;
    if (const int by_name = left.name_text().compare(right.name_text()); by_name != 0) return by_name < 0;
    return a < b;
  });
  directory_order_.clear();
  for (DirectoryNumber i = 1; i < directories_.size(); ++i) directory_order_.push_back(i);
  std::sort(directory_order_.begin(), directory_order_.end(), [this](DirectoryNumber a, DirectoryNumber b) {
    return std::tie(directories_[a].parent, directories_[a].name) <
           std::tie(directories_[b].parent, directories_[b].name);
  });
  // In storage order, so that a link to a link finds that one's content.
  for (const auto& [number, target] : hard_links_) resolve(number, target);
  hard_links_ = {};
}

void Index::resolve(std::uint32_t number, std::string_view target) {
  const std::size_t slash = target.rfind('/');
  const std::string_view above = slash == std::string_view::npos ? std::string_view() : target.substr(0, slash);
  const std::string_view name = slash == std::string_view::npos ? target : target.substr(slash + 1);
  const auto directory = walk_to(top, above);
  if (!directory) return;
  const auto there = last_of(*directory, name, number);
  if (!there) return;
  if (rows_[*there].kind == MemberKind::file)
    rows_[number].link = *there;
  else if (rows_[*there].kind == MemberKind::hard_link)
    rows_[number].link = rows_[*there].link;
}

void Index::find_root(std::span<const std::string> marks) {
  root_ = top;
  const auto is_marked = [&](DirectoryNumber directory) {
    return std::any_of(marks.begin(), marks.end(), [&](const std::string& mark) { return has_name(directory, mark); });
  };
  if (is_marked(top)) return;
  const auto below = directories_in(top);
  const auto marked = std::find_if(below.begin(), below.end(), is_marked);
  if (marked != below.end()) {
    root_ = *marked;
    return;
  }
  const auto beside = members_in(top);
  const bool is_alone = std::all_of(beside.begin(), beside.end(), [this](std::uint32_t number) {
    return rows_[number].kind == MemberKind::directory;
  });
  if (below.size() == 1 && is_alone) root_ = below.front();
}

std::int64_t Index::owner_of(std::uint32_t number) const {
  const auto behind = std::partition_point(owners_.begin(), owners_.end(),
                                           [number](const auto& change) { return change.first <= number; });
  return behind == owners_.begin() ? 0 : (behind - 1)->second;
}

void Index::refuse_others(DirectoryNumber directory, std::int64_t owner) {
  // A directory comes after the one that it is in.
  std::vector<bool> is_below(directories_.size(), false);
  is_below[directory] = true;
  for (DirectoryNumber i = 1; i < directories_.size(); ++i)
    if (is_below[directories_[i].parent]) is_below[i] = true;
  auto change = owners_.begin();
  for (std::uint32_t i = 0; i < rows_.size(); ++i) {
    while (change != owners_.end() && change + 1 != owners_.end() && (change + 1)->first <= i) ++change;
    Row& row = rows_[i];
    const bool has_content = row.kind == MemberKind::file || row.kind == MemberKind::hard_link;
    if (has_content && row.directory != none && is_below[row.directory] && change->second != owner)
      row.kind = MemberKind::foreign;
  }
}

Member Index::member(std::uint32_t number) const {
  const Row& row = rows_[number];
  Member out;
  out.number = number;
  out.name = row.name_text();
  out.kind = row.kind;
  out.size_octets = row.size_octets;
  out.modified_seconds = row.modified_seconds;
  out.mode = row.mode;
  out.is_hollow = row.is_hollow;
  switch (row.kind) {
  case MemberKind::file:
    if (row.directory != none) out.content = number;
    break;
  case MemberKind::symlink: out.link_target = targets_[row.link]; break;
  case MemberKind::hard_link:
    if (row.link == none || rows_[row.link].kind == MemberKind::foreign) break;
    out.content = row.link;
    out.size_octets = rows_[row.link].size_octets;
    out.is_hollow = rows_[row.link].is_hollow;
    break;
  default: break;
  }
  return out;
}

std::string Index::path_of(std::uint32_t number) const {
  const Row& row = rows_[number];
  std::vector<std::string_view> names{row.name_text()};
  for (DirectoryNumber at = row.directory; at != top && at != root_ && at != none; at = directories_[at].parent)
    names.push_back(directories_[at].name);
  std::reverse(names.begin(), names.end());
  std::string out;
  join(names, out);
  return out;
}

std::optional<std::uint64_t> Index::data_at(std::uint32_t number) const {
  const Row& row = rows_[number];
  return row.has_holes ? std::nullopt : std::optional(row.data_at);
}

std::optional<Index::DirectoryNumber> Index::find_child(DirectoryNumber parent, std::string_view name) const {
  const auto there = by_name_.find(Key{parent, name});
  return there == by_name_.end() ? std::nullopt : std::optional(there->second);
}

std::optional<Index::DirectoryNumber> Index::walk_to(DirectoryNumber from, std::string_view path) const {
  std::optional<DirectoryNumber> at = from;
  while (at && !path.empty()) at = find_child(*at, take_component(path));
  return at;
}

std::optional<Index::DirectoryNumber> Index::find_directory(std::string_view path) const {
  return walk_to(root_, path);
}

std::span<const std::uint32_t> Index::members_in(DirectoryNumber directory) const {
  const auto first = std::partition_point(order_.begin(), order_.end(),
                                          [&](std::uint32_t number) { return rows_[number].directory < directory; });
  const auto end = std::partition_point(first, order_.end(),
                                        [&](std::uint32_t number) { return rows_[number].directory == directory; });
  return {first, end};
}

std::span<const Index::DirectoryNumber> Index::directories_in(DirectoryNumber directory) const {
  const auto first = std::partition_point(directory_order_.begin(), directory_order_.end(), [&](DirectoryNumber child) {
    return directories_[child].parent < directory;
  });
  const auto end = std::partition_point(first, directory_order_.end(),
                                        [&](DirectoryNumber child) { return directories_[child].parent == directory; });
  return {first, end};
}

std::optional<std::uint32_t> Index::last_of(DirectoryNumber directory, std::string_view name,
                                            std::uint32_t before) const {
  const auto there = members_in(directory);
  const auto end = std::partition_point(there.begin(), there.end(), [&](std::uint32_t number) {
    const int by_name = rows_[number].name_text().compare(name);
    return by_name < 0 || (by_name == 0 && number < before);
  });
  if (end == there.begin() || rows_[*(end - 1)].name_text() != name) return std::nullopt;
  return *(end - 1);
}

bool Index::has_name(DirectoryNumber directory, std::string_view name) const {
  return find_child(directory, name).has_value() || last_of(directory, name, none).has_value();
}

std::optional<std::uint32_t> Index::find(std::string_view path) const {
  const std::size_t slash = path.rfind('/');
  const auto directory = find_directory(slash == std::string_view::npos ? std::string_view() : path.substr(0, slash));
  if (!directory) return std::nullopt;
  return last_of(*directory, slash == std::string_view::npos ? path : path.substr(slash + 1), none);
}

}  // namespace mailhaul::formats::archive
