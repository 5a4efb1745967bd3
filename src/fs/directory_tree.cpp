#include "mailhaul/fs/directory_tree.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "mailhaul/fs/control_file.hpp"
#include "mailhaul/fs/file.hpp"
#include "refusal.hpp"

namespace mailhaul::fs {
namespace {

constexpr std::size_t piece_octets = 1U << 20U;

struct ParentAndLeaf {
  std::string parent;
  std::string leaf;
};
ParentAndLeaf split(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return {"", path};
  return {path.substr(0, slash), path.substr(slash + 1)};
}

io::NodeKind kind_of(EntryKind kind) {
  switch (kind) {
  case EntryKind::regular: return io::NodeKind::file;
  case EntryKind::directory: return io::NodeKind::directory;
  case EntryKind::symlink: return io::NodeKind::symlink;
  default: return io::NodeKind::other;
  }
}

io::Node node_of(const Status& status) {
  io::Node node;
  node.kind = kind_of(status.kind);
  if (node.is_file()) node.size_octets = status.size_octets;
  node.modified_seconds = std::chrono::floor<std::chrono::seconds>(status.modified).time_since_epoch().count();
  node.mode = status.permissions;
  return node;
}

/// A path through what is no directory leads nowhere.
bool is_no_way(const Error& error) {
  return error.system_error() == ENOENT || error.system_error() == ENOTDIR || error.system_error() == ELOOP;
}

}  // namespace

DirectoryTree::DirectoryTree(Directory root) : root_(std::move(root)) {}

const std::string& DirectoryTree::place() const { return root_.place(); }

std::optional<Directory> DirectoryTree::find(const std::string& path) const {
  if (path.empty()) return root_;
  try {
    return root_.find_directory(path);
  } catch (const Error& error) {
    if (is_no_way(error)) return std::nullopt;
    throw;
  }
}

io::Node DirectoryTree::look_at(const std::string& path) {
  if (path.empty()) return node_of(root_.status_now());
  const auto [parent, leaf] = split(path);
  const std::optional<Directory> directory = find(parent);
  const std::optional<Status> status = directory ? directory->look_at(leaf) : std::nullopt;
  if (!status) return {};
  io::Node node = node_of(*status);
  if (node.kind == io::NodeKind::symlink) node.link_target = directory->link_text(leaf).value_or("");
  return node;
}

void DirectoryTree::list(const std::string& path,
                         const std::function<void(const std::string& name, io::NodeKind kind)>& take) {
  const std::optional<Directory> directory = find(path);
  if (!directory) return;
  std::vector<Entry> entries;
  directory->list([&entries](const Entry& entry) { entries.push_back(entry); });
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.name < b.name; });
  for (const Entry& entry : entries) {
    EntryKind kind = entry.kind;
    if (kind == EntryKind::unknown) {
      const auto status = directory->look_at(entry.name);
      if (!status) continue;  // it went meanwhile
      kind = status->kind;
    }
    take(entry.name, kind_of(kind));
  }
}

std::optional<std::string> DirectoryTree::read(const std::string& path, std::uint64_t limit_octets) {
  const auto [parent, leaf] = split(path);
  const std::optional<Directory> directory = find(parent);
  if (!directory) return std::nullopt;
  auto found = read_control_file(*directory, leaf, limit_octets);
  if (!found) return std::nullopt;
  return std::move(found->text);
}

void DirectoryTree::visit(const std::set<std::string>& paths,
                          const std::function<void(const std::string& path, io::Source& content)>& take) {
  std::optional<Error> first;
  for (const std::string& path : paths) {
    OpenResult opened;
    try {
      const auto [parent, leaf] = split(path);
      const std::optional<Directory> directory = find(parent);
      if (!directory) continue;
      opened = directory->open_file(leaf);
      if (opened.refusal == Refusal::missing) continue;
      if (!opened.file)
        throw Error(Cause::refused, Scope::message, "opening a file")
            .at(directory->place() + "/" + leaf)
            .because(reason_of(opened.refusal))
            .on(root_.rules().side);
    } catch (Error& error) {
      if (error.scope() == Scope::run) throw;
      if (!first) first = error.reaching(Scope::message);
      continue;
    }
    buffer_.resize(piece_octets);
    FileSource source(*std::move(opened.file), buffer_);
    take(path, source);
  }
  if (first) throw *first;
}

}  // namespace mailhaul::fs
