#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "lock.hpp"
#include "mailbox_file.hpp"

namespace mailhaul::formats::mbox {

/// What must stand between the last message and a postmark that is put behind it, so that neither is read in another
/// way than before. Error(unsupported, folder): it ends in the middle of a postmark line.
[[nodiscard]] std::string_view repair_of_tail(const MailboxFile& mailbox, const fs::File& file);

/// Reads up to that many octets from an offset on, as fs::File::read_at.
using ReadAt = std::function<std::size_t(std::span<std::byte>, std::uint64_t)>;

/// Puts `before` and then `octets` octets of `read` behind the last of the mailbox; durable as its rules say. Returns
/// where the latter begin. On any error the file has its old length again (D6); when even that fails, the Error says
/// so.
std::uint64_t append_octets(const MailboxFile& mailbox, WriteLock& lock, std::string_view before, std::uint64_t octets,
                            const ReadAt& read);

}  // namespace mailhaul::formats::mbox
