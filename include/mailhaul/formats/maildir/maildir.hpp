#pragma once

#include <memory>
#include <string>

#include "mailhaul/formats/context.hpp"
#include "mailhaul/store/source.hpp"
#include "mailhaul/store/store.hpp"

namespace mailhaul::formats::maildir {

/// Maildir and Maildir++ (folders as `.A.B` beside cur, new, tmp). maildir.md.
struct TargetOptions {
  fs::Birth birth{};
  /// Overrides S7's owner and modes where the operator said so.
};

/// Whether a directory that the operator named is a Maildir: `cur` and `new` are there (with only one, says so).
[[nodiscard]] Evidence detect(Context& context, const std::string& path);

/// Error(not_found) when there is no directory, Error(not_a_store) when it holds neither `cur` nor `new`.
[[nodiscard]] std::unique_ptr<store::MessageSource> open_source(Context& context, const std::string& path,
                                                                const fs::Rules& rules);

/// Opens or makes the Maildir at `path`. Error(cannot_create) when it can't be made; Error(not_a_store) when a
/// non-empty directory without cur and new stands there.
[[nodiscard]] std::unique_ptr<store::MessageStore> open_store(Context& context, const std::string& path,
                                                              const fs::Rules& rules, const TargetOptions& options);

}  // namespace mailhaul::formats::maildir
