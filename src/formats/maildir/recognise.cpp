#include "formats/maildir/recognise.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "formats/maildir/folder_finder.hpp"

namespace mailhaul::formats::maildir {

namespace {

/// The folders of a tree in either layout; of LAYOUT=fs only those that are no `.Name` of the other one.
struct Trees {
  std::vector<std::string> dotted;
  std::vector<std::string> nested;
  bool is_dotted = false;  ///< taken for Maildir++: `.Name` is there, if only a link or closed to us
};

Trees list_trees(const fs::Directory& root, std::optional<Layout> said) {
  Trees trees;
  trees.dotted =
      find_folders(root, Layout::maildir_plus_plus, [&](auto, const auto&, const auto&) { trees.is_dotted = true; });
  trees.is_dotted = (trees.is_dotted || !trees.dotted.empty()) && said != Layout::fs;
  if (trees.is_dotted) return trees;
  trees.nested = find_folders(root, Layout::fs, [](auto, const auto&, const auto&) {});
  // ".INBOX", hidden and empty, shows nothing.
  trees.nested.erase(std::remove_if(trees.nested.begin(), trees.nested.end(),
                                    [](const std::string& path) { return path.front() == '.'; }),
                     trees.nested.end());
  std::sort(trees.nested.begin(), trees.nested.end());
  return trees;
}

}  // namespace

Recognised recognise(const fs::Directory& root, const TreeOptions& said) {
  Recognised out;
  Trees trees = list_trees(root, said.layout);
  std::optional<Layout> seen;
  if (!trees.dotted.empty()) seen = Layout::maildir_plus_plus;
  // Where both are, the location decides: a user of LAYOUT=fs may call a folder ".Name".
  if (!trees.nested.empty() && (trees.dotted.empty() || said.layout == Layout::fs)) seen = Layout::fs;
  out.naming.layout = said.layout.value_or(seen.value_or(Layout::maildir_plus_plus));
  if (!said.layout && seen == Layout::fs)
    out.evidence = "LAYOUT=fs: " + trees.nested.front() + " is a folder, and there are none like .Name";
  // A customer needs one directory to turn the one into the other; then all folders would be made a second time.
  const bool may_be_turned = !said.layout && trees.is_dotted && root.rules().side == Side::target;
  if (const auto undotted = may_be_turned ? find_undotted(root) : std::vector<std::string>{}; !undotted.empty())
    throw Error(Cause::usage, Scope::run, "opening a Maildir to write to")
        .at(root.place())
        .because("it has folders of both layouts: " +
                 (trees.dotted.empty() ? std::string(".Name") : trees.dotted.front()) + " and " + undotted.front())
        .hint("say which one it is: maildir:DIR:LAYOUT=fs or maildir:DIR:LAYOUT=maildir++")
        .on(Side::target);
  if (seen && *seen != out.naming.layout && root.rules().side == Side::target)
    throw Error(Cause::usage, Scope::run, "opening a Maildir to write to")
        .at(root.place())
        .because(*seen == Layout::fs ? "the location says LAYOUT=maildir++, but the folders there are LAYOUT=fs"
                                     : "the location says LAYOUT=fs, but the folders there are Maildir++ (.Name)")
        .on(Side::target);
  out.naming.utf8 = said.utf8;
  if (said.utf8 || !seen) return out;
  if (*seen != out.naming.layout)
    trees.nested = find_folders(root, out.naming.layout, [](auto, const auto&, const auto&) {});
  const auto& folders = out.naming.layout == Layout::fs ? trees.nested : trees.dotted;
  const EncodingEvidence encoding = weigh_encoding(folders, out.naming.layout);
  out.naming.utf8 = encoding.utf8;
  if (encoding.utf8)
    out.evidence += (out.evidence.empty() ? "" : "; ") + std::string("folder names in UTF-8: ") + encoding.example;
  return out;
}

}  // namespace mailhaul::formats::maildir
