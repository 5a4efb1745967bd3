#include "formats/archive/tree.hpp"

#include <map>
#include <utility>

namespace mailhaul::formats::archive {
namespace {

io::NodeKind kind_of(const Member& member) {
  switch (member.kind) {
  case MemberKind::file: return io::NodeKind::file;
  case MemberKind::hard_link: return member.content ? io::NodeKind::file : io::NodeKind::other;
  case MemberKind::directory: return io::NodeKind::directory;
  case MemberKind::symlink: return io::NodeKind::symlink;
  case MemberKind::special:
  case MemberKind::foreign: break;
  }
  return io::NodeKind::other;
}

}  // namespace

io::Node ArchiveTree::look_at(const std::string& path) {
  io::Node node;
  if (index_.find_directory(path)) node = {io::NodeKind::directory};
  if (path.empty()) return node;
  const auto member = archive_.find(path);
  if (!member) return node;
  const io::NodeKind kind = kind_of(*member);
  if (node.is_directory() && kind != io::NodeKind::directory) return node;
  node.kind = kind;
  node.size_octets = node.is_file() ? member->size_octets : 0;
  node.modified_seconds = member->modified_seconds;
  node.mode = member->mode;
  node.link_target = member->link_target;
  return node;
}

void ArchiveTree::list(const std::string& path,
                       const std::function<void(const std::string& name, io::NodeKind kind)>& take) {
  const auto directory = index_.find_directory(path);
  if (!directory) return;
  const auto members = index_.members_in(*directory);
  const auto below = index_.directories_in(*directory);
  auto child = below.begin();
  for (auto at = members.begin(); at != members.end();) {
    const Member first = index_.member(*at);
    for (; child != below.end() && index_.name_of(*child) < first.name; ++child)
      take(std::string(index_.name_of(*child)), io::NodeKind::directory);
    auto last = at;
    while (last + 1 != members.end() && index_.member(*(last + 1)).name == first.name) ++last;
    const bool is_directory = child != below.end() && index_.name_of(*child) == first.name;
    if (is_directory) ++child;
    take(std::string(first.name), is_directory ? io::NodeKind::directory : kind_of(index_.member(*last)));
    at = last + 1;
  }
  for (; child != below.end(); ++child) take(std::string(index_.name_of(*child)), io::NodeKind::directory);
}

std::optional<Member> ArchiveTree::file_at(const std::string& path) const {
  auto member = archive_.find(path);
  if (member && (!member->content || index_.find_directory(path))) member.reset();
  return member;
}

std::optional<std::string> ArchiveTree::read(const std::string& path, std::uint64_t limit_octets) {
  const auto fail = [&](Cause cause, const std::string& reason) {
    return Error(cause, Scope::folder, "reading a control file")
        .at(place() + ": " + path)
        .because(reason)
        .on(archive_.side());
  };
  const io::Node node = look_at(path);
  if (node.kind == io::NodeKind::missing) return std::nullopt;
  if (!node.is_file()) throw fail(Cause::refused, "it is no file");
  if (node.size_octets > limit_octets)
    throw fail(Cause::limit, "it is larger than " + std::to_string(limit_octets) + " octets");
  std::string out;
  try {
    visit({path}, [&](const std::string& /*path*/, io::Source& content) {
      for (Bytes piece = content.read(); !piece.empty(); piece = content.read()) out += as_text(piece);
    });
  } catch (Error& error) {
    if (error.scope() == Scope::message) error.reaching(Scope::folder);
    throw;
  }
  return out;
}

void ArchiveTree::visit(const std::set<std::string>& paths,
                        const std::function<void(const std::string& path, io::Source& content)>& take) {
  std::multimap<std::uint32_t, const std::string*> wanted;
  for (const std::string& path : paths) {
    const auto member = file_at(path);
    if (!member) continue;
    if (const auto kept = archive_.kept(*member->content)) {
      io::MemorySource content(as_bytes(*kept));
      take(path, content);
    } else {
      wanted.emplace(*member->content, &path);
    }
  }
  if (wanted.empty()) return;
  const auto contents = archive_.contents();
  std::optional<Error> first;
  for (const auto& [number, path] : wanted) {
    io::Source* content = nullptr;
    try {
      content = &contents->open(number);
    } catch (const Error& error) {
      if (error.scope() == Scope::run) throw;
      if (!first) first = error;
      continue;
    }
    take(*path, *content);
  }
  if (first) throw *first;
}

}  // namespace mailhaul::formats::archive
