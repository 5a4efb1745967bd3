#include "formats/maildir/folder_finder.hpp"
#include "mailhaul/formats/maildir/maildir.hpp"

namespace mailhaul::formats::maildir {

Evidence detect(Context& context, const std::string& path, const fs::Rules& rules) {
  try {
    const auto root = fs::Directory::find_root(context.kernel, context.entropy, path, rules);
    if (!root) return {false, "not there"};
    const auto is_directory = [&](const char* name) {
      const auto status = root->look_at(name);
      return status && status->kind == fs::EntryKind::directory;
    };
    const bool has_cur = is_directory("cur");
    const bool has_new = is_directory("new");
    if (has_cur && has_new) return {true, "a directory with cur and new"};
    if (has_cur) return {true, "a directory with cur, but without new"};
    if (has_new) return {true, "a directory with new, but without cur"};
    if (const std::string folder = find_marked_folder(*root); !folder.empty())
      return {true, "a directory with the Maildir++ folder " + folder + ", but without cur and new"};
    return {false, "a directory without cur and new"};
  } catch (const Error& error) {
    return {false, error.reason()};
  }
}

}  // namespace mailhaul::formats::maildir
