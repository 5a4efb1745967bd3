#pragma once

#include <memory>
#include <optional>
#include <string>

#include "mailhaul/formats/context.hpp"
#include "mailhaul/mail/from_quoting.hpp"
#include "mailhaul/store/source.hpp"
#include "mailhaul/store/store.hpp"

namespace mailhaul::formats::mbox {

/// What is written: mbox.md section 1. `dovecot` is cl2 with UIDs and UIDVALIDITY (section 5).
enum class Variant { rd, o, cl, cl2, dovecot };

struct SourceOptions {
  /// Unset: one '>' is taken off `^>+From ` lines unless a Content-Length that holds protects the message.
  std::optional<mail::FromQuoting> quoting{};
};

struct TargetOptions {
  fs::Birth birth{};
  /// Unset: dovecot for an mbox that has an X-IMAPbase already, else rd.
  std::optional<Variant> variant{};
  SourceOptions reading{};
};

/// Whether a regular file that the operator named is an mbox: empty, or its first line is a postmark. Error(permission)
/// and other failures to look are thrown.
[[nodiscard]] Evidence detect(Context& context, const std::string& path);

/// Error(not_found), Error(refused) for a symlink, a special file or a foreign owner, Error(not_a_store) with what was
/// seen instead, Error(locked) naming the lock; all of scope run. Each cursor holds a shared lock until its end.
[[nodiscard]] std::unique_ptr<store::MessageSource> open_source(Context& context, const std::string& path,
                                                                const fs::Rules& rules, const SourceOptions& options);

/// The file need not exist; its directory must, else Error(cannot_create). Made at the first flush (or finish) when it
/// does not. Errors else as open_source. A flush takes its locks itself and would wait for a cursor of its own store.
[[nodiscard]] std::unique_ptr<store::MessageStore> open_store(Context& context, const std::string& path,
                                                              const fs::Rules& rules, const TargetOptions& options);

}  // namespace mailhaul::formats::mbox
