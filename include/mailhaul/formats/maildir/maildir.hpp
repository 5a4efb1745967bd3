#pragma once

#include <memory>
#include <optional>
#include <string>

#include "mailhaul/formats/context.hpp"
#include "mailhaul/formats/repair_options.hpp"
#include "mailhaul/store/repairs.hpp"
#include "mailhaul/store/source.hpp"
#include "mailhaul/store/store.hpp"

namespace mailhaul::formats::maildir {

/// Where folder A/B is: `.A.B` beside the root's cur, new and tmp, or `A/B`, directories in directories. maildir.md
/// section 9.
enum class Layout { maildir_plus_plus, fs };

/// What the location says of a tree.
struct TreeOptions {
  std::optional<Layout> layout{};  ///< unset: the tree itself tells
  bool utf8 = false;               ///< folder names are UTF-8 on disk; false: modified UTF-7, or what the tree tells
  /// The root also holds other mailboxes, as the one of a cPanel account itself does: directories that are no folders
  /// and links to such (".bob@example_com") are not told of, nor is an empty ".mailbox_format.cpanel".
  bool among_mailboxes = false;
};

/// How messages are stored.
enum class Compress {
  keep,  ///< as they were where the source is a Maildir too, else plain
  none,
  gzip,
};

struct TargetOptions {
  fs::Birth birth{};
  TreeOptions tree{};
  Compress compress = Compress::keep;
};

/// Whether a directory that the operator named is a Maildir: `cur` and `new` are there, or one of them, or a folder
/// that is marked as one of a Maildir++ (and says which are missing). By the rules of a source.
[[nodiscard]] Evidence detect(Context& context, const std::string& path, const fs::Rules& rules = {});

/// A tree that is there tells what its location does not say; `evidence` is empty where it has nothing to say.
struct TreeFacts {
  TreeOptions options{};
  std::string evidence{};
};
[[nodiscard]] TreeFacts look_at_tree(Context& context, const std::string& path, const fs::Rules& rules,
                                     const TreeOptions& said);

/// What a tree can hold, before one exists.
[[nodiscard]] store::Capabilities abilities_of(const TreeOptions& options);

/// Error(not_found) when there is no directory, Error(not_a_store) when it holds neither `cur` nor `new` nor
/// a marked folder.
[[nodiscard]] std::unique_ptr<store::MessageSource>
open_source(Context& context, const std::string& path, const fs::Rules& rules, const TreeOptions& options = {});

/// The Maildir that a directory is taken for, whatever is in it.
[[nodiscard]] std::unique_ptr<store::MessageSource> open_source(Context& context, const fs::Directory& root,
                                                                const TreeOptions& options = {});

/// Opens or makes the Maildir at `path`. Error(cannot_create) when it can't be made; Error(not_a_store) when a
/// non-empty directory without cur and new stands there.
[[nodiscard]] std::unique_ptr<store::MessageStore> open_store(Context& context, const std::string& path,
                                                              const fs::Rules& rules, const TargetOptions& options);

/// Makes a directory a Maildir where it is none, whatever else is in it.
[[nodiscard]] std::unique_ptr<store::MessageStore> open_store(Context& context, const fs::Directory& root,
                                                              const TargetOptions& options);

/// What `fix` does to the Maildir at `path`; nothing is made or changed by this call. `rules` allow the owners of
/// `options`. Errors as open_source, of the target's side.
[[nodiscard]] std::unique_ptr<store::Repairs> open_repairs(Context& context, const std::string& path,
                                                           const fs::Rules& rules, const TreeOptions& tree,
                                                           const RepairOptions& options);

}  // namespace mailhaul::formats::maildir
