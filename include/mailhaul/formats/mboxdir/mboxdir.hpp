#pragma once

#include <memory>
#include <string>

#include "mailhaul/formats/context.hpp"
#include "mailhaul/formats/mbox/mbox.hpp"
#include "mailhaul/store/source.hpp"
#include "mailhaul/store/store.hpp"

namespace mailhaul::formats::mboxdir {

/// A directory in which every file is a mailbox and every directory a parent of some (mbox.md section 7): the tree of
/// Dovecot's `mbox:DIR:INBOX=FILE`, names in modified UTF-7; or a flat one of `NAME.mbox` files, as archives have.
struct TreeOptions {
  std::string inbox{};  ///< where INBOX is; empty: the file of that name in the tree, in any case
};

struct TargetOptions {
  TreeOptions tree{};
  mbox::TargetOptions files{};  ///< no variant: dovecot
};

/// Whether the directory, or one in it, has a file with a postmark; empty files prove nothing.
[[nodiscard]] Evidence detect(Context& context, const std::string& path, const fs::Rules& rules = {});

/// What a tree can hold, before one exists.
[[nodiscard]] store::Capabilities abilities();

/// Error(not_found), Error(not_a_store) when it is no directory. What is wrong with a single file is a finding, or an
/// Error of scope folder when it is walked.
[[nodiscard]] std::unique_ptr<store::MessageSource> open_source(Context& context, const std::string& path,
                                                                const fs::Rules& rules, const TreeOptions& tree,
                                                                const mbox::SourceOptions& options);

/// The directory is made where it is missing; Error(cannot_create). A new INBOX is called "inbox", as Dovecot has it. A
/// file can't have children: those of a folder that is one go to NAME-sub-HASH, and the messages of a folder that is a
/// directory to NAME-mail-HASH; both are findings, and are read again under the folder's own name.
[[nodiscard]] std::unique_ptr<store::MessageStore> open_store(Context& context, const std::string& path,
                                                              const fs::Rules& rules, const TargetOptions& options);

/// What `fix` does to the tree at `path`: owners and modes of its mboxes, of the directories that lead to them, and of
/// what a server keeps beside them. The INBOX that a location names apart is a store of its own.
[[nodiscard]] std::unique_ptr<store::Repairs> open_repairs(Context& context, const std::string& path,
                                                           const fs::Rules& rules, const RepairOptions& options);

}  // namespace mailhaul::formats::mboxdir
