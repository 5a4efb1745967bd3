#include "account/text/overlay_tree.hpp"

#include "mailhaul/base/error.hpp"

namespace mailhaul::account {

using io::Node;
using io::NodeKind;

Node OverlayTree::look_at(const std::string& path) {
  Node node = under_.look_at(path);
  if (const auto planned = planned_.find(path); planned != planned_.end()) {
    if (!planned->second) return {};
    node.kind = NodeKind::file;
    node.size_octets = planned->second->size();
    return node;
  }
  if (node.kind != NodeKind::missing) return node;
  // A directory that will be made for what lies in it.
  const std::string below = path + '/';
  for (auto at = planned_.lower_bound(below); at != planned_.end() && at->first.compare(0, below.size(), below) == 0;
       ++at)
    if (at->second) node.kind = NodeKind::directory;
  return node;
}

void OverlayTree::list(const std::string& path, const std::function<void(const std::string&, NodeKind)>& take) {
  std::map<std::string, NodeKind> entries;
  under_.list(path, [&entries](const std::string& name, NodeKind kind) { entries[name] = kind; });
  const std::string below = path.empty() ? path : path + '/';
  for (auto at = planned_.lower_bound(below); at != planned_.end() && at->first.compare(0, below.size(), below) == 0;
       ++at) {
    const std::string rest = at->first.substr(below.size());
    const std::size_t slash = rest.find('/');
    if (slash != std::string::npos) {
      if (at->second) entries.emplace(rest.substr(0, slash), NodeKind::directory);
    } else if (at->second) {
      entries[rest] = NodeKind::file;
    } else {
      entries.erase(rest);
    }
  }
  for (const auto& [name, kind] : entries) take(name, kind);
}

std::optional<std::string> OverlayTree::read(const std::string& path, std::uint64_t limit_octets) {
  const auto planned = planned_.find(path);
  if (planned == planned_.end()) return under_.read(path, limit_octets);
  if (planned->second && planned->second->size() > limit_octets)
    throw Error(Cause::limit, Scope::folder, "reading a control file")
        .at(under_.place() + '/' + path)
        .because("it is larger than " + std::to_string(limit_octets) + " octets");
  return planned->second;
}

void OverlayTree::visit(const std::set<std::string>& paths,
                        const std::function<void(const std::string&, io::Source&)>& take) {
  std::set<std::string> there;
  for (const std::string& path : paths) {
    const auto planned = planned_.find(path);
    if (planned == planned_.end()) {
      there.insert(path);
    } else if (planned->second) {
      io::MemorySource content(as_bytes(*planned->second));
      take(path, content);
    }
  }
  under_.visit(there, take);
}

}  // namespace mailhaul::account
