#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mailhaul/formats/context.hpp"
#include "mailhaul/formats/repair_options.hpp"
#include "mailhaul/mail/from_quoting.hpp"
#include "mailhaul/store/repairs.hpp"
#include "mailhaul/store/source.hpp"
#include "mailhaul/store/store.hpp"

namespace mailhaul::formats::mbox {

/// What is written: mbox.md section 1. `dovecot` is cl2 with UIDs and UIDVALIDITY (section 5).
enum class Variant { rd, o, cl, cl2, dovecot };

/// Which lines open a message (mbox.md section 2).
enum class PostmarkRule : std::uint8_t {
  first_line,  ///< dovecot, or loose when only that takes the first line of the file
  dovecot,
  strict,  ///< dovecot, and an empty line must stand before
  loose,   ///< the other rows of the table too, but no prose
};

/// What the operator says of the line at `offset`, whatever it looks like. It begins with "From ".
struct FromLine {
  enum class Is : std::uint8_t { split, body };
  std::uint64_t offset = 0;
  Is is = Is::body;
};

struct SourceOptions {
  /// Unset: one '>' is taken off `^>+From ` lines unless a Content-Length that holds protects the message.
  std::optional<mail::FromQuoting> quoting{};
  PostmarkRule postmark = PostmarkRule::first_line;
  std::vector<FromLine> from_lines{};  ///< any order
  bool audit = false;                  ///< each doubtful `From ` line is a finding of its own
};

struct TargetOptions {
  fs::Birth birth{};
  /// Unset: dovecot for an mbox that has an X-IMAPbase already, else rd.
  std::optional<Variant> variant{};
  SourceOptions reading{};
};

/// Whether a regular file that the operator named is an mbox: empty, or its first line is a postmark, if not Dovecot's
/// then another's; blank lines and a byte order mark may stand before. Error(permission) and other failures to look are
/// thrown.
[[nodiscard]] Evidence detect(Context& context, const std::string& path, const fs::Rules& rules = {});

/// Error(not_found), Error(refused) for a symlink, a special file or a foreign owner, Error(not_a_store) with what was
/// seen instead, Error(locked) naming the lock, Error(usage) for a from_line where no line begins with "From "; all of
/// scope run. What is no mbox for Dovecot is read all the same as far as there is a postmark in it: octets before the
/// first one are a finding, or a message when they begin as one. Each cursor holds a shared lock until its end.
[[nodiscard]] std::unique_ptr<store::MessageSource> open_source(Context& context, const std::string& path,
                                                                const fs::Rules& rules, const SourceOptions& options);

/// The file need not exist; its directory must, else Error(cannot_create). Made at the first flush (or finish) when it
/// does not. One that is there must be an mbox for Dovecot, else Error(not_a_store). Errors else as open_source. A
/// flush takes its locks itself and would wait for a cursor of its own store.
[[nodiscard]] std::unique_ptr<store::MessageStore> open_store(Context& context, const std::string& path,
                                                              const fs::Rules& rules, const TargetOptions& options);

/// What `fix` does to the mbox at `path`: owner and mode of the file. Nothing is changed by this call.
[[nodiscard]] std::unique_ptr<store::Repairs> open_repairs(Context& context, const std::string& path,
                                                           const fs::Rules& rules, const RepairOptions& options);

}  // namespace mailhaul::formats::mbox
