#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mailhaul/io/compression.hpp"
#include "mailhaul/mail/date.hpp"
#include "mailhaul/mail/flags.hpp"
#include "mailhaul/mail/folder_name.hpp"
#include "mailhaul/mail/keyword.hpp"
#include "mailhaul/mail/uid.hpp"

namespace mailhaul::store {

/// A store's own address of a message (Maildir base name, mbox offset); opaque elsewhere.
struct Handle {
  std::string token{};
  auto operator<=>(const Handle&) const = default;
};

/// One folder of one mailbox; a plain Maildir or mbox has exactly one mailbox, unnamed.
struct FolderRef {
  std::string mailbox{};
  mail::FolderName folder{};
  auto operator<=>(const FolderRef&) const = default;
  bool operator==(const FolderRef&) const = default;
  /// "bob@example.com: Work/2024", or without a mailbox name just "Work/2024". Not escaped.
  [[nodiscard]] std::string display() const;
};

/// Where an internal date was taken from, the most trusted one first.
enum class DateSource {
  postmark,   ///< mbox: the postmark line
  file_time,  ///< Maildir: the modification time, until a copy loses it; mbox: of the file, where nothing else is known
  name,       ///< Maildir: the time in the file name
  received,   ///< the topmost Received: of the message
  date,       ///< its Date:, which the sender wrote
};
[[nodiscard]] std::string_view to_string(DateSource source);

/// What a store of the same format may want to keep as it was. Empty where the source has no such thing.
struct NameHints {
  std::string base_name{};        ///< Maildir: octets up to the first ':'
  std::string info_extra{};       ///< Maildir: unknown flag letters and the "future" part (maildir.md section 2)
  std::string envelope_sender{};  ///< mbox: sender of the postmark line
  std::optional<mail::InternalDate> time_in_name{};  ///< Maildir: where the base name begins with a time that can be
  std::optional<mail::InternalDate> file_time{};     ///< mbox: of the whole file; what is in it is no younger
  std::optional<io::Compression> compression{};      ///< Maildir: how the file was compressed
};

/// S13. The same for every store and both sides: what one could write and the other not read would be copied again by
/// every run.
inline constexpr std::uint64_t largest_message_octets = std::uint64_t{4} << 30U;

/// All that is known before the body is read.
struct MessageInfo {
  Handle handle{};
  /// Canonical octets; unset for an mbox message not yet walked and for a compressed one.
  std::optional<std::uint64_t> size_octets{};
  mail::FlagSet flags{};
  mail::KeywordSet keywords{};
  bool recent = false;  ///< still in new/, or no `O` in Status
  std::optional<mail::InternalDate> internal_date{};
  std::optional<DateSource> date_source{};  ///< of the internal date
  mail::ServerIds ids{};
  NameHints hints{};
};

/// What to change in a message's flags, so that a flag set meanwhile by somebody else survives.
struct FlagChange {
  mail::FlagSet add{};
  mail::FlagSet remove{};
  mail::KeywordSet add_keywords{};
  mail::KeywordSet remove_keywords{};
  [[nodiscard]] bool empty() const {
    return add.empty() && remove.empty() && add_keywords.empty() && remove_keywords.empty();
  }
};

}  // namespace mailhaul::store
